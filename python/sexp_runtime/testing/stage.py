"""Replaces the game in a test: nothing moves, and ships that die or leave are gone in the next frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.world.ships import DEATH_ROLL, PRESENT, Ship

if TYPE_CHECKING:
    from sexp_runtime.world.world import World


class StillStage:
    """A session's driver that ends death rolls and departures at once and changes nothing else."""

    #: The actions that it reacts to: none.
    heeds: Final[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        self._leaving: list[Ship] = []
        self._roster = bytearray(b"\1")

    def begin(self, world: World) -> None:
        """Start watching the roster of a world before its first frame."""
        world.facts.subscribe(("roster",), self._roster, 0)

    def leave(self, ship: Ship) -> None:
        """Make a ship depart in this frame, or in the next one if an event of this frame orders it."""
        self._leaving.append(ship)

    def step(self, world: World, dt_us: int) -> None:
        """End the departures and death rolls that have begun."""
        leaving, self._leaving = self._leaving, []
        for ship in leaving:
            if ship.status is PRESENT:
                world.depart(ship)
        if self._roster[0]:
            self._roster[0] = 0
            for ship in list(world.ships.values()):
                if ship.status is DEATH_ROLL:
                    world.finish_death(ship)

    def on_action(self, world: World, name: str, args: tuple[Any, ...]) -> None:
        """Do nothing: the test acts instead of the game."""
