"""The innermost loops in Python: what `native.pyx` says in C, and the description of both."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from sexp_runtime.values import KNOWN_FALSE, Status

#: What `Sweep.run` returns when an outcome has to be dealt with, and when nothing is marked any more.
CAME_TRUE: Final = -2
FINISHED: Final = -1
#: Words of `ready` for slots that a sweep evaluates: one of which only a value other than 0 matters, and one that is
#: evaluated in every frame, for which nothing has to be noted; and for those that it passes over, their marks left.
READY: Final = 1
STEADY: Final = 2
PASSED: Final = 5

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


def untrack(objects: list[object]) -> list[object]:
    """Return those of the objects that the garbage collector now leaves out: none here, Python code cannot do it.

    In C they are lists, dictionaries, tuples, sets and objects of this package's classes: what such types do when an
    object is freed is right for one that the collector does not know.
    """
    return []


def track(objects: list[object]) -> None:
    """Undo `untrack`."""


class Root(Protocol):
    """What remembers the special status that a formula ends with."""

    status: Status


class Sweep:
    """Evaluates marked slots in order for as long as nothing comes of it.

    `position` is the slot whose turn it is. `done` counts evaluations, `repeated` those of them of steady slots; who
    wants to know from when sets them to 0. `value` is that of the last evaluation of which something came.
    """

    __slots__ = (
        "_dirty", "_due_us", "_evaluated_us", "_evaluators", "_ready", "_roots", "_schedule", "_steady", "_wakes",
        "done", "position", "repeated", "value",
    )  # fmt: skip

    def __init__(
        self,
        dirty: bytearray,
        wakes: bytearray,
        ready: bytearray,
        evaluators: list[Callable[[], int]],
        steady: list[Callable[[], int]],
        roots: Sequence[Root | None],
        evaluated_us: list[int],
        due_us: list[int],
        schedule: Callable[[int, int], None],
    ) -> None:
        """Take what belongs to the slots, by index: marks, words, evaluators of ready and of steady ones, roots (None
        for a formula that ends with no special status), where to note the time of an evaluation, when a slot is due,
        and what is called with another such moment. An evaluator that has `in_pass` is a program of the kernel."""
        self._dirty = dirty
        self._wakes = wakes
        self._ready = ready
        self._evaluators = evaluators
        self._steady = steady
        self._roots = roots
        self._evaluated_us = evaluated_us
        self._due_us = due_us
        self._schedule = schedule
        self.position = -1
        self.done = 0
        self.repeated = 0
        self.value = 0

    def run(self, index: int, limit: int, us: int) -> int:
        """Evaluate the marked slot `index`, which is ready or steady, and those after it, noting `us` as the time.

        A ready slot's mark is taken before its evaluation, so that one set by it stays; a steady slot's mark stays in
        any case. Slots to be passed over are. Returns the first marked slot that is none of these, or not below `limit`
        (-1: no limit) or a slot that a steady evaluation woke; FINISHED where there is none; CAME_TRUE as soon as the
        slot at `position` has another value than 0, or was steady and is no longer, or is known to be false. What an
        evaluation raises is passed on; `position` tells which.
        """
        dirty, ready, evaluated_us = self._dirty, self._ready, self._evaluated_us
        size = len(dirty)
        while index >= 0 and (limit < 0 or index < limit):
            word = ready[index]
            if word == READY:
                dirty[index] = 0
                evaluate = self._evaluators[index]
                in_pass = getattr(evaluate, "in_pass", None)
                if in_pass is not None:
                    self.position = index
                    evaluated_us[index] = us
                    self.done += 1
                    self.value, is_nothing, acted, due_us = in_pass()
                    if not is_nothing:
                        return CAME_TRUE
                    if acted or due_us == us + 1:
                        dirty[index] = 1
                        self.repeated += 1
                        woken = self._wakes.find(_MARKED, index + 1)
                        if woken >= 0 and (limit < 0 or woken < limit):
                            limit = woken
                    elif due_us != self._due_us[index]:
                        self._schedule(index, due_us)
                    index = dirty.find(_MARKED, index + 1)
                    continue
            elif word == STEADY:
                self.repeated += 1
                evaluate = self._steady[index]
            elif word == PASSED:
                index = dirty.find(_MARKED, index + 1)
                continue
            else:
                break
            self.position = index
            evaluated_us[index] = us
            self.done += 1
            value = evaluate()
            if value != 0 or (word == STEADY and not self._stays_steady(index)):
                self.value = value
                return CAME_TRUE
            index += 1
            if word == STEADY:
                woken = self._wakes.find(_MARKED, index)
                if woken >= 0 and (limit < 0 or woken < limit):
                    limit = woken
            if index == size or not dirty[index]:
                index = dirty.find(_MARKED, index)
        return index

    def _stays_steady(self, index: int) -> bool:
        root = self._roots[index]
        return self._ready[index] == STEADY and (root is None or root.status is not KNOWN_FALSE)
