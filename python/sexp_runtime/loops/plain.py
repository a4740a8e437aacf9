"""The innermost loops in Python: what `native.pyx` says in C, and the description of both."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final

#: What `Sweep.run` returns when a value is not 0, and when nothing is marked any more.
CAME_TRUE: Final = -2
FINISHED: Final = -1
#: The word in `Sweep.ready` for a slot of which only a value other than 0 matters.
READY: Final = 1

_MARKED: Final = b"\x01"

#: Who is told of a change: marks, the index of the one to set, and a bell, whose first byte is set.
Edge = tuple[bytearray, int, bytearray]


def mark_readers(readers: Mapping[tuple[Hashable, ...], list[Edge]], keys: Iterable[tuple[Hashable, ...]]) -> None:
    """Set the mark of every slot that reads one of the facts, and ring its owner's bell."""
    for key in keys:
        edges = readers.get(key)
        if edges is not None:
            for marks, index, bell in edges:
                marks[index] = 1
                bell[0] = 1


class Sweep:
    """Evaluates marked slots in order for as long as nothing comes of it.

    `position` is the slot whose turn it is. `done` counts evaluations; who wants to know from when sets it to 0.
    `value` is the last value that was not 0.
    """

    __slots__ = ("_dirty", "_evaluated_us", "_evaluators", "_ready", "done", "position", "value")

    def __init__(
        self, dirty: bytearray, ready: bytearray, evaluators: list[Callable[[], int]], evaluated_us: list[int]
    ) -> None:
        self._dirty = dirty
        self._ready = ready
        self._evaluators = evaluators
        self._evaluated_us = evaluated_us
        self.position = -1
        self.done = 0
        self.value = 0

    def run(self, index: int, limit: int, us: int) -> int:
        """Evaluate the marked slot `index`, which is ready, and those after it, noting `us` as the time.

        A slot's mark is taken before its evaluation, so that one set by it stays. Returns the first marked slot that
        is not ready or not below `limit` (-1: no limit), FINISHED where there is none, CAME_TRUE as soon as the slot
        at `position` has another value than 0. What an evaluation raises is passed on; `position` tells which.
        """
        dirty, ready, evaluators, evaluated_us = self._dirty, self._ready, self._evaluators, self._evaluated_us
        size = len(dirty)
        while index >= 0 and (limit < 0 or index < limit) and ready[index] == READY:
            dirty[index] = 0
            self.position = index
            evaluated_us[index] = us
            self.done += 1
            value = evaluators[index]()
            if value != 0:
                self.value = value
                return CAME_TRUE
            index += 1
            if index == size or not dirty[index]:
                index = dirty.find(_MARKED, index)
        return index
