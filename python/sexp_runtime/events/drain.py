"""The drain of a row of slots: evaluates or visits what is marked, in order; what comes to nothing costs little."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from sexp_runtime.events.answers import Answers
from sexp_runtime.loops import CAME_TRUE, PASSED, READY, STEADY, Sweep
from sexp_runtime.values import KNOWN_FALSE, Status
from sexp_runtime.world.clock import NEVER

if TYPE_CHECKING:
    from sexp_runtime.events.standing_draws import StandingDraws
    from sexp_runtime.rules.manager import FormulaProfiler

#: Words of `Drain.ready` beside those of loops, for slots of whose evaluation everything has to be noted: any, and one
#: that is evaluated for the first time, or on trial whether it can rest.
TO_ASK: Final = 3
NEW: Final = 4
#: A mark, for looking it up; much faster than by its number.
_MARKED: Final = b"\x01"
#: Microseconds of mission time after which a formula that was evaluated in every frame becomes steady.
HABIT_US: Final = 100_000
#: The longest time for which it is steady before somebody looks whether it could rest.
MOST_STEADY_US: Final = 2_000_000


class Drain:
    """Visits the marked slots of a row, in order.

    A slot at rest that the owner has made `ready` is only evaluated: while its value stays 0 and it is not known to be
    false, taking its turn would change nothing. One that has been evaluated in every frame for a while becomes
    steady: it keeps its mark, and what its evaluation means for the next is not worked out, for as long again as it
    has been so before. `visit(index)` has any other slot take its turn, `take(index, value, status)` has one take it
    whose formula has just been evaluated, its request being counted; `report(index, error)` tells of an exception.
    `standing` makes the draws of slots at rest, for passes that keep any.

    `ready` has a word for each slot: READY or STEADY of loops, TO_ASK or NEW, 0 for those to be visited, and PASSED for
    those that have their turn elsewhere, whose marks stay.
    """

    __slots__ = (
        "_answers", "_before_us", "_frame", "_report", "_review_us", "_since_us", "_standing", "_sweep",
        "_take", "_until_us", "_us", "_visit", "ready",
    )  # fmt: skip

    def __init__(
        self,
        answers: Answers,
        visit: Callable[[int], None],
        take: Callable[[int, int, Status], None],
        report: Callable[[int, Exception], None],
        standing: StandingDraws | None = None,
    ) -> None:
        self._answers = answers
        self._visit = visit
        self._take = take
        self._report = report
        self._standing = standing
        table, size = answers.table, len(answers.values)
        self.ready = bytearray(size)
        self._sweep = Sweep(
            table.dirty.marks, table.wake.marks, self.ready, answers.evaluators, answers.steady, answers.roots,
            answers.evaluated_us, table.dirty.due_us, partial(answers.agenda.schedule, table.dirty),
        )  # fmt: skip
        self._us = self._before_us = -1  # when the drain ran last, and when the frame before this one was
        self._frame = 0  # in which frame that was
        self._since_us = [0] * size  # since when a slot has been evaluated in every frame
        self._until_us: dict[int, int] = {}  # until when a slot is steady
        self._review_us = NEVER  # the first of those moments

    @property
    def position(self) -> int:
        """The slot whose turn it is."""
        return self._sweep.position

    @position.setter
    def position(self, index: int) -> None:
        self._sweep.position = index

    def make_ready(self, index: int) -> None:
        """Say of a slot at rest that its turn comes to nothing while its value is 0."""
        self.ready[index] = READY if self._answers.is_quiet(index) else TO_ASK

    def run(self, us: int, profiler: FormulaProfiler | None) -> None:
        """Make one pass at the moment `us`; a profiler is told of each evaluation. Marks set meanwhile count."""
        answers, sweep = self._answers, self._sweep
        dirty, wakes = answers.table.dirty.marks, answers.table.wake.marks
        ready, checking = self.ready, answers.checking >= 0
        is_watched = profiler is not None or answers.is_interpreting
        asked = READY if is_watched else TO_ASK
        self._begin(us)
        index = dirty.find(_MARKED)
        woken = wakes.find(_MARKED)
        while index >= 0 or woken >= 0:
            is_woken = index < 0 or -1 < woken <= index
            if is_woken:
                index = woken
            sweep.position = index
            word = ready[index]
            if is_woken or not word or (checking and word != PASSED):
                self._visit(index)
            elif word == PASSED and (is_watched or checking):
                pass  # a sweep would go on to slots that are to be visited here, or asked
            elif asked <= word < PASSED:
                self._ask(index, profiler)
            else:
                try:
                    index = sweep.run(index, woken, us)
                except Exception as error:
                    index = sweep.position
                    self._report(index, error)
                    answers.touch(index)  # counts as false, and is evaluated again in the next pass
                else:
                    if index != CAME_TRUE:
                        woken = wakes.find(_MARKED, sweep.position + 1)
                        continue
                    index = sweep.position
                    answers.values[index] = sweep.value
                    answers.touch(index)
                    self._take(index, sweep.value, answers.formulas[index].status)
            index += 1
            woken = wakes.find(_MARKED, index)
            index = dirty.find(_MARKED, index)
        self._end()

    def nbytes(self) -> int:
        """Return the bytes held."""
        own = (self, self.ready, self._since_us, self._until_us, self._sweep)
        moments = len(self._until_us) + sum(map(bool, self._since_us))
        return sum(map(sys.getsizeof, own)) + moments * sys.getsizeof(NEVER)

    def _begin(self, us: int) -> None:
        """Begin a pass."""
        frames = self._answers.counters.frames
        self._before_us = self._us if frames == self._frame + 1 else -1
        self._us, self._frame = us, frames
        if us >= self._review_us:
            self._review()
        self._sweep.done = self._sweep.repeated = 0

    def _end(self) -> None:
        """Count what was swept in a pass."""
        done, repeated = self._sweep.done, self._sweep.repeated
        if done:
            counters = self._answers.counters
            counters.evaluations += done
            counters.invalidations += done - repeated
            if repeated:
                self._answers.agenda.bell[0] = 1

    def _ask(self, index: int, profiler: FormulaProfiler | None) -> None:
        """Evaluate a marked slot at rest and note what that means for the next evaluation."""
        answers, standing = self._answers, self._standing
        word = self.ready[index]
        if word == NEW:
            self.make_ready(index)
        answers.counters.evaluations += 1
        before_us, drew = answers.evaluated_us[index], answers.draws[index]
        if drew and standing is not None:
            standing.take_turn(index)
        try:
            value = answers.ask(index, profiler)
        except Exception as error:
            self._report(index, error)
            if drew and standing is not None:
                standing.keep(index, 0)
            return
        status = answers.formulas[index].status
        if value == 0 and status is not KNOWN_FALSE and self.ready[index]:
            draws = answers.draws[index]
            if draws != drew and standing is not None:
                standing.take_turn(index)
                standing.keep(index, draws)
            elif draws and standing is None:
                answers.keep_evaluating(index)
            is_asked_again = word == TO_ASK or (word == NEW and answers.table.dirty.marks[index])
            if is_asked_again and not draws:
                self._consider(index, before_us)
            return
        if drew and standing is not None:
            standing.keep(index, 0)
        self._take(index, value, status)

    def _consider(self, index: int, before_us: int) -> None:
        """Make a slot steady that has been evaluated in every frame for a while, the last time at `before_us`."""
        us, since_us = self._us, self._since_us
        if before_us < 0 or before_us != self._before_us:
            since_us[index] = us
        elif us - since_us[index] >= HABIT_US:
            self._answers.make_steady(index)
            self._answers.touch(index)
            self.ready[index] = STEADY
            self._until_us[index] = until = us + min(us - since_us[index], MOST_STEADY_US)
            self._review_us = min(self._review_us, until)

    def _review(self) -> None:
        """Have slots whose time is over evaluated as others are, so that they can come to rest."""
        us, ready = self._us, self.ready
        for index, until in list(self._until_us.items()):
            if until <= us:
                del self._until_us[index]
                if ready[index] == STEADY:
                    ready[index] = NEW
        self._review_us = min(self._until_us.values(), default=NEVER)
