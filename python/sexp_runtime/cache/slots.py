"""Slots: which cached results may have changed, and which flags the clock sets when.

A slot is an index in a `SlotTable`, which has two rows of flags: `dirty` (a fact or the clock could have changed the
result) and `wake` (the slot must be visited although its result is valid). The tables of one manager share a
`TimerQueue`, with the pending flag and the heap of due moments. Nothing here knows operators, events or formulas.
"""

from __future__ import annotations

import heapq
import sys
from collections.abc import Iterable
from typing import Final

from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import UNREAD, FactBoard, FactKey

_TUPLE_3: Final = sys.getsizeof((0, 0, 0))
#: A fact's entry on the board: its list of readers, and its share of the dictionary and of the lists by name.
_READERS: Final = 230
#: What a slot's edge takes on a fact's list of readers; the edge itself is one for all of them.
_ENTRY: Final = 8
#: A heap with this many entries per valid one is rebuilt.
_SLACK: Final = 4


class FlagRow:
    """One row of flags of a table, with the moment at which the clock sets each of them."""

    __slots__ = ("due_us", "flags", "number")

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.flags = bytearray(size)
        self.due_us: list[int] = [NEVER] * size


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

    def nbytes(self) -> int:
        """Return the bytes held by the heap, the rows and the board's lists of readers, not by the fact keys."""
        total = sys.getsizeof(self.pending) + sys.getsizeof(self._heap) + self.facts * _READERS
        total += len(self._heap) * _TUPLE_3
        for row in self._rows:
            total += sys.getsizeof(row) + sys.getsizeof(row.flags) + sys.getsizeof(row.due_us)
            total += sum(28 for due in row.due_us if due != NEVER)
        return total


class Edges:
    """The facts that set one flag, `flags[0]`. Its owner reads the flag without being prompted: no pending flag."""

    __slots__ = ("_board", "_edge", "_facts", "flags")

    def __init__(self, board: FactBoard) -> None:
        self._board = board
        self._facts: set[FactKey] = set()
        self.flags = bytearray(1)
        self._edge = self.flags, 0, UNREAD

    def subscribe(self, keys: Iterable[FactKey]) -> None:
        """Make changes of these facts set the flag, too."""
        for key in keys:
            if key not in self._facts:
                self._facts.add(key)
                self._board.add_edge(key, self._edge)

    def release(self) -> None:
        """Drop all edges."""
        for key in self._facts:
            self._board.unsubscribe(key, self.flags, 0)
        self._facts.clear()

    def nbytes(self) -> int:
        """Return the bytes held, without the fact keys."""
        own = sys.getsizeof(self) + sys.getsizeof(self.flags) + _TUPLE_3
        return own + sys.getsizeof(self._facts) + len(self._facts) * _ENTRY


class SlotTable:
    """The slots of one pass, in the order in which the pass evaluates them.

    `dirty.flags[i]` set: the result of slot i must not be reused. `wake.flags[i]` set: look at slot i.
    `facts[i]` are the facts that slot i is subscribed to.
    """

    __slots__ = ("_edges", "dirty", "facts", "timers", "wake")

    def __init__(self, timers: TimerQueue, size: int) -> None:
        self.timers = timers
        self.dirty = timers.row(size)
        self.wake = timers.row(size)
        self.facts: list[set[FactKey] | None] = [None] * size
        self._edges = [(self.dirty.flags, index, timers.pending) for index in range(size)]

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

    def subscribe_wake(self, index: int, key: FactKey) -> None:
        """Make changes of the fact set the wake flag of the slot; its result stays valid."""
        self.timers.facts += self.timers.board.subscribe(key, self.wake.flags, index, self.timers.pending)

    def unsubscribe_wake(self, index: int, key: FactKey) -> None:
        """Undo one `subscribe_wake`."""
        self.timers.facts -= self.timers.board.unsubscribe(key, self.wake.flags, index)

    def release(self, index: int) -> set[FactKey]:
        """Drop the slot's edges and what is scheduled for it; return the facts it read."""
        known = self.facts[index] or set()
        self.facts[index] = None
        timers = self.timers
        for key in known:
            timers.facts -= timers.board.unsubscribe(key, self.dirty.flags, index)
        timers.schedule(self.dirty, index, NEVER)
        timers.schedule(self.wake, index, NEVER)
        self.dirty.flags[index] = 0
        self.wake.flags[index] = 0
        return known

    def nbytes(self) -> int:
        """Return the bytes held by the edges of the table, without the rows, which the timer queue counts."""
        total = sys.getsizeof(self.facts) + sys.getsizeof(self._edges) + len(self._edges) * _TUPLE_3
        for known in self.facts:
            if known is not None:
                total += sys.getsizeof(known) + len(known) * _ENTRY
        return total
