"""Slots: which cached results may have changed, and which flags the clock sets when.

A slot is an index in a `SlotTable`, which has one row for each piece of a slot's state. The tables of one manager share
a `TimerQueue`, with the pending flag and the heap of due moments. Nothing here knows operators, events or formulas.
"""

from __future__ import annotations

import heapq
import sys
from array import array
from collections.abc import Iterable
from typing import Final

from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import FactBoard, FactKey

#: States of a slot. ACTIVE: it is visited when one of its flags is set.
ACTIVE: Final = 0
#: Idle: the naive engine would request it in every frame with the same outcome, in the first-time pass or goal pass.
IDLE_FIRST: Final = 1
#: The same for the repeat pass, and for cues.
IDLE_REPEAT: Final = 2
#: Not requested: the event waits, is bypassed or done, the goal is invalid or decided, the rules decide the cue. Passes
#: skip the slot and leave its dirty flag; only a wake flag causes a visit.
UNREQUESTED: Final = 3

_TUPLE_3: Final = sys.getsizeof((0, 0, 0))
#: A fact's entry on the board: its list of readers, and its share of the dictionary and of the lists by name.
_READERS: Final = 230
#: What a slot's edge takes on a fact's list of readers; the edge itself is one for all of them.
_ENTRY: Final = 8
#: The same with an edge of its own.
_EDGE: Final = _ENTRY + _TUPLE_3
#: A heap with this many entries per valid one is rebuilt.
_SLACK: Final = 4


class FlagRow:
    """One row of flags of a table, with the moment at which the clock sets each of them."""

    __slots__ = ("due_us", "flags", "number")

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.flags = bytearray(size)
        self.due_us = array("q", (NEVER,)) * size


class TimerQueue:
    """The flags to set, each with its moment, for all tables of one manager; and the pending flag.

    `pending[0]` is 1 if any flag may be set. `next_us` is the earliest due moment in microseconds, NEVER if none.
    """

    __slots__ = ("_heap", "_rows", "_valid", "board", "facts", "next_us", "pending")

    def __init__(self, board: FactBoard) -> None:
        self.board = board
        self.pending = bytearray(1)
        self.next_us = NEVER
        #: How many facts have readers because of these tables; kept for counting memory.
        self.facts = 0
        self._heap: list[tuple[int, int, int]] = []
        self._rows: list[FlagRow] = []
        self._valid = 0

    def row(self, size: int) -> FlagRow:
        """Return a new row of `size` clear flags that the clock can set."""
        row = FlagRow(len(self._rows), size)
        self._rows.append(row)
        return row

    def schedule(self, row: FlagRow, index: int, us: int) -> None:
        """Schedule the flag for the moment `us`, which replaces an earlier schedule; NEVER cancels."""
        old = row.due_us[index]
        if old == us:
            return
        row.due_us[index] = us
        if old != NEVER:
            self._valid -= 1
        if us == NEVER:
            return
        self._valid += 1
        heap = self._heap
        heapq.heappush(heap, (us, row.number, index))
        if len(heap) > 64 and len(heap) > _SLACK * self._valid:
            rows = self._rows
            # Two entries can name one flag and moment (scheduled, cancelled, scheduled again): keep one.
            self._heap = heap = list({entry for entry in heap if rows[entry[1]].due_us[entry[2]] == entry[0]})
            heapq.heapify(heap)
        self.next_us = heap[0][0]

    def expire(self, now_us: int) -> None:
        """Set every flag that is due at or before now."""
        heap = self._heap
        while heap and heap[0][0] <= now_us:
            us, number, index = heapq.heappop(heap)
            row = self._rows[number]
            if row.due_us[index] == us:
                row.due_us[index] = NEVER
                self._valid -= 1
                row.flags[index] = 1
                self.pending[0] = 1
        self.next_us = heap[0][0] if heap else NEVER

    def check_valid(self, row: FlagRow) -> None:
        """Raise AssertionError if the clock would not set a flag of the row at its moment."""
        entries = set(self._heap)
        for index, us in enumerate(row.due_us):
            assert us == NEVER or (us, row.number, index) in entries, f"slot {index}: {us} us is not in the heap"
        assert self.next_us <= min(row.due_us, default=NEVER), "a moment is before the next one"

    def nbytes(self) -> int:
        """Return the bytes held by the heap, the rows and the board's lists of readers, not by the fact keys."""
        total = sys.getsizeof(self.pending) + sys.getsizeof(self._heap) + self.facts * _READERS
        total += len(self._heap) * _TUPLE_3
        for row in self._rows:
            total += sys.getsizeof(row) + sys.getsizeof(row.flags) + sys.getsizeof(row.due_us)
        return total


class SlotTable:
    """The slots of one kind of formula, in the order in which a pass evaluates them: all state of a slot in one place.

    Each row has one entry for each slot.
    """

    __slots__ = (
        "_edges", "causes", "dirty", "draws", "due_us", "evaluated_us", "facts", "recorded_us", "states", "timers",
        "unsettled", "values", "wake", "wake_facts",
    )  # fmt: skip

    def __init__(self, timers: TimerQueue, size: int) -> None:
        self.timers = timers
        #: Flags: the result may have changed; it must not be reused.
        self.dirty = timers.row(size)
        #: Flags: the slot must be visited although its result is valid.
        self.wake = timers.row(size)
        #: ACTIVE, IDLE_FIRST, IDLE_REPEAT or UNREQUESTED.
        self.states = bytearray(size)
        #: The value of the last evaluation.
        self.values = [0] * size
        #: When it was last evaluated, and when last with bookkeeping, in microseconds; -1: never.
        self.evaluated_us = array("q", (-1,)) * size
        self.recorded_us = array("q", (-1,)) * size
        #: As of the last evaluation with bookkeeping: when time alone can change the result, why it was evaluated (an
        #: index into CAUSES), and whether it left a status changed, acted or drew a number that mattered.
        self.due_us = array("q", (NEVER,)) * size
        self.causes = bytearray(size)
        self.unsettled = bytearray(size)
        #: How many random numbers the last evaluation drew without effect on its result, which is valid otherwise.
        #: Using the cached result draws as many.
        self.draws = bytearray(size)
        #: The facts that set the dirty flag; None: the slot has no edges (see `release`).
        self.facts: list[set[FactKey] | None] = [None] * size
        #: The facts that set the wake flag.
        self.wake_facts: list[tuple[FactKey, ...]] = [()] * size
        self._edges = [(self.dirty.flags, index, timers.pending) for index in range(size)]

    def __len__(self) -> int:
        return len(self.values)

    def subscribe(self, index: int, keys: Iterable[FactKey]) -> None:
        """Make changes of these facts set the dirty flag of the slot. Facts it already reads are skipped."""
        known = self.facts[index]
        if known is None:
            known = self.facts[index] = set()
        timers, edge = self.timers, self._edges[index]
        for key in keys:
            if key not in known:
                known.add(key)
                timers.facts += timers.board.add_edge(key, edge)

    def wake_by(self, index: int, keys: tuple[FactKey, ...]) -> None:
        """Make changes of exactly these facts, each named once, set the wake flag of the slot."""
        known = self.wake_facts[index]
        if keys == known:
            return
        timers, flags = self.timers, self.wake.flags
        for key in known:
            timers.facts -= timers.board.unsubscribe(key, flags, index)
        for key in keys:
            timers.facts += timers.board.subscribe(key, flags, index, timers.pending)
        self.wake_facts[index] = keys

    def release(self, index: int) -> None:
        """Drop the edges to the dirty flag, clear both flags and cancel their moments."""
        timers = self.timers
        for key in self.facts[index] or ():
            timers.facts -= timers.board.unsubscribe(key, self.dirty.flags, index)
        self.facts[index] = None
        timers.schedule(self.dirty, index, NEVER)
        timers.schedule(self.wake, index, NEVER)
        self.dirty.flags[index] = 0
        self.wake.flags[index] = 0

    def touch(self, index: int) -> None:
        """Set the dirty flag of a slot, so that its next use evaluates it."""
        self.dirty.flags[index] = 1
        self.timers.pending[0] = 1

    def close(self) -> None:
        """Drop all edges."""
        for index in range(len(self)):
            self.release(index)
            self.wake_by(index, ())

    def check_valid(self, *, is_scanned: bool = True) -> None:
        """Raise AssertionError if rows, timer queue and board contradict each other; for tests, after a frame.

        `is_scanned` False: the next frame does not depend on the pending flag.
        """
        timers, readers = self.timers, self.timers.board.readers
        for row, facts in ((self.dirty, self.facts), (self.wake, self.wake_facts)):
            edges = {(key, at) for key, found in readers.items() for flags, at, _ in found if flags is row.flags}
            assert edges == {(key, at) for at, keys in enumerate(facts) for key in keys or ()}, (
                "edges are not the facts"
            )
            timers.check_valid(row)
        for index, state in enumerate(self.states):
            where = f"slot {index}, state {state}"
            is_dirty = self.dirty.flags[index]
            if is_scanned and (self.wake.flags[index] or (is_dirty and state != UNREQUESTED)):
                assert timers.pending[0], f"{where}: a flag is set, the pending flag is not"
            if state in (IDLE_FIRST, IDLE_REPEAT) and not is_dirty:
                assert self.evaluated_us[index] >= 0, f"{where}: idle, but was never evaluated"
            if self.facts[index] is None:
                assert self.dirty.due_us[index] == NEVER, f"{where}: scheduled without edges"
            assert self.recorded_us[index] <= self.evaluated_us[index], f"{where}: recorded after its last evaluation"

    def nbytes(self) -> int:
        """Return the bytes held by the table, without the two rows of flags, which the timer queue counts."""
        rows = (
            self.states, self.values, self.evaluated_us, self.recorded_us, self.due_us, self.causes, self.unsettled,
            self.draws, self.facts, self.wake_facts, self._edges,
        )  # fmt: skip
        total = sum(map(sys.getsizeof, rows)) + len(self._edges) * _TUPLE_3
        total += sum(sys.getsizeof(known) + len(known) * _ENTRY for known in self.facts if known is not None)
        return total + sum(sys.getsizeof(keys) + len(keys) * _EDGE for keys in self.wake_facts if keys)
