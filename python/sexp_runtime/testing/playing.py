"""A mission under test: load it, advance time, act as a player or a battle would, and read the results."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from sexp_runtime.session import MissionSession
from sexp_runtime.testing.expect import Expectations
from sexp_runtime.testing.failures import unknown
from sexp_runtime.testing.journal import Journal
from sexp_runtime.testing.ships import TestedShip
from sexp_runtime.testing.stage import StillStage
from sexp_runtime.values import INT_MAX, INT_MIN

if TYPE_CHECKING:
    from sexp_runtime.world.ships import Ship

#: Positions of message names among an action's arguments: the first, and the step to the next.
_MESSAGES: Final = {
    "send-message": (2, 4),
    "send-random-message": (2, 4),
    "send-message-list": (2, 4),
    "send-message-chain": (3, 4),
    "training-msg": (0, 99),
}


class MissionTest:
    """One run of a mission with its own clock.

    source: a mission file or a mission's text. seed: of random operators, and of the battle if `simulated`. simulated:
    whether the seeded simulator flies the ships and fights; otherwise only the mission and the test act. fps: frames a
    second of mission time. Raises OSError for a file that cannot be read, ValueError for a file without a mission.
    `test["Name"]` is the value of a variable, and can be set.
    """

    __test__ = False  # not a class of tests, for pytest

    def __init__(
        self, source: str | Path, *, seed: int = 1, simulated: bool = False, fps: float = 60.0, engine: str = "cached"
    ) -> None:
        if not fps > 0:
            raise ValueError(f"fps must be above 0, not {fps}")
        self.fps = fps
        self.session = MissionSession.load(
            source, seed=seed, engine=engine, scenario=True if simulated else StillStage()
        )
        self.journal = Journal(self.session)
        self.expect = Expectations(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the run; its results stay readable."""
        self.session.close()

    # Time

    @property
    def time(self) -> float:
        """Seconds of mission time."""
        return self.session.mission_time

    @property
    def ended(self) -> bool:
        """Whether the mission is over; it then makes no more frames."""
        return self.session.world.mission_over

    def advance(self, seconds: float) -> None:
        """Advance mission time frame by frame; less if the mission ends. ValueError for negative seconds."""
        if not seconds >= 0:
            raise ValueError(f"time does not go back: {seconds} seconds")
        self.advance_to(self.time + seconds)

    def advance_to(self, seconds: float) -> None:
        """Play up to a moment of mission time; does nothing if it is past."""
        end = round(seconds * 1_000_000)
        while not self._is_at(end):
            self._frame(end)

    def run_until(self, event: str, timeout: float = 60.0) -> float:
        """Play until an event comes true and return its time; returns at once if it has already.

        Raises MissionTestFailure, with the reason, after `timeout` seconds or at the mission's end.
        """
        __tracebackhide__ = True
        self.expect.event(event, within=timeout)
        return self.came_true(event)[0]

    def _is_at(self, end_us: int) -> bool:
        return self.ended or self.session.world.clock.us >= end_us

    def _frame(self, end_us: int) -> None:
        """Make the next frame of the regular frame length, or a shorter one that ends at a moment in microseconds."""
        now = self.session.world.clock.us
        beat = int(now * self.fps / 1_000_000) + 1
        while (following := round(beat * 1_000_000 / self.fps)) <= now:
            beat += 1
        self.session.step_us(min(following, end_us) - now)

    def play_until(self, seconds: float, done: Any) -> bool:
        """Play until `done()` is true or a maximum number of seconds has passed; return whether it is true."""
        end = self.session.world.clock.us + round(seconds * 1_000_000)
        while not (found := bool(done())) and not self._is_at(end):
            self._frame(end)
        return found

    # Acts of the player and the battle

    def ship(self, name: str) -> TestedShip:
        """Return a ship to act on; UnknownNameError with similar names if there is none."""
        return TestedShip(self, self.named_ship(name))

    def named_ship(self, name: str) -> Ship:
        """Return the world's ship of that name; UnknownNameError if there is none."""
        found = self.session.world.ship(name)
        if found is None:
            raise unknown("ship", name, [one.name for one in self.session.world.ships.values()])
        return found

    def press(self, key: str) -> None:
        """Press a key of the player's, named as the mission names it."""
        self.journal.note(f"the test: key {key!r} is pressed")
        self.session.world.press_key(key)

    def __getitem__(self, variable: str) -> int | str:
        return self.session.get_variable(self._variable(variable))

    def __setitem__(self, variable: str, value: int | str) -> None:
        name = self._variable(variable)
        if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
            raise ValueError(f"variable {name}: a number has 32 bits, {value} does not fit")
        self.journal.note(f"the test: variable {name} is set to {value!r}")
        self.session.set_variable(name, value)

    def _variable(self, name: str) -> str:
        if self.session.world.variables.index(name) is None:
            raise unknown("variable", name, self.session.world.variables.names)
        return name

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


def _comparable(value: object) -> object:
    return value.lower() if isinstance(value, str) else value
