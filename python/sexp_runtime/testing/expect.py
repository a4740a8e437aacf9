"""Expectations of a test. A failure shows the formula, its values and facts, and the last minute."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from sexp_runtime.testing.failures import MissionTestFailure, unknown
from sexp_runtime.testing.journal import Journal
from sexp_runtime.world.mission_state import GOAL_COMPLETE, GOAL_FAILED, GOAL_INCOMPLETE

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Seconds around a moment in which an event may come true, unless the test says otherwise.
TOLERANCE: Final = 0.5
_STATUSES: Final = (GOAL_INCOMPLETE, GOAL_COMPLETE, GOAL_FAILED)


class Played(Protocol):
    """The questions that expectations ask of a mission under test; TestedMission documents them."""

    session: MissionSession
    journal: Journal

    @property
    def time(self) -> float: ...
    @property
    def ended(self) -> bool: ...
    def play_until(self, seconds: float, done: Callable[[], object]) -> bool: ...
    def came_true(self, event: str) -> list[float]: ...
    def goal(self, name: str) -> str: ...
    def said(self, message: str) -> bool: ...
    def acted(self, operator: str, *args: int | str) -> bool: ...
    def __getitem__(self, variable: str) -> int | str: ...


class Expectations:
    """The methods of `test.expect`. Each returns when its expectation holds, and raises MissionTestFailure otherwise.

    `within` is the maximum mission time in seconds until it holds; time stops when it does. Names that the mission
    does not have raise UnknownNameError.
    """

    def __init__(self, test: Played) -> None:
        self._test = test
        #: Whether a failure is explained. A test that checks an expectation once a frame needs no reason.
        self.explained = True

    def event(self, name: str, *, at: float | None = None, within: float | None = None) -> None:
        """Expect that an event has come true, or comes true within `within` seconds.

        With `at`, it must come true at that mission time, `within` seconds (0.5 if not given) earlier or later.
        """
        __tracebackhide__ = True
        test = self._test
        times = test.came_true(name)
        if at is None:
            if not test.play_until(within or 0.0, lambda: test.came_true(name)):
                self._fail(f'event "{name}" has not come true by {test.time:.3f} s', "event", name)
            return
        slack = TOLERANCE if within is None else within
        left = at + slack - test.time
        if left > 0:
            test.play_until(left, lambda: any(abs(time - at) <= slack for time in test.came_true(name)))
        times = test.came_true(name)
        if not any(abs(time - at) <= slack + 1e-9 for time in times):
            came = f"came true at {', '.join(f'{time:.3f} s' for time in times)}" if times else "has not come true"
            self._fail(f'event "{name}" {came}, not at {at:g} s (within {slack:g} s)', "event", name)

    def goal(self, name: str, status: str = GOAL_COMPLETE, *, within: float = 0.0) -> None:
        """Expect a goal's status: `complete`, `failed` or `incomplete`."""
        __tracebackhide__ = True
        test = self._test
        if status not in _STATUSES:
            raise ValueError(f"the status of a goal is {', '.join(_STATUSES[:-1])} or {_STATUSES[-1]}, not {status!r}")
        if not test.play_until(within, lambda: test.goal(name) == status):
            self._fail(f'goal "{name}" is {test.goal(name)} at {test.time:.3f} s, not {status}', "goal", name)

    def never(self, event: str, *, within: float = 0.0) -> None:
        """Expect that an event has not come true yet and does not during the given further seconds."""
        __tracebackhide__ = True
        test = self._test
        if test.play_until(within, lambda: test.came_true(event)):
            self._fail(f'event "{event}" came true at {test.came_true(event)[0]:.3f} s', "event", event)

    def variable(self, name: str, value: int | str, *, within: float = 0.0) -> None:
        """Expect a variable's value."""
        __tracebackhide__ = True
        test = self._test
        if not test.play_until(within, lambda: test[name] == value):
            self._fail(f"variable {name} is {test[name]!r} at {test.time:.3f} s, not {value!r}")

    def said(self, message: str, *, within: float = 0.0) -> None:
        """Expect that a message has been sent to the player."""
        __tracebackhide__ = True
        test = self._test
        if not test.play_until(within, lambda: test.said(message)):
            self._fail(f'message "{message}" has not been sent by {test.time:.3f} s')

    def acted(self, operator: str, *args: int | str, within: float = 0.0) -> None:
        """Expect that an action has been run with arguments that begin with these."""
        __tracebackhide__ = True
        test = self._test
        if not test.play_until(within, lambda: test.acted(operator, *args)):
            shown = " ".join((operator, *(str(one) for one in args)))
            self._fail(f"action {shown} has not been run by {test.time:.3f} s")

    def _fail(self, what: str, kind: str = "", name: str = "") -> None:
        __tracebackhide__ = True
        if not self.explained:
            raise MissionTestFailure(what)
        raise MissionTestFailure("\n".join((what, *self._why(kind, name), *self._last_minute())))

    def _why(self, kind: str, name: str) -> list[str]:
        session = self._test.session
        if not kind:
            return []
        mission, world = session.mission, session.world
        states = world.events if kind == "event" else world.goals
        index = next((one.index for one in states if one.key == name.lower()), -1)
        if index < 0:
            raise unknown(kind, name, [one.name for one in states])
        row = mission.events[index] if kind == "event" else mission.goals[index]
        lines = [f"formula ({mission.file or 'text'}:{row.line}) with the value of every part now:"]
        lines += _tree(session, kind, index)
        if session.rows:
            lines.append(str(session.explain(kind, index)))
        return lines

    def _last_minute(self) -> list[str]:
        ended = ", the mission has ended" if self._test.ended else ""
        return [f"the last minute up to {self._test.time:.3f} s{ended}:", self._test.journal.timeline()]


def _tree(session: MissionSession, kind: str, index: int) -> list[str]:
    try:
        return session.explain_tree(kind, index).lines()
    except ValueError as error:
        return [f"  {error}"]
