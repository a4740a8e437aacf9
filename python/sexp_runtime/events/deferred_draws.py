"""The deferred draws of idle events: no result depends on these numbers, but the numbers of later draws do.

The original draws a number, for a random candidate for example, before it evaluates a condition that does not need it.
While that condition stays false, the event need not be evaluated; only the generator has to move on, in the right
place among the draws that matter.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sexp_runtime.kernel import MersenneTwister


class DeferredDraws:
    """Makes the draws of idle events in each first-time pass, each before any draw of a later event.

    `order` holds the events that have such draws, sorted; mostly there are none, and nothing to do. While there are
    any, `before_draw` is called before each draw that matters, to `settle` the draws that come before it.
    """

    __slots__ = ("_before_draw", "_counts", "_done", "_rng", "_total", "order")

    def __init__(self, rng: MersenneTwister, before_draw: Callable[[], None]) -> None:
        self.order: list[int] = []
        self._counts: dict[int, int] = {}
        self._total = 0
        self._rng = rng
        self._before_draw = before_draw
        self._done = 0  # the draws of events before this one are made in this pass

    def settle(self, index: int) -> None:
        """Make the draws of all events before `index` that have not been made in this pass."""
        if index <= self._done:
            return
        order = self.order
        owing = order[bisect_left(order, self._done) : bisect_left(order, index)]
        if owing:
            self._rng.skip(sum(map(self._counts.__getitem__, owing)))
        self._done = index

    def take_turn(self, index: int) -> None:
        """Make the draws of the events before `index`, which draws for itself in this pass."""
        self.settle(index)
        if index >= self._done:
            self._done = index + 1

    def finish(self) -> None:
        """Make all draws that are left in this pass, which ends; to be called while there are events in `order`."""
        if self._done:
            self.settle(self.order[-1] + 1)
            self._done = 0
        else:
            self._rng.skip(self._total)

    def keep(self, index: int, draws: int) -> None:
        """Draw so many numbers for an event in each pass from now on, 0 for none."""
        before = self._counts.pop(index, 0)
        self._total += draws - before
        if draws:
            self._counts[index] = draws
            if not before:
                insort(self.order, index)
                self._rng.before_draw = self._before_draw
        elif before:
            self.order.remove(index)
            if not self.order:
                self._done = 0
                self._rng.before_draw = None

    def draws_of(self, index: int) -> int:
        """Return how many numbers are drawn for an event in each pass."""
        return self._counts.get(index, 0)

    def close(self) -> None:
        """Stop drawing."""
        for index in list(self.order):
            self.keep(index, 0)
