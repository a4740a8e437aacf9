"""Operators on the state of a ship's subsystems (H.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import operator
from sexp_runtime.operators.status import P12_RESULTS, living_ship, name_reads, rounded
from sexp_runtime.values import NAN, NAN_FOREVER, Raw, Status
from sexp_runtime.world.classes import ENGINES, SUBSYSTEM_TYPES, UNKNOWN_SUBSYSTEM
from sexp_runtime.world.ships import Ship, Subsystem

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: Kinds of subsystems by their words in formulas (M2.7).
_TYPES = {kind.lower(): kind for kind in SUBSYSTEM_TYPES if kind != UNKNOWN_SUBSYSTEM}
#: Minimum percentage of an engine in the sum of engines (M2.9).
_LEAST_OF_ENGINE = 15.0
_READS = name_reads(("subsystems",))


def _strength(part: Subsystem) -> int:
    """Return the hits of a subsystem in percent, rounded."""
    return rounded(100.0 * max(part.hull, 0.0) / part.max_hull) if part.max_hull > 0.0 else 0


def _kind_strength(ship: Ship, kind: str) -> int:
    """Return the hits of all subsystems of a kind in percent, rounded: 100 if the ship has none (M2.9).

    Each engine counts for at least 15 percent, unless all are whole or all are at 0.
    """
    hits, most = ship.kind_sums(kind)
    if most <= 0.0:
        return 100
    if kind != ENGINES or not 0.0 < hits < most:
        return rounded(100.0 * hits / most)
    parts = [part for part in ship.subsystems.values() if part.type == kind and part.max_hull > 0.0]
    shares = [max(100.0 * part.hull / part.max_hull, _LEAST_OF_ENGINE) for part in parts]
    return rounded(sum(shares) / len(shares)) if shares else 100


@operator("hits-left-subsystem", reads=_READS, results=P12_RESULTS)
def hits_left_subsystem(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Percent left of all subsystems of the named one's kind; of that one alone with a true third argument (M3.15).

    A name that is not on the ship has no kind, which is whole; alone it is not a number.
    """
    ship = living_ship(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    subsystem = ship.subsystem(ctx.text(node.arg(1)))
    single = ctx.truth(node.arg(2))
    if subsystem is None:
        return NAN if single else 100
    if single or subsystem.type == UNKNOWN_SUBSYSTEM:
        return _strength(subsystem)
    return _kind_strength(ship, subsystem.type)


@operator("hits-left-subsystem-generic", reads=_READS, results=P12_RESULTS)
def hits_left_subsystem_generic(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Percent left of all subsystems of a kind; 0 for the word None, not a number for any other word (M2.7)."""
    ship = living_ship(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    word = ctx.name(node.arg(1))
    if word == "none":
        return 0
    kind = _TYPES.get(word)
    return NAN_FOREVER if kind is None else _kind_strength(ship, kind)


@operator("hits-left-subsystem-specific", reads=_READS, results=P12_RESULTS)
def hits_left_subsystem_specific(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Percent left of the one subsystem named (H.3)."""
    ship = living_ship(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    subsystem = ship.subsystem(ctx.text(node.arg(1)))
    return NAN if subsystem is None else _strength(subsystem)
