"""Updates orders: which are over, on hold or in force (N2)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Final, Protocol

from sexp_runtime.world.orders import FORM_UP, Goal, Order, is_warp, priority, subject
from sexp_runtime.world.player import Player
from sexp_runtime.world.ships import DEATH_ROLL, EXITED, NOT_YET, PRESENT, Ship
from sexp_runtime.world.waypoints import WaypointPaths
from sexp_runtime.world.wings import Wing

#: Default distance in metres to its subject at which an order to fly there is complete (N2.9).
FLY_TO_DISTANCE: Final = 300

#: Orders that become another kind when they name a wing (N2.8).
_OF_WINGS: Final = {"ai-chase": "ai-chase-wing", "ai-guard": "ai-guard-wing"}
#: Orders about a ship that end when it has left (N2.10).
_END_WITH_SHIP: Final = frozenset(
    (
        "ai-chase", "ai-destroy-subsystem", "ai-disable-ship", "ai-disable-ship-tactical", "ai-disarm-ship",
        "ai-disarm-ship-tactical", "ai-dock", "ai-evade-ship", "ai-fly-to-ship", "ai-guard", "ai-ignore",
        "ai-ignore-new", "ai-rearm-repair", "ai-stay-near-ship",
    )
)  # fmt: skip
_IGNORES: Final = frozenset(("ai-ignore", "ai-ignore-new"))
_ABOUT_WINGS: Final = frozenset(_OF_WINGS.values())
_PATHS: Final = frozenset(("ai-waypoints", "ai-waypoints-once"))
#: Types of the subsystems that orders to disable and to disarm are about.
_PARTS: Final = {
    "ai-disable-ship": "Engine", "ai-disable-ship-tactical": "Engine",
    "ai-disarm-ship": "Turrets", "ai-disarm-ship-tactical": "Turrets",
}  # fmt: skip
#: Orders that empty the list when they become the first, and the argument that prevents this (N2.11).
_CLEARING: Final[dict[str, int | None]] = {"ai-play-dead": None, "ai-stay-still": 3, FORM_UP: 3}
#: Flags of ships that cannot leave through hyperspace.
WARPLESS: Final = frozenset(("no-subspace-drive", "break-warp", "never-warp"))


class Registries(Protocol):
    """The parts of the world that orders can name."""

    ships: dict[str, Ship]
    waypoints: WaypointPaths
    player: Player

    def ship(self, name: str) -> Ship | None:
        """Return the ship of that name, None if unknown."""
        ...

    def wing(self, name: str) -> Wing | None:
        """Return the wing of that name, None if unknown."""
        ...


class Standing(Enum):
    """What happens to an order in a frame."""

    OPEN = auto()
    ON_HOLD = auto()  #: cannot be carried out yet
    OVER = auto()


def kind(world: Registries, goal: Goal) -> str:
    """Return the kind of an order: its name, or the wing order that it becomes (N2.8)."""
    name = str(goal[0])
    return _OF_WINGS[name] if name in _OF_WINGS and world.wing(subject(goal)) is not None else name


def standing(world: Registries, ship: Ship, goal: Goal) -> Standing:
    """Return what happens to one order of a ship now (N2.10)."""
    name = kind(world, goal)
    if name in _PATHS:
        return Standing.OPEN if subject(goal).lower() in world.waypoints else Standing.OVER
    if name in _ABOUT_WINGS:
        wing = world.wing(subject(goal))
        if wing is None:
            return Standing.ON_HOLD
        if wing.gone:
            return Standing.OVER
        return Standing.OPEN if wing.current else Standing.ON_HOLD
    if name in _END_WITH_SHIP or name == FORM_UP:
        other = world.ship(subject(goal))
        if other is None or other.status is NOT_YET:
            return Standing.ON_HOLD
        if other.status is EXITED:
            return Standing.OVER if name in _END_WITH_SHIP else Standing.ON_HOLD
        return Standing.OVER if _is_done(ship, other, name, goal) else Standing.OPEN
    if is_warp(goal) and not WARPLESS.isdisjoint(ship.flags):
        return Standing.ON_HOLD
    return Standing.OPEN


def _is_done(ship: Ship, other: Ship, name: str, goal: Goal) -> bool:
    """Whether an order about a ship that is there is complete (N2.9, N2.10)."""
    if name in _IGNORES:
        return True
    if name == "ai-fly-to-ship":
        given = goal[3] if len(goal) > 3 else FLY_TO_DISTANCE
        reach = given if isinstance(given, int) else FLY_TO_DISTANCE
        x, y, z = (a - b for a, b in zip(ship.position, other.position, strict=True))
        return x * x + y * y + z * z < reach * reach
    if name == "ai-destroy-subsystem":
        part = other.subsystem(str(goal[2])) if len(goal) > 2 else None
        return part is not None and part.hull <= 0.0
    wanted = _PARTS.get(name)
    if wanted is None:
        return False
    parts = [part for part in other.subsystems.values() if part.type == wanted]
    if not parts:
        return wanted == "Turrets"
    return all(part.hull <= 0.0 for part in parts)


def clears_first(goal: Goal) -> bool:
    """Whether an order empties the list when it becomes the first (N2.11)."""
    name = str(goal[0])
    if name not in _CLEARING:
        return False
    place = _CLEARING[name]
    return place is None or place >= len(goal) or goal[place] != 0


def _overrides(goal: Goal) -> bool:
    return goal[0] == FORM_UP and (len(goal) <= 4 or goal[4] != 0)


class OrderKeeper:
    """Updates the orders of all ships, once a frame and only when something relevant changed.

    The world sets `needs_update` when orders, the roster or subsystems change.
    """

    __slots__ = ("_flying_to", "_set", "_world", "needs_update")

    def __init__(self, world: Registries, set_orders: Callable[[Ship, tuple[Order, ...]], bool]) -> None:
        self._world = world
        self._set = set_orders
        self.needs_update = True
        self._flying_to = False

    def frame(self) -> None:
        """End and sort the orders of the ships that the AI flies (N2.10, N2.11)."""
        if not self.needs_update:
            return
        self.needs_update = self._flying_to = False
        player = self._world.player
        for ship in self._world.ships.values():
            if ship.orders and ship.status is PRESENT and (ship.key != player.ship or player.under_ai):
                self._keep(ship)
        self.needs_update = self._flying_to  # this can change in every frame

    def _keep(self, ship: Ship) -> None:
        world = self._world
        kept: list[tuple[bool, Order]] = []
        for order in ship.orders:
            found = standing(world, ship, order.goal)
            if found is not Standing.OVER:
                kept.append((found is Standing.ON_HOLD, order))
                self._flying_to = self._flying_to or order.goal[0] == "ai-fly-to-ship"
        kept.sort(key=lambda row: (row[0], not _overrides(row[1].goal), -priority(row[1].goal), -row[1].fix))
        first = kept[0][1] if kept and not kept[0][0] else None
        if first is not None and clears_first(first.goal):
            kept.clear()
        self._set(ship, tuple(order for _, order in kept))
        ship.order_in_force = first


def live(ship: Ship) -> bool:
    """Whether a ship is there to obey an order: present or dying."""
    return ship.status is PRESENT or ship.status is DEATH_ROLL
