"""Slots: which results are stale, who must be told when a fact changes, and what becomes due when.

A slot is an index in a `SlotTable`, which has one bytearray of marks for staleness (`dirty`: a fact or the clock could
have changed the result) and one for mere visits (`wake`: the owner has to look at the slot although its result stands).
An `Agenda` is shared by the tables of one manager: its bell tells in one look whether anything is marked at all, its
heap knows what becomes due when. Nothing here knows operators, events or formulas.
"""

from __future__ import annotations

import heapq
import sys
from collections.abc import Iterable
from typing import Final

from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import UNHEARD, FactBoard, FactKey

_TUPLE_3: Final = sys.getsizeof((0, 0, 0))
#: A fact's entry on the board: its list of readers, and its share of the dictionary and of the lists by name.
_READERS: Final = 230
#: What a slot's edge takes on a fact's list of readers; the edge itself is one for all of them.
_ENTRY: Final = 8
#: A heap with this many entries per valid one is rebuilt.
_SLACK: Final = 4


class Lane:
    """One row of marks of a table, with the moment at which the clock sets each of them."""

    __slots__ = ("due_us", "marks", "number")

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.marks = bytearray(size)
        self.due_us: list[int] = [NEVER] * size


class Agenda:
    """What becomes due when, for all tables of one manager, and the bell that says that something is marked.

    `bell[0]` is 1 if any mark may be set. `next_us` is the earliest due moment in microseconds, NEVER if none.
    """

    __slots__ = ("_heap", "_lanes", "_valid", "bell", "board", "facts", "next_us")

    def __init__(self, board: FactBoard) -> None:
        self.board = board
        self.bell = bytearray(1)
        self.next_us = NEVER
        #: How many facts have readers because of these tables; kept for counting memory.
        self.facts = 0
        self._heap: list[tuple[int, int, int]] = []
        self._lanes: list[Lane] = []
        self._valid = 0

    def lane(self, size: int) -> Lane:
        """Return a new row of `size` clear marks that the clock can set."""
        lane = Lane(len(self._lanes), size)
        self._lanes.append(lane)
        return lane

    def schedule(self, lane: Lane, index: int, us: int) -> None:
        """Have the mark set at the moment `us`, in place of what was scheduled for it before; NEVER cancels."""
        old = lane.due_us[index]
        if old == us:
            return
        lane.due_us[index] = us
        if old != NEVER:
            self._valid -= 1
        if us == NEVER:
            return
        self._valid += 1
        heap = self._heap
        heapq.heappush(heap, (us, lane.number, index))
        if len(heap) > 64 and len(heap) > _SLACK * self._valid:
            lanes = self._lanes
            # Two entries can name one mark and moment (scheduled, cancelled, scheduled again): keep one.
            self._heap = heap = list({entry for entry in heap if lanes[entry[1]].due_us[entry[2]] == entry[0]})
            heapq.heapify(heap)
        self.next_us = heap[0][0]

    def expire(self, now_us: int) -> None:
        """Set every mark that is due at or before now."""
        heap = self._heap
        while heap and heap[0][0] <= now_us:
            us, number, index = heapq.heappop(heap)
            lane = self._lanes[number]
            if lane.due_us[index] == us:
                lane.due_us[index] = NEVER
                self._valid -= 1
                lane.marks[index] = 1
                self.bell[0] = 1
        self.next_us = heap[0][0] if heap else NEVER

    def nbytes(self) -> int:
        """Return the bytes held by the heap, the lanes and the board's lists of readers, not by the fact keys."""
        total = sys.getsizeof(self.bell) + sys.getsizeof(self._heap) + self.facts * _READERS
        total += len(self._heap) * _TUPLE_3
        for lane in self._lanes:
            total += sys.getsizeof(lane) + sys.getsizeof(lane.marks) + sys.getsizeof(lane.due_us)
            total += sum(28 for due in lane.due_us if due != NEVER)
        return total


class Edges:
    """The facts that one mark waits for, `marks[0]`; whoever needs the mark looks at it unasked, so no bell rings."""

    __slots__ = ("_board", "_edge", "_facts", "marks")

    def __init__(self, board: FactBoard) -> None:
        self._board = board
        self._facts: set[FactKey] = set()
        self.marks = bytearray(1)
        self._edge = self.marks, 0, UNHEARD

    def subscribe(self, keys: Iterable[FactKey]) -> None:
        """Let changes of these facts set the mark, too."""
        for key in keys:
            if key not in self._facts:
                self._facts.add(key)
                self._board.add_edge(key, self._edge)

    def release(self) -> None:
        """Wait for no fact any more."""
        for key in self._facts:
            self._board.unsubscribe(key, self.marks, 0)
        self._facts.clear()

    def nbytes(self) -> int:
        """Return the bytes held, without the fact keys."""
        own = sys.getsizeof(self) + sys.getsizeof(self.marks) + _TUPLE_3
        return own + sys.getsizeof(self._facts) + len(self._facts) * _ENTRY


class SlotTable:
    """The slots of one pass, in the order in which the pass evaluates them.

    `dirty.marks[i]` set: the result of slot i must not be reused. `wake.marks[i]` set: look at slot i.
    `facts[i]` are the facts that slot i is subscribed to.
    """

    __slots__ = ("_edges", "agenda", "dirty", "facts", "wake")

    def __init__(self, agenda: Agenda, size: int) -> None:
        self.agenda = agenda
        self.dirty = agenda.lane(size)
        self.wake = agenda.lane(size)
        self.facts: list[set[FactKey] | None] = [None] * size
        self._edges = [(self.dirty.marks, index, agenda.bell) for index in range(size)]

    def subscribe(self, index: int, keys: Iterable[FactKey]) -> None:
        """Let changes of these facts mark the slot dirty; facts it already reads are skipped."""
        known = self.facts[index]
        if known is None:
            known = self.facts[index] = set()
        agenda, edge = self.agenda, self._edges[index]
        for key in keys:
            if key not in known:
                known.add(key)
                agenda.facts += agenda.board.add_edge(key, edge)

    def subscribe_wake(self, index: int, key: FactKey) -> None:
        """Let changes of the fact wake the slot, its result standing."""
        self.agenda.facts += self.agenda.board.subscribe(key, self.wake.marks, index, self.agenda.bell)

    def unsubscribe_wake(self, index: int, key: FactKey) -> None:
        """Undo one `subscribe_wake`."""
        self.agenda.facts -= self.agenda.board.unsubscribe(key, self.wake.marks, index)

    def release(self, index: int) -> set[FactKey]:
        """Drop the slot's edges and what is scheduled for it; return the facts it read."""
        known = self.facts[index] or set()
        self.facts[index] = None
        agenda = self.agenda
        for key in known:
            agenda.facts -= agenda.board.unsubscribe(key, self.dirty.marks, index)
        agenda.schedule(self.dirty, index, NEVER)
        agenda.schedule(self.wake, index, NEVER)
        self.dirty.marks[index] = 0
        self.wake.marks[index] = 0
        return known

    def nbytes(self) -> int:
        """Return the bytes held by the edges of the table, without the lanes (the agenda counts them)."""
        total = sys.getsizeof(self.facts) + sys.getsizeof(self._edges) + len(self._edges) * _TUPLE_3
        for known in self.facts:
            if known is not None:
                total += sys.getsizeof(known) + len(known) * _ENTRY
        return total
