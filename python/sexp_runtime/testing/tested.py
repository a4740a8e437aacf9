"""A mission under test without a clock: act as a player or a battle would, and read the results.

`MissionTest` adds the test's own clock; inside Godot the engine's frames advance time instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.testing.expect import Expectations
from sexp_runtime.testing.failures import unknown
from sexp_runtime.testing.journal import Journal
from sexp_runtime.testing.ships import TestedShip, named_ship
from sexp_runtime.testing.variables import TestedVariables

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Positions of message names among an action's arguments: the first, and the step to the next.
_MESSAGES: Final = {
    "send-message": (2, 4),
    "send-random-message": (2, 4),
    "send-message-list": (2, 4),
    "send-message-chain": (3, 4),
    "training-msg": (0, 99),
}


class TestedMission:
    """A running session with the acts and questions of a test.

    `variables` holds the mission's variables as attributes, `test["Name"]` is the same as an item. `expect` holds the
    expectations, `journal` what has happened since the test began.
    """

    __test__ = False  # not a class of tests, for pytest

    def __init__(self, session: MissionSession) -> None:
        self.session = session
        self.journal = Journal(session)
        self.expect = Expectations(self)
        self.variables = TestedVariables(session, self.journal.note)

    @property
    def time(self) -> float:
        """Seconds of mission time."""
        return self.session.mission_time

    @property
    def ended(self) -> bool:
        """Whether the mission is over; it then makes no more frames."""
        return self.session.world.mission_over

    def play_until(self, seconds: float, done: Callable[[], object]) -> bool:
        """Return whether `done()` is true now; a test with a clock of its own plays up to `seconds` before it is."""
        return bool(done())

    # Acts of the player and the battle

    def ship(self, name: str) -> TestedShip:
        """Return a ship to act on; UnknownNameError with similar names if there is none."""
        return TestedShip(self.session, self.journal.note, named_ship(self.session, name))

    def press(self, key: str) -> None:
        """Press a key of the player, by the name that the mission uses."""
        self.journal.note(f"the test: presses key {key!r}")
        self.session.world.press_key(key)

    def __getitem__(self, variable: str) -> int | str:
        return self.variables[variable]

    def __setitem__(self, variable: str, value: int | str) -> None:
        self.variables[variable] = value

    # Results

    def came_true(self, event: str) -> list[float]:
        """Return the times in seconds at which an event came true, in order."""
        if self.session.world.event(event) is None:
            raise unknown("event", event, [one.name for one in self.session.world.events])
        return self.journal.events.get(event.lower(), [])

    def goal(self, name: str) -> str:
        """Return a goal's status: `incomplete`, `complete` or `failed`."""
        found = self.session.world.goal(name)
        if found is None:
            raise unknown("goal", name, [one.name for one in self.session.world.goals])
        return found.status

    def said(self, message: str) -> bool:
        """Whether a message of the mission has been sent to the player."""
        known = [one.name for one in self.session.mission.messages]
        key = message.lower()
        if key not in {one.lower() for one in known}:
            raise unknown("message", message, known)
        for _, operator, args in self.journal.actions:
            first, every = _MESSAGES.get(operator, (len(args), 1))
            if any(str(one).lower() == key for one in args[first::every]):
                return True
        return False

    def acted(self, operator: str, *args: int | str) -> bool:
        """Whether an action has been run with arguments that begin with these; ignores case."""
        wanted = [_comparable(one) for one in args]
        return any(
            name == operator.lower() and [_comparable(one) for one in given[: len(wanted)]] == wanted
            for _, name, given in self.journal.actions
        )


def _comparable(value: Any) -> object:
    return value.lower() if isinstance(value, str) else value
