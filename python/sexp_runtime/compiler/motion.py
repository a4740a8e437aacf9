"""Which comparisons of distances and coordinates have a bound: a moment before which movement cannot change them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.places import MEASURING
from sexp_runtime.world.facts import FactKey

#: Fields of a ship that change whenever it flies or turns.
MOTION_FIELDS: Final = frozenset({"position", "velocity", "orientation"})
#: Fields to wait for instead: those that can make a ship faster, or move it at once.
_BOUND_FIELDS: Final = ("speed_bound", "docked", "jump", "radius")

_COMPARISONS: Final = frozenset({"=", "!=", "<", ">", "<=", ">="})
_DISTANCES: Final = frozenset({"distance", "distance-to-center", "distance-to-bbox"})
_COORDINATES: Final = MEASURING - _DISTANCES
_FOLDS: Final = frozenset({"+", "-", "min", "max", "abs"})


def is_position(node: EvalNode) -> bool:
    """Whether an operator node reads a distance or coordinate in a form whose speed can be bounded."""
    if node.name in _DISTANCES:
        return len(node.args) == 2
    return node.name in _COORDINATES and len(node.args) == 1


def is_moving_comparison(node: EvalNode) -> bool:
    """Whether a comparison has only distances and coordinates (at least one), atoms, and sums and the like of them."""
    if node.name not in _COMPARISONS or len(node.args) < 2:
        return False
    return all(map(_is_measurable, node.args)) and any(
        inner.kind is EvalKind.OPERATOR and is_position(inner) for inner in node.walk()
    )


def _is_measurable(arg: EvalNode) -> bool:
    if arg.kind is EvalKind.ATOM:
        return not arg.is_name and not arg.is_placeholder
    head = arg.inner
    if head is None:
        return False
    if is_position(head):
        return all(atom.kind is EvalKind.ATOM and not atom.is_name for atom in head.args)
    if head.name in _FOLDS or (head.name == "*" and sum(part.inner is not None for part in head.args) <= 1):
        return bool(head.args) and (head.name != "abs" or len(head.args) == 1) and all(map(_is_measurable, head.args))
    return False


def without_motion(keys: Iterable[FactKey]) -> list[FactKey]:
    """Return the facts that bound a motion in place of those that follow it."""
    kept: list[FactKey] = []
    for key in keys:
        if key[-1] in MOTION_FIELDS:
            kept.extend((*key[:-1], field) for field in _BOUND_FIELDS)
        else:
            kept.append(key)
    return kept
