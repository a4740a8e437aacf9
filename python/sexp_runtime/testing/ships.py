"""Acts of a test on one ship or subsystem: damage, destroy, move, scan or dock it, make it arrive or depart."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING

from sexp_runtime.testing.failures import unknown
from sexp_runtime.world.ships import NOT_YET, PRESENT, Ship, Subsystem, Vector

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession


def named_ship(session: MissionSession, name: str) -> Ship:
    """Return the world's ship of that name; UnknownNameError with similar names if there is none."""
    found = session.world.ship(name)
    if found is None:
        raise unknown("ship", name, [one.name for one in session.world.ships.values()])
    return found


class TestedShip:
    """One ship of a mission under test. An act that is impossible in its current status raises ValueError."""

    __test__ = False  # not a class of tests, for pytest

    def __init__(self, session: MissionSession, note: Callable[[str], None], ship: Ship) -> None:
        """`note` takes a line for the test's journal."""
        self._session = session
        self._report = note
        self._ship = ship

    def __repr__(self) -> str:
        return f"ship({self._ship.name!r})"

    @property
    def status(self) -> str:
        """`not-yet`, `present`, `death-roll` or `exited`."""
        return self._ship.status.value

    @property
    def is_present(self) -> bool:
        """Whether the ship is in space and not dying."""
        return self._ship.status is PRESENT

    @property
    def position(self) -> Vector:
        """The position of the ship, in metres."""
        return self._ship.position

    @property
    def hull(self) -> float:
        """Hull in percent of its maximum. Setting it does not destroy the ship: it must be above 0, to 100."""
        return self._ship.hull_percent

    @hull.setter
    def hull(self, percent: float) -> None:
        self._need_present("be hurt")
        if not 0 < percent <= 100:
            raise ValueError(f"hull must be above 0, to 100 percent, not {percent}; `.destroy()` destroys a ship")
        self._session.world.set_ship(self._ship, "hull", self._ship.max_hull * percent / 100)
        self._note(f"has {percent:g} % hull")

    @property
    def shields(self) -> float:
        """Shields in percent of their maximum, 0 for a ship without."""
        ship = self._ship
        return 100 * ship.shields / ship.max_shields if ship.max_shields > 0 else 0.0

    @shields.setter
    def shields(self, percent: float) -> None:
        self._need_present("have shields")
        if not 0 <= percent <= 100:
            raise ValueError(f"shields must be 0 to 100 percent, not {percent}")
        self._session.world.set_ship(self._ship, "shields", self._ship.max_shields * percent / 100)
        self._note(f"has {percent:g} % shields")

    def destroy(self, by: str | None = None) -> None:
        """Destroy the ship, by a ship if named. Without simulation, its death roll ends in the next frame."""
        self._need_present("be destroyed")
        killer = named_ship(self._session, by) if by is not None else None
        self._note("is destroyed" + (f" by {killer.name}" if killer is not None else ""))
        self._session.world.destroy(self._ship, killer)

    def depart(self) -> None:
        """Make the ship leave the mission now, with all ships docked to it."""
        self._need_present("depart")
        self._note("departs")
        self._session.world.depart(self._ship)

    def arrive(self) -> None:
        """Make the ship arrive now, regardless of its arrival cue; it must not have arrived yet."""
        if self._ship.status is not NOT_YET:
            raise ValueError(f"{self._ship.name} cannot arrive: it is {self.status}")
        self._note("arrives")
        if not self._session.world.arrive(self._ship):
            raise ValueError(
                f"{self._ship.name} cannot arrive: its cue is false for ever, or its carrier or wing is gone"
            )

    def move_to(self, *place: float | str) -> None:
        """Move the ship to three numbers in metres, or to a ship or waypoint (`Lane:1`) by name."""
        self._need_present("move")
        position = self._place(place)
        self._note(f"is put at ({', '.join(f'{part:g}' for part in position)})")
        self._session.world.move_ship(self._ship, position, jump=True)

    def scan(self) -> None:
        """Make the ship's cargo known to the player."""
        self._need_present("be scanned")
        self._note("is scanned")
        self._session.world.reveal_cargo(self._ship)

    def dock(self, other: str) -> None:
        """Dock the ship to another one, where both are."""
        partner = self._partner(other, "dock")
        self._note(f"docks to {partner.name}")
        if not self._session.world.dock(self._ship, partner):
            raise ValueError(f"{self._ship.name} cannot dock to {partner.name}: already docked, or the same ship")

    def undock(self, other: str | None = None) -> None:
        """Undock the ship from another one, or from all if none is named."""
        self._need_present("undock")
        world = self._session.world
        partners = [world.ships[key] for key in sorted(self._ship.docked)] if other is None else [self._partner(other)]
        if not partners or not all(partner.key in self._ship.docked for partner in partners):
            raise ValueError(f"{self._ship.name} is not docked to {other or 'any ship'}")
        for partner in partners:
            self._note(f"undocks from {partner.name}")
            world.undock(self._ship, partner)

    @property
    def docked_to(self) -> list[str]:
        """The names of the ships that are docked directly to this one."""
        return [self._session.world.ships[key].name for key in sorted(self._ship.docked)]

    def subsystem(self, name: str) -> TestedSubsystem:
        """Return a subsystem to act on; UnknownNameError with similar names if the ship has none of that name."""
        found = self._ship.subsystem(name)
        if found is None:
            names = [part.name for part in self._ship.subsystems.values()]
            raise unknown("subsystem", name, names, of=self._ship.name)
        return TestedSubsystem(self._session, self._report, self._ship, found)

    def _partner(self, name: str, what: str = "undock") -> Ship:
        self._need_present(what)
        partner = named_ship(self._session, name)
        if partner.status is not PRESENT:
            raise ValueError(f"{partner.name} cannot {what}: it is {partner.status.value}")
        return partner

    def _place(self, place: tuple[float | str, ...]) -> Vector:
        world = self._session.world
        if len(place) == 1 and isinstance(place[0], str):
            name = place[0]
            ship = world.ship(name)
            found = ship.position if ship is not None else world.waypoints.point(name)
            if found is None:
                points = [f"{path}:{n}" for path, rows in world.waypoints.items() for n in range(1, len(rows) + 1)]
                raise unknown("ship or waypoint", name, [*(one.name for one in world.ships.values()), *points])
            return found
        numbers = [float(part) for part in place if not isinstance(part, str)]
        if len(place) != 3 or len(numbers) != 3 or not all(isfinite(part) for part in numbers):
            raise ValueError(f"a place is three numbers, or the name of a ship or waypoint, not {place}")
        return numbers[0], numbers[1], numbers[2]

    def _need_present(self, what: str) -> None:
        if self._ship.status is not PRESENT:
            raise ValueError(f"{self._ship.name} cannot {what}: it is {self.status}")

    def _note(self, text: str) -> None:
        self._report(f"the test: {self._ship.name} {text}")


class TestedSubsystem:
    """One subsystem of a ship under test. The ship must be present; ValueError otherwise."""

    __test__ = False  # not a class of tests, for pytest

    def __init__(self, session: MissionSession, note: Callable[[str], None], ship: Ship, part: Subsystem) -> None:
        self._session = session
        self._report = note
        self._ship = ship
        self._part = part

    def __repr__(self) -> str:
        return f"ship({self._ship.name!r}).subsystem({self._part.name!r})"

    @property
    def hull(self) -> float:
        """Strength in percent of its maximum; it can be set, and 0 destroys the subsystem."""
        return 100 * self._part.hull / self._part.max_hull if self._part.max_hull > 0 else 0.0

    @hull.setter
    def hull(self, percent: float) -> None:
        self._need_present("be hurt")
        if not 0 <= percent <= 100:
            raise ValueError(f"hull of a subsystem must be 0 to 100 percent, not {percent}")
        self._note(f"has {percent:g} %")
        self._session.world.set_strength(self._ship, self._part, self._part.max_hull * percent / 100)

    def destroy(self) -> None:
        """Destroy the subsystem."""
        self.hull = 0.0

    def scan(self) -> None:
        """Make the cargo of the subsystem known to the player."""
        self._need_present("be scanned")
        self._note("is scanned")
        self._session.world.reveal_subsystem_cargo(self._ship, self._part)

    def _need_present(self, what: str) -> None:
        if self._ship.status is not PRESENT:
            raise ValueError(
                f"{self._part.name} of {self._ship.name} cannot {what}: the ship is {self._ship.status.value}"
            )

    def _note(self, text: str) -> None:
        self._report(f"the test: {self._part.name} of {self._ship.name} {text}")
