"""Outcomes of events and goals since they were last taken: one entry for each, in order."""

from __future__ import annotations

from typing import Final

#: Maximum number of outcomes kept; a session takes them after each frame.
MOST: Final = 100_000


class OutcomeLog:
    """Outcomes, recorded where they happen: (came true or failed, index) of events, (index, status) of goals.

    `has_any` is False if there are none.
    """

    __slots__ = ("_events", "_goals", "has_any")

    def __init__(self) -> None:
        self._events: list[tuple[bool, int]] = []
        self._goals: list[tuple[int, str]] = []
        self.has_any = False

    def event(self, index: int, came_true: bool) -> None:
        """Record that an event came true or failed."""
        self.has_any = True
        if len(self._events) < MOST:
            self._events.append((came_true, index))

    def goal(self, index: int, status: str) -> None:
        """Record a goal's new status."""
        self.has_any = True
        if len(self._goals) < MOST:
            self._goals.append((index, status))

    def take_events(self) -> list[tuple[bool, int]]:
        """Return the outcomes of events in order and forget them."""
        found, self._events = self._events, []
        self.has_any = bool(self._goals)
        return found

    def take_goals(self) -> list[tuple[int, str]]:
        """Return the new statuses of goals in order and forget them."""
        found, self._goals = self._goals, []
        self.has_any = bool(self._events)
        return found
