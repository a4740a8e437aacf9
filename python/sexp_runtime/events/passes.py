"""The pass over a row of flags: visits or evaluates the slots whose flag is set, in order."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from sexp_runtime.cache.slots import IDLE_FIRST, IDLE_REPEAT, UNREQUESTED
from sexp_runtime.events.answers import Answers
from sexp_runtime.loops import CAME_TRUE, HOT, PASSED_OVER, READY, REPEATING, Scan
from sexp_runtime.values import KNOWN_FALSE, UNKNOWN, Status
from sexp_runtime.world.clock import NEVER

if TYPE_CHECKING:
    from sexp_runtime.events.deferred_draws import DeferredDraws
    from sexp_runtime.rules.manager import FormulaProfiler

#: Words of `Pass.ready` beside those of loops, for slots whose evaluations are fully recorded: any such slot, and one
#: that is evaluated for the first time or re-checked.
TRACKED: Final = 4
NEW: Final = 5
#: A set flag, to search for; a search for bytes is much faster than one for a number.
_SET: Final = b"\x01"
#: Microseconds of mission time after which a formula that was evaluated in every frame becomes hot.
HOT_AFTER_US: Final = 100_000
#: Maximum microseconds for which it stays hot before it is re-checked.
MAX_HOT_US: Final = 2_000_000


class Pass:
    """Visits the slots of a row whose flag is set, in order.

    An idle slot that its owner has made `ready` is only evaluated: while its value is 0 and its root is not known to
    be false, a visit would change nothing. A slot that was evaluated in every frame for a while becomes hot: it keeps
    its flag, and its evaluations are not recorded, for as long again. A slot whose event acts in every frame, and does
    nothing else, is `repeating`: while it does, `repeat(index)` counts that. `visit(index)` visits any other slot,
    `apply(index, value, status)` visits one that has just been evaluated and whose request is counted already,
    `report(index, error)` reports an exception. `deferred` makes the deferred draws of idle slots; None if the pass
    has none.

    `ready` has a word for each slot: READY, HOT or REPEATING of loops, TRACKED or NEW, 0 for slots to be visited, and
    PASSED_OVER for slots whose turn is not in this pass; their flags stay.
    """

    __slots__ = (
        "_answers",
        "_apply",
        "_before_us",
        "_deferred",
        "_frame",
        "_recheck_us",
        "_report",
        "_scan",
        "_since_us",
        "_until_us",
        "_us",
        "_visit",
        "ready",
    )  # fmt: skip

    def __init__(
        self,
        answers: Answers,
        visit: Callable[[int], None],
        apply: Callable[[int, int, Status], None],
        report: Callable[[int, Exception], None],
        deferred: DeferredDraws | None = None,
        repeat: Callable[[int], None] | None = None,
    ) -> None:
        self._answers = answers
        self._visit = visit
        self._apply = apply
        self._report = report
        self._deferred = deferred
        table, size = answers.table, len(answers.table)
        self.ready = bytearray(size)
        self._scan = Scan(
            table.dirty.flags, table.wake.flags, self.ready, answers.evaluators, answers.roots, table.evaluated_us,
            table.dirty.due_us, partial(answers.timers.schedule, table.dirty), repeat,
        )  # fmt: skip
        self._us = self._before_us = -1  # when the pass ran last, and when the frame before this one was
        self._frame = 0  # in which frame that was
        self._since_us = [0] * size  # since when a slot has been evaluated in every frame
        self._until_us: dict[int, int] = {}  # until when a slot is hot
        self._recheck_us = NEVER  # the first of those moments

    @property
    def position(self) -> int:
        """The slot whose turn it is."""
        return self._scan.position

    @position.setter
    def position(self, index: int) -> None:
        self._scan.position = index

    def make_ready(self, index: int) -> None:
        """Mark an idle slot as one whose visit changes nothing while its value is 0."""
        self.ready[index] = READY if self._answers.is_quiet(index) else TRACKED

    def run(self, us: int, profiler: FormulaProfiler | None) -> None:
        """Make one pass at the moment `us`; flags that are set meanwhile count. `profiler` receives each evaluation."""
        answers, scan = self._answers, self._scan
        dirty, wakes = answers.table.dirty.flags, answers.table.wake.flags
        ready, checking = self.ready, answers.checking >= 0
        is_watched = profiler is not None or answers.is_interpreting
        recorded = READY if is_watched else TRACKED
        self._begin(us)
        index = dirty.find(_SET)
        woken = wakes.find(_SET)
        while index >= 0 or woken >= 0:
            is_woken = index < 0 or -1 < woken <= index
            if is_woken:
                index = woken
            scan.position = index
            word = ready[index]
            if is_woken or not word or (checking and word != PASSED_OVER):
                self._visit(index)
            elif word == PASSED_OVER and (is_watched or checking):
                pass  # a scan would go on to slots that are visited or recorded here
            elif recorded <= word < PASSED_OVER:
                self._evaluate(index, profiler)
            else:
                try:
                    index = scan.run(index, woken, us)
                except Exception as error:  # counts as false, and is evaluated again in the next pass
                    index = scan.position
                    self._report(index, error)
                    answers.table.touch(index)
                    if answers.table.values[index]:  # it was repeating
                        answers.table.values[index] = 0
                        self._apply(index, 0, UNKNOWN)
                else:
                    if index != CAME_TRUE:
                        woken = wakes.find(_SET, scan.position + 1)
                        continue
                    index = scan.position
                    answers.table.values[index] = scan.value
                    answers.table.unsettled[index] = 0
                    answers.table.touch(index)
                    self._apply(index, scan.value, answers.formulas[index].status)
            index += 1
            woken = wakes.find(_SET, index)
            index = dirty.find(_SET, index)
        self._end()

    def check_valid(self) -> None:
        """Raise AssertionError if a word of `ready` contradicts the state of its slot; for tests, after a frame."""
        table = self._answers.table
        for index, word in enumerate(self.ready):
            state, value = table.states[index], table.values[index]
            where = f"{self._answers.kind} {index}, state {state}, word {word}"
            if word in (READY, TRACKED, HOT, NEW, REPEATING):
                assert state in (IDLE_FIRST, IDLE_REPEAT), where
                assert value == 0 or table.dirty.flags[index], f"{where}: value {value}"
            if word == HOT:
                assert table.dirty.flags[index], f"{where}: hot, and not to be evaluated"
                assert index in self._until_us, f"{where}: hot for ever"
            if state == UNREQUESTED:
                assert word == PASSED_OVER, where

    def nbytes(self) -> int:
        """Return the bytes held."""
        own = (self, self.ready, self._since_us, self._until_us, self._scan)
        moments = len(self._until_us) + sum(map(bool, self._since_us))
        return sum(map(sys.getsizeof, own)) + moments * sys.getsizeof(NEVER)

    def _begin(self, us: int) -> None:
        """Begin a pass."""
        frames = self._answers.counters.frames
        self._before_us = self._us if frames == self._frame + 1 else -1
        self._us, self._frame = us, frames
        if us >= self._recheck_us:
            self._recheck()
        self._scan.done = self._scan.repeated = 0

    def _end(self) -> None:
        """Count the evaluations of the scan."""
        done, repeated = self._scan.done, self._scan.repeated
        if done:
            counters = self._answers.counters
            counters.evaluations += done
            counters.invalidations += done - repeated
            if repeated:
                self._answers.timers.pending[0] = 1

    def _evaluate(self, index: int, profiler: FormulaProfiler | None) -> None:
        """Evaluate an idle slot and record what that means for its next evaluation."""
        answers, deferred = self._answers, self._deferred
        word = self.ready[index]
        if word == NEW:
            self.make_ready(index)
        table = answers.table
        before_us, drew = table.evaluated_us[index], table.draws[index]
        if drew and deferred is not None:
            deferred.take_turn(index)
        try:
            value = answers.evaluate(index, profiler)
        except Exception as error:
            self._report(index, error)
            if drew and deferred is not None:
                deferred.keep(index, 0)
            if word == REPEATING:
                self._apply(index, 0, UNKNOWN)
            return
        status = answers.formulas[index].status
        if value == 0 and word != REPEATING and status is not KNOWN_FALSE and self.ready[index]:
            draws = table.draws[index]
            if word == HOT and not table.dirty.flags[index]:  # a profiler watches
                self.make_ready(index)
            if draws != drew and deferred is not None:
                deferred.take_turn(index)
                deferred.keep(index, draws)
            elif draws and deferred is None:
                answers.keep_evaluating(index)
            is_dirty_again = word == TRACKED or (word == NEW and table.dirty.flags[index])
            if is_dirty_again and not draws:
                self._promote(index, before_us)
            return
        if drew and deferred is not None:
            deferred.keep(index, 0)
        self._apply(index, value, status)

    def _promote(self, index: int, before_us: int) -> None:
        """Make a slot hot if it has been evaluated in every frame for a while, the last time at `before_us`."""
        us, since_us = self._us, self._since_us
        if before_us < 0 or before_us != self._before_us:
            since_us[index] = us
        elif us - since_us[index] >= HOT_AFTER_US:
            self._answers.table.touch(index)
            self.ready[index] = HOT
            self._until_us[index] = until = us + min(us - since_us[index], MAX_HOT_US)
            self._recheck_us = min(self._recheck_us, until)

    def _recheck(self) -> None:
        """Record the next evaluation of hot slots whose time is over, so that they can become idle."""
        us, ready = self._us, self.ready
        for index, until in list(self._until_us.items()):
            if until <= us:
                del self._until_us[index]
                if ready[index] == HOT:
                    ready[index] = NEW
        self._recheck_us = min(self._until_us.values(), default=NEVER)
