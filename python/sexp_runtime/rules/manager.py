"""The event manager: judges goals and processes events in the original's order, all on every pass (section F).

This is the naive engine, the oracle of the others. A visit requests a result (`request_event`, `request_goal`) and
applies it (`apply_event`, `apply_goal`). A cached engine overrides the first half, or applies results that it has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Final, Protocol

from sexp_runtime.operators.budget import BudgetError
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.counters import EngineCounters
from sexp_runtime.rules.formula import Formula
from sexp_runtime.values import KNOWN_FALSE, UNKNOWN, Status
from sexp_runtime.world.campaign import FAILED, INCOMPLETE, SATISFIED, MissionRecord
from sexp_runtime.world.clock import STAMP_IMMEDIATE, STAMP_NEVER
from sexp_runtime.world.log import GOAL_FAILED as LOG_GOAL_FAILED
from sexp_runtime.world.log import GOAL_SATISFIED as LOG_GOAL_SATISFIED
from sexp_runtime.world.mission_state import (
    GOAL_COMPLETE,
    GOAL_FAILED,
    GOAL_INCOMPLETE,
    EventState,
    GoalState,
)
from sexp_runtime.world.world import World

#: The part of an event's state that operators and chains read, see `_visible`.
Visible = tuple[int, bool, int | None, bool, int | None]
#: Milliseconds between passes over goals and first-time events in training missions (F1).
TRAINING_INTERVAL_MS: Final = 500


class FormulaProfiler(Protocol):
    """Called for each evaluation, when set: kind ("event" or "goal"), index, time taken, value and cause."""

    def formula(self, kind: str, index: int, nanoseconds: int, value: int, cause: object) -> None:
        """Record one evaluation."""


class MissionEventManager:
    """Runs the events and goals of one world; one formula per event and goal, in their order.

    `frame` makes the passes of one simulation frame at the clock's time. `on_request(kind, index)` is called for each
    request, `profiler.formula` after each evaluation. An operator that raises does not stop the frame: the formula
    counts as false this time, and is evaluated again on the next pass.
    """

    def __init__(
        self,
        world: World,
        context: EvaluationContext,
        event_formulas: Sequence[Formula],
        goal_formulas: Sequence[Formula],
        *,
        training: bool = False,
        on_request: Callable[[str, int], None] | None = None,
    ) -> None:
        if len(event_formulas) != len(world.events) or len(goal_formulas) != len(world.goals):
            raise ValueError("one formula is needed for every event and every goal")
        self.world = world
        self.context = context
        self.event_formulas = list(event_formulas)
        self.goal_formulas = list(goal_formulas)
        self.training = training
        self.on_request = on_request
        self.profiler: FormulaProfiler | None = None
        self.counters = EngineCounters()
        self.ended = False
        self._goals_due_ms = 0
        self._reported: set[str] = set()
        context.flush_formula = self.flush_formula

    # -- one frame --------------------------------------------------------------------------------------------------

    def pre_evaluate(self) -> None:
        """Prepare for the first frame; the naive engine does nothing."""

    def frame(self) -> None:
        """Make the goal and event pass of one frame (F1); nothing happens after the mission has ended."""
        if self.ended:
            return
        self.counters.frames += 1
        now = self.world.clock.event_ms
        self.repeat_pass(now)
        if self.goals_due(now):
            self.goal_pass()
            self.first_pass()
        if self.world.mission_over:
            self.end_mission()

    def repeat_pass(self, now: int) -> None:
        """Process, in order, the events whose stamp has elapsed (F1a)."""
        for event in self.world.events:
            if not event.done and is_elapsed(event.timestamp, now):
                self.process_event(event.index)

    def goals_due(self, now: int) -> bool:
        """Return whether goals and first-time events are due, and start the next wait if so (F1b)."""
        if now < self._goals_due_ms:
            return False
        if self.training:
            self._goals_due_ms = now + TRAINING_INTERVAL_MS
        return True

    def goal_pass(self) -> None:
        """Judge, in order, the goals that are valid and incomplete (F1c)."""
        for goal in self.world.goals:
            if not goal.invalid and goal.status == GOAL_INCOMPLETE:
                self.judge_goal(goal.index)

    def first_pass(self) -> None:
        """Process, in order, the events that are not done and have no stamp (F1d)."""
        for event in self.world.events:
            if not event.done and event.timestamp is None:
                self.process_event(event.index)

    # -- one event --------------------------------------------------------------------------------------------------

    def process_event(self, index: int) -> None:
        """Ask for an event's result unless its chain bypasses it, and apply it (F2-F10)."""
        event = self.world.events[index]
        event.bypassed = self.is_bypassed(index)
        if event.bypassed:
            before = _visible(event)
            self.advance_event(event)
            if _visible(event) != before:
                self.world.touch_event(index)
        else:
            before = _visible(event)
            value, status = self.request_event(index)
            self.apply_event(event, value, status, before)

    def apply_event(self, event: EventState, value: int, status: Status, before: Visible | None = None) -> None:
        """Apply a result to an event: fail it, or count its repeats and triggers (F4-F10).

        `before` is the visible state of the event before its formula was evaluated, because that can reset the event;
        None for the present one.
        """
        if before is None:
            before = _visible(event)
        event.result = value
        if status is KNOWN_FALSE:
            self._fail(event)
        else:
            self.advance_event(event)
        if _visible(event) != before:
            self.world.touch_event(event.index)

    def is_bypassed(self, index: int) -> bool:
        """Whether a chained event must wait for its neighbours (F2)."""
        events = self.world.events
        event = events[index]
        if event.chain_delay_ms < 0:
            return False
        if index > 0 and not self._follows(events[index - 1], event.chain_delay_ms):
            return True
        if self.context.options.alternate_chaining or index + 1 >= len(events):
            return False
        follower = events[index + 1]
        return follower.chain_delay_ms >= 0 and follower.result != 0

    def _follows(self, previous: EventState, offset: int) -> bool:
        """Whether the previous event has been true long enough for a chain delay in milliseconds (F2, F9)."""
        options = self.context.options
        now = self.world.clock.event_ms
        if previous.result == 0:
            return False
        if options.alternate_chaining:
            return previous.satisfied_time is not None and now >= previous.satisfied_time + offset
        if previous.has_interval:
            if not options.fixed_chaining_to_repeat:
                return True
            offset -= previous.interval_ms
        stamp = previous.timestamp
        if stamp is None or stamp == STAMP_NEVER:
            return False
        if stamp == STAMP_IMMEDIATE:
            stamp = now
        return now >= stamp + offset

    def _fail(self, event: EventState) -> None:
        """Finish an event whose formula is known false (F4)."""
        now = self.world.clock.event_ms
        event.timestamp = now
        event.has_interval = False
        event.satisfied_time = now
        event.repeat = 0
        event.done = True
        self.world.outcome_log.event(event.index, event.result != 0)

    def advance_event(self, event: EventState) -> None:
        """Count triggers and repeats after a visit of an event, bypassed or not (F5-F8)."""
        now = self.world.clock.event_ms
        is_true = event.result != 0
        if is_true and event.satisfied_time is None:
            event.satisfied_time = now
        bump = False
        if event.uses_trigger and is_true and event.trigger != 0:
            if event.trigger > 0:
                event.trigger -= 1
            if event.trigger == 0:
                event.repeat = 0
            else:
                bump = event.trigger > 0 or not self.context.wcs  # a negative count does not change in WCS (K)
        if not is_true and event.timestamp is None:
            return
        if is_true:
            event.count += 1
            self.world.outcome_log.event(event.index, True)
        if event.repeat > 0:
            event.repeat -= 1
        if event.repeat == 0:
            event.timestamp = now
            event.has_interval = False
            event.done = True
            if not is_true:
                self.world.outcome_log.event(event.index, False)
            self._add_score(event.score)
        elif bump or not (event.repeat == -1 and event.uses_trigger and event.trigger != 0):
            event.timestamp = stamp_after(now, event.interval_ms)
            event.has_interval = True

    # -- one goal ---------------------------------------------------------------------------------------------------

    def judge_goal(self, index: int) -> None:
        """Ask for a goal's result and apply it (F1c)."""
        value, status = self.request_goal(index)
        self.apply_goal(self.world.goals[index], value, status)

    def apply_goal(self, goal: GoalState, value: int, status: Status) -> None:
        """Apply a result to a goal: known false fails it, any value but 0 completes it (F1c)."""
        if status is KNOWN_FALSE:
            self.decide_goal(goal, GOAL_FAILED)
        elif value != 0:
            self.decide_goal(goal, GOAL_COMPLETE)

    def decide_goal(self, goal: GoalState, status: str) -> None:
        """Set the outcome of a goal, with its log entry and score (F24); also of an invalid one at the end (N6.3)."""
        self.world.set_goal_status(goal, status)
        self.world.log.add(LOG_GOAL_SATISFIED if status == GOAL_COMPLETE else LOG_GOAL_FAILED, goal.name)
        if status == GOAL_COMPLETE:
            self._add_score(goal.score)

    def _add_score(self, points: int) -> None:
        if points:
            self.world.set_player("score", self.world.player.score + points)

    # -- evaluation -------------------------------------------------------------------------------------------------

    def request_event(self, index: int) -> tuple[int, Status]:
        """Return value and root status of an event's formula now."""
        return self._request("event", index, self.event_formulas[index])

    def request_goal(self, index: int) -> tuple[int, Status]:
        """Return value and root status of a goal's formula now."""
        return self._request("goal", index, self.goal_formulas[index])

    def _request(self, kind: str, index: int, formula: Formula) -> tuple[int, Status]:
        self.counters.asked += 1
        if self.on_request is not None:
            self.on_request(kind, index)
        return self.evaluate(kind, index, formula)

    def evaluate(self, kind: str, index: int, formula: Formula) -> tuple[int, Status]:
        """Evaluate a formula; one that raises counts as false this time and is reported once."""
        self.counters.evaluations += 1
        profiler = self.profiler
        start = perf_counter_ns() if profiler is not None else 0
        try:
            value = formula.evaluate()
            status = formula.status
        except Exception as error:  # no mistake of an operator or a game may stop the frame
            self.report_error(formula, error)
            return 0, UNKNOWN
        if profiler is not None:
            profiler.formula(kind, index, perf_counter_ns() - start, value, None)
        return value, status

    def report_error(self, formula: Formula, error: Exception) -> None:
        """Count an exception of a formula, and warn of the first one of each formula.

        After an evaluation that its budget ended, the formula forgets everything.
        """
        self.counters.errors += 1
        if isinstance(error, BudgetError):
            self.context.budget.halve()
            formula.flush()
        if formula.owner not in self._reported:
            self._reported.add(formula.owner)
            if isinstance(error, BudgetError):
                self.context.warn(f"{formula.owner}: {error}", error.node)
            else:
                self.context.warn(f"{formula.owner}: {type(error).__name__}: {error}")

    def flush_formula(self, kind: str, index: int) -> None:
        """Forget what an event's or goal's formula remembers (D5, D6)."""
        (self.event_formulas if kind == "event" else self.goal_formulas)[index].flush()

    def interpret(self, every: int) -> None:
        """Interpret one evaluation in `every` of each formula, so that profilers see operators; 0 for none."""
        for formula in (*self.event_formulas, *self.goal_formulas):
            formula.interpret(every)

    def nbytes(self) -> dict[str, int]:
        """Return the memory of this engine's own caches in bytes, by part; the naive engine has none."""
        return {}

    def continue_from(
        self, other: MissionEventManager, events: Sequence[int | None], goals: Sequence[int | None]
    ) -> None:
        """Take over the state of the manager that this one replaces.

        `events` and `goals` have for each formula the index of the same one there, None for one that is new or has
        changed.
        """
        self.counters.continue_from(other.counters)
        self.ended = other.ended
        self._goals_due_ms = other._goals_due_ms
        self._reported = other._reported
        for mine, others, kept in (
            (self.event_formulas, other.event_formulas, events),
            (self.goal_formulas, other.goal_formulas, goals),
        ):
            for formula, index in zip(mine, kept, strict=True):
                if index is not None:
                    formula.take_memory(others[index])

    def close(self) -> None:
        """Remove what the engine has registered with the world; the naive engine registers nothing."""

    # -- the end ----------------------------------------------------------------------------------------------------

    def end_mission(self) -> None:
        """Decide everything at the end of the mission: what is undecided fails (F25)."""
        if self.ended:
            return
        self._end()
        self.world.leave_play()
        for goal in self.world.goals:
            if goal.status == GOAL_INCOMPLETE:
                self.decide_goal(goal, GOAL_FAILED)
        for event in self.world.events:
            if not event.done:
                event.done = True
                event.result = 0
                self.world.outcome_log.event(event.index, False)
                self.world.touch_event(event.index)

    def skip_mission(self) -> None:
        """Decide everything as won, as when the player skips the mission (F25, C10, R42).

        Goals first, without entries in the log; then each event in order: its actions for this case, then its result.
        """
        if self.ended:
            return
        self._end()
        for goal in self.world.goals:
            self.world.set_goal_status(goal, GOAL_COMPLETE)
        for event, formula in zip(self.world.events, self.event_formulas, strict=True):
            if formula.operator == "on-mission-skip" and self.world.campaign is not None:
                self.world.campaign.skipped = True
                self.world.facts.changed(("campaign",))
                self.request_event(event.index)
            before = _visible(event)
            event.result = 1
            event.done = True
            if _visible(event) != before:
                self.world.touch_event(event.index)

    def _end(self) -> None:
        """Ignore the delays of events from now on (H41)."""
        self.ended = True
        self.world.end_mission()
        self.context.mission_ended = True
        self.world.facts.changed(("mission",))

    def record(self) -> MissionRecord:
        """Return this mission's record for a campaign (F25); of several with one name the first counts (F23, R24)."""
        record = MissionRecord()
        words = {GOAL_COMPLETE: SATISFIED, GOAL_FAILED: FAILED, GOAL_INCOMPLETE: INCOMPLETE}
        for goal in self.world.goals:
            record.goals.setdefault(goal.key or f"goal #{goal.index + 1}", words[goal.status])
        for event in self.world.events:
            outcome = (SATISFIED if event.result != 0 else FAILED) if event.done else INCOMPLETE
            record.events.setdefault(event.key or f"event #{event.index + 1}", outcome)
        return record


def is_elapsed(stamp: int | None, now: int) -> bool:
    """Whether a stamp of the event clock is valid and has passed (F1a, F9)."""
    return stamp is not None and stamp != STAMP_NEVER and now >= stamp


def stamp_after(now: int, interval_ms: int) -> int:
    """Return the stamp for an interval from now: immediate for 0, never for a negative one (F9)."""
    if interval_ms == 0:
        return STAMP_IMMEDIATE
    return STAMP_NEVER if interval_ms < 0 else now + interval_ms


def _visible(event: EventState) -> Visible:
    """Return the part of an event's state that operators and chains read."""
    return event.result, event.done, event.timestamp, event.has_interval, event.satisfied_time
