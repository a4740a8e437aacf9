"""Operators on what the player knows about ships: cargo, scans and tags (H.3, G5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.operators.status import P12_RESULTS, name_reads, nan_result, seconds_over, ship_in_space
from sexp_runtime.values import CANT_EVAL, FALSE, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Raw, Status
from sexp_runtime.world import log as kinds
from sexp_runtime.world.ships import EXITED, NOT_YET, Ship

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_KNOWLEDGE = (CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN_FOREVER)


@operator("is-cargo", reads=name_reads(("cargo", "subsystems"), at=1), results=(NAN, NAN_FOREVER, CANT_EVAL))
def is_cargo(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a ship or one of its subsystems carries that cargo, compared without case (H.3).

    A whole ship's cargo is that of the file before arrival and of its exit record afterwards.
    """
    wanted = ctx.name(node.arg(0))
    ship = ctx.ship(node.arg(1))
    if ship is None:
        return NAN
    if ctx.wcs and ship.status is NOT_YET:
        return CANT_EVAL
    if len(node.args) > 2:
        if ship.status is NOT_YET:
            return NAN
        if ship.status is EXITED:
            return NAN_FOREVER
        subsystem = ship.subsystem(ctx.text(node.arg(2)))
        return int(subsystem is not None and _same_cargo(subsystem.cargo, wanted))
    if ship.exit_record is not None:  # also of an earlier ship of the name (M11.5)
        return int(_same_cargo(ship.exit_record.cargo, wanted))
    return NAN_FOREVER if ship.status is EXITED else int(_same_cargo(ship.cargo, wanted))


def _same_cargo(cargo: str, wanted: str) -> bool:
    """Compare cargo, ignoring case and the prefix of hidden cargo; no cargo matches nothing."""
    return cargo != "" and cargo.lower().removeprefix("#") == wanted.removeprefix("#")


def _cargo_known(ctx: EvaluationContext, arg: EvalNode, delay: int) -> Raw:
    """Judge one ship: 1 when its cargo has been known for the delay; a status ends the search."""
    ship = ctx.ship(arg)
    if ship is None:
        return FALSE
    if ship.status is NOT_YET:
        return CANT_EVAL
    if ship.status is EXITED or ship.exit_record is not None:  # also of an earlier ship of the name (M11.5)
        if ship.exit_record is None:
            return KNOWN_FALSE if ctx.wcs else NAN_FOREVER
        if not ship.exit_record.cargo_known:
            return KNOWN_FALSE
        return int(seconds_over(ctx, ship.exit_record.cargo_fix, delay))
    return int(ship.cargo_known and seconds_over(ctx, ship.cargo_fix, delay))


def _all_known(ctx: EvaluationContext, args: list[EvalNode], delay: int) -> Raw:
    result = 1
    for arg in args:
        known = _cargo_known(ctx, arg, delay)
        if isinstance(known, Status):
            return 0 if known is FALSE else known
        if not known:
            result = 0
    return result


@operator("is-cargo-known", reads=name_reads(("cargo_known",), count=None), traits=Trait.TIME, results=_KNOWLEDGE)
def is_cargo_known(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T, never KT, when the cargo of all ships named is known (H.3)."""
    return _all_known(ctx, node.args, 0)


@operator(
    "is-cargo-known-delay", reads=name_reads(("cargo_known",), at=1, count=None), traits=Trait.TIME, results=_KNOWLEDGE
)
def is_cargo_known_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when the cargo of all ships named has been known for the given whole seconds (H.3, G5)."""
    delay = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    return _all_known(ctx, node.args[1:], delay)


def _subsystem_known(ctx: EvaluationContext, ship: Ship, name: str, delay: int) -> Raw:
    if ship.status is EXITED:
        fix = ctx.world.log.first(kinds.SUBSYSTEM_CARGO_REVEALED, ship.name, name)
        return KNOWN_FALSE if fix is None else int(seconds_over(ctx, fix, delay))
    subsystem = ship.subsystem(name)
    if subsystem is None:
        return int(seconds_over(ctx, 0, delay))
    return int(subsystem.cargo_known and seconds_over(ctx, subsystem.cargo_fix, delay))


@operator(
    "cap-subsys-cargo-known-delay",
    reads=name_reads(("subsystems",), at=1, log=True),
    traits=Trait.TIME,
    results=_KNOWLEDGE,
)
def cap_subsys_cargo_known_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when the cargo of all subsystems named has been known for the given whole seconds (H.3).

    After the ship's exit the log decides; a subsystem that does not exist counts as known since the start.
    """
    delay = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    ship = ctx.ship(node.arg(1))
    if ship is None:
        return 0
    if ship.status is NOT_YET:
        return CANT_EVAL
    result = 1
    for arg in node.args[2:]:
        known = _subsystem_known(ctx, ship, ctx.text(arg), delay)
        if isinstance(known, Status):
            return known
        if not known:
            result = 0
    return result


@operator(
    "has-been-tagged-delay", reads=name_reads(("tagged",), at=1, count=None), traits=Trait.TIME, results=_KNOWLEDGE
)
def has_been_tagged_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when all ships named were tagged the given whole seconds ago; after an exit, counted from the exit (H.3)."""
    delay = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    result: Raw = KNOWN_TRUE
    for arg in node.args[1:]:
        ship = ctx.ship(arg)
        if ship is None:
            return 0
        if ship.status is NOT_YET:
            return CANT_EVAL
        since = ship.tag_fix
        if ship.status is EXITED or ship.exit_record is not None:  # also of an earlier ship of the name (M11.5)
            if ship.exit_record is None:
                return KNOWN_FALSE if ctx.wcs else NAN_FOREVER
            if not ship.exit_record.tagged:
                return KNOWN_FALSE
            since = ship.exit_record.fix
        if since is None or not seconds_over(ctx, since, delay):
            result = 0
    return result


@operator("is_tagged", reads=name_reads(("tagged",)), traits=Trait.TIME, results=P12_RESULTS)
def is_tagged(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T while a ship is tagged, by the game or temporarily by an action (H.3, M9.10)."""
    ship = ship_in_space(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    end = ship.tag_end_us()
    if ship.tagged or ctx.world.clock.us >= end:
        return int(ship.tagged)
    ctx.due_us(end)
    return 1
