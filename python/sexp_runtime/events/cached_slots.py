"""What the cached engine keeps for its slots: answers, rest, stamps; resets, the self-check, memory."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from bisect import insort
from collections.abc import Callable
from typing import Final

from sexp_runtime.cache.slots import Agenda
from sexp_runtime.compiler.formula import CompiledFormula
from sexp_runtime.events.answers import CAUSES, Answers
from sexp_runtime.events.drain import NEW, Drain
from sexp_runtime.events.standing_draws import StandingDraws
from sexp_runtime.loops import PASSED
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.counters import EngineCounters
from sexp_runtime.rules.manager import MissionEventManager
from sexp_runtime.rules.naive import formula_of
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.values import UNKNOWN, Status
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.mission_state import EventState, Kind
from sexp_runtime.world.world import World

#: States of a slot: visited when it is marked; at rest for the first-time pass (or the goal pass), or for the repeat
#: pass; of no use to anybody now, because the event waits, is bypassed or is done, or the goal is invalid or decided.
#: The passes skip a slot of no use and leave its dirty mark; only a wake mark has it visited.
VISITED: Final = 0
AT_REST_FIRST: Final = 1
AT_REST_REPEAT: Final = 2
UNASKED: Final = 3
#: Where a frame is, for telling whether an event's turn has passed.
OUTSIDE, IN_REPEAT, IN_GOALS, IN_FIRST = range(4)


class CachedSlots(MissionEventManager, ABC):
    """The slots of events and goals; the passes over them are in CachedEventManager."""

    def __init__(
        self,
        world: World,
        context: EvaluationContext,
        *,
        mission: str = "",
        training: bool = False,
        on_request: Callable[[str, int], None] | None = None,
        verify_every: int = 0,
    ) -> None:
        events, goals = world.events, world.goals
        self.agenda = Agenda(world.facts)
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
        self.events.keeps_drawing = True
        self._standing = StandingDraws(world.rng, self._settle_draws)
        super().__init__(
            world, context, self.events.formulas, self.goals.formulas, training=training, on_request=on_request
        )
        self.counters = counters
        size = len(events)
        self.verify_every = verify_every
        self._rest = bytearray(size)
        #: The marks of events and goals, dirty and wake.
        self._marks, self._wakes = self.events.table.dirty.marks, self.events.table.wake.marks
        self._goal_marks, self._goal_wakes = self.goals.table.dirty.marks, self.goals.table.wake.marks
        self._repeat_drain = Drain(self.events, self._visit_in_repeat, self._take_event, self._report_event)
        self._goal_drain = Drain(self.goals, self._visit_goal, self._take_goal, self._report_goal)
        self._first_drain = Drain(
            self.events, self._visit_in_first, self._take_event, self._report_event, self._standing
        )
        self._stamped: list[int] = []  # events that have a stamp and are not done, in order
        self._is_stamped = [False] * size
        self._leaving: set[int] = set()  # events that are done and still to be retired
        self._goal_rest = bytearray(len(goals))
        self._due = True  # whether goals and first-time events have their turn in this frame
        self._frame_us = -1  # when the last frame was
        self._stage = OUTSIDE
        self._until_check = verify_every
        self._check_at = 0
        for event in events:
            for key in self._wake_facts(event):
                self.events.table.subscribe_wake(event.index, key)
            self._unready(event.index)
            self._begin(event)
        for goal in goals:
            self.goals.table.subscribe_wake(goal.index, ("goal", goal.key))

    @abstractmethod
    def _visit_in_repeat(self, index: int) -> None:
        """Visit a marked event in the repeat pass, see Drain."""

    @abstractmethod
    def _visit_in_first(self, index: int) -> None:
        """Visit a marked event in the first-time pass, see Drain."""

    @abstractmethod
    def _take_event(self, index: int, value: int, status: Status) -> None:
        """Process an event whose formula has just been evaluated, see Drain."""

    @abstractmethod
    def _visit_goal(self, index: int) -> None:
        """Visit a marked goal, see Drain."""

    @abstractmethod
    def _take_goal(self, index: int, value: int, status: Status) -> None:
        """Judge a goal whose formula has just been evaluated, see Drain."""

    def _report_event(self, index: int, error: Exception) -> None:
        self.report_error(self.event_formulas[index], error)

    def _report_goal(self, index: int, error: Exception) -> None:
        self.report_error(self.goal_formulas[index], error)

    def _begin(self, event: EventState) -> None:
        """Spare an event what its first visit would find out."""
        index = event.index
        if not self._is_undecided(event):
            return
        if event.chain_delay_ms < 0:
            if isinstance(self.events.formulas[index], CompiledFormula):
                self._rest[index] = AT_REST_FIRST
                self.counters.rest(False)
                self._first_drain.ready[index] = NEW
        elif index:  # bypassed until the event before comes true
            self.events.retire(index)
            self._marks[index] = self._wakes[index] = 1

    def _is_undecided(self, event: EventState) -> bool:
        """Whether nothing has come of an event yet, not even a bypass."""
        return not event.done and event.timestamp is None and event.result == 0 and not event.bypassed

    # -- answers ----------------------------------------------------------------------------------------------------

    def request_event(self, index: int) -> tuple[int, Status]:
        """Return value and root status of an event's formula, from cache if nothing could have changed them."""
        self.counters.asked += 1
        if self.on_request is not None:
            self.on_request("event", index)
        self.events.ensure_edges(index)
        return self._answer(self.events, index)

    def request_goal(self, index: int) -> tuple[int, Status]:
        """Return value and root status of a goal's formula, from cache if nothing could have changed them."""
        self.counters.asked += 1
        if self.on_request is not None:
            self.on_request("goal", index)
        return self._answer(self.goals, index)

    def _answer(self, answers: Answers, index: int) -> tuple[int, Status]:
        formula = answers.to_evaluate(index)
        failed = self.counters.errors

        def evaluate(index: int) -> int:
            return self.evaluate(answers.kind, index, formula)[0]

        value = answers.answer(index, evaluate)
        return value, formula.status if self.counters.errors == failed else UNKNOWN

    # -- what others ask for ----------------------------------------------------------------------------------------

    def cause_of_evaluation(self, kind: str) -> str | None:
        """Return why the present evaluation is made: one of answers.CAUSES."""
        return CAUSES[self.answers(kind).cause]

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
            self._goal_drain.ready[index] = 0
        (self.event_formulas if kind == "event" else self.goal_formulas)[index] = answers.formulas[index]
        self.flush_formula(kind, index)

    @property
    def stale(self) -> list[str]:
        """Descriptions of stale results that the self-check found."""
        return self.events.stale + self.goals.stale

    def _note_stamp(self, event: EventState) -> None:
        """Keep the list of events that the repeat pass has to look at."""
        stamped = event.timestamp is not None and not event.done
        if stamped is not self._is_stamped[event.index]:
            self._is_stamped[event.index] = stamped
            if stamped:
                insort(self._stamped, event.index)
            else:
                self._stamped.remove(event.index)
            self._unready(event.index)

    def _leave_rest(self, index: int) -> None:
        """Have a slot visited in its turn: the visit counts its request, if there is one."""
        state = self._rest[index]
        if state:
            self._rest[index] = VISITED
            self._unready(index)
            if state != UNASKED:
                self._wake(state == AT_REST_REPEAT, True)
                if self.events.draws[index]:
                    self._standing.keep(index, 0)

    def _pass_over(self, index: int) -> None:
        """Skip an event in both passes, its dirty mark left, until something wakes it: nobody asks for its value."""
        self._rest[index] = UNASKED
        self._first_drain.ready[index] = self._repeat_drain.ready[index] = PASSED

    def _unready(self, index: int) -> None:
        """Have an event visited when it is marked, in the pass that it belongs to."""
        stamped = self._is_stamped[index]
        self._first_drain.ready[index] = PASSED if stamped else 0
        self._repeat_drain.ready[index] = 0 if stamped else PASSED

    def _wake(self, always: bool, is_before: bool) -> None:
        """Count a slot at rest by its visits from now on; `is_before` if its turn in this frame is now or to come."""
        self.counters.wake(always, 1 if is_before and (always or self._due) else 0)

    def _settle_draws(self) -> None:
        """Before a draw that matters, make the standing draws of the events whose turn was before."""
        if self._stage == IN_FIRST:
            self._standing.settle(self._first_drain.position)

    # -- resets -----------------------------------------------------------------------------------------------------

    def flush_formula(self, kind: str, index: int) -> None:
        """Forget what an event's or goal's formula remembers (D5, D6), and take its slot out of rest or retirement."""
        if kind == "event":
            resting = self._rest[index]
            if resting:
                self._rest[index] = VISITED
                self._unready(index)
            if resting and resting != UNASKED:
                always = resting == AT_REST_REPEAT
                self._wake(always, not self._had_its_turn(index, IN_REPEAT if always else IN_FIRST))
                if self.events.draws[index]:
                    if self._stage == IN_FIRST and index <= self._first_drain.position:
                        self._standing.settle(index + 1)
                    self._standing.keep(index, 0)
            self.events.flush(index)
            self._wakes[index] = 1
            return
        if self._goal_rest[index] == AT_REST_FIRST:
            self._wake(False, not self._had_its_turn(index, IN_GOALS))
        self._goal_rest[index] = VISITED
        self._goal_drain.ready[index] = 0
        self.goals.flush(index)
        self.goals.table.wake.marks[index] = 1

    def _had_its_turn(self, index: int, stage: int) -> bool:
        """Whether the naive engine has evaluated a slot at rest in this frame, or in the last if there is none now."""
        if self._stage != stage:
            return self._stage == OUTSIDE or self._stage > stage
        drain = (self._repeat_drain, self._goal_drain, self._first_drain)[stage - IN_REPEAT]
        return index <= drain.position

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
            is_asked = rest[index] == AT_REST_REPEAT or (rest[index] == AT_REST_FIRST and self._due)
            if is_asked and not row.table.dirty.marks[index]:
                row.checking = index
                row.table.wake.marks[index] = 1
                self.agenda.bell[0] = 1
                self._check_at = at
                return

    # -- memory and the end -----------------------------------------------------------------------------------------

    def nbytes(self) -> dict[str, int]:
        """Return the memory held by this engine in bytes, by part."""
        own = (
            self._is_stamped,
            self._stamped,
            self._leaving,
            self._rest,
            self._goal_rest,
        )
        return {
            "events": self.events.nbytes(),
            "goals": self.goals.nbytes(),
            "agenda": self.agenda.nbytes(),
            "slots": sum(sys.getsizeof(part) for part in own)
            + sum(drain.nbytes() for drain in (self._repeat_drain, self._goal_drain, self._first_drain)),
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
        self._standing.close()
        if self.context.flush_formula == self.flush_formula:
            self.context.flush_formula = None

    def _wake_facts(self, event: EventState) -> set[FactKey]:
        """Return the facts that make an event's processing, not its formula, come out differently."""
        events = self.world.events
        wakes: set[FactKey] = {("event", event.key)}
        if event.chain_delay_ms >= 0:
            near = (event.index - 1, event.index + 1)
            wakes |= {("event", events[at].key) for at in near if 0 <= at < len(events)}
        return wakes
