"""Texts that a game evaluates: interpreted, compiled or from cache, a value is that of a fresh naive evaluation."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sexp_runtime.adhoc as adhoc
from sexp_runtime import kernel
from sexp_runtime.adhoc import COMPILED_FROM, AdHocContext, AdHocExpression, SexpError
from sexp_runtime.cache.expression_cache import ExpressionCache
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.session import MissionSession
from support.fuzzing import examples
from support.random_missions import (
    Formulas,
    MissionPlan,
    apply,
    build_context,
    build_world,
    parse,
    random_frame,
    symbols,
)
from support.small_missions import mission

NEVER = 10**9


class Side:
    """One of several equal worlds, in which texts are evaluated in its own way."""

    def __init__(self, plan: MissionPlan) -> None:
        self.plan = plan
        self.world = build_world(plan)
        self.log: list[Any] = []
        self.context = build_context(plan, self.world, self.log)

    def value(self, text: str) -> int:
        """Return the value of the text, freshly parsed and walked: the reference."""
        self.context.start()
        evaluator = SexpEvaluator(self.context)
        return evaluator.evaluate(evaluator.build(parse(text, self.plan.dialect)))

    def state(self) -> Any:
        return self.world.variables.texts[:8], list(self.log), self.world.rng.state_hash()


class CachedSide(Side):
    """Evaluates through an ExpressionCache, as a session does."""

    def __init__(self, plan: MissionPlan) -> None:
        super().__init__(plan)
        self.adhoc = AdHocContext(self.world, symbols(plan.dialect), self.context, self.context.actions)
        self.cache = ExpressionCache(self.world.facts, self.world.clock)

    def value(self, text: str) -> int:
        found: int = self.cache.evaluate(text, self.adhoc)
        return found


def check(random: Random, *, wcs: bool, compiled_from: int) -> None:
    make = Formulas(random, wcs=wcs)
    plan = MissionPlan(seed=random.randrange(1, 100))
    if wcs:
        plan.dialect = plan.dialect.__class__.WCS
    texts = [make.truth(3) for _ in range(4)] + [make.number(2) for _ in range(2)]
    texts = [text for text in texts if text.startswith("(")]
    before, adhoc.COMPILED_FROM = adhoc.COMPILED_FROM, compiled_from  # type: ignore[misc]
    try:
        naive, cached = Side(plan), CachedSide(plan)
        for _ in range(14):
            for step in random_frame(make):
                apply(naive.world, step)
                apply(cached.world, step)
            for text in texts:
                assert cached.value(text) == naive.value(text), text
                assert cached.state() == naive.state(), text
            cached.cache.check_valid()
    finally:
        adhoc.COMPILED_FROM = before  # type: ignore[misc]


@settings(max_examples=examples(120), suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.booleans(), st.sampled_from([1, 3, COMPILED_FROM, NEVER]))
def test_every_way_gives_the_naive_value(random: Random, wcs: bool, compiled_from: int) -> None:
    check(random, wcs=wcs, compiled_from=compiled_from)


@settings(max_examples=examples(120), suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_program_and_interpreter_give_the_same_value_for_as_long_as_facts_and_time_say(random: Random) -> None:
    make = Formulas(random)
    text = f"( and {make.truth(3)} {make.truth(2)} )"
    outcomes = []
    for compiled in (False, True):
        side = CachedSide(MissionPlan(seed=3))
        expression = AdHocExpression(parse(text), side.adhoc.context)
        if compiled:
            expression._evaluations = COMPILED_FROM - 1
        outcomes.append(expression.evaluate())
        assert expression.is_compiled <= (compiled and not expression._rebuild)
    walked, programmed = outcomes
    assert (walked.value, walked.refusal) == (programmed.value, programmed.refusal)
    if not any(
        fact[-1] == "speed_bound" for fact in programmed.facts
    ):  # else it knows how long movement does not matter
        assert walked.due_us == programmed.due_us
        assert set(walked.facts) <= set(programmed.facts), text


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_a_text_is_compiled_when_it_is_evaluated_again_and_again() -> None:
    session = MissionSession.load(
        '#Mission Info\n$Name: M\n#Sexp_variables\n$Variables:\n(\n\t0 "n" "0" "number"\n)\n#Events\n#End\n'
    )
    text = "( + @n[0] 1 )"
    for number in range(COMPILED_FROM + 2):
        session.set_variable("n", number)
        assert session.evaluate(text) == number + 1
        entry = session.cache._entries[id(session._adhoc), text, None]
        assert entry.prepared is not None
        assert entry.prepared.is_compiled is (number + 1 >= COMPILED_FROM)
        session.cache.check_valid()
    session.close()


def test_a_text_that_draws_is_never_compiled_and_draws_anew_each_time() -> None:
    session = MissionSession.load("#Mission Info\n$Name: M\n#Events\n#End\n", seed=4)
    drawn = {session.evaluate("( rand 1 1000 )") for _ in range(COMPILED_FROM + 3)}
    assert len(drawn) > COMPILED_FROM
    assert session.cache_info().currsize == 0
    session.close()


@pytest.mark.parametrize("text", ["( + 1", "nothing", "", "( )"])
def test_text_that_is_no_expression_is_an_error_each_time(text: str) -> None:
    session = MissionSession.load("#Mission Info\n$Name: M\n#Events\n#End\n")
    for _ in range(2):
        with pytest.raises(SexpError):
            session.evaluate(text)
    session.close()


@pytest.mark.parametrize("compiled_from", [2, COMPILED_FROM])
@pytest.mark.parametrize(
    "text",
    [
        '( + ( mission-time ) ( lamp "left" ) )',
        '( or ( has-time-elapsed 5 ) ( < 3 ( lamp "left" ) ) )',
        '( and ( > ( mission-time ) 5 ) ( = 0 ( lamp "left" ) ) )',
    ],
)
def test_a_function_of_the_game_may_evaluate_another_text(
    monkeypatch: pytest.MonkeyPatch, text: str, compiled_from: int
) -> None:
    monkeypatch.setattr(adhoc, "COMPILED_FROM", compiled_from)
    own = OwnOperators()
    own.add("lamp", lambda name: session.evaluate("( * 0 @Count[0] )"), args=("string",), reads=["variable Count"])
    mission_text = mission([("( when ( false ) ( do-nothing ) )", "Idle")], variables=['0 "Count" "0" "number"'])
    values = []
    for clears in (True, False):
        session = MissionSession.load(mission_text, operators=own)
        values.append([])
        for _ in range(12):
            if clears:
                session.cache.clear()
            values[-1].append(session.evaluate(text))
            session.step(1.0)
        session.close()
    assert values[0] == values[1] and len(set(values[0])) > 1
