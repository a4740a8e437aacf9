"""Formulas that act frame after frame, by programs and interpreted: what they do, to whom, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from sexp_runtime import kernel
from sexp_runtime.compiler.formula import CompiledFormula, compile_formula, make_programs
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.syntax.dialect import Dialect
from support.random_missions import MissionPlan, build_context, build_world, parse

Log = list[tuple[str, tuple[Any, ...]]]


@pytest.fixture(params=list(Dialect))
def place(request: pytest.FixtureRequest) -> tuple[EvaluationContext, Log]:
    """A context in each dialect, and the list that actions go to."""
    plan = MissionPlan(dialect=request.param)
    log: Log = []
    return build_context(plan, build_world(plan), log), log


def compiled(text: str, context: EvaluationContext) -> CompiledFormula:
    """Return the formula of a text, which a program evaluates if it can have one."""
    return compile_formula(parse(text, context.dialect), context, programs=make_programs(context, None))


def test_actions_run_for_each_applicable_candidate_in_order(place: tuple[EvaluationContext, Log]) -> None:
    context, log = place
    form = compiled(
        '( every-time-argument ( any-of "Red" "Blue" "Wolf 1" ) ( and ( > ( hits-left "<argument>" ) 50 ) )'
        ' ( self-destruct "<argument>" ) ( send-message "<argument>" "Low" "Hello" ) ( do-nothing ) )',
        context,
    )
    assert form.evaluate() == 0
    told = [(name, args[0] if args else None) for name, args in log]
    there = ["Red", "Wolf 1"]  # the others have not arrived
    assert told == [*(("self-destruct", ship) for ship in there), *(("send-message", ship) for ship in there),
                    ("do-nothing", None)]  # fmt: skip


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_a_draw_does_not_matter_while_no_candidate_is_applicable(place: tuple[EvaluationContext, Log]) -> None:
    context, log = place
    form = compiled(
        '( every-time-argument ( random-multiple-of "Red" "Blue" "Wolf 1" ) ( and ( = @a[0] 1 )'
        ' ( > ( hits-left "<argument>" ) 50 ) ) ( send-message "<argument>" "Low" "Hello" ) )',
        context,
    )

    def drawn() -> tuple[int, int]:
        """Evaluate; return how many numbers were drawn, and how many of them made no difference."""
        context.start()
        before = context.world.rng.draws
        form.evaluate()
        return context.world.rng.draws - before, context.unused_draws

    assert drawn() == (1, 1)
    context.world.variables.set_number(0, 1)
    assert {drawn() for _ in range(20)} == {(1, 0)}  # Red is there, whichever candidate is drawn
    assert log
    for name in ("Red", "Wolf 1"):
        ship = context.world.ship(name)
        assert ship is not None
        context.world.set_ship(ship, "hull", 10.0)
    log.clear()
    assert {drawn() for _ in range(20)} == {(1, 1)}
    assert not log


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_draws_do_not_matter_while_each_alternative_fails_without_them(place: tuple[EvaluationContext, Log]) -> None:
    context, log = place
    form = compiled(
        "( every-time ( or ( and ( = @a[0] 1 ) ( > 5 ( rand-multiple 0 9 ) ) ) ( = @b[0] 1 )"
        " ( and ( = @c[0] 1 ) ( > 5 ( rand-multiple 0 9 ) ) ) ) ( do-nothing ) )",
        context,
    )
    numbers = context.world.variables
    for index in range(3):
        numbers.set_number(index, 0)

    def drawn() -> tuple[int, bool]:
        """Evaluate; return how many numbers were drawn, and whether none of them made a difference."""
        context.start()
        before = context.world.rng.draws
        form.evaluate()
        return context.world.rng.draws - before, context.unused_draws == context.world.rng.draws - before

    assert {drawn() for _ in range(20)} == {(2, True)}
    assert not log
    for index in (0, 2):
        numbers.set_number(index, 1)
        assert {drawn() for _ in range(20)} == {(2, False)}
        numbers.set_number(index, 0)
    numbers.set_number(1, 1)
    log.clear()
    assert drawn() == (2, False)
    assert log


def test_a_candidate_is_read_by_conditions_of_actions_too(place: tuple[EvaluationContext, Log]) -> None:
    context, _ = place
    text = (
        '( every-time-argument ( any-of "Red" ) ( and ( = @a[0] 0 ) )'
        ' ( when ( and ( = @a[0] 77 ) ( = "<argument>" 2 ) ) ( do-nothing ) )'
        ' ( modify-variable @d[0] ( + 5 ( hits-left "<argument>" ) ) ) )'
    )
    form = compiled(text, context)
    interpreter = SexpEvaluator(context)
    twin = interpreter.build(parse(text, context.dialect))
    numbers = []
    for evaluate in (form.evaluate, lambda: interpreter.evaluate(twin)):
        context.world.variables.set_number(3, 1)
        evaluate()
        numbers.append(context.world.variables.number(3))
    assert numbers[0] == numbers[1] != 105  # D7: "Red" was read as a number first


def test_the_draw_is_made_even_where_nothing_can_come_of_it(place: tuple[EvaluationContext, Log]) -> None:
    context, log = place
    form = compiled(
        '( every-time-argument ( random-multiple-of "Red" "Blue" ) ( and ( = @a[0] 1 ) )'
        ' ( self-destruct "<argument>" ) )',
        context,
    )
    before = context.world.rng.draws, context.effects
    form.evaluate()
    assert context.world.rng.draws == before[0] + 1
    assert context.effects > before[1]  # so that it is made again in the next frame
    assert not log
    context.world.variables.set_number(0, 1)
    seen = set()
    for _ in range(30):
        form.evaluate()
    seen = {args[0] for _, args in log}
    assert seen == {"Red", "Blue"}


def test_an_invalid_candidate_is_left_out_until_it_is_valid_again(place: tuple[EvaluationContext, Log]) -> None:
    context, log = place
    form = compiled(
        '( every-time-argument ( any-of "Red" "Blue" ) ( and ( = @a[0] 0 ) ) ( invalidate-argument "<argument>" )'
        ' ( self-destruct "<argument>" ) )',
        context,
    )
    form.evaluate()
    form.evaluate()
    assert [args[0] for name, args in log if name == "self-destruct"] == ["Red", "Blue"]


def test_what_is_no_number_stops_an_action_in_one_dialect_only(place: tuple[EvaluationContext, Log]) -> None:
    context, log = place
    form = compiled('( every-time ( true ) ( set-object-speed-x "Red" ( hits-left "Nobody" ) ) )', context)
    form.evaluate()
    assert len(log) == (1 if context.wcs else 0)


@pytest.mark.parametrize(
    "point",
    [
        '( + ( get-object-x "<argument>" ) @a[0] ) ( get-object-y "<argument>" ) ( - 7 ( get-object-z "<argument>" ) )',
        '( * ( get-object-x "<argument>" ) @a[0] ) ( + ( get-object-x "<argument>" ) ( get-object-x "<argument>" ) ) 3',
        '( + ( get-object-x "Path:1" ) @a[0] @a[0] ) @a[0] ( get-object-z "Path:1" )',
        '( get-object-x "@s[x]" ) ( - ( get-object-y "@s[x]" ) ) 0',
    ],
)
def test_coordinates_are_cut_and_wrapped_as_the_interpreter_does(
    point: str, place: tuple[EvaluationContext, Log]
) -> None:
    context, log = place
    world = context.world
    text = (
        '( every-time-argument ( any-of "Red" "Green" "Blue" "Wolf 1" ) ( true )'
        f' ( set-object-facing "<argument>" {point} ) )'
    )
    form = compiled(text, context)
    interpreter = SexpEvaluator(context)
    twin = interpreter.build(parse(text, context.dialect))
    for x, number, there in ((1.9, 5, False), (-3e9, 2_147_483_000, True), (2147483647.0, -2_147_483_648, True)):
        world.move_ship(world.ships["red"], (x, -x / 2, 0.5))
        world.variables.set_number(0, number)
        if there:
            world.arrive(world.ships["green"])
        told = []
        for evaluate in (form.evaluate, lambda: interpreter.evaluate(twin)):
            log.clear()
            evaluate()
            told.append(list(log))
        assert told[0] == told[1]
        assert told[0]  # B1, B2: cut and wrapped alike; what is not there stops the action or counts as 0


def test_an_error_on_the_way_leaves_no_candidate_behind(place: tuple[EvaluationContext, Log]) -> None:
    context, _ = place

    def fail(name: str, args: tuple[Any, ...]) -> None:
        raise RuntimeError(name)

    context.actions = fail
    form = compiled(
        '( every-time-argument ( any-of "Red" "Blue" ) ( true ) ( do-nothing ) ( self-destruct "<argument>" ) )',
        context,
    )
    with pytest.raises(RuntimeError):
        form.evaluate()
    assert context.candidate is None
    assert not context.applicable


def test_a_comparison_that_remembers_the_previous_candidate_is_evaluated_for_each() -> None:
    plan = MissionPlan()
    log: Log = []
    context = build_context(plan, build_world(plan), log)  # "Blue" is not there yet: its place is no number
    text = (
        '( every-time-argument ( any-of "Green" "Red" ) ( and ( > ( hits-left "<argument>" ) 50 )'
        ' ( xor ( != 350 ( get-object-z "Blue" ) ) ) ) ( self-destruct "<argument>" ) )'
    )
    compiled(text, context).evaluate()
    assert not log  # for Red the comparison already knows that it compared with no number (B41)


@pytest.mark.parametrize("dialect", list(Dialect))
def test_actions_read_a_candidate_as_the_condition_did_first(dialect: Dialect) -> None:
    # The condition reads the candidate as a number first, so that it is no ship for the action (D7).
    plan = MissionPlan(dialect=dialect)
    context = build_context(plan, build_world(plan), [])
    text = (
        '( every-time-argument ( any-of "Red" "Blue" "Wolf 1" ) ( and ( < "<argument>" 5 ) ) '
        '( modify-variable @d[0] ( + 5 ( hits-left "<argument>" ) ) ) )'
    )
    formula = compiled(text, context)
    interpreter = SexpEvaluator(context)
    twin = interpreter.build(parse(text, context.dialect))
    variables = context.world.variables
    for _ in range(4):
        variables.set_number(3, 1)
        context.start()
        formula.evaluate()
        found = variables.number(3)
        variables.set_number(3, 1)
        interpreter.evaluate(twin)
        assert found == variables.number(3)
