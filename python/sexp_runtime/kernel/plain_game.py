"""What a game's nodes report in every frame, in Python: the description of `game.pxi`, and its substitute."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from typing import Any, Final

from sexp_runtime.kernel.plain_changes import TapCore

#: Kinds of positions that were read: a point in the plane, whose second coordinate is z in space; a point in space.
PLANE: Final = 2
SPACE: Final = 3
#: Full strength if a node does not define it: its values are then percent.
UNNAMED_POINTS: Final = 100.0
#: Metres by which an object may get ahead of its highest speed before that is a jump. The outcomes of comparisons stand
#: for a time that allows for two such objects (ROUNDING in `bounds.pxi`).
SLACK: Final = 0.4

Vector = tuple[float, float, float]


class Course:
    """Where the node of a ship was seen last: the reports of positions become moves, with velocities and jumps.

    `velocity_at` is the place of the node's own velocity among those read, -1 if it has none.
    """

    __slots__ = ("_excess", "_lasted", "_told", "last", "ship", "velocity_at")

    def __init__(self, ship: Any, velocity_at: int = -1) -> None:
        self.ship = ship
        self.velocity_at = velocity_at
        self.last: Vector | None = None
        self._told: Vector | None = None  # the place that the world got last, also between two frames
        self._lasted = self._excess = 0.0

    def forget(self) -> None:
        """Forget where the node was seen: the next report is a jump."""
        self.last = None

    def move(self, world: Any, position: Vector, velocity: Vector | None, orientation: Any, seconds: float) -> None:
        """Move the ship to a position in metres, with its velocity, None for that of its way in `seconds`.

        `seconds` is the time since the last frame, 0 between two frames. It is a jump where ways are longer than the
        ship's highest speed allows, by more than SLACK metres in all, or where something else has moved the ship; and
        so is the first report.
        """
        if isinstance(world, TapCore):
            world.note_seconds(seconds)
        last, bound = self.last, self.ship.speed_bound
        x, y, z = position
        jump = last is None or tuple(self.ship.position) != self._told
        way = (0.0, 0.0, 0.0) if last is None else (x - last[0], y - last[1], z - last[2])
        if velocity is None and last is not None and seconds > 0.0:
            velocity = (way[0] / seconds, way[1] / seconds, way[2] / seconds)
        if not jump and bound is not None:
            length = math.sqrt(way[0] * way[0] + way[1] * way[1] + way[2] * way[2])
            excess = max(self._excess + (length - bound * (seconds if seconds > 0.0 else self._lasted)), 0.0)
            jump = excess > SLACK
            if seconds > 0.0:
                self._excess = excess
        if jump:
            self._excess = 0.0
        if last is None or seconds > 0.0:
            self.last = position
            self._lasted = seconds
        self._told = position
        world.move_ship(self.ship, position, velocity, orientation, jump=jump)


def _place(kind: int, numbers: array[float], at: int) -> Vector | None:
    """Return what was read as metres in space, None if it is no place."""
    if kind == SPACE:
        found = (numbers[3 * at], numbers[3 * at + 1], numbers[3 * at + 2])
    elif kind == PLANE:
        found = (numbers[3 * at], 0.0, numbers[3 * at + 1])
    else:
        return None
    return found if math.isfinite(sum(found)) else None


def move_all(
    courses: list[Course],
    world: Any,
    kinds: bytearray,
    numbers: array[float],
    velocity_kinds: bytearray,
    velocities: array[float],
    seconds: float,
) -> list[int]:
    """Move the ships of all courses to the places read; return the indices of those that were no places, or whose
    velocities were none. `kinds` and `numbers` hold the places, three numbers each, in the order of the courses."""
    left = []
    for at, course in enumerate(courses):
        place = _place(kinds[at], numbers, at)
        other = course.velocity_at
        velocity = None if other < 0 else _place(velocity_kinds[other], velocities, other)
        if place is None or (other >= 0 and velocity is None):
            left.append(at)
        else:
            course.move(world, place, velocity, None, seconds)
    return left


class Strength:
    """The hull (or the shields) of one object of a game; the points in the world never exceed full strength.

    The full points are the value of `max_hull` where the node has one (`given`), else the first value above 0 of the
    property that is read when tracking begins, else UNNAMED_POINTS.
    """

    __slots__ = ("_fact", "_full", "_given", "_left", "_world", "ship")

    def __init__(self, world: Any, ship: Any, fact: str, given: bool) -> None:
        if fact not in ("hull", "shields"):
            raise ValueError(fact)
        self._world, self.ship, self._fact, self._given = world, ship, fact, given
        self._full: float | None = None
        self._left: float | None = None

    def set_left(self, points: float, first: bool = False) -> None:
        """Set the remaining points; `first` if they are the value of the property when tracking begins."""
        self._left = points
        if self._full is None and not self._given and points > 0.0:
            self._full = points if first else UNNAMED_POINTS
        self._apply()

    def set_full(self, points: float) -> None:
        """Set the full points; without a value for the remaining points, the remaining share stays."""
        self._full = points
        self._apply()

    def _apply(self) -> None:
        field, most = self._fact, "max_" + self._fact
        before: float = getattr(self.ship, most)
        full = before if self._full is None else self._full
        left = self._left
        if left is None:
            left = full * (getattr(self.ship, field) / before if before > 0.0 else 1.0)
        if full != before:
            self._world.set_ship(self.ship, most, full)
        self._world.set_ship(self.ship, field, min(left, full))


class Hits:
    """Receives a node's signal of hull or shields; `told` sets the points, usually without leaving C.

    Everything else goes to `otherwise(*arguments)`: a value that is no floating number, one that follows a refused
    value (`refused` is then not empty), a world that is watched, and what changes more than the points.
    """

    __slots__ = ("_otherwise",)

    def __init__(
        self, strength: Strength, argument: int, refused: dict[Any, Any], otherwise: Callable[..., None]
    ) -> None:
        self._otherwise = otherwise

    def told(self, *arguments: Any) -> None:
        """Take the signal's arguments; the one at the given place holds the points."""
        self._otherwise(*arguments)
