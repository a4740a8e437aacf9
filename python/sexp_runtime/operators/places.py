"""Positions of objects that formulas name: ships, wings, waypoints, any ship of a side (H.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.operators.counting import team_named
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import ReadsFunction
from sexp_runtime.operators.status import name_reads
from sexp_runtime.values import NAN, NAN_FOREVER, Status
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import DEATH_ROLL, EXITED, IDENTITY, NOT_YET, PRESENT, Matrix, Ship, Vector

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: Operators on positions: their results change no faster than the named objects can move.
MEASURING: Final = frozenset(
    {"distance", "distance-to-center", "distance-to-bbox", "get-object-x", "get-object-y", "get-object-z"}
)
#: A position, and the ship if it is a ship's.
Spot = tuple[Vector, Ship | None]


class Presence(Enum):
    """Whether a named object is there."""

    HERE = auto()
    ABSENT = auto()  #: unknown, or not there yet, or a wing between waves
    EXITED = auto()  #: a ship that has left, or a wing that is gone


_HERE, _ABSENT, _GONE = Presence.HERE, Presence.ABSENT, Presence.EXITED


def frame_of(spot: Spot) -> Matrix:
    """Return the orientation of the object at a spot; a waypoint has the axes of the world."""
    ship = spot[1]
    return IDENTITY if ship is None else ship.orientation


def find_places(ctx: EvaluationContext, arg: EvalNode | None) -> tuple[Presence, list[Spot]]:
    """Return the spots of a name: of one ship, a wing's ships, a waypoint, or the ships of `<any side>`."""
    world = ctx.world
    ship = ctx.ship(arg)
    if ship is not None:
        return _ship_spots(ship)
    wing = ctx.wing(arg)
    if wing is not None:
        if wing.gone:
            return _GONE, []
        members: list[Spot] = [(member.position, member) for member in world.wing_members(wing)]
        return (_HERE if members else _ABSENT), members
    text = ctx.text(arg)
    point = world.waypoints.point(text)
    if point is not None:
        return _HERE, [(point, None)]
    if text[:5].lower() == "<any ":
        ships: list[Spot] = [(found.position, found) for found in world.side_ships(team_named(text) or "")]
        return (_HERE if ships else _ABSENT), ships
    return _ABSENT, []


def _ship_spots(ship: Ship) -> tuple[Presence, list[Spot]]:
    if ship.status is EXITED:
        return _GONE, []
    if ship.status is NOT_YET:
        return _ABSENT, []
    return _HERE, [(ship.position, ship)]


def find_place(ctx: EvaluationContext, arg: EvalNode | None) -> tuple[Presence, Spot | None]:
    """Return the one spot of a name: a ship, a wing's leader, or a waypoint."""
    ship = ctx.ship(arg)
    if ship is not None:
        status = ship.status
        if status is PRESENT or status is DEATH_ROLL:
            return _HERE, (ship.position, ship)
        return (_GONE if status is EXITED else _ABSENT), None
    wing = ctx.wing(arg)
    if wing is not None:
        if wing.gone:
            return _GONE, None
        leader = ctx.world.wing_leader(wing)
        return (_ABSENT, None) if leader is None else (_HERE, (leader.position, leader))
    point = ctx.world.waypoints.point(ctx.text(arg))
    return (_ABSENT, None) if point is None else (_HERE, (point, None))


def find_spot(ctx: EvaluationContext, arg: EvalNode) -> Spot | None:
    """Return the single spot of a name, a ship in space or a waypoint; None for anything else.

    `arg` must be an atom with a fixed text, so that a caller that gets None can call `find_places`.
    """
    world = ctx.world
    candidate = ctx.candidate
    if candidate is not None and arg.is_placeholder:
        ship = ctx.ship(arg)
        text = "" if ship is not None else ctx.text(arg)
        name = text.lower()
    else:
        text = arg.text if arg.variable is None else world.variables.text(arg.variable)
        ship = world.ships_by_name.get(text)
        if ship is None:
            name = text.lower()
            ship = world.ships.get(name)
    if ship is not None:
        status = ship.status
        return (ship.position, ship) if status is PRESENT or status is DEATH_ROLL else None
    point = None if name in world.wings else world.waypoints.point(text)
    return None if point is None else (point, None)


def absent_result(presence: Presence) -> Status:
    """Return the usual result of position readers for an object that is not there: NAN, for ever once it has left."""
    return NAN_FOREVER if presence is _GONE else NAN


def place_reads(*fields: str, at: int = 0, count: int | None = 1) -> ReadsFunction:
    """Reads of the positions of `count` names from argument `at` on, and of further fields of them."""
    named = name_reads(("position", "jump", *fields), at=at, count=count)
    chosen = ("status", "position", "jump", *fields)

    def reads(world: Any, texts: Sequence[str]) -> Iterable[FactKey]:
        keys = list(named(world, texts))
        for text in texts[at : None if count is None else at + count]:
            name = text.lower()
            if ":" in name:
                keys.append(("waypoint", name.rpartition(":")[0]))
            if name.startswith("<any "):
                team = team_named(text)
                keys.append(("roster",))
                keys.extend(("team", team, field) for field in chosen)
        return keys

    return reads
