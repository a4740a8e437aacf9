"""The cached engine: the naive engine's results, frame by frame, while evaluating only what could have changed.

Every event and goal has a slot. A slot at rest would be evaluated by the naive engine in every frame with the same
outcome, so it is only counted; it is visited when a fact, the clock, a neighbour in its chain or a reset gives it a
mark. Visits happen in the original's order and run the same steps as the naive engine (`process_event`, `judge_goal`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from sexp_runtime.cache.contract import NEVER
from sexp_runtime.cache.slots import Agenda
from sexp_runtime.compiler.formula import CompiledFormula
from sexp_runtime.events.answers import CAUSE_FACT, CAUSES, Answers
from sexp_runtime.events.counters import EngineCounters
from sexp_runtime.events.manager import MissionEventManager, is_elapsed
from sexp_runtime.events.naive import formula_of
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.values import UNKNOWN, Status
from sexp_runtime.world.clock import STAMP_IMMEDIATE, STAMP_NEVER, us_of_event_ms
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.mission_state import GOAL_INCOMPLETE, EventState
from sexp_runtime.world.world import World

#: Why an event's slot is not visited: it is, or is asked for in every repeat pass or first-time pass.
_VISITED: Final = 0
_FIRST: Final = 1
_REPEAT: Final = 2
#: Where a frame is, for telling whether an event's turn has passed.
_OUTSIDE: Final = 0
_IN_REPEAT: Final = 1
_IN_GOALS: Final = 2
_IN_FIRST: Final = 3


class CachedEventManager(MissionEventManager):
    """The event manager that answers from cache; its results equal the naive manager's in every frame.

    With `on_request` set every request is visited, cheaply, so that each can be told of. With `verify_every` N one in N
    answers from cache is evaluated again in its turn; a difference counts in `counters.stale_results`, is described
    in `stale`, and does not survive, because the fresh result is used.
    """

    def __init__(
        self,
        world: World,
        context: EvaluationContext,
        *,
        mission: str = "",
        training: bool = False,
        on_request: Callable[[str, int], None] | None = None,
        verify_every: int = 0,
        agenda: Agenda | None = None,
    ) -> None:
        events, goals = world.events, world.goals
        self.agenda = agenda if agenda is not None else Agenda(world.facts)
        counters = EngineCounters()
        self.events = Answers(
            "event",
            context,
            self.agenda,
            counters,
            [formula_of(event.definition) for event in events],
            [f'event "{event.name}"' for event in events],
            mission,
        )
        self.goals = Answers(
            "goal",
            context,
            self.agenda,
            counters,
            [formula_of(goal.definition) for goal in goals],
            [f'goal "{goal.name}"' for goal in goals],
            mission,
        )
        super().__init__(
            world, context, self.events.formulas, self.goals.formulas, training=training, on_request=on_request
        )
        self.counters = counters
        size = len(events)
        self.verify_every = verify_every
        self._rest = bytearray(size)
        self._goal_rest = bytearray(len(goals))
        self._resting = [0, 0, 0]  # slots at rest by kind: unused, first-time, repeat
        self._goals_resting = 0
        self._stale_event = bytearray(size)  # formula marked while the event waited for its stamp
        self._stale_goal = bytearray(len(goals))  # formula marked while the goal was invalid
        self._due = True  # whether goals and first-time events have their turn in this frame
        self._stage = _OUTSIDE
        self._position = -1
        self._counted_out = 0  # slots at rest when the frame began that were visited since
        self._quick: list[bool] = [self._is_quick(event) for event in events]
        self._pending: tuple[int, Status] | None = None
        self._until_check = verify_every
        self._check_at = 0
        for event in events:
            for key in self._wake_facts(event):
                self.events.table.subscribe_wake(event.index, key)
        for goal in goals:
            self.goals.table.subscribe_wake(goal.index, ("goal", goal.key))

    # -- one frame --------------------------------------------------------------------------------------------------

    def frame(self) -> None:
        """Make the goal and event pass of one frame (F1), visiting only what could have changed."""
        if self.ended:
            return
        agenda, counters = self.agenda, self.counters
        clock = self.world.clock
        counters.frames += 1
        due = self._due = not self.training or self.goals_due(clock.event_ms)
        idle = self._resting[_REPEAT] + (self._resting[_FIRST] + self._goals_resting if due else 0)
        if agenda.next_us <= clock.us:
            agenda.expire(clock.us)
        if self.verify_every and idle:
            self._plan_check(idle)
        if agenda.bell[0] or self.on_request is not None:
            agenda.bell[0] = 0
            self._counted_out = 0
            try:
                if self.on_request is not None:
                    self._every_slot(clock.event_ms, due)
                    self._counted_out = idle
                else:
                    self._drain(due)
            finally:
                self._stage = _OUTSIDE
                if not due:
                    agenda.bell[0] = 1  # goals and first-time events may be marked: look again
            idle -= self._counted_out
        counters.requests += idle
        counters.hits += idle
        if self.world.mission_over:
            self.end_mission()

    def _drain(self, due: bool) -> None:
        """Visit what is marked, in order: repeat pass, goals, first-time pass."""
        self._stage = _IN_REPEAT
        self._pass(_REPEAT)
        if due:
            self._stage = _IN_GOALS
            self._goal_visits()
            self._stage = _IN_FIRST
            self._pass(_FIRST)

    def _every_slot(self, now: int, due: bool) -> None:
        """Visit every slot that the naive engine would evaluate, so that each request can be told of."""
        self._stage = _IN_REPEAT
        for event in self.world.events:
            if not event.done and is_elapsed(event.timestamp, now):
                self._position = event.index
                self._visit(event)
        if not due:
            return
        self._stage = _IN_GOALS
        for goal in self.world.goals:
            if not goal.invalid and goal.status == GOAL_INCOMPLETE:
                self._position = goal.index
                self._visit_goal(goal.index)
        self._stage = _IN_FIRST
        for event in self.world.events:
            if not event.done and event.timestamp is None:
                self._position = event.index
                self._visit(event)

    def _pass(self, kind: int) -> None:
        """Visit the marked events whose turn is in this pass; marks of the others are left for theirs.

        Most marked slots are at rest and stay so: their formula is evaluated, and while its value is 0 and nothing is
        remembered, that is all, because processing an event with result 0 in that state changes nothing.
        """
        rest, quick = self._rest, self._quick
        table = self.events.table
        dirty, wakes = table.dirty.marks, table.wake.marks
        evaluators, evaluated_us = self.events.evaluators, self.events.evaluated_us
        causes = self.events.last_cause
        us = self.world.clock.us
        fast = self.profiler is None and self.events.checking < 0
        done = 0
        find = dirty.find
        woken = wakes.find(1)
        index = find(1)
        while True:
            if index < 0 or -1 < woken <= index:
                index = woken
                if index < 0:
                    break
            elif fast and rest[index] == kind and quick[index]:
                dirty[index] = 0
                self._position = index
                evaluated_us[index] = us
                causes[index] = CAUSE_FACT  # a quick formula depends on nothing else
                done += 1
                try:
                    value = evaluators[index]()
                except Exception as error:
                    self.report_error(self.event_formulas[index], error)
                    self.events.touch(index)
                    value = 0
                if value == 0:
                    index = find(1, index + 1)
                    continue
                self.events.touch(index)
                if rest[index]:
                    rest[index] = _VISITED
                    self._resting[kind] -= 1
                self._pending = (value, self.event_formulas[index].status)
                self._process(self.world.events[index])
                woken = wakes.find(1, index + 1)
                index = find(1, index + 1)
                continue
            self._turn(index, kind)
            woken = wakes.find(1, index + 1)
            index = find(1, index + 1)
        counters = self.counters
        counters.evaluations += done
        counters.requests += done
        counters.invalidations += done
        self._counted_out += done

    def _turn(self, index: int, kind: int) -> None:
        """Visit one marked event if its turn is in this pass."""
        event = self.world.events[index]
        if event.done:
            self._visit_done(index)
        elif (event.timestamp is None) is (kind == _REPEAT):
            return  # its turn is in the other pass
        elif kind == _FIRST or is_elapsed(event.timestamp, self.world.clock.event_ms):
            self._position = index
            self._visit(event)
        else:
            self._visit_waiting(event)

    # -- visits -----------------------------------------------------------------------------------------------------

    def _leave_rest(self, index: int) -> None:
        """Take a slot out of rest in its turn: the visit counts its request, if there is one."""
        kind = self._rest[index]
        if kind:
            self._rest[index] = _VISITED
            self._resting[kind] -= 1
            if kind == _REPEAT or self._due:
                self._counted_out += 1

    def _visit(self, event: EventState) -> None:
        """Process an event whose turn it is, and find out whether it can rest."""
        index = event.index
        self._leave_rest(index)
        self.events.ensure_edges(index)
        self._process(event)

    def _process(self, event: EventState) -> None:
        index = event.index
        wakes = self.events.table.wake.marks
        before = _state(event)
        self.process_event(index)
        wakes[index] = 0
        if event.done:
            self._retire(index)
            return
        now = self.world.clock.event_ms
        if event.timestamp is not None and not is_elapsed(event.timestamp, now):
            wake_us = NEVER if event.timestamp == STAMP_NEVER else us_of_event_ms(event.timestamp)
            self.agenda.schedule(self.events.table.wake, index, wake_us)
            return
        if _state(event) != before:
            wakes[index] = 1
            self.agenda.bell[0] = 1
            return
        self.agenda.schedule(self.events.table.wake, index, self._chain_due_us(event))
        if not event.bypassed:
            kind = _FIRST if event.timestamp is None else _REPEAT
            self._rest[index] = kind
            self._resting[kind] += 1

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
        """Note that the formula of an event that waits for its stamp was marked, and see that the stamp wakes it."""
        index = event.index
        self._leave_rest(index)
        table = self.events.table
        if table.dirty.marks[index]:
            table.dirty.marks[index] = 0
            self._stale_event[index] = 1
        if table.wake.marks[index]:
            table.wake.marks[index] = 0
            stamp = event.timestamp
            if stamp is not None and stamp != STAMP_NEVER:
                self.agenda.schedule(table.wake, index, us_of_event_ms(stamp))

    def _visit_done(self, index: int) -> None:
        self._leave_rest(index)
        self.events.table.dirty.marks[index] = 0
        self.events.table.wake.marks[index] = 0
        self._retire(index)

    def _retire(self, index: int) -> None:
        """Give up the edges of an event that is done, until something resets it."""
        self.events.give_up(index)
        self._stale_event[index] = 0

    def _goal_visits(self) -> None:
        """Judge the marked goals (F1c)."""
        table = self.goals.table
        dirty, wakes = table.dirty.marks, table.wake.marks
        index = -1
        while True:
            marked, woken = dirty.find(1, index + 1), wakes.find(1, index + 1)
            if marked < 0 and woken < 0:
                return
            index = marked if woken < 0 or -1 < marked < woken else woken
            self._position = index
            self._visit_goal(index)

    def _visit_goal(self, index: int) -> None:
        goal = self.world.goals[index]
        table = self.goals.table
        if self._goal_rest[index]:
            self._goal_rest[index] = 0
            self._goals_resting -= 1
            self._counted_out += 1
        table.wake.marks[index] = 0
        if goal.status != GOAL_INCOMPLETE:
            self.goals.give_up(index)
            table.dirty.marks[index] = 0
            return
        if goal.invalid:
            self._stale_goal[index] |= table.dirty.marks[index]
            table.dirty.marks[index] = 0
            return
        self.goals.ensure_edges(index)
        self.judge_goal(index)
        if goal.status == GOAL_INCOMPLETE:
            self._goal_rest[index] = 1
            self._goals_resting += 1

    # -- answers ----------------------------------------------------------------------------------------------------

    def request_event(self, index: int) -> tuple[int, Status]:
        """Return value and root status of an event's formula, from cache if nothing could have changed them."""
        if self._pending is not None:
            answer, self._pending = self._pending, None
            return answer
        self.counters.requests += 1
        if self.on_request is not None:
            self.on_request("event", index)
        if self._stale_event[index]:
            self._stale_event[index] = 0
            self.events.table.dirty.marks[index] = 1
        return self._answer(self.events, index)

    def request_goal(self, index: int) -> tuple[int, Status]:
        """Return value and root status of a goal's formula, from cache if nothing could have changed them."""
        self.counters.requests += 1
        if self.on_request is not None:
            self.on_request("goal", index)
        if self._stale_goal[index]:
            self._stale_goal[index] = 0
            self.goals.table.dirty.marks[index] = 1
        return self._answer(self.goals, index)

    def _answer(self, answers: Answers, index: int) -> tuple[int, Status]:
        formula = answers.formulas[index]
        failed = self.counters.errors

        def evaluate(index: int) -> int:
            return self.evaluate(answers.kind, index, formula)[0]

        value = answers.answer(index, evaluate)
        return value, formula.status if self.counters.errors == failed else UNKNOWN

    # -- what others ask for ----------------------------------------------------------------------------------------

    def cause_of_evaluation(self, kind: str) -> str | None:
        """Return why the present evaluation is made: one of answers.CAUSES."""
        return CAUSES[self.answers(kind).cause]

    def slot_marks(self, kind: str) -> bytearray:
        """Return the marks that facts set, by index, for "event" or "goal"; a mark set means stale."""
        return self.answers(kind).table.dirty.marks

    def answers(self, kind: str) -> Answers:
        """Return the slots of a kind, "event" or "goal"."""
        return self.events if kind == "event" else self.goals

    def slots(self) -> int:
        """Return how many formulas have a cached value now."""
        return self.events.held() + self.goals.held()

    def replace_formula(self, kind: str, index: int, expression: SexpExpression) -> None:
        """Give an event or goal another formula, which starts with fresh statuses."""
        answers = self.answers(kind)
        answers.replace(index, expression)
        (self.event_formulas if kind == "event" else self.goal_formulas)[index] = answers.formulas[index]
        if kind == "event":
            self._quick[index] = self._is_quick(self.world.events[index])
        self.flush_formula(kind, index)

    @property
    def stale(self) -> list[str]:
        """Descriptions of stale results that the self-check found."""
        return self.events.stale + self.goals.stale

    # -- resets -----------------------------------------------------------------------------------------------------

    def flush_formula(self, kind: str, index: int) -> None:
        """Forget what an event's or goal's formula remembers (D5, D6), and take its slot out of rest or retirement."""
        if kind == "event":
            resting = self._rest[index]
            if resting:
                self._rest[index] = _VISITED
                self._resting[resting] -= 1
                self._count_reset(index, _IN_REPEAT if resting == _REPEAT else _IN_FIRST)
            self.events.flush(index)
            self._stale_event[index] = 0
            self.events.table.wake.marks[index] = 1
            return
        if self._goal_rest[index]:
            self._goal_rest[index] = 0
            self._goals_resting -= 1
            self._count_reset(index, _IN_GOALS)
        self.goals.flush(index)
        self._stale_goal[index] = 0
        self.goals.table.wake.marks[index] = 1

    def _count_reset(self, index: int, stage: int) -> None:
        """A slot at rest was reset: the naive engine has evaluated it in this frame only if its turn has passed."""
        if self._stage == _OUTSIDE or self._stage > stage or (self._stage == stage and index <= self._position):
            return
        if stage == _IN_REPEAT or self._due:
            self._counted_out += 1

    # -- self-check -------------------------------------------------------------------------------------------------

    def _plan_check(self, answers: int) -> None:
        """Have one answer from cache in `verify_every` evaluated again, in its turn."""
        self.events.checking = self.goals.checking = -1
        self._until_check -= answers
        if self._until_check > 0:
            return
        self._until_check = max(1, self._until_check + self.verify_every)
        size, total = len(self._rest), len(self._rest) + len(self._goal_rest)
        for step in range(1, total + 1):
            at = (self._check_at + step) % total
            row, rest, index = (self.events, self._rest, at) if at < size else (self.goals, self._goal_rest, at - size)
            is_asked = rest[index] and (self._due or (row is self.events and rest[index] == _REPEAT))
            if is_asked and not row.table.dirty.marks[index]:
                row.checking = index
                row.table.wake.marks[index] = 1
                self.agenda.bell[0] = 1
                self._check_at = at
                return

    # -- memory and the end -----------------------------------------------------------------------------------------

    def nbytes(self) -> dict[str, int]:
        """Return the memory held by this engine in bytes, by part."""
        own = (self._rest, self._goal_rest, self._stale_event, self._stale_goal, self._quick)
        return {
            "events": self.events.nbytes(),
            "goals": self.goals.nbytes(),
            "agenda": self.agenda.nbytes(),
            "slots": sum(sys.getsizeof(part) for part in own),
        }

    def close(self) -> None:
        """Drop all edges, so that the world no longer knows of this engine."""
        for event in self.world.events:
            for key in self._wake_facts(event):
                self.events.table.unsubscribe_wake(event.index, key)
        for goal in self.world.goals:
            self.goals.table.unsubscribe_wake(goal.index, ("goal", goal.key))
        self.events.close()
        self.goals.close()
        if self.context.flush_formula == self.flush_formula:
            self.context.flush_formula = None

    def _is_quick(self, event: EventState) -> bool:
        """Whether a value of 0 is all that has to be known of an evaluation of the event at rest."""
        formula = self.events.formulas[event.index]
        return event.chain_delay_ms < 0 and isinstance(formula, CompiledFormula) and formula.quiet

    def _wake_facts(self, event: EventState) -> set[FactKey]:
        """Return the facts that make an event's processing, not its formula, come out differently."""
        events = self.world.events
        wakes: set[FactKey] = {("event", event.key)}
        if event.chain_delay_ms >= 0:
            near = (event.index - 1, event.index + 1)
            wakes |= {("event", events[at].key) for at in near if 0 <= at < len(events)}
        return wakes


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
