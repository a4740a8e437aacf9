"""Navigation points: the eight places that a mission offers to the player's autopilot (N4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from sexp_runtime.world.facts import FactBoard, FactKey
from sexp_runtime.world.player import Player
from sexp_runtime.world.ships import DEATH_ROLL, ORIGIN, PRESENT, Ship, Vector
from sexp_runtime.world.waypoints import WaypointPaths

#: Facts: which points exist and which have been visited; where their targets are.
NAVIGATION: Final[FactKey] = ("navigation",)
NAV_POSITION: Final[FactKey] = ("nav", "position")
#: How many points there can be.
MAX_POINTS: Final = 8
#: Metres to the player's ship within which a point is visited, and within which a ship is linked (N4.4, N4.9).
VISIT_DISTANCE: Final = 1000.0
LINK_DISTANCE: Final = 1000.0
#: Flags: the autopilot takes the ship along; it does so once the player has been near the ship.
CARRY: Final = "nav-carry-status"
NEEDS_LINK: Final = "nav-needslink"


@dataclass(slots=True)
class NavPoint:
    """One point. Its target is a ship's key or a waypoint's name; "" means no target."""

    name: str
    target: str
    is_ship: bool
    visited: bool = False
    hidden: bool = False
    restricted: bool = False


def quick_distance(one: Vector, other: Vector) -> float:
    """Return the original's quick estimate of a distance in metres: exact along an axis (N4.6)."""
    c, b, a = sorted(abs(x - y) for x, y in zip(one, other, strict=True))
    return a + 1.5 * (b * 0.25 + c * 0.125)


def is_near(one: Vector, other: Vector, reach: float) -> bool:
    """Whether the quick estimate of a distance is less than `reach` metres."""
    for axis in (0, 1, 2):
        if not -reach < one[axis] - other[axis] < reach:
            return False
    return quick_distance(one, other) < reach


class Places(Protocol):
    """The parts of the world that navigation points use; World documents them."""

    facts: FactBoard
    ships: dict[str, Ship]
    jump_nodes: dict[str, Vector]
    waypoints: WaypointPaths
    player: Player

    def set_player(self, field: str, value: object) -> bool: ...
    def set_flag(self, ship: Ship, flag: str, on: bool = True) -> bool: ...


class Navigation:
    """The points of a mission; lookups ignore case and find the first of a name."""

    __slots__ = ("_in_use", "_needing", "_refresh_facts", "_world", "needs_update", "points")

    def __init__(self, world: Places, refresh_facts: Callable[[Ship], None]) -> None:
        """`refresh_facts` recomputes which facts a change of a ship touches."""
        self._world = world
        self._refresh_facts = refresh_facts
        #: The slots; None marks a free slot.
        self.points: list[NavPoint | None] = [None] * MAX_POINTS
        self._in_use: list[NavPoint] = []
        self._needing: list[Ship] = []
        #: Whether ships that need a link have arrived, left or changed.
        self.needs_update = True

    def find(self, name: str) -> NavPoint | None:
        """Return the first point of that name, or None."""
        key = name.lower()
        return next((point for point in self.points if point is not None and point.name.lower() == key), None)

    def add(self, point: NavPoint) -> bool:
        """Put a point into the first free slot; False if there is none (N4.1)."""
        if None not in self.points:
            return False
        self.points[self.points.index(None)] = point
        self._changed()
        return True

    def delete(self, name: str) -> bool:
        """Delete the first point of a name: its slot takes a copy of the next slot (N4.5)."""
        point = self.find(name)
        if point is None:
            return False
        self._delete_at(next(slot for slot, other in enumerate(self.points) if other is point))
        return True

    def forget_ship(self, key: str) -> None:
        """Delete the points of a ship that has left the mission (N4.7)."""
        for slot, point in enumerate(self.points):
            if point is not None and point.is_ship and point.target == key:
                self._delete_at(slot)

    def _delete_at(self, slot: int) -> None:
        following = self.points[slot + 1] if slot + 1 < MAX_POINTS else None
        self.points[slot] = None if following is None else replace(following)
        self._changed()

    def set_visited(self, point: NavPoint, on: bool) -> None:
        """Count a point as visited or not."""
        if point.visited is not on:
            point.visited = on
            self._world.facts.changed(NAVIGATION)

    def _changed(self) -> None:
        """Update what depends on the points: which ships' movement counts, and what formulas read."""
        self._in_use = [point for point in self.points if point is not None]
        targets = {point.target for point in self._in_use if point.is_ship}
        for ship in self._world.ships.values():
            if ship.is_nav_target is not (ship.key in targets):
                ship.is_nav_target = not ship.is_nav_target
                self._refresh_facts(ship)
        self._world.facts.changed(NAVIGATION)
        self._world.facts.changed(NAV_POSITION)

    def rename_jump_node(self, name: str, new: str) -> bool:
        """Rename a jump node (N4.10); False if no node has the old name."""
        world = self._world
        place = world.jump_nodes.pop(name.lower(), None)
        if place is None:
            return False
        world.jump_nodes[new.lower()] = place
        if world.player.node.lower() == name.lower():
            world.set_player("node", new)
        return True

    def place(self, point: NavPoint) -> Vector:
        """Return where a point is now, the origin for one without target."""
        if point.is_ship:
            ship = self._world.ships.get(point.target)
            return ORIGIN if ship is None else ship.position
        return self._world.waypoints.point(point.target) or ORIGIN

    def distance(self, name: str) -> int:
        """Return whole metres from the player's ship to a point: -1 for an unknown point, 0 without a ship."""
        point = self.find(name)
        if point is None:
            return -1
        ship = self._world.ships.get(self._world.player.ship)
        return 0 if ship is None else int(quick_distance(ship.position, self.place(point)))

    def frame(self) -> None:
        """Mark points near the player's ship as visited, and link the ships near it that need a link (N4.4, N4.9)."""
        if not self._in_use and not self._needing and not self.needs_update:
            return
        world = self._world
        player = world.ships.get(world.player.ship)
        if player is None or player.status not in (PRESENT, DEATH_ROLL):
            return
        for point in self._in_use:
            if not point.visited and is_near(player.position, self.place(point), VISIT_DISTANCE):
                self.set_visited(point, True)
        if self.needs_update:
            self.needs_update = False
            ships = world.ships.values()
            self._needing = [ship for ship in ships if ship.status is PRESENT and NEEDS_LINK in ship.flags]
        for ship in self._needing:
            if is_near(player.position, ship.position, LINK_DISTANCE + ship.radius):
                world.set_flag(ship, CARRY)
                world.set_flag(ship, NEEDS_LINK, False)
