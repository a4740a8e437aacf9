"""Runtime nodes, the evaluation step and what it notes for a cache (A35-A38, B10-B15, D3)."""

from __future__ import annotations

import random

import pytest

from sexp_runtime.catalog import CATALOG
from sexp_runtime.operators.building import MAX_DEPTH, BuildError, build
from sexp_runtime.operators.context import MAX_WARNINGS
from sexp_runtime.operators.interpreter import is_settled
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.syntax import NodeKind, SyntaxNode
from sexp_runtime.values import FALSE, KNOWN_TRUE, NAN, TRUE, UNKNOWN
from support.sexp_bench import Bench

WHEN = SyntaxNode(NodeKind.OPERATOR, "not")


def nested(depth: int) -> SyntaxNode:
    node = SyntaxNode(NodeKind.LIST, "", (SyntaxNode(NodeKind.OPERATOR, "true"),))
    for _ in range(depth - 1):
        node = SyntaxNode(NodeKind.LIST, "", (WHEN, node))
    return node


def test_deepest_formula_is_evaluated_and_deeper_ones_are_refused() -> None:
    bench = Bench()
    root = build(nested(MAX_DEPTH), bench.context)
    assert bench.context.evaluate(root) == MAX_DEPTH % 2
    for depth in (MAX_DEPTH + 1, 900):
        with pytest.raises(BuildError, match="nested deeper"):
            build(nested(depth), bench.context)


@pytest.mark.parametrize("root", [SyntaxNode(NodeKind.LIST), SyntaxNode(NodeKind.NUMBER, "5")])
def test_what_is_no_formula(root: SyntaxNode) -> None:
    with pytest.raises(BuildError, match="a formula is a list"):
        build(root, Bench().context)


def test_expression_arguments_have_wrappers_and_constants_are_shared() -> None:
    bench = Bench()
    one, two = (bench.formula(text).root for text in ("( and ( true ) 1 )", "( or ( true ) ( false ) )"))
    assert one.args[0].kind is EvalKind.WRAPPER
    assert one.args[0].inner is two.args[0].inner is bench.context.constants.true  # A37
    assert one.args[1].kind is EvalKind.ATOM
    assert one.args[0].status is UNKNOWN
    assert bench.context.constants.true.status is KNOWN_TRUE


def test_statuses_follow_the_table() -> None:
    bench = Bench(variables={"n": 0})
    formula = bench.formula("( / 6 @n[0] )")
    formula.evaluate()
    assert formula.status is NAN
    bench("( true )", variables={"n": 3})
    assert formula.evaluate() == 2
    assert formula.status is UNKNOWN  # B10: a number after NAN
    formula.evaluate()
    assert formula.status is TRUE
    bench("( true )", variables={"n": 7})
    formula.evaluate()
    assert formula.status is FALSE


def test_empty_list_is_false_without_status() -> None:
    bench = Bench()
    root = bench.formula("( not ( ) )").root
    assert bench.context.evaluate(root.args[0]) == 0  # A38
    assert root.args[0].status is UNKNOWN


def test_nodes_below_argument_forms_do_not_trap() -> None:
    bench = Bench()
    text = '( when-argument ( any-of "A" ) ( not ( false ) ) ( cond ( ( true ) ( when ( true ) ( do-nothing ) ) ) ) )'
    root = bench.formula(text).root
    for node in root.walk():
        if node.inner is bench.context.constants.true or node is bench.context.constants.true:
            continue
        below_clause = node.name == "when" or (node.inner is not None and node.inner.name == "when")
        in_clause = below_clause or node.name == "do-nothing"
        in_clause = in_clause or (node.inner is not None and node.inner.name == "do-nothing")
        if node.kind in (EvalKind.OPERATOR, EvalKind.WRAPPER) and node is not bench.context.constants.false:
            assert node.traps is in_clause, node
            assert (node.form is None) is in_clause


def test_unknown_operator_is_false_with_a_warning() -> None:
    bench = Bench()
    head = SyntaxNode(NodeKind.OPERATOR, "no-such-thing", line=7)
    root = build(SyntaxNode(NodeKind.LIST, "", (head,), line=7), bench.context)
    assert bench.context.evaluate(root) == 0
    assert bench.context.warnings == ["line 7: unknown operator 'no-such-thing' counts as false"]


def test_a_warning_of_an_action_names_its_line() -> None:
    bench = Bench()
    bench('\n( when\n( true )\n( alter-ship-flag "warp" ( true ) ( false ) ) )')
    assert bench.context.warnings == ["line 4: alter-ship-flag: there is no flag 'warp'"]
    bench.context.warn("no action runs")
    assert bench.context.warnings[1] == "no action runs"


def test_warnings_are_bounded() -> None:
    context = Bench().context
    for number in range(MAX_WARNINGS + 50):
        context.warn(str(number))
    assert len(context.warnings) == MAX_WARNINGS
    assert context.warning_count == MAX_WARNINGS + 50


def settled(bench: Bench, text: str) -> bool:
    """Evaluate once and say whether the context allows the result to be kept."""
    bench.formula(text)
    bench.context.start()
    effects = bench.context.effects
    bench(text)
    return is_settled(bench.context) and bench.context.effects == effects


def test_evaluation_settles_when_nothing_changes_any_more() -> None:
    bench = Bench(ships={"N": {"status": "not-yet"}}, variables={"n": 0})
    late = '( > 1000 ( hits-left "N" ) )'
    assert [settled(bench, late) for _ in range(3)] == [False, True, True]
    once = "( and-in-sequence ( = @n[0] 0 ) ( = @n[0] 1 ) )"
    assert [settled(bench, once) for _ in range(3)] == [False, True, True]
    assert settled(bench, "( = @n[0] 0 )")
    every = "( every-time ( = @n[0] 5 ) ( do-nothing ) )"
    settled(bench, every)
    assert settled(bench, every)


@pytest.mark.parametrize(
    "text",
    [
        "( do-nothing )",
        "( rand-multiple 1 6 )",
        '( string-equals &L& ( Remove_First ) "x" )',
        "( is-true-for-duration 5 ( false ) )",
        '( when-argument ( any-of "A" ) ( true ) ( invalidate-argument "A" ) )',
        '( reset-event "E" )',
    ],
)
def test_effects_forbid_keeping_a_result(text: str) -> None:
    bench = Bench(containers={"L": {"list": ["x", "y"]}}, events={"E": {}}, time=1)
    assert not settled(bench, text)


class _Watcher:
    def __init__(self) -> None:
        self.open: list[EvalNode] = []
        self.seen: list[str] = []

    def enter(self, node: EvalNode) -> None:
        self.open.append(node)
        self.seen.append(node.name)

    def leave(self, node: EvalNode) -> None:
        assert self.open.pop() is node


def test_profiler_sees_operators_in_order() -> None:
    bench = Bench()
    watcher = _Watcher()
    bench.context.profiler = watcher
    assert bench("( + 1 ( * 2 3 ) ( abs -1 ) )") == 8
    assert watcher.seen == ["+", "*", "abs"]
    assert watcher.open == []


def test_a_provider_out_of_place_does_no_harm() -> None:
    bench = Bench(containers={"L": {"list": ["x", "y"]}})
    text = '( when-argument ( any-of "A" ) ( true ) ( any-of &&L "<argument>" ) ( any-of "B" ) )'
    assert bench(text) == 1
    assert any("first argument of a form" in warning for warning in bench.context.warnings)


ATOMS = (
    '1 0 -3 "P" "X" "N" "W" "Ghost" @n[0] "@s[]" ( true ) ( false ) ( / 1 0 ) ( hits-left "X" ) &&L &&M <argument>'
    ' "<argument>" ( = 1 1 ) ( + 1 2 ) "E" ( do-nothing ) 2147483647 -2147483648'
)


@pytest.mark.parametrize("seed", range(4))
def test_no_operator_raises_on_odd_arguments(seed: int) -> None:
    rng = random.Random(seed)
    pieces = ATOMS.replace("( ", "(").split(" ")
    words: list[str] = []
    for piece in pieces:  # join the parts of each list again
        if words and words[-1].count("(") > words[-1].count(")"):
            words[-1] += " " + piece
        else:
            words.append(piece)
    bench = Bench(
        variables={"n": 3, "s": "P"},
        containers={"L": {"list": ["a", "P"]}, "M": {"map": {"k": "v"}}},
        ships={
            "P": {"status": "present", "hull": 40},
            "X": {"status": "exited", "exit": "destroyed"},
            "N": {"status": "not-yet"},
        },
        wings={"W": {"waves": 1, "size": 2, "arrived": 2, "current": 2}},
        events={"E": {}},
        time=5,
    )
    for name in sorted(CATALOG):
        if name not in CATALOG.fso:
            continue
        text = f"( {name} {' '.join(rng.choice(words) for _ in range(rng.randrange(7)))} )"
        if rng.random() < 0.3:
            text = f'( when-argument ( any-of "P" "@s[]" &&L ) ( true ) {text} )'
        bench.context.candidate = None
        bench(text)
        bench(text)
        assert bench.context.candidate is None
        assert bench.context.applicable == []
        assert not any(container.in_use for container in bench.world.containers.by_name.values())
