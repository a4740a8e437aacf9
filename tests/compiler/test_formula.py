"""Compiled formulas: the source written for them, tracebacks, constants, facts, and what they let go of."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from sexp_runtime.compiler.formula import CompiledFormula, compile_formula
from sexp_runtime.operators.building import BuildError
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode
from sexp_runtime.values import INT_MAX, KNOWN_FALSE
from support.random_missions import MissionPlan, build_context, build_world, parse


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


def compiled(text: str, context: EvaluationContext, notes: Notes | None = None) -> CompiledFormula:
    """Return the formula of a text."""
    return compile_formula(parse(text), context, owner='event "Test"', mission="M01", recorder=notes)


def test_conditions_become_plain_python(context: EvaluationContext) -> None:
    source = compiled("( and ( > @a[0] 5 ) ( not ( = @b[0] @c[0] ) ) )", context).source
    assert "(V[0] > 5) and (not (V[1] == V[2]))" in source


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("( + 2 3 )", 5),
        ("( / -7 2 )", -3),
        ("( mod -7 3 )", -1),
        (f"( + {INT_MAX} 1 )", -INT_MAX - 1),
        ("( < 1 5 3 )", 1),
        ("( max 1 ( * 3 4 ) )", 12),
    ],
)
def test_constants_are_folded(text: str, value: int, context: EvaluationContext) -> None:
    formula = compiled(text, context)
    assert formula.evaluate() == value
    assert f"return +{value}" in formula.source or f"return +({value})" in formula.source or "max" in text


def test_sums_wrap_only_where_they_can_overflow(context: EvaluationContext) -> None:
    assert "wrap32" in compiled("( > ( + @a[0] @b[0] ) 5 )", context).source
    assert "wrap32" not in compiled("( > ( mod ( abs ( mod @a[0] 7 ) ) 5 ) 2 )", context).source.replace("c_rem", "")
    context.world.variables.set_number(0, INT_MAX)
    context.world.variables.set_number(1, 1)
    assert compiled("( < ( + @a[0] @b[0] ) 0 )", context).evaluate() == 1


def test_a_traceback_names_mission_and_event_and_shows_the_line(context: EvaluationContext) -> None:
    formula = compiled("( when ( > @a[0] 5 ) ( do-nothing ) )", context)
    context.world.variables.numbers[0] = None  # type: ignore[call-overload]
    with pytest.raises(TypeError) as caught:
        formula.evaluate()
    shown = "".join(traceback.format_exception(caught.value))
    assert 'sexp M01: event "Test"' in shown
    assert "if (V[0] > 5):" in shown


def test_literal_names_make_facts_known_at_once(context: EvaluationContext) -> None:
    notes = Notes()
    formula = compiled('( and ( < ( hits-left "Red" ) 50 ) ( = @a[0] 1 ) )', context, notes)
    assert {("ship", "red", "hull"), ("ship", "red", "status"), ("var", 0)} <= formula.facts
    formula.evaluate()
    assert not notes.keys


def test_computed_names_are_recorded_while_running(context: EvaluationContext) -> None:
    notes = Notes()
    formula = compiled('( < ( hits-left "@s[x]" ) 50 )', context, notes)
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
    candidates: str, known: bool, context: EvaluationContext
) -> None:
    notes = Notes()
    text = f'( when-argument ( {candidates} ) ( < ( hits-left "<argument>" ) 50 ) ( do-nothing ) )'
    form = compiled(text, context, notes)
    form.evaluate()
    hulls = {("ship", "red", "hull"), ("ship", "wolf 1", "hull")}
    assert hulls <= (form.facts if known else notes.keys)
    assert not hulls <= (notes.keys if known else form.facts)


def test_actions_are_not_read_from_until_they_run(context: EvaluationContext) -> None:
    formula = compiled('( when ( = @a[0] 1 ) ( modify-variable @b[0] ( hits-left "Red" ) ) )', context, Notes())
    assert formula.facts == {("var", 0)}
    before = context.effects
    context.world.variables.set_number(0, 1)
    formula.evaluate()
    assert context.effects > before


def test_a_not_a_number_in_a_later_argument_is_seen_one_pass_late(context: EvaluationContext) -> None:
    formula = compiled("( = 0 ( / 5 @a[0] ) )", context)
    context.world.variables.set_number(0, 0)
    assert [formula.evaluate() for _ in range(3)] == [1, 0, 0]
    formula.flush()
    assert [formula.evaluate() for _ in range(2)] == [1, 0]


def test_a_known_false_condition_makes_when_known_false(context: EvaluationContext) -> None:
    formula = compiled("( when ( and ( = @a[0] 0 ) ( false ) ) ( do-nothing ) )", context)
    assert formula.evaluate() == 0
    assert formula.status is KNOWN_FALSE


def test_a_tree_that_was_let_go_comes_back(context: EvaluationContext) -> None:
    formula = compiled("( when ( and ( > @a[0] 5 ) ( < @b[0] 3 ) ) ( do-nothing ) )", context)
    lean = formula.nbytes()
    source = formula.source
    assert [node.name for node in formula.root.walk() if node.name] == ["when", "and", ">", "<", "do-nothing"]
    assert formula.nbytes() > lean
    assert formula.source == source


def test_fifteen_nodes_take_no_more_than_four_kilobytes(context: EvaluationContext) -> None:
    text = "( and ( >= @a[0] 0 ) ( < @b[0] 100 ) ( or ( > @c[0] 500 ) ( > ( + @c[0] @d[0] ) 1000 ) ) )"
    assert compiled(text, context, Notes()).nbytes() <= 4096


def test_a_formula_that_is_no_list_is_refused(context: EvaluationContext) -> None:
    with pytest.raises(BuildError):
        compile_formula(SyntaxNode(NodeKind.NUMBER, "5"), context)
