"""The cached engine: the naive engine's results, frame by frame, while evaluating only what could have changed.

Every event and goal has a slot. A slot at rest would be evaluated by the naive engine in every frame with the same
outcome, so it is only counted; it is visited when a fact, the clock, a neighbour in its chain or a reset gives it a
mark. Visits happen in the original's order and run the same steps as the naive engine (`process_event`, `judge_goal`).
"""

from __future__ import annotations

from sexp_runtime.events.cached_slots import (
    AT_REST_FIRST,
    AT_REST_REPEAT,
    IN_FIRST,
    IN_GOALS,
    IN_REPEAT,
    OUTSIDE,
    UNASKED,
    VISITED,
    CachedSlots,
)
from sexp_runtime.events.drain import NEW
from sexp_runtime.loops import PASSED
from sexp_runtime.rules.manager import is_elapsed
from sexp_runtime.values import Status
from sexp_runtime.world.clock import NEVER, STAMP_IMMEDIATE, STAMP_NEVER, us_of_event_ms
from sexp_runtime.world.mission_state import GOAL_INCOMPLETE, EventState, GoalState


class CachedEventManager(CachedSlots):
    """The event manager that answers from cache; its results equal the naive manager's in every frame.

    With `on_request` set every request is visited, cheaply, so that each can be told of. With `verify_every` N one in N
    answers from cache is evaluated again in its turn; a difference counts in `counters.stale_results`, is described
    in `stale`, and does not survive, because the fresh result is used.
    """

    def rehearse(self) -> None:
        """Before the first frame, give the events their turn that it would give without anything coming of it."""
        for event in self.world.events:
            index = event.index
            if self._first_drain.ready[index] == NEW:
                if self.events.rehearse(index) and index not in self.events.rehearsed:
                    self._first_drain.make_ready(index)
            elif self._is_undecided(event) and self.is_bypassed(index):
                self._process(event)

    # -- one frame --------------------------------------------------------------------------------------------------

    def frame(self) -> None:
        """Make the goal and event pass of one frame (F1), visiting only what could have changed."""
        if self.ended:
            return
        agenda, counters = self.agenda, self.counters
        clock = self.world.clock
        counters.frames += 1
        due = self._due = not self.training or self.goals_due(clock.event_ms)
        if not due:
            counters.short_frames += 1
        now = clock.us
        # Where time stands still, what is due at the next moment is due now: it moves, and can have been moved.
        due_us = now if now != self._frame_us else now + 1
        if agenda.next_us <= due_us:
            agenda.expire(due_us)
        self._frame_us = now
        if self.verify_every:
            self._plan_check(counters.resting_always + (counters.resting if due else 0))
        if agenda.bell[0] or self.on_request is not None:
            agenda.bell[0] = 0
            try:
                if self._leaving:
                    self._retire_one()
                if self.on_request is not None:
                    self._every_slot(clock.event_ms, due)
                else:
                    self._drain(due)
                if due and self.events.rehearsed:
                    self.events.rehearsed.clear()
            finally:
                self._stage = OUTSIDE
                if not due:
                    agenda.bell[0] = 1  # goals and first-time events may be marked: look again
        if due and self._standing.order:
            self._standing.finish()
        if self.world.mission_over:
            self.end_mission()

    def _drain(self, due: bool) -> None:
        """Visit what is marked, in order: repeat pass, goals, first-time pass."""
        self._stage = IN_REPEAT
        now = self.world.clock.us
        if self._stamped:
            self._repeat_drain.run(now, self.profiler)
        if due:
            self._stage = IN_GOALS
            if 1 in self._goal_marks or 1 in self._goal_wakes:
                self._goal_drain.run(now, self.profiler)
            self._stage = IN_FIRST
            self._first_drain.run(now, self.profiler)

    def _every_slot(self, now: int, due: bool) -> None:
        """Visit every slot that the naive engine would evaluate, so that each request can be told of."""
        self._stage = IN_REPEAT
        for event in self.world.events:
            if not event.done and is_elapsed(event.timestamp, now):
                self._repeat_drain.position = event.index
                self._visit(event)
            elif self._rest[event.index] == AT_REST_REPEAT:
                self._leave_rest(event.index)
        if not due:
            return
        self._stage = IN_GOALS
        for goal in self.world.goals:
            if self._goal_rest[goal.index] == AT_REST_FIRST or (not goal.invalid and goal.status == GOAL_INCOMPLETE):
                self._goal_drain.position = goal.index
                self._visit_goal(goal.index)
        self._stage = IN_FIRST
        for event in self.world.events:
            if not event.done and event.timestamp is None:
                self._first_drain.position = event.index
                self._visit(event)
            elif self._rest[event.index] == AT_REST_FIRST:
                self._leave_rest(event.index)

    def _visit_in_repeat(self, index: int) -> None:
        """Visit a marked event in the repeat pass (F1a); one without a stamp keeps its marks for its turn."""
        if self._is_stamped[index]:
            self._turn(index, AT_REST_REPEAT)

    def _visit_in_first(self, index: int) -> None:
        """Visit a marked event in the first-time pass (F1d); one with a stamp keeps its marks for its turn."""
        self._turn(index, AT_REST_FIRST)

    def _take_event(self, index: int, value: int, status: Status) -> None:
        """Process an event at rest whose formula has just been evaluated; its request in this frame is counted."""
        self._unready(index)
        state = self._rest[index]
        self._rest[index] = VISITED
        if state in (AT_REST_FIRST, AT_REST_REPEAT):
            self._wake(state == AT_REST_REPEAT, False)
        self._process(self.world.events[index], (value, status))

    def _turn(self, index: int, kind: int) -> None:
        """Visit one marked event if its turn is in this pass."""
        event = self.world.events[index]
        if event.done:
            self._visit_done(index)
        elif (event.timestamp is None) is (kind == AT_REST_REPEAT):
            self._note_stamp(event)  # its turn is in the other pass
            self.agenda.bell[0] = 1
        elif kind == AT_REST_FIRST or is_elapsed(event.timestamp, self.world.clock.event_ms):
            self._visit(event)
        else:
            self._visit_waiting(event)

    # -- visits -----------------------------------------------------------------------------------------------------

    def _visit(self, event: EventState) -> None:
        """Process an event whose turn it is, and find out whether it can rest."""
        index = event.index
        self._leave_rest(index)
        self._process(event)

    def _process(self, event: EventState, result: tuple[int, Status] | None = None) -> None:
        """Process an event, with a result if its formula has just been evaluated; find out whether it can rest."""
        index = event.index
        wakes = self._wakes
        before = _state(event)
        if result is None:
            self.process_event(index)
        else:  # at rest until now, so it is not chained
            self.apply_event(event, *result)
        self._note_stamp(event)
        wakes[index] = 0
        if event.done:
            self._leave(index)
            return
        now = self.world.clock.event_ms
        if event.timestamp is not None and not is_elapsed(event.timestamp, now):
            wake_us = NEVER if event.timestamp == STAMP_NEVER else us_of_event_ms(event.timestamp)
            self.agenda.schedule(self.events.table.wake, index, wake_us)
            self._pass_over(index)
            return
        if _state(event) != before:
            wakes[index] = 1
            self.agenda.bell[0] = 1
            return
        self.agenda.schedule(self.events.table.wake, index, self._chain_due_us(event))
        if event.bypassed:
            self._pass_over(index)
        else:
            kind = AT_REST_FIRST if event.timestamp is None else AT_REST_REPEAT
            self._rest[index] = kind
            self.counters.rest(kind == AT_REST_REPEAT)
            if self.events.draws[index]:
                self._keep_drawing(index)
            if event.result == 0 and event.chain_delay_ms < 0:  # a chained one has to look at its neighbours first
                (self._first_drain if kind == AT_REST_FIRST else self._repeat_drain).make_ready(index)

    def _keep_drawing(self, index: int) -> None:
        """See to the draws of an event that has just drawn and rests from now on."""
        if self._rest[index] == AT_REST_FIRST:
            self._standing.take_turn(index)
            self._standing.keep(index, self.events.draws[index])
        else:  # one with a stamp is evaluated again: that is rare, and its pass comes before the others
            self.events.keep_evaluating(index)

    def _chain_due_us(self, event: EventState) -> int:
        """Return the moment at which time alone ends an event's bypass, NEVER if none does (F2)."""
        if not event.bypassed or event.index == 0:
            return NEVER
        previous = self.world.events[event.index - 1]
        if previous.result == 0:
            return NEVER
        options = self.context.options
        stamp, offset = previous.timestamp, event.chain_delay_ms
        if options.alternate_chaining:
            stamp = previous.satisfied_time
        elif previous.has_interval:
            offset -= previous.interval_ms
        if stamp is None or (stamp in (STAMP_NEVER, STAMP_IMMEDIATE) and not options.alternate_chaining):
            return NEVER
        us = us_of_event_ms(stamp + offset)
        return us if us > self.world.clock.us else NEVER

    def _visit_waiting(self, event: EventState) -> None:
        """See that its stamp wakes an event that waits for it, and nothing else that is marked has it visited."""
        index, stamp = event.index, event.timestamp
        self._leave_rest(index)
        self._wakes[index] = 0
        if stamp is not None and stamp != STAMP_NEVER:
            self.agenda.schedule(self.events.table.wake, index, us_of_event_ms(stamp))
        self._pass_over(index)

    def _visit_done(self, index: int) -> None:
        self._leave_rest(index)
        self._wakes[index] = 0
        self._pass_over(index)
        if index not in self._leaving:
            self.events.give_up(index)

    def _leave(self, index: int) -> None:
        """Let an event that is done be retired in a later frame: one in which events come true has enough to do."""
        self._pass_over(index)
        self._leaving.add(index)
        self.agenda.bell[0] = 1

    def _retire_one(self) -> None:
        """Retire one of the events that are done."""
        index = self._leaving.pop()
        if self.world.events[index].done:  # nothing has reset it
            self.events.give_up(index)
        if self._leaving:
            self.agenda.bell[0] = 1

    def _visit_goal(self, index: int) -> None:
        """Judge a marked goal (F1c)."""
        goal = self.world.goals[index]
        table = self.goals.table
        if self._goal_rest[index] == AT_REST_FIRST:
            self._wake(False, True)
        self._goal_rest[index] = VISITED
        self._goal_drain.ready[index] = 0
        table.wake.marks[index] = 0
        if goal.invalid or goal.status != GOAL_INCOMPLETE:
            if goal.status != GOAL_INCOMPLETE:
                self.goals.give_up(index)
            self._goal_rest[index] = UNASKED
            self._goal_drain.ready[index] = PASSED
            return
        self.goals.ensure_edges(index)
        self.judge_goal(index)
        self._rest_goal(goal)

    def _take_goal(self, index: int, value: int, status: Status) -> None:
        """Judge a goal at rest whose formula has just been evaluated; its request in this frame is counted."""
        if self._goal_rest[index] == AT_REST_FIRST:
            self._goal_rest[index] = self._goal_drain.ready[index] = 0
            self._wake(False, False)
        goal = self.world.goals[index]
        self.apply_goal(goal, value, status)
        self._rest_goal(goal)

    def _rest_goal(self, goal: GoalState) -> None:
        """Let a goal rest that was judged and is incomplete."""
        if goal.status == GOAL_INCOMPLETE:
            self._goal_rest[goal.index] = 1
            self.counters.rest(False)
            self._goal_drain.make_ready(goal.index)


def _state(event: EventState) -> tuple[object, ...]:
    """Return all that processing an event can change of it."""
    return (
        event.result,
        event.repeat,
        event.trigger,
        event.timestamp,
        event.has_interval,
        event.satisfied_time,
        event.done,
        event.count,
    )
