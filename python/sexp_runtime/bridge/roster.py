"""Detects ships that arrive and leave, for the signals to the game."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

_EXIT_WORDS: Final = {
    ExitKind.DESTROYED: "destroyed",
    ExitKind.SELF_DESTRUCTED: "destroyed",
    ExitKind.DEPARTED: "departed",
    ExitKind.VANISHED: "vanished",
}
#: Seconds after which a ship without a node ends its death roll.
DEATH_ROLL_SECONDS: Final = 3.0
_LEFT: Final = (ShipStatus.DEATH_ROLL, ShipStatus.EXITED)


class Roster:
    """Detects ships that arrive and leave, by the facts of their statuses; costs nothing while none changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._roster = bytearray(1)
        #: One row of flags for each group of ships that came to be together: the edges of facts point into rows, so
        #: that none can grow.
        self._rows: list[tuple[bytearray, list[Ship], list[ShipStatus]]] = []
        self._seen = 0
        self._first = True
        world.facts.subscribe(("roster",), self._roster, 0)
        self._take_in_new()

    def _take_in_new(self) -> None:
        ships = list(self._world.ships.values())[self._seen :]
        if not ships:
            return
        self._seen += len(ships)
        flags = bytearray(b"\1" * len(ships))
        self._rows.append((flags, ships, [ShipStatus.NOT_YET] * len(ships)))
        for index, ship in enumerate(ships):
            self._world.facts.subscribe(("ship", ship.key, "status"), flags, index)

    def changes(self) -> tuple[list[Ship], list[tuple[Ship, str]]]:
        """Return the ships that have arrived and those that have begun to leave, with how, since the last call."""
        arrived: list[Ship] = []
        left: list[tuple[Ship, str]] = []
        if self._roster[0]:
            self._roster[0] = 0
            self._take_in_new()
        for flags, ships, known in self._rows:
            index = flags.find(1)
            while index >= 0:
                flags[index] = 0
                ship, before = ships[index], known[index]
                if ship.status is not before:
                    now = known[index] = ship.status
                    if now is ShipStatus.PRESENT or (
                        before is ShipStatus.NOT_YET and not (self._first and now is ShipStatus.EXITED)
                    ):
                        arrived.append(ship)
                    # A ship that its file has destroyed before the start neither arrives nor leaves.
                    # Nor does one that is present at the end of the mission.
                    stayed = ship.exit is ExitKind.STAYED
                    if now in _LEFT and before not in _LEFT and not self._first and not stayed:
                        left.append((ship, _EXIT_WORDS[ship.exit or ExitKind.VANISHED]))
                index = flags.find(1, index + 1)
        self._first = False
        return arrived, left


class DeathRolls:
    """Ships in their death roll that have no node whose freeing ends it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._until: dict[str, tuple[Ship, float]] = {}

    def __bool__(self) -> bool:
        return bool(self._until)

    def add(self, ship: Ship) -> None:
        """Add a ship that has begun to die."""
        self._until[ship.key] = (ship, self._world.clock.us / 1e6 + DEATH_ROLL_SECONDS)

    def finish(self, has_node: Callable[[Ship], bool]) -> None:
        """End the death rolls that have lasted long enough, of ships without a node."""
        for key, (ship, until) in list(self._until.items()):
            if ship.status is not ShipStatus.DEATH_ROLL:
                del self._until[key]
            elif self._world.clock.us / 1e6 >= until and not has_node(ship):
                del self._until[key]
                self._world.finish_death(ship)
