"""Fate operators: the fate of ships and wings, read from the mission log (H.1). A known true is permanent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.operators.status import all_of, known_true_after, name_reads, nan_result
from sexp_runtime.values import CANT_EVAL, FALSE, KNOWN_FALSE, KNOWN_TRUE, Raw, Status
from sexp_runtime.world import log as kinds
from sexp_runtime.world.clock import FIX_ONE
from sexp_runtime.world.ships import EXITED, NOT_YET, PRESENT, Ship

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_RESULTS: Final = (CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE)
_CONTAINER_DATA: Final = EvalKind.CONTAINER_DATA
#: The entries that make a ship or wing count as destroyed in WCS, in the order in which their times count.
_DESTRUCTIONS: Final = (kinds.SHIP_DESTROYED, kinds.SELF_DESTRUCTED, kinds.WING_DESTROYED)
#: Reads of operators with names from the first argument on or, after a delay, from the second.
_NAMES = name_reads(count=None, log=True)
_NAMES_AFTER_DELAY = name_reads(at=1, count=None, log=True)

#: The time (fix) since which something is true of a ship or wing, None if it is not, or a status that decides.
Fate = int | Status | None


def destroyed_fix(ctx: EvaluationContext, name: str) -> int | None:
    """Return the time (fix) at which a ship was destroyed or destroyed itself by the log, else None."""
    times = ctx.world.log.firsts(name)
    fix = times.get(kinds.SHIP_DESTROYED)
    return times.get(kinds.SELF_DESTRUCTED) if fix is None else fix


def _read_again(ctx: EvaluationContext, arg: EvalNode, times: Mapping[str, int]) -> Mapping[str, int]:
    """Return the log's entries about a name after another look-up: container data is read each time (J22)."""
    return ctx.world.log.firsts(ctx.text(arg)) if arg.kind is _CONTAINER_DATA else times


def _either(times: Mapping[str, int], kind: str, other: str) -> int | None:
    fix = times.get(kind)
    return times.get(other) if fix is None else fix


def _not_yet(ctx: EvaluationContext, arg: EvalNode) -> bool:
    """Whether a name is a ship, or else a wing, that is yet to arrive."""
    ship = ctx.ship(arg)
    if ship is not None:
        return ship.status is NOT_YET
    wing = ctx.wing(arg)
    return wing is not None and wing.arrived == 0


def _judged(name: str, judge: Callable[[EvaluationContext, EvalNode], Fate]) -> None:
    """Register an operator that is KT when `judge` counts for all ships and wings named (H.1).

    Registers `name-delay` as well, which waits for a delay in seconds since the latest (pattern N, G4).
    """

    def run(ctx: EvaluationContext, node: EvalNode) -> Raw:
        return known_true_after(ctx, all_of(ctx, node.args, judge), 0)

    def run_delayed(ctx: EvaluationContext, node: EvalNode) -> Raw:
        args = node.args
        delay = ctx.natural(args[0] if args else None)
        if ctx.nan is not None:
            return nan_result(ctx.nan)
        return known_true_after(ctx, all_of(ctx, args[1:], judge), delay)

    operator(name, reads=_NAMES, traits=Trait.TIME, results=_RESULTS)(run)
    operator(f"{name}-delay", reads=_NAMES_AFTER_DELAY, traits=Trait.TIME, results=_RESULTS)(run_delayed)


# is-destroyed


def _destroyed(ctx: EvaluationContext, arg: EvalNode) -> Fate:
    if ctx.wcs:
        return _destroyed_wcs(ctx, arg)
    ship = ctx.ship(arg)
    if ship is not None:
        if ship.status is NOT_YET:
            return CANT_EVAL
        if ship.status is PRESENT:
            return None
        fix = destroyed_fix(ctx, ship.name)
        return KNOWN_FALSE if fix is None else fix
    return _wing_gone(ctx, arg, kinds.WING_DESTROYED)


def _wing_gone(ctx: EvaluationContext, arg: EvalNode, kind: str) -> Fate:
    """Return the fate of a wing by the log entry of this kind, which it has if it is gone."""
    wing = ctx.wing(arg)
    if wing is None:
        return None
    if not wing.gone:
        return CANT_EVAL if wing.arrived == 0 else None
    fix = ctx.world.log.first(kind, wing.name)
    return KNOWN_FALSE if fix is None else fix


def _destroyed_wcs(ctx: EvaluationContext, arg: EvalNode) -> Fate:
    """Judge by the log alone, as WCS does (K)."""
    times = ctx.world.log.firsts(ctx.text(arg))
    if kinds.SHIP_DEPARTED in times or kinds.WING_DEPARTED in times:
        return KNOWN_FALSE
    times = _read_again(ctx, arg, times)
    if times:
        for kind in _DESTRUCTIONS:
            if kind in times:
                return times[kind]
    return CANT_EVAL if _not_yet(ctx, arg) else None


_judged("is-destroyed", _destroyed)  # also self-destructed; a wing: all its ships (G4)


# was-destroyed-by


def _destroyed_by(ctx: EvaluationContext, killer: EvalNode, targets: Sequence[EvalNode], delay: int) -> Raw:
    attacker = ctx.ship(killer)
    if attacker is None:
        return 0
    if attacker.status is NOT_YET:
        return CANT_EVAL
    latest = 0
    missing = False
    for arg in targets:
        ship = ctx.ship(arg)
        if ship is None:
            return 0
        if ship.status is NOT_YET:
            return CANT_EVAL
        fix = ctx.world.log.first(kinds.SHIP_DESTROYED, ship.name, attacker.name)
        if fix is not None:
            latest = max(latest, fix)
        elif ship.status is EXITED:
            return KNOWN_FALSE
        else:
            missing = True
    return known_true_after(ctx, None if missing else latest, delay)


@operator("was-destroyed-by", reads=_NAMES, traits=Trait.TIME, results=_RESULTS)
def was_destroyed_by(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when all targets have a destroyed entry naming the killer, the first argument (H.1; WCS only)."""
    return _destroyed_by(ctx, node.args[0], node.args[1:], 0) if node.args else 0


@operator("was-destroyed-by-delay", reads=_NAMES_AFTER_DELAY, traits=Trait.TIME, results=_RESULTS)
def was_destroyed_by_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Like `was-destroyed-by`, after a delay in seconds (H.1)."""
    delay = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    return _destroyed_by(ctx, node.args[1], node.args[2:], delay) if len(node.args) > 1 else 0


# Subsystems, disabled, disarmed


def _subsystem_destroyed(ctx: EvaluationContext, node: EvalNode, delayed: bool) -> Raw:
    ship = ctx.ship(node.arg(0))
    if ship is None:
        return 0
    if ship.status is NOT_YET:
        return CANT_EVAL
    world = ctx.world
    if ctx.wcs and world.log.first(kinds.SHIP_DEPARTED, ship.name) is not None:
        return KNOWN_FALSE
    delay = 0
    if delayed:
        delay = ctx.natural(node.arg(2))
        if ctx.nan is not None:
            return nan_result(ctx.nan)
    fix = world.log.first(kinds.SUBSYSTEM_DESTROYED, ship.name, ctx.text(node.arg(1)))
    if fix is None:
        return KNOWN_FALSE if ship.status is EXITED else 0
    return known_true_after(ctx, fix, delay)


@operator("is-subsystem-destroyed", reads=name_reads(log=True), traits=Trait.TIME, results=_RESULTS)
def is_subsystem_destroyed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when the log says that the subsystem was destroyed (H.1)."""
    return _subsystem_destroyed(ctx, node, False)


@operator("is-subsystem-destroyed-delay", reads=name_reads(log=True), traits=Trait.TIME, results=_RESULTS)
def is_subsystem_destroyed_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Like `is-subsystem-destroyed`, after a delay in seconds (H.1)."""
    return _subsystem_destroyed(ctx, node, True)


def _logged(kind: str) -> Callable[[EvaluationContext, EvalNode], Fate]:
    """Return a judge for ships: the time of their entry of the kind; an unknown ship makes the whole false (H.1)."""

    def judge(ctx: EvaluationContext, arg: EvalNode) -> Fate:
        ship = ctx.ship(arg)
        if ship is None:
            return FALSE
        if ship.status is NOT_YET:
            return CANT_EVAL
        fix = ctx.world.log.first(kind, ship.name)
        if fix is None and ship.status is EXITED:
            return KNOWN_FALSE
        return fix

    return judge


_judged("is-disabled", _logged(kinds.DISABLED))  # repairs do not undo it
_judged("is-disarmed", _logged(kinds.DISARMED))


# Docking


def _dock_entry(ctx: EvaluationContext, node: EvalNode, kind: str, delayed: bool) -> Raw:
    """Judge the n-th dock or undock entry of two ships: a first, then b, then the numbers (H.1)."""
    ships: list[Ship] = []
    for arg in node.args[:2]:
        ship = ctx.ship(arg)
        if ship is None:
            return 0
        if ship.status is NOT_YET:
            return CANT_EVAL
        ships.append(ship)
    if len(ships) < 2:
        return 0
    numbers, forced = ctx.naturals([node.arg(2), node.arg(3)] if delayed else [node.arg(2)])
    if forced is not None:
        return nan_result(forced)
    fix = ctx.world.log.nth(kind, ships[0].name, ships[1].name, max(numbers[0], 1))
    if fix is None:
        gone = any(ship.status is EXITED for ship in ships)
        return KNOWN_FALSE if gone else 0
    return known_true_after(ctx, fix, numbers[1] if delayed else 0)


@operator("has-docked", reads=name_reads(count=2, log=True), traits=Trait.TIME, results=_RESULTS)
def has_docked(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when two ships have docked at least n times (H.1)."""
    return _dock_entry(ctx, node, kinds.DOCKED, False)


@operator("has-docked-delay", reads=name_reads(count=2, log=True), traits=Trait.TIME, results=_RESULTS)
def has_docked_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when the n-th docking of two ships was at least the given seconds ago (H.1)."""
    return _dock_entry(ctx, node, kinds.DOCKED, True)


@operator("has-undocked", reads=name_reads(count=2, log=True), traits=Trait.TIME, results=_RESULTS)
def has_undocked(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when two ships have undocked at least n times (H.1)."""
    return _dock_entry(ctx, node, kinds.UNDOCKED, False)


@operator("has-undocked-delay", reads=name_reads(count=2, log=True), traits=Trait.TIME, results=_RESULTS)
def has_undocked_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when the n-th undocking of two ships was at least the given seconds ago (H.1)."""
    return _dock_entry(ctx, node, kinds.UNDOCKED, True)


# Arrival and departure


def _arrived(ctx: EvaluationContext, arg: EvalNode) -> Fate:
    if ctx.wcs:
        times = ctx.world.log.firsts(ctx.text(arg))
        fix = _either(times, kinds.SHIP_ARRIVED, kinds.WING_ARRIVED) if times else None
        if fix is None:
            times = _read_again(ctx, arg, times)
            if kinds.SHIP_DESTROYED not in times and kinds.SHIP_DEPARTED not in times and _not_yet(ctx, arg):
                return CANT_EVAL
        return fix
    ship = ctx.ship(arg)
    if ship is not None:
        return ctx.world.log.first(kinds.SHIP_ARRIVED, ship.name)
    wing = ctx.wing(arg)
    return ctx.world.log.first(kinds.WING_ARRIVED, wing.name) if wing is not None else None


_judged("has-arrived", _arrived)  # ships that were there from the start have no entry (F41)


def _departed(ctx: EvaluationContext, arg: EvalNode) -> Fate:
    if ctx.wcs:
        times = ctx.world.log.firsts(ctx.text(arg))
        for kind in _DESTRUCTIONS:
            if kind in times:
                return KNOWN_FALSE
        found = _either(_read_again(ctx, arg, times), kinds.SHIP_DEPARTED, kinds.WING_DEPARTED)
        return CANT_EVAL if found is None and _not_yet(ctx, arg) else found
    ship = ctx.ship(arg)
    if ship is not None:
        if ship.status is NOT_YET:
            return CANT_EVAL
        if ship.status is not EXITED:
            return None
        fix = ctx.world.log.first(kinds.SHIP_DEPARTED, ship.name)
        return KNOWN_FALSE if fix is None else fix
    return _wing_gone(ctx, arg, kinds.WING_DEPARTED)


_judged("has-departed", _departed)  # a wing: at least one of its ships (F47)


def _departed_at(ctx: EvaluationContext, arg: EvalNode, place: str) -> Fate:
    ship = ctx.ship(arg)
    if ship is None:
        return FALSE
    if ship.status is NOT_YET:
        return CANT_EVAL
    fix = ctx.world.log.first(kinds.SHIP_DEPARTED, ship.name, place)
    if fix is None and ship.status is EXITED:
        return KNOWN_FALSE
    return fix


@operator("depart-node-delay", reads=name_reads(at=2, count=None, log=True), traits=Trait.TIME, results=_RESULTS)
def depart_node_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when all ships named departed inside that jump node at least the given seconds ago (H.1, G5)."""
    delay = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    place = ctx.text(node.arg(1))
    latest = all_of(ctx, node.args[2:], lambda context, arg: _departed_at(context, arg, place))
    return known_true_after(ctx, latest, delay)


def _gone(ctx: EvaluationContext, arg: EvalNode) -> Fate:
    """Judge destroyed or departed, wing first (H)."""
    log = ctx.world.log
    wing = ctx.wing(arg)
    if wing is not None:
        if wing.arrived == 0 and not wing.gone:
            return CANT_EVAL
        if not wing.gone:
            return None
        fix = log.first(kinds.WING_DESTROYED, wing.name)
        if fix is None:
            fix = log.first(kinds.WING_DEPARTED, wing.name)
        return 0 if fix is None else fix
    ship = ctx.ship(arg)
    if ship is None:
        return None
    if ship.status is NOT_YET:
        return CANT_EVAL
    if ship.status is PRESENT:
        return None
    fix = destroyed_fix(ctx, ship.name)
    if fix is None:
        fix = log.first(kinds.SHIP_DEPARTED, ship.name)
    return (KNOWN_FALSE if ship.status is EXITED else None) if fix is None else fix


@operator("destroyed-or-departed-delay", reads=_NAMES_AFTER_DELAY, traits=Trait.TIME, results=_RESULTS)
def destroyed_or_departed_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when all named are gone and strictly more than the given seconds have passed since the last (H.1, G5)."""
    delay = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    latest = all_of(ctx, node.args[1:], _gone)
    if isinstance(latest, Status):
        return latest
    if latest is None:
        return 0
    moment = latest + delay * FIX_ONE
    if ctx.world.clock.fix > moment:
        return KNOWN_TRUE
    ctx.due_fix(moment + 1)
    return 0


# Waypoints


def _waypoints(ctx: EvaluationContext, node: EvalNode, delay: int, count: int) -> Raw:
    ship = ctx.ship(node.arg(0))
    if ship is not None:
        if ship.status is NOT_YET:
            return CANT_EVAL
        name, gone = ship.name, ship.status is EXITED
    else:
        wing = ctx.wing(node.arg(0))
        if wing is None:
            return 0
        if wing.arrived == 0 and not wing.gone:
            return CANT_EVAL
        name, gone = wing.name, wing.gone
    fix = ctx.world.log.nth(kinds.WAYPOINTS_DONE, name, ctx.text(node.arg(1)), count)
    if fix is None:
        return KNOWN_FALSE if gone else 0
    return known_true_after(ctx, fix, delay)


@operator("are-waypoints-done", reads=name_reads(log=True), traits=Trait.TIME, results=_RESULTS)
def are_waypoints_done(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """KT when a ship or wing has flown a path of waypoints (H.1)."""
    return _waypoints(ctx, node, 0, 1)


@operator("are-waypoints-done-delay", reads=name_reads(log=True), traits=Trait.TIME, results=_RESULTS)
def are_waypoints_done_delay(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Like `are-waypoints-done`, after a delay in seconds; the numbers are judged before the names.

    A count given as fourth argument is multiplied by 65536, as in the original, and so practically never reached (H.1).
    """
    counted = len(node.args) > 3 and not ctx.wcs
    numbers, forced = ctx.naturals([node.arg(2), node.arg(3)] if counted else [node.arg(2)])
    if forced is not None:
        return nan_result(forced)
    return _waypoints(ctx, node, numbers[0], numbers[1] * FIX_ONE if counted else 1)
