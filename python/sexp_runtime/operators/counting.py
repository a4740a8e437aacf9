"""Counting operators: percentages of ships lost, times of log entries, numbers of ships (H.1, H.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sexp_runtime.operators.fates import destroyed_fix
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.reads import both, fixed_reads
from sexp_runtime.operators.registry import operator
from sexp_runtime.operators.status import name_reads, nan_result
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Raw, c_divide, wrap32
from sexp_runtime.world import log as kinds
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import DEATH_ROLL, EXITED, NOT_YET, PRESENT, Ship
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_PERCENT = (KNOWN_FALSE, KNOWN_TRUE)
_NAMES_AFTER_NUMBER = name_reads(at=1, count=None, log=True)
_IN_SPACE = (PRESENT, DEATH_ROLL)

#: Counts for a wing: (ships that count, ships that never will).
WingCount = Callable[[Wing], tuple[int, int]]
#: For a ship: whether its entry is in the log.
ShipCount = Callable[["EvaluationContext", Ship], bool]


# Percentages


def _percent(ctx: EvaluationContext, node: EvalNode, of_ship: ShipCount, of_wing: WingCount | None) -> Raw:
    """Compare the percentage of ships that count with a threshold: KT reached, KF out of reach, else F (H.1).

    Looks up a name as a wing first.
    """
    wanted = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    total = count = impossible = 0
    for arg in node.args[1:]:
        wing = ctx.wing(arg) if of_wing is not None else None
        if wing is not None and of_wing is not None:
            total += wing.waves * wing.size
            counted, lost = of_wing(wing)
            count += counted
            impossible += lost
            continue
        total += 1
        ship = ctx.ship(arg)
        if ship is None or ship.status is NOT_YET:
            continue
        if of_ship(ctx, ship):
            count += 1
        elif ship.status is EXITED:
            impossible += 1
    if total <= 0:
        return 0
    if c_divide(wrap32(count * 100), total) >= wanted:
        return KNOWN_TRUE
    if c_divide(wrap32(impossible * 100), total) > 100 - wanted:
        return KNOWN_FALSE
    return 0


def _has_entry(kind: str) -> ShipCount:
    return lambda ctx, ship: ctx.world.log.first(kind, ship.name) is not None


@operator("percent-ships-destroyed", reads=_NAMES_AFTER_NUMBER, results=_PERCENT)
def percent_ships_destroyed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when at least the given percentage of the ships are destroyed (H.1)."""
    return _percent(
        ctx,
        node,
        lambda context, ship: destroyed_fix(context, ship.name) is not None,
        lambda wing: (wing.destroyed, wing.departed + wing.vanished),
    )


@operator("percent-ships-departed", reads=_NAMES_AFTER_NUMBER, results=_PERCENT)
def percent_ships_departed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when at least the given percentage of the ships have departed (H.1)."""
    return _percent(
        ctx,
        node,
        _has_entry(kinds.SHIP_DEPARTED),
        lambda wing: (wing.departed, wing.destroyed + wing.vanished),
    )


@operator("percent-ships-arrived", reads=_NAMES_AFTER_NUMBER, results=_PERCENT)
def percent_ships_arrived(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when at least the given percentage of the ships have arrived: wings by counter, ships by the log (H.1)."""
    return _percent(ctx, node, _has_entry(kinds.SHIP_ARRIVED), lambda wing: (wing.arrived, 0))


@operator("percent-ships-disabled", reads=_NAMES_AFTER_NUMBER, results=_PERCENT)
def percent_ships_disabled(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when at least the given percentage of the ships were disabled (H.1)."""
    return _percent(ctx, node, _has_entry(kinds.DISABLED), None)


@operator("percent-ships-disarmed", reads=_NAMES_AFTER_NUMBER, results=_PERCENT)
def percent_ships_disarmed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when at least the given percentage of the ships were disarmed (H.1)."""
    return _percent(ctx, node, _has_entry(kinds.DISARMED), None)


@operator("percent-ships-scanned", reads=_NAMES_AFTER_NUMBER, results=_PERCENT)
def percent_ships_scanned(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when the cargo of at least the given percentage of the ships was revealed (H.1)."""
    return _percent(ctx, node, _has_entry(kinds.CARGO_REVEALED), None)


def _types_named(text: str) -> list[str]:
    """Return the ship types of a type name; "fighter/bomber" means both."""
    name = text.lower()
    return name.split("/") if name == "fighter/bomber" else [name]


def _type_reads(world: Any, texts: Sequence[str]) -> Iterable[FactKey]:
    return [("type", name) for name in _types_named(texts[1] if len(texts) > 1 else "")]


@operator("ship-type-destroyed", reads=_type_reads, results=_PERCENT)
def ship_type_destroyed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when at least the given percentage of a type's ships were killed, except those flagged ignore-count (H.1)."""
    wanted = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    world = ctx.world
    names = _types_named(ctx.text(node.arg(1)))
    total = sum(world.type_totals.get(name, 0) for name in names)
    if total <= 0:
        return 0
    killed = sum(world.type_kills.get(name, 0) for name in names)
    return KNOWN_TRUE if killed * 100 // total >= wanted else 0


# Moments


def _entry_seconds(fix: int) -> int:
    return fix >> 16


@operator("time-ship-destroyed", reads=name_reads(log=True), results=(NAN, NAN_FOREVER))
def time_ship_destroyed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whole seconds of mission time at which a ship was destroyed (H.2, G7)."""
    ship = ctx.ship(node.arg(0))
    if ship is None or ship.status in (NOT_YET, PRESENT):
        return NAN
    fix = destroyed_fix(ctx, ship.name)
    if fix is None:
        return NAN_FOREVER
    return _entry_seconds(fix)


@operator("time-ship-departed", reads=name_reads(log=True), results=(NAN, NAN_FOREVER))
def time_ship_departed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whole seconds of mission time at which a ship departed; undecided for a dying ship (H.2)."""
    ship = ctx.ship(node.arg(0))
    if ship is None or ship.status is not EXITED:
        return NAN
    fix = ctx.world.log.first(kinds.SHIP_DEPARTED, ship.name)
    return NAN_FOREVER if fix is None else _entry_seconds(fix)


@operator("time-ship-arrived", reads=name_reads(log=True), results=(NAN,))
def time_ship_arrived(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whole seconds of mission time at which a ship arrived, by its log entry; never NaN for ever (H.2)."""
    ship = ctx.ship(node.arg(0))
    if ship is None or ship.status is NOT_YET:
        return NAN
    fix = ctx.world.log.first(kinds.SHIP_ARRIVED, ship.name)
    return NAN if fix is None else _entry_seconds(fix)


def _time_wing(ctx: EvaluationContext, node: EvalNode, kind: str) -> Raw:
    wing = ctx.wing(node.arg(0))
    if wing is None or not wing.gone:
        return NAN
    fix = ctx.world.log.first(kind, wing.name)
    return NAN_FOREVER if fix is None else _entry_seconds(fix)


@operator("time-wing-destroyed", reads=name_reads(log=True), results=(NAN, NAN_FOREVER))
def time_wing_destroyed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whole seconds of mission time at which a wing was destroyed (H.2)."""
    return _time_wing(ctx, node, kinds.WING_DESTROYED)


@operator("time-wing-departed", reads=name_reads(log=True), results=(NAN, NAN_FOREVER))
def time_wing_departed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whole seconds of mission time at which a wing departed (H.2)."""
    return _time_wing(ctx, node, kinds.WING_DEPARTED)


@operator("time-wing-arrived", reads=name_reads(log=True), results=(NAN,))
def time_wing_arrived(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whole seconds of mission time of a wing's first arrival entry (H.2)."""
    wing = ctx.wing(node.arg(0))
    if wing is None or wing.arrived == 0:
        return NAN
    fix = ctx.world.log.first(kinds.WING_ARRIVED, wing.name)
    return NAN if fix is None else _entry_seconds(fix)


def _time_docking(ctx: EvaluationContext, node: EvalNode, kind: str) -> Raw:
    ships: list[Ship] = []
    for arg in node.args[:2]:
        ship = ctx.ship(arg)
        if ship is None or ship.status is NOT_YET:
            return NAN
        ships.append(ship)
    if len(ships) < 2:
        return NAN
    count = ctx.natural(node.arg(2))
    if ctx.nan is not None:
        return ctx.nan
    fix = ctx.world.log.nth(kind, ships[0].name, ships[1].name, max(count, 1))
    if fix is not None:
        return _entry_seconds(fix)
    return NAN_FOREVER if any(ship.status is EXITED for ship in ships) else NAN


@operator("time-docked", reads=name_reads(count=2, log=True), results=(NAN, NAN_FOREVER))
def time_docked(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whole seconds of mission time of the n-th docking of two ships (H.2)."""
    return _time_docking(ctx, node, kinds.DOCKED)


@operator("time-undocked", reads=name_reads(count=2, log=True), results=(NAN, NAN_FOREVER))
def time_undocked(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whole seconds of mission time of the n-th undocking of two ships (H.2)."""
    return _time_docking(ctx, node, kinds.UNDOCKED)


# How many


def team_named(text: str) -> str | None:
    """Return the side named by `<any side>` or a plain side's name, in lower case; None for the empty text."""
    name = text.lower()
    if name.startswith("<any ") and name.endswith(">"):
        return name[5:-1]
    return name or None


@operator("num-ships-in-battle", reads=both(fixed_reads(("roster",)), name_reads(count=None)))
def num_ships_in_battle(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Number of ships in space: all, or those of the sides, wings and ships named; duplicates count twice (H.2)."""
    ships = ctx.world.ships.values()
    if not node.args:
        return sum(1 for ship in ships if ship.status in _IN_SPACE)
    count = 0
    for arg in node.args:
        found = ctx.ship(arg)
        if found is not None:
            count += found.status in _IN_SPACE
            continue
        wing = ctx.wing(arg)
        if wing is not None:
            count += wing.current
            continue
        team = team_named(ctx.text(arg))
        count += sum(1 for ship in ships if ship.status in _IN_SPACE and ship.team.lower() == team)
    return count


@operator("num-ships-in-wing", reads=name_reads(count=None))
def num_ships_in_wing(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Number of ships now in the wings named; unknown wings have none (H.2)."""
    wings = [ctx.wing(arg) for arg in node.args]
    return wrap32(sum(wing.current for wing in wings if wing is not None))


@operator("num-players", reads=fixed_reads(("roster",), ("player", "ship")))
def num_players(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Number of player ships in space: at most one in single player (H.2)."""
    ship = ctx.world.ships.get(ctx.world.player.ship)
    return 1 if ship is not None and ship.status in _IN_SPACE else 0


@operator("is-in-mission", reads=name_reads(count=None))
def is_in_mission(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when all ships named are in space and all wings have a ship there; dying ships are (H.3)."""
    for arg in node.args:
        ship = ctx.ship(arg)
        if ship is not None:
            if ship.status not in _IN_SPACE:
                return 0
            continue
        wing = ctx.wing(arg)
        if wing is None or wing.current <= 0:
            return 0
    return 1


@operator("get-hotkey", reads=name_reads(("hotkey",)))
def get_hotkey(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Number of the hotkey set that a ship or wing is in, -1 for none (H.2)."""
    ship = ctx.ship(node.arg(0))
    if ship is not None:
        return ship.hotkey
    wing = ctx.wing(node.arg(0))
    return wing.hotkey if wing is not None else -1
