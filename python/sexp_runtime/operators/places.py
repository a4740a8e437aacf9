"""Where the things that formulas name are: ships, wings, waypoints, any ship of a side (H.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from sexp_runtime.operators.counting import team_named
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import ReadsFunction
from sexp_runtime.operators.status import name_reads
from sexp_runtime.values import NAN, NAN_FOREVER, Status
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import IDENTITY, Matrix, Ship, ShipStatus, Vector

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

# Members by names of their own, because looking them up in the class takes long.
_NOT_YET, _PRESENT, _DEATH_ROLL, _EXITED = (
    ShipStatus.NOT_YET, ShipStatus.PRESENT, ShipStatus.DEATH_ROLL, ShipStatus.EXITED,
)  # fmt: skip


class Presence(Enum):
    """Whether a named thing is there."""

    HERE = auto()
    ABSENT = auto()  #: unknown, or not there yet, or a wing between waves
    EXITED = auto()  #: a ship that has left, or a wing that is gone


_HERE, _ABSENT, _GONE = Presence.HERE, Presence.ABSENT, Presence.EXITED


@dataclass(slots=True)
class Place:
    """One thing that is somewhere; `ship` when it is a ship."""

    position: Vector
    orientation: Matrix = IDENTITY
    ship: Ship | None = None


def place_of(ship: Ship) -> Place:
    """Return a ship's place."""
    return Place(ship.position, ship.orientation, ship)


def find_places(ctx: EvaluationContext, arg: EvalNode | None) -> tuple[Presence, list[Place]]:
    """Return everything that a name stands for: one ship, a wing's ships, a waypoint, or all ships of `<any side>`."""
    world = ctx.world
    ship = ctx.ship(arg)
    if ship is not None:
        return _ship_places(ship)
    wing = ctx.wing(arg)
    if wing is not None:
        if wing.gone:
            return Presence.EXITED, []
        members = [place_of(member) for member in world.wing_members(wing)]
        return (Presence.HERE if members else Presence.ABSENT), members
    text = ctx.text(arg)
    point = world.point(text)
    if point is not None:
        return _HERE, [Place(point)]
    if text[:5].lower() == "<any ":
        team = team_named(text)
        ships = [
            place_of(found)
            for found in world.ships.values()
            if ((status := found.status) is _PRESENT or status is _DEATH_ROLL) and found.team.lower() == team
        ]
        return (Presence.HERE if ships else Presence.ABSENT), ships
    return Presence.ABSENT, []


def _ship_places(ship: Ship) -> tuple[Presence, list[Place]]:
    if ship.status is _EXITED:
        return _GONE, []
    if ship.status is _NOT_YET:
        return _ABSENT, []
    return _HERE, [Place(ship.position, ship.orientation, ship)]


def find_place(ctx: EvaluationContext, arg: EvalNode | None) -> tuple[Presence, Place | None]:
    """Return the one place of a name: a ship, a wing's leader, or a waypoint."""
    world = ctx.world
    ship = ctx.ship(arg)
    if ship is not None:
        presence, places = _ship_places(ship)
        return presence, places[0] if places else None
    wing = ctx.wing(arg)
    if wing is not None:
        if wing.gone:
            return Presence.EXITED, None
        leader = world.wing_leader(wing)
        return (Presence.ABSENT, None) if leader is None else (Presence.HERE, place_of(leader))
    point = world.point(ctx.text(arg))
    return (Presence.ABSENT, None) if point is None else (Presence.HERE, Place(point))


def absent_result(presence: Presence) -> Status:
    """Return what most position readers give for something that is not there: NAN, for ever once it has left."""
    return NAN_FOREVER if presence is Presence.EXITED else NAN


def place_reads(*fields: str, at: int = 0, count: int | None = 1) -> ReadsFunction:
    """Reads of where the names at `count` positions from `at` on are, and of further fields of them."""
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
