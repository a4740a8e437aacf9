"""Cached cues: arrivals and departures as the naive manager makes them, looking only at what could have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from sexp_runtime.cache.slots import IDLE_REPEAT, UNREQUESTED, TimerQueue
from sexp_runtime.events.answers import Answers
from sexp_runtime.events.passes import Pass
from sexp_runtime.loops import PASSED_OVER
from sexp_runtime.rules.cue import Cue, CueKind, CueSeed
from sexp_runtime.rules.cues import CueManager
from sexp_runtime.rules.formula import AbsentFormula, Formula
from sexp_runtime.rules.reinforcements import CALLED
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.values import Status
from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.ships import Ship, ShipStatus

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World


class CachedCueManager(CueManager):
    """The cue manager that answers from cache; its results equal the naive manager's in every frame.

    An idle cue is visited again when a fact of its formula or of its processing (`Cue.facts`) changes, or when its
    delay has elapsed. Until then only its requests are counted.
    """

    def __init__(
        self,
        world: World,
        mission: Mission | None,
        ctx: EvaluationContext,
        *,
        leave: Callable[[Ship], None] | None = None,
        seed: int = 1,
        seeds: Iterable[CueSeed] | None = None,
    ) -> None:
        expressions: list[SexpExpression] = []

        def collect(expression: SexpExpression) -> Formula:
            expressions.append(expression)
            return AbsentFormula(expression.owner)

        super().__init__(world, mission, ctx, collect, leave=leave, seed=seed, seeds=seeds)
        self.timers = TimerQueue(world.facts)
        owners = [expression.owner or repr(cue) for cue, expression in zip(self.cues, expressions, strict=True)]
        self.answers = Answers("cue", ctx, self.timers, self.counters, expressions, owners)
        self._pass = Pass(self.answers, self._visit_index, self._apply_value, self._report)
        self._frame_us = -1  # when the last frame was
        self._leaving: list[Cue] = []  # done, and still to be retired
        for cue, formula in zip(self.cues, self.answers.formulas, strict=True):
            cue.formula = formula
            self.answers.table.wake.flags[cue.index] = 1
            self._watch(cue)

    def continue_from(self, other: CueManager, kept: Sequence[Cue | None]) -> None:
        """Take over the state of the manager that this one replaces; every slot is dirty then."""
        assert isinstance(other, CachedCueManager)
        other.answers.undo_pre_evaluations()
        super().continue_from(other, kept)
        self._frame_us = other._frame_us
        for cue in self.cues:
            if cue.done:
                self._retire(cue)
            else:
                self._watch(cue)

    def load(self) -> None:
        """Evaluate the arrival cues at mission time 0 (F40), and make idle what the first frame would find false."""
        super().load()
        counters = self.counters
        counted = counters.asked
        for cue in self.cues:
            if cue.done:
                self._retire(cue)
            elif self._is_false(cue):
                self._visit(cue)
            else:
                self.answers.table.wake.flags[cue.index] = 1
        counters.asked = counted
        self.timers.pending[0] = 1

    def _is_false(self, cue: Cue) -> bool:
        """Whether a cue's turn would change nothing now: its formula is not requested, or its value is 0."""
        if self.on_request is not None or CALLED in cue.subject.flags:
            return False
        index, subject = cue.index, cue.subject
        if not self.answers.table.dirty.flags[index]:
            return self.answers.table.values[index] == 0
        if cue.kind not in (CueKind.SHIP_DEPARTURE, CueKind.WING_DEPARTURE):
            return False
        is_absent = isinstance(subject, Ship) and subject.status is ShipStatus.NOT_YET
        return is_absent or self.answers.pre_evaluate(index, deciding=True)

    def frame(self) -> None:
        """Process the cues that could have changed, in the original's order (F0)."""
        timers = self.timers
        self.counters.frames += 1
        now = self.world.clock.us
        due_us = now if now != self._frame_us else now + 1  # as in CachedEventManager
        if timers.next_us <= due_us:
            timers.expire(due_us)
        self._frame_us = now
        if self._leaving:
            self._retire(self._leaving.pop())
        if self.on_request is not None:
            timers.pending[0] = 0
            for cue in self.cues:
                if not cue.done:
                    self._visit(cue)
        elif timers.pending[0]:
            timers.pending[0] = 0
            self._pass.run(now, self.profiler)

    def _visit_index(self, index: int) -> None:
        self._visit(self.cues[index])

    def _apply_value(self, index: int, value: int, status: Status) -> None:
        """Let a cue take its turn whose formula has just been evaluated; its request in this frame is counted."""
        if self.answers.activate(index, is_before=False):
            self._pass.ready[index] = 0
        self._visit(self.cues[index], value)

    def _visit(self, cue: Cue, value: int | None = None) -> None:
        """Process a cue, with its value if it has just been evaluated; it is idle then until something changes."""
        index = cue.index
        table = self.answers.table
        self._pass.ready[index] = 0
        self.answers.activate(index, is_before=True)
        table.wake.flags[index] = 0
        is_requested = not cue.done and self._take_turn(cue, value)
        if cue.done:
            # Thirty ships can come in one frame: their edges are dropped in the frames after it, one cue in each.
            self._pass_over(index)
            table.dirty.flags[index] = table.wake.flags[index] = 0
            self._leaving.append(cue)
            return
        if is_requested:
            self.answers.make_idle(index, IDLE_REPEAT)
            if table.values[index] == 0:
                self._pass.make_ready(index)
        else:
            self._pass_over(index)
        self._watch(cue)
        self.timers.schedule(table.wake, index, cue.due_us if self.world.clock.us < cue.due_us < NEVER else NEVER)

    def _take_turn(self, cue: Cue, value: int | None) -> bool:
        """Process a cue, with its value if that is known; return whether the rules request its formula."""
        decided = self.is_decided(cue)
        if decided is not None:
            is_true = decided
        else:
            is_true = self.request(cue) if value is None else value != 0
        if is_true:
            self.apply(cue)
        return decided is None

    def request(self, cue: Cue) -> bool:
        """Return whether a cue is true now, from cache if nothing could have changed it (F40)."""
        self.counters.asked += 1
        if self.on_request is not None:
            self.on_request("cue", cue.index)
        try:
            return self.answers.answer(cue.index, self.profiler) != 0
        except Exception as error:  # counts as false this time, as in `evaluate`
            self._report(cue.index, error)
            return False

    def _watch(self, cue: Cue) -> None:
        """Let the facts that a cue's processing reads now wake it; orders can change its terms."""
        self.refresh_facts(cue)
        self.answers.table.wake_by(cue.index, cue.facts)

    def _pass_over(self, index: int) -> None:
        """Skip a cue until something wakes it: nothing requests its value. Its dirty flag stays."""
        self.answers.table.states[index] = UNREQUESTED
        self._pass.ready[index] = PASSED_OVER

    def _retire(self, cue: Cue) -> None:
        """Drop all edges of a cue that will never do anything again."""
        index = cue.index
        table = self.answers.table
        table.wake_by(index, ())
        self.answers.retire(index)
        table.dirty.flags[index] = table.wake.flags[index] = 0

    def _hand_over(self, ship: Ship, comer: Ship) -> None:
        super()._hand_over(ship, comer)
        for cue in self.cues:
            if cue.subject is comer:
                self._watch(cue)
                self.answers.table.wake.flags[cue.index] = 1
        self.timers.pending[0] = 1

    # -- for profilers, reloads and reports -------------------------------------------------------------------------

    def interpret(self, every: int) -> None:
        """Have one evaluation in `every` of each formula interpreted, so that profilers see operators; 0: none."""
        self.answers.interpret(every)

    def replace_formula(self, kind: str, index: int, expression: SexpExpression) -> None:
        """Give a cue another formula, which starts with fresh statuses."""
        self.answers.replace(index, expression)
        self._pass.ready[index] = 0
        self.cues[index].formula = self.answers.formulas[index]
        self.answers.table.wake.flags[index] = 1

    def nbytes(self) -> dict[str, int]:
        """Return the memory of the cues' caches in bytes, by part."""
        return {"cues": self.answers.nbytes(), "timers": self.timers.nbytes(), "slots": self._pass.nbytes()}

    def check_valid(self) -> None:
        """Raise AssertionError if the state of the slots contradicts itself; for tests, after a frame."""
        self.answers.table.check_valid(is_scanned=self.on_request is None)
        self._pass.check_valid()
        assert self.counters.idle_always == self.answers.table.states.count(IDLE_REPEAT), "idle slots are miscounted"
        for cue, keys in zip(self.cues, self.answers.table.wake_facts, strict=True):
            assert cue.done or keys == cue.facts, f"{cue!r} waits for {keys}"

    def close(self) -> None:
        """Drop all edges, so that the world no longer knows of these cues."""
        self.answers.close()
