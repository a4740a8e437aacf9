"""The self-check: one cached result in so many is evaluated again in its turn, and compared."""

from __future__ import annotations

from collections.abc import Sequence

from sexp_runtime.cache.slots import IDLE_FIRST, IDLE_REPEAT
from sexp_runtime.events.answers import Answers


class SelfCheck:
    """Chooses in turn which idle slot of the rows is checked."""

    __slots__ = ("_at", "_left", "_rows", "every")

    def __init__(self, every: int, rows: Sequence[Answers]) -> None:
        """Check one cached result in `every`, 0 for none."""
        self.every = every
        self._left = every
        self._rows = rows
        self._at = 0

    def plan(self, answers: int, *, is_due: bool) -> None:
        """Count the cached results of this frame, and choose a slot to check if it is time.

        `is_due` says whether goals and first-time events have their turn in this frame.
        """
        if not self.every:
            return
        for row in self._rows:
            row.checking = -1
        self._left -= answers
        if self._left > 0:
            return
        self._left = max(1, self._left + self.every)
        slots = [(row, index) for row in self._rows for index in range(len(row.table))]
        for step in range(1, len(slots) + 1):
            at = (self._at + step) % len(slots)
            row, index = slots[at]
            state = row.table.states[index]
            is_requested = state == IDLE_REPEAT or (state == IDLE_FIRST and is_due)
            if is_requested and not row.table.dirty.flags[index]:
                row.checking = index
                row.table.wake.flags[index] = 1
                row.timers.pending[0] = 1
                self._at = at
                return
