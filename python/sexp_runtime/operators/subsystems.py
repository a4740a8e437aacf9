"""Operators on the state of a ship's subsystems (H.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import operator
from sexp_runtime.operators.status import P12_RESULTS, living_ship, name_reads, rounded
from sexp_runtime.values import NAN, NAN_FOREVER, Raw, Status
from sexp_runtime.world.classes import SUBSYSTEM_TYPES, UNKNOWN_SUBSYSTEM
from sexp_runtime.world.ships import Subsystem

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_TYPES = frozenset(kind.lower() for kind in SUBSYSTEM_TYPES)
_READS = name_reads(("subsystems",))


def _strength(parts: Iterable[Subsystem]) -> int:
    """Return the hull of subsystems taken together in percent, rounded; 0 for none."""
    found = list(parts)
    most = sum(part.max_hull for part in found)
    return rounded(100.0 * sum(max(part.hull, 0.0) for part in found) / most) if most > 0.0 else 0


@operator("hits-left-subsystem", reads=_READS, results=P12_RESULTS)
def hits_left_subsystem(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Percent left of all subsystems of the named one's type; of that one alone with a true third argument (H.3)."""
    ship = living_ship(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    subsystem = ship.subsystem(ctx.text(node.arg(1)))
    single = ctx.truth(node.arg(2))
    if subsystem is None:
        return NAN
    if single or subsystem.type == UNKNOWN_SUBSYSTEM:
        return _strength([subsystem])
    return _strength(part for part in ship.subsystems.values() if part.type == subsystem.type)


@operator("hits-left-subsystem-generic", reads=_READS, results=P12_RESULTS)
def hits_left_subsystem_generic(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Percent left of all subsystems of a type; 0 if the ship has none, NaN for ever for an unknown type (H.3)."""
    ship = living_ship(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    kind = ctx.name(node.arg(1))
    if kind not in _TYPES:
        return NAN_FOREVER
    return _strength(part for part in ship.subsystems.values() if part.type.lower() == kind)


@operator("hits-left-subsystem-specific", reads=_READS, results=P12_RESULTS)
def hits_left_subsystem_specific(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Percent left of the one subsystem named (H.3)."""
    ship = living_ship(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    subsystem = ship.subsystem(ctx.text(node.arg(1)))
    return NAN if subsystem is None else _strength([subsystem])
