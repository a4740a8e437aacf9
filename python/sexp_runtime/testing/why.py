"""Explains a formula's current value: the formula as a tree with the value of every part, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.operators.node import BuildError
from sexp_runtime.operators.registry import Trait
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode
from sexp_runtime.values import FALSE, TRUE, UNKNOWN

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Maximum number of lines of a tree to show.
SHOWN_LINES: Final = 80
#: Parts with one of these are not evaluated: evaluation would change the mission, or be meaningless on its own.
_UNTOUCHED: Final = {
    Trait.ACTION: "not run",
    Trait.FLUSHES: "not run",
    Trait.RANDOM: "draws at random",
    Trait.STATEFUL: "depends on evaluations before",
}
#: Statuses that say no more than the value does.
_ORDINARY: Final = (TRUE, FALSE, UNKNOWN)
_CANDIDATE: Final = "<argument>"


def value_tree(session: MissionSession, formula: SexpExpression | None) -> str:
    """Return a formula as lines, one per part, each with its current value. This does not change the mission.

    Parts that act, draw or remember have no value in it, and neither do references to a candidate.
    """
    if formula is None:
        return "  no formula"
    world = session.world
    context = EvaluationContext(
        world, dialect=session.mission.dialect, options=session.settings.options, own=session.operators
    )
    lines = list(_lines(session, SexpEvaluator(context), formula.root, 1))
    if len(lines) > SHOWN_LINES:
        lines = [*lines[:SHOWN_LINES], f"  ... and {len(lines) - SHOWN_LINES} lines more"]
    return "\n".join(lines)


def _lines(session: MissionSession, evaluator: SexpEvaluator, node: SyntaxNode, depth: int) -> Iterator[str]:
    children = list(node.children)
    first = next((at for at, child in enumerate(children) if child.kind is NodeKind.LIST), len(children))
    text = "  " * depth + " ".join(_atom(session, child) for child in children[:first])
    yield f"{text:<58} {_value(evaluator, node)}".rstrip()
    for child in children[first:]:
        if child.kind is not NodeKind.LIST:
            yield "  " * (depth + 1) + _atom(session, child)
        elif child.children:
            yield from _lines(session, evaluator, child, depth + 1)


def _atom(session: MissionSession, node: SyntaxNode) -> str:
    if node.variable is not None:
        variables = session.world.variables
        return f"@{variables.names[node.variable]}[{variables.text(node.variable)}]"
    return f'"{node.text}"' if node.kind is NodeKind.STRING else node.text


def _value(evaluator: SexpEvaluator, node: SyntaxNode) -> str:
    """Return `= value` of a part, or why it has none; "" for a part that only contains others."""
    if node.operator is None or any(part.text == _CANDIDATE for part in node.walk()):
        return ""
    try:
        built = evaluator.build(node)
    except BuildError as error:
        return f"({error})"
    traits = Trait.NONE
    for part in built.walk():
        if part.spec is not None:
            traits |= part.spec.traits
    for trait, reason in _UNTOUCHED.items():
        if trait in traits:
            spec = built.head.spec
            own = spec.traits if spec is not None else Trait.NONE
            return f"({reason})" if trait in own and Trait.CONTROL not in own else ""
    value = evaluator.evaluate(built)
    special = "" if built.status in _ORDINARY else f" ({built.status})"
    return f"= {value}{special}"
