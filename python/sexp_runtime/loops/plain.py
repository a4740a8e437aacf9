"""The innermost loops in Python: what `native.pyx` says in C, and the description of both."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from sexp_runtime.values import KNOWN_FALSE, Status

#: What `Scan.run` returns when an outcome must be handled, and when no flag is set any more.
CAME_TRUE: Final = -2
FINISHED: Final = -1
#: Words of `ready` for slots that a scan evaluates: READY if only a value other than 0 matters, HOT if the slot is
#: evaluated in every frame without bookkeeping, REPEATING if it is a program that acts in every frame, which is counted
#: while it does; and PASSED_OVER for those that it skips without clearing the flag.
READY: Final = 1
HOT: Final = 2
REPEATING: Final = 3
PASSED_OVER: Final = 6

#: A slot that is due so many microseconds later is evaluated in the next frame: that costs less than to schedule it.
SOON_US: Final = 4_000

_SET: Final = b"\x01"

#: What a change sets: flags, the index of the one to set, and a pending flag, a bytearray whose first byte is set.
Edge = tuple[bytearray, int, bytearray]


def set_flags(readers: Mapping[tuple[Hashable, ...], list[Edge]], keys: Iterable[tuple[Hashable, ...]]) -> None:
    """Set the flag of every slot that reads one of the facts, and its owner's pending flag."""
    for key in keys:
        edges = readers.get(key)
        if edges is not None:
            for flags, index, pending in edges:
                flags[index] = 1
                pending[0] = 1


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


class Scan:
    """Evaluates dirty slots in order until one has an outcome.

    `position` is the slot whose turn it is. `done` counts evaluations, `repeated` those that are due again in the next
    frame; callers set both to 0. `value` is the value of the last outcome.
    """

    __slots__ = (
        "_dirty",
        "_due_us",
        "_evaluated_us",
        "_evaluators",
        "_ready",
        "_repeat",
        "_roots",
        "_schedule",
        "_wakes",
        "done",
        "position",
        "repeated",
        "value",
    )  # fmt: skip

    def __init__(
        self,
        dirty: bytearray,
        wakes: bytearray,
        ready: bytearray,
        evaluators: list[Callable[[], int]],
        roots: Sequence[Root | None],
        evaluated_us: array[int],
        due_us: array[int],
        schedule: Callable[[int, int], None],
        repeat: Callable[[int], None] | None = None,
    ) -> None:
        """Take what belongs to the slots, by index.

        These are flags, words, evaluators, roots (None for a formula that ends with no special status), where to note
        the time of an evaluation, and when a slot is due. `schedule` is called with another such moment, `repeat` for a
        repeating slot that has acted once more. An evaluator that has `in_pass` is a program of the kernel.
        """
        self._dirty = dirty
        self._wakes = wakes
        self._ready = ready
        self._evaluators = evaluators
        self._roots = roots
        self._evaluated_us = evaluated_us
        self._due_us = due_us
        self._schedule = schedule
        self._repeat = repeat
        self.position = -1
        self.done = 0
        self.repeated = 0
        self.value = 0

    def run(self, index: int, limit: int, us: int) -> int:
        """Evaluate the dirty slot `index`, which is ready or hot, and those after it, recording `us` as the time.

        The flag of a ready slot is cleared before its evaluation, so that a flag set meanwhile stays; the flag of a hot
        slot always stays. Returns the first slot with a set flag that is neither ready, hot nor passed over, or is not
        below `limit` (-1: no limit), or that a hot evaluation woke; FINISHED if there is none; CAME_TRUE as soon as the
        slot at `position` has a value other than 0, was hot and is no longer, is known to be false, or was repeating
        and did not act again or was reset. Passes on what an evaluation raises; `position` says which.
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
                    if acted or due_us <= us + SOON_US:
                        dirty[index] = 1
                        self.repeated += 1
                        woken = self._wakes.find(_SET, index + 1)
                        if woken >= 0 and (limit < 0 or woken < limit):
                            limit = woken
                    elif due_us != self._due_us[index]:
                        self._schedule(index, due_us)
                    index = dirty.find(_SET, index + 1)
                    continue
            elif word == HOT:
                self.repeated += 1
                evaluate = self._evaluators[index]
            elif word == REPEATING:
                self.position = index
                evaluated_us[index] = us
                self.done += 1
                self.repeated += 1
                dirty[index] = 0
                self.value, _, acted, _ = self._evaluators[index].in_pass()  # type: ignore[attr-defined]  # a program
                if self.value != 1 or not acted or ready[index] != REPEATING:
                    return CAME_TRUE
                dirty[index] = 1
                assert self._repeat is not None
                self._repeat(index)
                woken = self._wakes.find(_SET, index + 1)
                if woken >= 0 and (limit < 0 or woken < limit):
                    limit = woken
                index = dirty.find(_SET, index + 1)
                continue
            elif word == PASSED_OVER:
                index = dirty.find(_SET, index + 1)
                continue
            else:
                break
            self.position = index
            evaluated_us[index] = us
            self.done += 1
            value = evaluate()
            if value != 0 or (word == HOT and not self._stays_hot(index)):
                self.value = value
                return CAME_TRUE
            index += 1
            if word == HOT:
                woken = self._wakes.find(_SET, index)
                if woken >= 0 and (limit < 0 or woken < limit):
                    limit = woken
            if index == size or not dirty[index]:
                index = dirty.find(_SET, index)
        return index

    def _stays_hot(self, index: int) -> bool:
        root = self._roots[index]
        return self._ready[index] == HOT and (root is None or root.status is not KNOWN_FALSE)
