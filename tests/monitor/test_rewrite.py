"""Rewrites: what each rule offers and refuses, and that each rewritten formula behaves like its original."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sexp_runtime.catalog import OPERATOR_NAMES
from sexp_runtime.monitor.rewrite import apply, apply_all, offers
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.syntax.parser import SexpParser
from sexp_runtime.syntax.printer import print_expression
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.syntax.tree import SyntaxNode
from sexp_runtime.world.world import World
from support.fuzzing import examples

PARSER = SexpParser(Symbols(OPERATOR_NAMES, variables=["a", "b"]))


def parse(text: str) -> SyntaxNode:
    result = PARSER.parse(text)
    assert result.expression is not None, (text, result.diagnostics)
    return result.expression.root


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("( when ( > ( + 1 2 ) @a[0] ) ( do-nothing ) )", "( when ( > 3 @a[0] ) ( do-nothing ) )"),
        ("( when ( >= ( mission-time ) 30 ) ( do-nothing ) )", "( when ( has-time-elapsed 30 ) ( do-nothing ) )"),
        ("( when ( < 9 ( mission-time ) ) ( do-nothing ) )", "( when ( has-time-elapsed 10 ) ( do-nothing ) )"),
        (
            "( when ( and ( true ) ( > ( mission-time ) 4 ) ) ( do-nothing ) )",
            "( when ( has-time-elapsed 5 ) ( do-nothing ) )",
        ),
        ("( when ( or ( false ) ( = @a[0] 1 ) ) ( do-nothing ) )", "( when ( = @a[0] 1 ) ( do-nothing ) )"),
    ],
)
def test_what_is_offered(before: str, after: str) -> None:
    assert print_expression(apply_all(parse(before))) == after


@pytest.mark.parametrize(
    "text",
    [
        "( when ( not ( > ( mission-time ) 5 ) ) ( do-nothing ) )",  # known true would turn into known false
        "( when ( or ( > ( mission-time ) 5 ) ( = ( rand-multiple 1 2 ) 1 ) ) ( do-nothing ) )",  # skips a draw
        "( when ( > ( mission-time ) @a[0] ) ( do-nothing ) )",
        "( when ( true ) ( modify-variable @a[0] ( + 1 2 ) ) )",
        "( when ( = ( / 5 0 ) 1 ) ( do-nothing ) )",
        "( when ( and 0 ( true ) ) ( do-nothing ) )",  # a number in first place (B35)
        '( when ( or ( false ) ( is-destroyed-delay 0 "A" ) ) ( do-nothing ) )',  # can be not-yet-known
    ],
)
def test_what_is_refused(text: str) -> None:
    assert offers(parse(text)) == []


def test_arguments_are_reordered_only_where_order_is_free() -> None:
    cost = {"=": 1.0, "is-destroyed-delay": 5.0}
    free = parse('( when ( and ( is-event-true "E" ) ( = @a[0] 1 ) ) ( do-nothing ) )')
    ordered = apply_all(free, lambda node: cost.get(node.operator or "", 2.0))
    assert print_expression(ordered) == '( when ( and ( = @a[0] 1 ) ( is-event-true "E" ) ) ( do-nothing ) )'
    for bound in (
        '( when ( and ( = ( hits-left "A" ) 1 ) ( = @a[0] 1 ) ) ( do-nothing ) )',  # remembers not-a-number (B40)
        "( when ( and ( = ( rand 1 9 ) 1 ) ( = @a[0] 1 ) ) ( do-nothing ) )",
        "( when ( and 1 ( = @a[0] 1 ) ) ( do-nothing ) )",
    ):
        assert offers(parse(bound), lambda node: float(len(print_expression(node)))) == []


def test_a_rewrite_belongs_to_its_formula() -> None:
    root = parse("( when ( >= ( mission-time ) 30 ) ( do-nothing ) )")
    offer = offers(root)[0]
    with pytest.raises(ValueError, match="another formula"):
        apply(parse("( when ( >= ( mission-time ) 30 ) ( do-nothing ) )"), offer)
    assert print_expression(root) == "( when ( >= ( mission-time ) 30 ) ( do-nothing ) )"


NUMBERS = st.sampled_from(["0", "1", "2", "5", "-3", "2147483647", "@a[0]", "@b[0]"])


def terms(depth: int) -> st.SearchStrategy[str]:
    """Numeric arguments."""
    if depth == 0:
        return NUMBERS | st.just("( mission-time )")
    deeper = terms(depth - 1)
    return NUMBERS | st.builds(
        "( {} {} {} )".format, st.sampled_from(["+", "-", "*", "/", "mod", "min", "max"]), deeper, deeper
    )


def conditions(depth: int) -> st.SearchStrategy[str]:
    """Boolean expressions over variables, time and events."""
    leaf = st.one_of(
        st.sampled_from(["( true )", "( false )", '( is-event-true "E" )', "( has-time-elapsed 3 )"]),
        st.builds("( {} {} {} )".format, st.sampled_from(["=", "<", ">", "<=", ">=", "!="]), terms(1), terms(1)),
        st.builds("( {} ( mission-time ) {} )".format, st.sampled_from([">", ">="]), st.integers(0, 6)),
    )
    if depth == 0:
        return leaf
    deeper = conditions(depth - 1)
    return st.one_of(
        leaf,
        st.builds("( {} {} {} )".format, st.sampled_from(["and", "or", "xor"]), deeper, deeper),
        st.builds("( and {} {} {} )".format, deeper, deeper, deeper),
        st.builds("( not {} )".format, deeper),
    )


@settings(max_examples=examples(400))
@given(
    st.builds("( {} {} ( modify-variable @b[0] ( + @b[0] 1 ) ) )".format, st.sampled_from(["when", "every-time"]),
              conditions(3)),
    st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 3)), min_size=1, max_size=12),
)  # fmt: skip
def test_a_rewritten_formula_behaves_like_its_original(text: str, steps: list[tuple[int, int]]) -> None:
    original = parse(text)
    rewritten = apply_all(original, lambda node: len(print_expression(node)))
    traces = []
    for root in (original, rewritten):
        world = World()
        for name in ("a", "b"):
            world.variables.declare(name, 0)
        event = world.add_event("E")
        evaluator = SexpEvaluator(EvaluationContext(world))
        node = evaluator.build(root)
        trace = []
        for seconds, value in steps:
            world.clock.advance_to(world.clock.us + seconds * 1_000_000)
            world.variables.set_number(0, value)
            event.result = value % 2
            result = evaluator.evaluate(node)
            trace.append((result, node.status.name == "KNOWN_FALSE", world.variables.snapshot()))
        traces.append(trace)
    assert traces[0] == traces[1], print_expression(rewritten)
