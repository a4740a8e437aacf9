"""The cached engine: the naive engine's results, frame by frame, while evaluating only what could have changed.

Every event and goal has a slot. The naive engine would evaluate an idle slot in every frame with the same result, so
its requests are only counted. A fact, the clock, a neighbour in its chain or a reset sets one of its flags; then it is
visited. Visits happen in the original's order and apply results as the naive engine does (`apply_event`, `apply_goal`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from sexp_runtime.cache.slots import ACTIVE, IDLE_FIRST, IDLE_REPEAT, UNREQUESTED, TimerQueue
from sexp_runtime.compiler.effects import Effects
from sexp_runtime.compiler.formula import CompiledFormula
from sexp_runtime.events.answers import Answers
from sexp_runtime.events.cached_goals import CachedGoals
from sexp_runtime.events.deferred_draws import DeferredDraws
from sexp_runtime.events.event_states import StampedEvents, chain_due_us, state_of, wake_facts
from sexp_runtime.events.passes import NEW, Pass
from sexp_runtime.events.self_check import SelfCheck
from sexp_runtime.loops import PASSED_OVER, REPEATING
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.counters import EngineCounters
from sexp_runtime.rules.manager import MissionEventManager, is_elapsed
from sexp_runtime.rules.naive import formula_of
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.values import UNKNOWN, Status
from sexp_runtime.world.clock import NEVER, STAMP_IMMEDIATE, STAMP_NEVER, us_of_event_ms
from sexp_runtime.world.mission_state import EventState, Kind
from sexp_runtime.world.world import World

#: Where a frame is, for telling whether an event's turn has passed.
OUTSIDE, IN_REPEAT, IN_GOALS, IN_FIRST = range(4)


class CachedEventManager(MissionEventManager):
    """The event manager that answers from cache; its results equal the naive manager's in every frame.

    With `on_request` set, every request is visited and reported. With `verify_every` N, one in N cached results is
    evaluated again. A difference is counted in `counters.stale_results` and described in `stale`; the fresh result is
    used.
    """

    def __init__(
        self,
        world: World,
        context: EvaluationContext,
        *,
        training: bool = False,
        on_request: Callable[[str, int], None] | None = None,
        verify_every: int = 0,
    ) -> None:
        events, goals = world.events, world.goals
        self.timers = TimerQueue(world.facts)
        self.effects = Effects(context)
        context.remember = self.effects.remember
        counters = EngineCounters()
        self.events = Answers(
            "event",
            context,
            self.timers,
            counters,
            [formula_of(event.definition) for event in events],
            [f'event "{event.name}"' for event in events],
            keeps_drawing=True,
        )
        self.goals = Answers(
            "goal",
            context,
            self.timers,
            counters,
            [formula_of(goal.definition) for goal in goals],
            [f'goal "{goal.name}"' for goal in goals],
        )
        self._deferred = DeferredDraws(world.rng, self._settle_draws)
        super().__init__(
            world, context, self.events.formulas, self.goals.formulas, training=training, on_request=on_request
        )
        self.counters = counters
        self._wakes = self.events.table.wake.flags
        self._repeat_pass = Pass(
            self.events, self._visit_in_repeat, self._apply_event, self._report_event, repeat=self._count_once_more
        )
        self._goals = CachedGoals(self, self.goals)
        self._first_pass = Pass(
            self.events, self._visit_in_first, self._apply_event, self._report_event, self._deferred,
            self._count_once_more,
        )  # fmt: skip
        self._passes = (self._repeat_pass, self._goals.row, self._first_pass)
        self._stamped = StampedEvents(len(events))
        self._leaving: set[int] = set()  # events that are done and still to be retired
        self._due = True  # whether goals and first-time events have their turn in this frame
        self._frame_us = -1  # when the last frame was
        self._stage = OUTSIDE
        self.self_check = SelfCheck(verify_every, (self.events, self.goals))
        for event in events:
            self.events.table.wake_by(event.index, wake_facts(event, events))
            self._unready(event.index)
            self._note_stamp(event)
            self._begin(event)

    def pre_evaluate(self) -> None:
        """Before the first frame, process the events whose first turn would change nothing."""
        for event in self.world.events:
            index = event.index
            if self._first_pass.ready[index] == NEW:
                if self.events.pre_evaluate(index) and index not in self.events.pre_evaluated:
                    self._first_pass.make_ready(index)
            elif self._is_undecided(event) and self.is_bypassed(index):
                self._process(event)

    def continue_from(
        self, other: MissionEventManager, events: Sequence[int | None], goals: Sequence[int | None]
    ) -> None:
        """Take over the state of the manager that this one replaces; every slot is dirty then."""
        assert isinstance(other, CachedEventManager)
        for answers in (other.events, other.goals):
            answers.undo_pre_evaluations()
        super().continue_from(other, events, goals)
        self._frame_us = other._frame_us

    # -- one frame --------------------------------------------------------------------------------------------------

    def frame(self) -> None:
        """Make the goal and event pass of one frame (F1), visiting only what could have changed."""
        if self.ended:
            return
        timers, counters = self.timers, self.counters
        clock = self.world.clock
        counters.frames += 1
        due = self._due = not self.training or self.goals_due(clock.event_ms)
        if not due:
            counters.short_frames += 1
        now = clock.us
        # If the clock has not moved, what is due a microsecond later is due now: a ship may have been moved since.
        due_us = now if now != self._frame_us else now + 1
        if timers.next_us <= due_us:
            timers.expire(due_us)
        self._frame_us = now
        self.self_check.plan(counters.idle_always + (counters.idle if due else 0), is_due=due)
        if timers.pending[0] or self.on_request is not None:
            timers.pending[0] = 0
            try:
                if self._leaving:
                    self._retire_one()
                if self.on_request is not None:
                    self._every_slot(clock.event_ms, due)
                else:
                    self._run_passes(due)
                if due and self.events.pre_evaluated:
                    self.events.pre_evaluated.clear()
            finally:
                self._stage = OUTSIDE
                if not due:
                    timers.pending[0] = 1  # goals and first-time events may be dirty: look again
        if due and self._deferred.order:
            self._deferred.finish()
        if self.world.mission_over:
            self.end_mission()

    def _run_passes(self, due: bool) -> None:
        """Visit the slots whose flag is set, in order: repeat pass, goals, first-time pass."""
        self._stage = IN_REPEAT
        now = self.world.clock.us
        if self._stamped.indices:
            self._repeat_pass.run(now, self.profiler)
        if due:
            self._stage = IN_GOALS
            self._goals.run(now, self.profiler)
            self._stage = IN_FIRST
            self._first_pass.run(now, self.profiler)

    def _every_slot(self, now: int, due: bool) -> None:
        """Visit every slot that the naive engine would evaluate, to report each request."""
        self._stage = IN_REPEAT
        for event in self.world.events:
            if not event.done and is_elapsed(event.timestamp, now):
                self._repeat_pass.position = event.index
                self._visit(event)
            elif self.events.table.states[event.index] == IDLE_REPEAT:
                self._activate(event.index)
        if not due:
            return
        self._stage = IN_GOALS
        self._goals.visit_all()
        self._stage = IN_FIRST
        for event in self.world.events:
            if not event.done and event.timestamp is None:
                self._first_pass.position = event.index
                self._visit(event)
            elif self.events.table.states[event.index] == IDLE_FIRST:
                self._activate(event.index)

    def _visit_in_repeat(self, index: int) -> None:
        """Visit an event in the repeat pass (F1a); one without a stamp keeps its flags for its turn."""
        if self._stamped.flags[index]:
            self._turn(index, IDLE_REPEAT)

    def _visit_in_first(self, index: int) -> None:
        """Visit an event in the first-time pass (F1d); one with a stamp keeps its flags for its turn."""
        self._turn(index, IDLE_FIRST)

    def _apply_event(self, index: int, value: int, status: Status) -> None:
        """Process an idle event whose formula has just been evaluated; its request in this frame is counted."""
        self._unready(index)
        self.events.activate(index, is_before=False)
        self._process(self.world.events[index], (value, status))

    def _turn(self, index: int, kind: int) -> None:
        """Visit one event if its turn is in this pass."""
        event = self.world.events[index]
        if event.done:
            self._visit_done(index)
        elif (event.timestamp is None) is (kind == IDLE_REPEAT):
            self._note_stamp(event)  # its turn is in the other pass
            self.timers.pending[0] = 1
        elif kind == IDLE_FIRST or is_elapsed(event.timestamp, self.world.clock.event_ms):
            self._visit(event)
        else:
            self._visit_waiting(event)

    # -- visits -----------------------------------------------------------------------------------------------------

    def _visit(self, event: EventState) -> None:
        """Process an event whose turn it is, and find out whether it becomes idle."""
        index = event.index
        self._activate(index)
        self._process(event)

    def _process(self, event: EventState, result: tuple[int, Status] | None = None) -> None:
        """Process an event, with its result if it has just been evaluated; find out whether it becomes idle."""
        index = event.index
        wakes = self._wakes
        before = state_of(event)
        if result is None:
            self.process_event(index)
        else:  # idle until now, so it is not chained
            self.apply_event(event, *result)
        self._note_stamp(event)
        wakes[index] = 0
        if event.done:
            self._leave(index)
            return
        now = self.world.clock.event_ms
        if event.timestamp is not None and not is_elapsed(event.timestamp, now):
            wake_us = NEVER if event.timestamp == STAMP_NEVER else us_of_event_ms(event.timestamp)
            self.timers.schedule(self.events.table.wake, index, wake_us)
            self._pass_over(index)
            return
        after = state_of(event)
        if after != before:
            if after[:-1] == before[:-1] and self._repeats(event):
                self._make_repeating(event)
            else:
                wakes[index] = 1
                self.timers.pending[0] = 1
            return
        self.timers.schedule(self.events.table.wake, index, chain_due_us(event, self.context))
        if event.bypassed:
            self._pass_over(index)
        else:
            kind = IDLE_FIRST if event.timestamp is None else IDLE_REPEAT
            self.events.make_idle(index, kind)
            if self.events.table.draws[index]:
                self._keep_drawing(index)
            if event.result == 0 and event.chain_delay_ms < 0:  # a chained one has to look at its neighbours first
                (self._first_pass if kind == IDLE_FIRST else self._repeat_pass).make_ready(index)

    def _repeats(self, event: EventState) -> bool:
        """Whether an event of which only the count has changed does the same in each frame in which its formula acts.

        Its stamp must not follow the clock, and no neighbour may bypass it.
        """
        if event.result != 1 or event.chain_delay_ms >= 0 or event.timestamp not in (None, STAMP_IMMEDIATE):
            return False
        program = self.events.formulas[event.index].program
        return program is not None and program.acted and bool(self.events.table.dirty.flags[event.index])

    def _make_repeating(self, event: EventState) -> None:
        """Let the pass evaluate an event in every frame, and count it while its formula acts."""
        kind = IDLE_FIRST if event.timestamp is None else IDLE_REPEAT
        self.events.make_idle(event.index, kind)
        (self._first_pass if kind == IDLE_FIRST else self._repeat_pass).ready[event.index] = REPEATING

    def _count_once_more(self, index: int) -> None:
        """Count an event that has acted in another frame (F5)."""
        self.world.events[index].count += 1
        self.world.outcome_log.event(index, True)

    def _keep_drawing(self, index: int) -> None:
        """Defer the draws of an event that has just become idle, or let it be evaluated again."""
        if self.events.table.states[index] == IDLE_FIRST:
            self._deferred.take_turn(index)
            self._deferred.keep(index, self.events.table.draws[index])
        else:  # one with a stamp is evaluated again: that is rare, and its pass comes before the others
            self.events.keep_evaluating(index)

    def _visit_waiting(self, event: EventState) -> None:
        """Schedule the wake flag of an event that waits for its stamp; nothing else causes a visit until then."""
        index, stamp = event.index, event.timestamp
        self._activate(index)
        self._wakes[index] = 0
        if stamp is not None and stamp != STAMP_NEVER:
            self.timers.schedule(self.events.table.wake, index, us_of_event_ms(stamp))
        self._pass_over(index)

    def _visit_done(self, index: int) -> None:
        self._activate(index)
        self._wakes[index] = 0
        self._pass_over(index)
        if index not in self._leaving:
            self.events.retire(index)

    def _leave(self, index: int) -> None:
        """Let an event that is done be retired in a later frame: one in which events come true has enough to do."""
        self._pass_over(index)
        self._leaving.add(index)
        self.timers.pending[0] = 1

    def _retire_one(self) -> None:
        """Retire one of the events that are done."""
        index = self._leaving.pop()
        if self.world.events[index].done:  # nothing has reset it
            self.events.retire(index)
        if self._leaving:
            self.timers.pending[0] = 1

    def _report_event(self, index: int, error: Exception) -> None:
        self.report_error(self.event_formulas[index], error)

    def _begin(self, event: EventState) -> None:
        """Set up an event as its first visit would."""
        index = event.index
        if not self._is_undecided(event):
            return
        if event.chain_delay_ms < 0:
            if isinstance(self.events.formulas[index], CompiledFormula):
                self.events.make_idle(index, IDLE_FIRST)
                self._first_pass.ready[index] = NEW
        elif index:  # bypassed until the event before comes true
            table = self.events.table
            table.release(index)
            table.dirty.flags[index] = table.wake.flags[index] = 1

    def _is_undecided(self, event: EventState) -> bool:
        """Whether the event has had no outcome yet, not even a bypass."""
        return not event.done and event.timestamp is None and event.result == 0 and not event.bypassed

    # -- answers ----------------------------------------------------------------------------------------------------

    def request_event(self, index: int) -> tuple[int, Status]:
        """Return value and root status of an event's formula, from cache if nothing could have changed them."""
        self.events.ensure_edges(index)
        return self._answer(self.events, index)

    def request_goal(self, index: int) -> tuple[int, Status]:
        """Return value and root status of a goal's formula, from cache if nothing could have changed them."""
        return self._answer(self.goals, index)

    def _answer(self, answers: Answers, index: int) -> tuple[int, Status]:
        self.counters.asked += 1
        if self.on_request is not None:
            self.on_request(answers.kind, index)
        try:
            value = answers.answer(index, self.profiler)
        except Exception as error:  # counts as false this time, as in `evaluate`
            self.report_error(answers.formulas[index], error)
            return 0, UNKNOWN
        return value, answers.formulas[index].status

    # -- for profilers, reloads and reports -------------------------------------------------------------------------

    def answers(self, kind: str) -> Answers:
        """Return the slots of a kind, "event" or "goal"."""
        return self.events if kind == Kind.EVENT else self.goals

    def interpret(self, every: int) -> None:
        """Have one evaluation in `every` of each formula interpreted, so that profilers see operators; 0: none."""
        self.events.interpret(every)
        self.goals.interpret(every)

    def replace_formula(self, kind: str, index: int, expression: SexpExpression) -> None:
        """Give an event or goal another formula, which starts with fresh statuses."""
        answers = self.answers(kind)
        answers.replace(index, expression)
        if kind == "event":
            self._unready(index)
        else:
            self._goals.row.ready[index] = 0
        (self.event_formulas if kind == "event" else self.goal_formulas)[index] = answers.formulas[index]
        self.flush_formula(kind, index)

    @property
    def stale(self) -> list[str]:
        """Descriptions of stale results that the self-check found."""
        return self.events.stale + self.goals.stale

    def _note_stamp(self, event: EventState) -> None:
        """Note whether an event has a stamp; if that has changed, let its other pass visit it."""
        if self._stamped.note(event):
            self._unready(event.index)

    def _activate(self, index: int) -> None:
        """Activate a slot whose turn it is: the visit counts its request, if there is one."""
        table = self.events.table
        if table.states[index] != ACTIVE:
            self._unready(index)
            if self.events.activate(index, is_before=True, is_due=self._due) and table.draws[index]:
                self._deferred.keep(index, 0)

    def _pass_over(self, index: int) -> None:
        """Skip an event in both passes until something wakes it: nothing requests its value. Its dirty flag stays."""
        self.events.table.states[index] = UNREQUESTED
        self._first_pass.ready[index] = self._repeat_pass.ready[index] = PASSED_OVER

    def _unready(self, index: int) -> None:
        """Make set flags cause visits of an event, in the pass that it belongs to."""
        stamped = self._stamped.flags[index]
        self._first_pass.ready[index] = PASSED_OVER if stamped else 0
        self._repeat_pass.ready[index] = 0 if stamped else PASSED_OVER

    def _settle_draws(self) -> None:
        """Before a draw that matters, make the deferred draws of the events whose turn was before."""
        if self._stage == IN_FIRST:
            self._deferred.settle(self._first_pass.position)

    # -- resets -----------------------------------------------------------------------------------------------------

    def flush_formula(self, kind: str, index: int) -> None:
        """Forget what an event's or goal's formula remembers (D5, D6), and activate its slot."""
        if kind == "event":
            table = self.events.table
            if table.states[index] != ACTIVE:
                self._unready(index)
                stage = IN_REPEAT if table.states[index] == IDLE_REPEAT else IN_FIRST
                is_before = not self._had_its_turn(index, stage)
                if self.events.activate(index, is_before=is_before, is_due=self._due) and table.draws[index]:
                    if self._stage == IN_FIRST and index <= self._first_pass.position:
                        self._deferred.settle(index + 1)
                    self._deferred.keep(index, 0)
            self.events.flush(index)
            self._wakes[index] = 1
            return
        self._goals.flush(index, is_before=not self._had_its_turn(index, IN_GOALS), is_due=self._due)

    def _had_its_turn(self, index: int, stage: int) -> bool:
        """Whether the naive engine has evaluated an idle slot in this frame, or in the last if there is none now."""
        if self._stage != stage:
            return self._stage == OUTSIDE or self._stage > stage
        return index <= self._passes[stage - IN_REPEAT].position

    # -- memory and the end -----------------------------------------------------------------------------------------

    def check_valid(self) -> None:
        """Raise AssertionError if the state of the slots contradicts itself; for tests, after a frame."""
        events, goals = self.events.table, self.goals.table
        is_scanned = self.on_request is None and not self.ended
        events.check_valid(is_scanned=is_scanned)
        goals.check_valid(is_scanned=is_scanned)
        states = [*events.states, *goals.states]
        assert self.counters.idle == states.count(IDLE_FIRST), "idle slots are not those that are counted"
        assert self.counters.idle_always == states.count(IDLE_REPEAT), "idle slots are not those that are counted"
        self._stamped.check_valid()
        for each in self._passes:
            each.check_valid()
        for event in self.world.events:
            index, state = event.index, events.states[event.index]
            where = f"event {index}, state {state}"
            if not events.wake.flags[index]:
                assert self._stamped.flags[index] is (event.timestamp is not None and not event.done), where
            if state in (IDLE_FIRST, IDLE_REPEAT):
                assert self._stamped.flags[index] is (state == IDLE_REPEAT), where
            deferred = self._deferred.draws_of(index)
            if state != IDLE_FIRST:
                assert not deferred, f"{where}: draws although it is not idle"
            elif not events.dirty.flags[index]:
                assert deferred == events.draws[index], f"{where}: draws {deferred} numbers"

    def nbytes(self) -> dict[str, int]:
        """Return the memory held by this engine in bytes, by part."""
        return {
            "events": self.events.nbytes(),
            "goals": self.goals.nbytes(),
            "timers": self.timers.nbytes(),
            "effects": self.effects.nbytes(),
            "slots": sys.getsizeof(self._leaving) + sum(each.nbytes() for each in (self._stamped, *self._passes)),
        }

    def close(self) -> None:
        """Drop all edges, so that the world no longer knows of this engine."""
        self.events.close()
        self.goals.close()
        self._deferred.close()
        self.effects.close()
        if self.context.flush_formula == self.flush_formula:
            self.context.flush_formula = None
