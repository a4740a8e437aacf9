"""The goals of the cached engine: visits of the slots whose flag is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.cache.slots import IDLE_FIRST, UNREQUESTED
from sexp_runtime.events.passes import Pass
from sexp_runtime.loops import PASSED_OVER
from sexp_runtime.world.mission_state import GOAL_INCOMPLETE, GoalState

if TYPE_CHECKING:
    from sexp_runtime.events.answers import Answers
    from sexp_runtime.rules.manager import FormulaProfiler, MissionEventManager
    from sexp_runtime.values import Status


class CachedGoals:
    """Judges goals by the rules of a manager, which requests their values from `answers` (F1c)."""

    def __init__(self, rules: MissionEventManager, answers: Answers) -> None:
        self._rules = rules
        self._goals = rules.world.goals
        self._answers = answers
        self.row = Pass(answers, self._visit, self._apply, self._report)
        for goal in self._goals:
            answers.table.wake_by(goal.index, (("goal", goal.key),))

    def run(self, us: int, profiler: FormulaProfiler | None) -> None:
        """Visit or evaluate the goals whose flag is set, in order."""
        table = self._answers.table
        if 1 in table.dirty.flags or 1 in table.wake.flags:
            self.row.run(us, profiler)

    def visit_all(self) -> None:
        """Visit every goal that the naive engine would evaluate."""
        for goal in self._goals:
            is_idle = self._answers.table.states[goal.index] == IDLE_FIRST
            if is_idle or (not goal.invalid and goal.status == GOAL_INCOMPLETE):
                self.row.position = goal.index
                self._visit(goal.index)

    def flush(self, index: int, *, is_before: bool, is_due: bool) -> None:
        """Forget what a goal's formula remembers (D6), and activate its slot (see `Answers.activate`)."""
        self._answers.activate(index, is_before=is_before, is_due=is_due)
        self.row.ready[index] = 0
        self._answers.flush(index)
        self._answers.table.wake.flags[index] = 1

    def _visit(self, index: int) -> None:
        goal, answers = self._goals[index], self._answers
        table = answers.table
        answers.activate(index, is_before=True)
        self.row.ready[index] = 0
        table.wake.flags[index] = 0
        if goal.invalid or goal.status != GOAL_INCOMPLETE:
            if goal.status != GOAL_INCOMPLETE:
                answers.retire(index)
            table.states[index] = UNREQUESTED
            self.row.ready[index] = PASSED_OVER
            return
        answers.ensure_edges(index)
        self._rules.judge_goal(index)
        self._idle(goal)

    def _apply(self, index: int, value: int, status: Status) -> None:
        """Judge an idle goal whose formula has just been evaluated; its request in this frame is counted."""
        if self._answers.activate(index, is_before=False):
            self.row.ready[index] = 0
        goal = self._goals[index]
        self._rules.apply_goal(goal, value, status)
        self._idle(goal)

    def _idle(self, goal: GoalState) -> None:
        """Make a goal idle that was judged and is incomplete."""
        if goal.status == GOAL_INCOMPLETE:
            self._answers.make_idle(goal.index, IDLE_FIRST)
            self.row.make_ready(goal.index)

    def _report(self, index: int, error: Exception) -> None:
        self._rules.report_error(self._rules.goal_formulas[index], error)
