"""Parts of an answer that are remembered: until when, for whom, and what they leave to actions and to the next look."""

from __future__ import annotations

from typing import Any

import pytest

from events.random_missions import MissionPlan, apply, build_context, build_world, parse
from sexp_runtime.compiler.formula import CompiledFormula, compile_formula
from sexp_runtime.compiler.memory import KnownCandidates, Memory
from sexp_runtime.operators.context import Candidate, EvaluationContext
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.syntax.dialect import Dialect
from support.recorder import Recorder

SECOND = 1_000_000


@pytest.fixture(params=list(Dialect))
def context(request: pytest.FixtureRequest) -> EvaluationContext:
    """A context in each dialect, whose actions go to nobody."""
    plan = MissionPlan(dialect=request.param)
    return build_context(plan, build_world(plan), [])


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each time that candidates are tried."""
    found: list[int] = []
    begin = KnownCandidates.begin

    def counting(self: KnownCandidates, ctx: EvaluationContext) -> None:
        found.append(ctx.world.clock.us)
        begin(self, ctx)

    monkeypatch.setattr(KnownCandidates, "begin", counting)
    return found


def compiled(text: str, context: EvaluationContext) -> CompiledFormula:
    """Return the formula of a text, which may remember parts of its answer."""
    recorder = Recorder(context.world.facts)
    return compile_formula(parse(text, context.dialect), context, owner="test", sink=recorder, keep=recorder.keep)


def evaluate(form: CompiledFormula, context: EvaluationContext) -> int:
    """Evaluate as an engine does; return the moment at which time alone could change the result."""
    context.start()
    form.evaluate()
    return context.due


def form(condition: str, action: str = "( do-nothing )") -> str:
    """Return a form over three ships, with an action for each of which the condition is true."""
    return f'( every-time-argument ( any-of "Red" "Blue" "Wolf 1" ) {condition} {action} )'


def test_candidates_are_tried_again_when_a_fact_of_theirs_changes(context: EvaluationContext, tries: list[int]) -> None:
    formula = compiled(form('( and ( = @a[0] 1 ) ( < ( hits-left "<argument>" ) 50 ) )'), context)
    world = context.world
    evaluate(formula, context)
    assert len(tries) == 0  # the common part is false
    world.variables.set_number(0, 1)
    for _ in range(3):
        evaluate(formula, context)
    settled = len(tries)
    assert settled <= 2  # at the first look at a candidate it is looked for among the variables
    world.variables.set_number(0, 2)
    world.variables.set_number(0, 1)
    evaluate(formula, context)
    assert len(tries) == settled
    red = world.ship("Red")
    assert red is not None
    world.set_ship(red, "hull", 10.0)
    evaluate(formula, context)
    evaluate(formula, context)
    assert len(tries) == settled + 1


@pytest.mark.parametrize(("common", "own", "first"), [(30, 100, 30), (100, 30, 30)])
def test_what_is_remembered_expires_with_the_rest(
    context: EvaluationContext, tries: list[int], common: int, own: int, first: int
) -> None:
    condition = f'( and ( not ( has-time-elapsed {common} ) ) ( has-arrived-delay {own} "<argument>" ) )'
    formula = compiled(form(condition), context)
    clock = context.world.clock
    apply(context.world, ("arrive", "Blue", 0))
    due = evaluate(formula, context)
    assert first * SECOND <= due <= (first + 1) * SECOND
    assert evaluate(formula, context) == due  # remembered or not
    assert evaluate(formula, context) == due
    tried = len(tries)
    clock.advance_to(due)
    evaluate(formula, context)
    assert len(tries) == tried + (first == own)


def test_what_comes_due_elsewhere_does_not_have_candidates_tried(context: EvaluationContext, tries: list[int]) -> None:
    condition = '( and ( or ( has-time-elapsed 5 ) ( = @a[0] 0 ) ) ( < ( hits-left "<argument>" ) 50 ) )'
    formula = compiled(form(condition), context)
    evaluate(formula, context)
    due = evaluate(formula, context)
    assert due < 7 * SECOND
    tried = len(tries)
    context.world.clock.advance_to(due)
    evaluate(formula, context)
    assert len(tries) == tried


def test_actions_read_a_remembered_candidate_as_a_fresh_one(context: EvaluationContext) -> None:
    # The condition reads the candidate as a number first, so that it is no ship for the action (D7).
    text = form('( and ( < "<argument>" 5 ) )', '( modify-variable @d[0] ( + 5 ( hits-left "<argument>" ) ) )')
    formula = compiled(text, context)
    interpreter = SexpEvaluator(context)
    twin = interpreter.build(parse(text, context.dialect))
    variables = context.world.variables
    for _ in range(4):
        variables.set_number(3, 1)
        evaluate(formula, context)
        found = variables.number(3)
        variables.set_number(3, 1)
        interpreter.evaluate(twin)
        assert found == variables.number(3)


def test_what_left_something_behind_is_not_remembered(context: EvaluationContext) -> None:
    memory = Memory(bytearray(1))
    known = KnownCandidates(memory)
    of = (Candidate("Red"), Candidate("Blue"))
    assert known.recall(context, of) is None

    def found(disturb: str) -> bool:
        """Try candidates while something happens; return whether the outcome is remembered."""
        context.start()
        known.begin(context)
        if disturb == "effect":
            context.effects += 1
        elif disturb == "unsettled":
            context.unsettled = True
        elif disturb == "status":
            root = SexpEvaluator(context).build(parse("( and ( true ) ( true ) )", context.dialect))
            context.stirred[root] = root.status
        known.end(context, of, of[1:])
        context.start()
        return known.recall(context, of) == [of[1]]

    assert found("")
    assert not any(map(found, ("effect", "unsettled", "status")))
    assert found("")
    assert known.recall(context, (*of,)[:1]) is None  # other candidates
    memory.marks[0] = 1
    assert known.recall(context, of) is None
    assert known.recall(context, of) is None  # the mark is taken, the answer remains stale


def position_tests(context: EvaluationContext) -> tuple[CompiledFormula, list[str]]:
    """Return a formula of two position tests, and the list of coordinates that evaluations read."""
    read: list[str] = []
    text = '( when ( or ( > ( get-object-x "Red" ) 5000 ) ( > ( get-object-y "Wolf 1" ) 9000 ) ) ( do-nothing ) )'
    root = SexpEvaluator(context).build(parse(text, context.dialect))

    def watch(node: EvalNode) -> None:
        inner = node.call

        def function(ctx: EvaluationContext, node: EvalNode) -> Any:
            read.append(node.name)
            return inner(ctx, node)

        node.call = function

    for node in list(root.walk()):
        if node.name.startswith("get-object"):
            watch(node)
    recorder = Recorder(context.world.facts)
    for name in ("Red", "Wolf 1"):
        ship = context.world.ship(name)
        assert ship is not None
        context.world.set_ship(ship, "speed_bound", 10.0 if name == "Red" else 100.0)
    return compile_formula(root, context, owner="test", sink=recorder, keep=recorder.keep), read


def test_only_the_position_test_that_is_due_is_made_again(context: EvaluationContext) -> None:
    formula, read = position_tests(context)
    due = evaluate(formula, context)
    assert read == ["get-object-x", "get-object-y"]
    assert evaluate(formula, context) == due
    assert len(read) == 2
    context.world.clock.advance_to(due)
    later = evaluate(formula, context)
    assert read[2:] == ["get-object-y"]
    assert later > due
    red = context.world.ship("Red")
    assert red is not None
    context.world.move_ship(red, (6000.0, 0.0, 0.0), jump=True)
    context.start()
    assert formula.evaluate() == 1
    assert "get-object-x" in read[3:]
