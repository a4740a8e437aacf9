"""Hull and shields of a tracked node: the node counts in points, formulas read percent of the node's full strength."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sexp_runtime.world.ships import Ship
    from sexp_runtime.world.world import World

#: The facts in points, and the fact with the full number of points.
FULL_OF: Final[dict[str, str]] = {"hull": "max_hull", "shields": "max_shields"}
#: Full strength if a node does not define it: its values are then percent.
UNNAMED_FULL: Final = 100.0


class Strength:
    """The hull (or the shields) of one tracked object; the points in the world never exceed full strength.

    Full is the value of `max_hull` where the node has one (`given`), else the first value above 0 of the property that
    is read when tracking begins, else UNNAMED_FULL.
    """

    __slots__ = ("_fact", "_full", "_given", "_left")

    def __init__(self, fact: str, *, given: bool) -> None:
        self._fact = fact
        self._given = given
        self._full: float | None = None
        self._left: float | None = None

    def set_left(self, world: World, ship: Ship, points: float, *, first: bool) -> None:
        """Set the remaining points; `first` if they are the value of the property when tracking begins."""
        self._left = points
        if self._full is None and not self._given and points > 0.0:
            self._full = points if first else UNNAMED_FULL
        self._apply(world, ship)

    def set_full(self, world: World, ship: Ship, points: float) -> None:
        """Set the full points; without a value for the remaining points, the remaining share stays."""
        self._full = points
        self._apply(world, ship)

    def _apply(self, world: World, ship: Ship) -> None:
        field, most = self._fact, FULL_OF[self._fact]
        before: float = getattr(ship, most)
        full = before if self._full is None else self._full
        left = self._left
        if left is None:
            left = full * (getattr(ship, field) / before if before > 0.0 else 1.0)
        world.set_ship(ship, most, full)
        world.set_ship(ship, field, min(left, full))


class SubsystemStrength:
    """The points of one subsystem as the node counts them: the first value of its property is full, else 100 is."""

    __slots__ = ("_full",)

    def __init__(self) -> None:
        self._full = 0.0

    def share_of(self, points: float, *, first: bool) -> float:
        """Return the remaining share, from 0 to 1; `first` as in `Strength.set_left`."""
        if self._full <= 0.0:
            self._full = points if first and points > 0.0 else UNNAMED_FULL
        return min(max(points / self._full, 0.0), 1.0)
