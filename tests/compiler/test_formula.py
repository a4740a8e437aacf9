"""Compiled formulas, with a program and interpreted: their facts, what they remember, and what they weigh."""

from __future__ import annotations

from typing import Any

import pytest

from sexp_runtime import kernel
from sexp_runtime.compiler.formula import CompiledFormula, compile_formula, make_programs
from sexp_runtime.operators.building import BuildError
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode
from sexp_runtime.values import KNOWN_FALSE, UNKNOWN
from support.random_missions import MissionPlan, build_context, build_world, parse

PROGRAM, INTERPRETER = "program", "interpreter"


class Notes:
    """A recorder that keeps what it is told."""

    def __init__(self) -> None:
        self.epoch = 0
        self.keys: set[Any] = set()

    def __call__(self, keys: Any) -> None:
        self.keys.update(keys)


@pytest.fixture
def context() -> EvaluationContext:
    """A context over the world of a random mission."""
    plan = MissionPlan()
    return build_context(plan, build_world(plan), [])


@pytest.fixture(params=[PROGRAM, INTERPRETER])
def by(request: pytest.FixtureRequest) -> str:
    """What evaluates the formulas."""
    if request.param == PROGRAM and kernel.LANGUAGE != "c":
        pytest.skip("the kernel is not compiled")
    return str(request.param)


def compiled(text: str, context: EvaluationContext, by: str, notes: Notes | None = None) -> CompiledFormula:
    """Return the formula of a text."""
    programs = make_programs(context, context.world.facts) if by == PROGRAM else None
    return compile_formula(parse(text), context, owner='event "Test"', recorder=notes, programs=programs)


def test_literal_names_make_facts_known_at_once(context: EvaluationContext, by: str) -> None:
    notes = Notes()
    formula = compiled('( and ( < ( hits-left "Red" ) 50 ) ( = @a[0] 1 ) )', context, by, notes)
    assert (formula.program is not None) is (by == PROGRAM)
    assert {("ship", "red", "hull"), ("ship", "red", "status"), ("var", 0)} <= formula.facts
    formula.evaluate()
    assert not notes.keys


def test_computed_names_are_recorded_while_running(context: EvaluationContext, by: str) -> None:
    notes = Notes()
    formula = compiled('( and ( < ( hits-left "@s[x]" ) 50 ) ( = @a[0] 1 ) )', context, by, notes)
    assert ("var", 4) in formula.facts
    formula.evaluate()
    assert ("ship", "red", "hull") in notes.keys
    context.world.variables.set_text(4, "Blue")
    formula.evaluate()
    assert ("ship", "blue", "hull") in notes.keys


@pytest.mark.parametrize(
    ("candidates", "known"),
    [('any-of "Red" "Wolf 1"', True), ('any-of "Red" "Wolf 1" "@s[x]"', False), ("any-of &&Queue", False)],
)
def test_candidates_are_known_when_listed_and_recorded_while_running_when_not(
    candidates: str, known: bool, context: EvaluationContext, by: str
) -> None:
    notes = Notes()
    text = f'( when-argument ( {candidates} ) ( < ( hits-left "<argument>" ) 50 ) ( do-nothing ) )'
    form = compiled(text, context, by, notes)
    form.evaluate()
    hulls = {("ship", "red", "hull"), ("ship", "wolf 1", "hull")}
    assert hulls <= (form.facts if known else notes.keys)
    assert not hulls <= (notes.keys if known else form.facts)


def test_actions_are_not_read_from_until_they_run(context: EvaluationContext, by: str) -> None:
    text = '( when ( = @a[0] 1 ) ( modify-variable @b[0] ( hits-left "Red" ) ) )'
    formula = compiled(text, context, by, Notes())
    assert formula.facts == {("var", 0)}
    before = context.effects
    context.world.variables.set_number(0, 1)
    formula.evaluate()
    assert context.effects > before


def test_a_not_a_number_in_a_later_argument_is_seen_one_pass_late(context: EvaluationContext, by: str) -> None:
    formula = compiled("( = 0 ( / 5 @a[0] ) )", context, by)
    context.world.variables.set_number(0, 0)
    assert [formula.evaluate() for _ in range(3)] == [1, 0, 0]
    formula.flush()
    assert [formula.evaluate() for _ in range(2)] == [1, 0]


def test_a_known_false_condition_makes_when_known_false(context: EvaluationContext, by: str) -> None:
    formula = compiled("( when ( and ( = @a[0] 0 ) ( false ) ) ( do-nothing ) )", context, by)
    assert formula.evaluate() == 0
    assert formula.status is KNOWN_FALSE
    formula.flush()
    assert formula.status is UNKNOWN


def test_another_formula_takes_over_what_one_remembers(context: EvaluationContext, by: str) -> None:
    text = "( = 0 ( / 5 @a[0] ) )"
    old, new = (compiled(text, context, by) for _ in range(2))
    context.world.variables.set_number(0, 0)
    assert old.evaluate() == 1
    new.take_memory(old)
    assert new.evaluate() == 0


@pytest.mark.parametrize("every", [1, 3])
def test_a_profiler_sees_one_evaluation_in_so_many(every: int, context: EvaluationContext, by: str) -> None:
    class Seen:
        """Notes the operators that run."""

        def __init__(self) -> None:
            self.names: list[str] = []

        def enter(self, node: EvalNode) -> None:
            self.names.append(node.name)

        def leave(self, node: EvalNode) -> None:
            """Note nothing."""

    formula = compiled("( when ( and ( = 0 ( / 5 @a[0] ) ) ( < @b[0] 3 ) ) ( do-nothing ) )", context, by, Notes())
    context.world.variables.set_number(0, 0)
    seen = context.profiler = Seen()
    formula.interpret(every)
    values = [formula.evaluate() for _ in range(7)]
    assert values == [1, 0, 0, 0, 0, 0, 0]  # each sees what the one before it remembers
    assert seen.names.count("when") == len(range(0, 7, every))
    formula.interpret(0)
    context.profiler = None
    assert formula.evaluate() == 0


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="the kernel is not compiled")
def test_programs_that_keep_no_results_call_each_leaf_at_each_evaluation(context: EvaluationContext) -> None:
    calls: list[str] = []
    context.world.facts.observer = None
    expression = parse('( and ( is-ship-type "Red" "fighter" ) ( = @a[0] 1 ) )')
    formula = compile_formula(expression, context, programs=make_programs(context, None))
    assert formula.program is not None
    (head,) = (node for node in formula.root.walk() if node.name == "is-ship-type")
    usual = head.call

    def counting(ctx: EvaluationContext, node: EvalNode) -> Any:
        calls.append(node.name)
        return usual(ctx, node)

    head.call = counting
    for _ in range(3):
        formula.evaluate()
    assert len(calls) == 3
    assert not any(context.world.facts.readers.values())


def test_fifteen_nodes_take_no_more_than_ten_kilobytes(context: EvaluationContext, by: str) -> None:
    text = "( and ( >= @a[0] 0 ) ( < @b[0] 100 ) ( or ( > @c[0] 500 ) ( > ( + @c[0] @d[0] ) 1000 ) ) )"
    assert compiled(text, context, by, Notes()).nbytes() <= 10_240


def test_a_formula_that_is_no_list_is_refused(context: EvaluationContext) -> None:
    with pytest.raises(BuildError):
        compile_formula(SyntaxNode(NodeKind.NUMBER, "5"), context)
