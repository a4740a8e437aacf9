"""Answers: the values of one kind of formula, from cache or fresh, with counts and reasons."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import TYPE_CHECKING, Final

from sexp_runtime.cache.slots import ACTIVE, IDLE_FIRST, IDLE_REPEAT, SlotTable, TimerQueue
from sexp_runtime.compiler.formula import CompiledFormula, make_programs
from sexp_runtime.events.formulas import SlotRecorder, Weights, compiled, facts_of, root_of
from sexp_runtime.events.pre_evaluation import PreEvaluation, pre_evaluate
from sexp_runtime.loops import SOON_US
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.interpreter import is_same, is_settled
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.rules.counters import EngineCounters
from sexp_runtime.rules.formula import AbsentFormula
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, NAN_FOREVER, Status
from sexp_runtime.world.facts import FactKey

if TYPE_CHECKING:
    from sexp_runtime.rules.manager import FormulaProfiler

#: What `SlotTable.causes` can hold, and its names.
CAUSE_NEVER, CAUSE_FIRST, CAUSE_FACT, CAUSE_TIME, CAUSE_UNSETTLED, CAUSE_CHECK = range(6)
CAUSES: Final = ("never", "first evaluation", "fact", "time", "unsettled", "check")
#: Most descriptions of stale results that are kept.
MAX_STALE: Final = 100
#: Most draws of an evaluation whose result may be used again.
MOST_DRAWS: Final = 255


class Answers:
    """The formulas of one kind ("event", "goal" or "cue"), one slot each, with their cached values.

    An expression is None where there is nothing to evaluate. `table` holds the state of the slots. `checking` is the
    index of the slot whose next cached result is evaluated again to compare, -1 for none.
    """

    def __init__(
        self,
        kind: str,
        ctx: EvaluationContext,
        timers: TimerQueue,
        counters: EngineCounters,
        expressions: Sequence[SexpExpression | EvalNode | None],
        owners: Sequence[str],
        *,
        keeps_drawing: bool = False,
    ) -> None:
        """`keeps_drawing` says that the owner makes the deferred draws of idle slots (see `SlotTable.draws`)."""
        size = len(expressions)
        self.kind = kind
        self.ctx = ctx
        self.timers = timers
        self.counters = counters
        self.table = table = SlotTable(timers, size)
        self.checking = -1
        #: Whether some evaluations walk the nodes, so that each must be recorded.
        self.is_interpreting = False
        #: Descriptions of stale results that the self-check found, oldest first.
        self.stale: list[str] = []
        #: Formulas whose pre-evaluation counts as the first frame's although it left something on their nodes; cleared
        #: after that frame.
        self.pre_evaluated: dict[int, PreEvaluation] = {}
        self._keeps_drawing = keeps_drawing
        self._clock = ctx.world.clock
        self._weights = Weights()
        self._programs = make_programs(ctx, timers.board)
        self._recorders = [SlotRecorder(table, index) for index in range(size)]
        self.formulas: list[CompiledFormula | AbsentFormula] = [
            compiled(expression, ctx, owner, recorder, self._programs)
            for expression, owner, recorder in zip(expressions, owners, self._recorders, strict=True)
        ]
        #: What evaluates each formula.
        self.evaluators: list[Callable[[], int]] = [formula.evaluate for formula in self.formulas]
        #: The node that has the root's status, None for an absent formula.
        self.roots = [root_of(formula) for formula in self.formulas]
        for index, formula in enumerate(self.formulas):
            timers.board.bind(table.dirty.flags, index, formula.program)
            table.subscribe(index, facts_of(formula))
            table.touch(index)

    # -- values -----------------------------------------------------------------------------------------------------

    def value(self, index: int) -> int:
        """Return the value of a formula, evaluated only if something could have changed it; may raise."""
        return self.evaluate(index) if self.table.dirty.flags[index] else self.table.values[index]

    def answer(self, index: int, profiler: FormulaProfiler | None) -> int:
        """Like `value`, with the draws and the self-check of the slot."""
        table = self.table
        if table.dirty.flags[index]:
            return self.evaluate(index, profiler)
        if self.checking == index:
            return self._check(index, profiler)
        if table.draws[index]:
            self.ctx.world.rng.skip(table.draws[index])
        return table.values[index]

    def evaluate(self, index: int, profiler: FormulaProfiler | None = None, *, is_check: bool = False) -> int:
        """Evaluate a formula, record what that means for the next evaluation, and return its value; may raise.

        A check evaluates as usual even while operators are profiled: walking the nodes leaves statuses that a program
        does not keep.
        """
        ctx, table = self.ctx, self.table
        cause = CAUSE_CHECK if is_check else self._why(index)
        self.counters.evaluations += 1
        if index in self.pre_evaluated and not is_check:
            self._undo_pre_evaluation(index)
        effects = ctx.start()
        table.dirty.flags[index] = 0
        formula = self.formulas[index]
        run = formula.evaluate_unseen if is_check and isinstance(formula, CompiledFormula) else self.evaluators[index]
        start = perf_counter_ns() if profiler is not None else 0
        try:
            value = run()
        except Exception:
            self._conclude(index, 0, cause, effects, True)
            raise
        if profiler is not None:
            profiler.formula(self.kind, index, perf_counter_ns() - start, value, CAUSES[cause])
        self._conclude(index, value, cause, effects, False)
        return value

    def _check(self, index: int, profiler: FormulaProfiler | None) -> int:
        """Evaluate a cached result again, compare, and return the fresh value."""
        self.checking = -1
        formula = self.formulas[index]
        if formula.program is not None:
            formula.program.doubt()
        cached = self.table.values[index], formula.status
        rng = self.ctx.world.rng
        effects, draws = self.ctx.effects, rng.draws
        value = self.evaluate(index, profiler, is_check=True)
        has_only_drawn = 0 < self.ctx.effects - effects == rng.draws - draws  # other numbers may end it later
        if (
            (self.table.unsettled[index] and not has_only_drawn)
            or cached[0] != value
            or not is_same(cached[1], formula.status)
        ):
            self._report_stale(index, cached, (value, formula.status))
        return value

    def _why(self, index: int) -> int:
        """Return why a formula is evaluated now, as an index into CAUSES."""
        table = self.table
        if table.evaluated_us[index] < 0:
            return CAUSE_FIRST
        if table.unsettled[index]:
            return CAUSE_UNSETTLED
        if table.due_us[index] <= self._clock.us:
            return CAUSE_TIME
        self.counters.invalidations += 1
        return CAUSE_FACT

    def _conclude(self, index: int, value: int, cause: int, effects_before: int, failed: bool) -> bool:
        """Record what an evaluation that just ended means for the next; return whether it settled."""
        ctx, table = self.ctx, self.table
        table.values[index] = value
        draws = ctx.effects - effects_before
        settled = not draws or (draws == ctx.unused_draws <= MOST_DRAWS and self._keeps_drawing)
        if settled:
            settled = is_settled(ctx)
        table.draws[index] = draws if settled and not failed else 0
        now = table.evaluated_us[index] = table.recorded_us[index] = self._clock.us
        table.causes[index] = cause
        due = table.due_us[index] = ctx.due
        table.unsettled[index] = not settled
        if not settled or failed:
            table.touch(index)
        elif self.is_permanent(index):
            table.draws[index] = 0
            table.release(index)
            self.counters.permanents += 1
        elif due <= now + SOON_US:  # in the next frame: no need to schedule it
            table.touch(index)
        elif due != table.dirty.due_us[index]:
            self.timers.schedule(table.dirty, index, due)
        return settled

    def is_known(self, index: int) -> bool:
        """Whether the root's status decides the formula's owner: known, or never a number (B11)."""
        status = self.formulas[index].status
        if status is NAN_FOREVER:
            return not self.ctx.wcs
        return status is KNOWN_TRUE or status is KNOWN_FALSE

    def is_permanent(self, index: int) -> bool:
        """Whether the root's status decides every evaluation from now on; that of an argument form does not (B11)."""
        root = self.roots[index]
        return root is not None and root.traps and self.is_known(index)

    def is_quiet(self, index: int) -> bool:
        """Whether an evaluation with value 0 leaves nothing to record."""
        formula = self.formulas[index]
        return isinstance(formula, CompiledFormula) and formula.is_quiet

    def keep_evaluating(self, index: int) -> None:
        """Let a formula be evaluated at its next use although its result is valid: it makes its own draws then."""
        self.table.draws[index] = 0
        self.table.touch(index)

    def interpret(self, every: int) -> None:
        """Have one evaluation in `every` of each formula interpreted, so that profilers see operators; 0: none."""
        self.is_interpreting = every > 0
        for index, formula in enumerate(self.formulas):
            if isinstance(formula, CompiledFormula):
                formula.interpret(every)
                self.evaluators[index] = formula.evaluate

    def _report_stale(self, index: int, cached: tuple[int, Status], fresh: tuple[int, Status]) -> None:
        self.counters.stale_results += 1
        if len(self.stale) < MAX_STALE:
            known = ", ".join(str(key) for key in sorted(self.facts(index), key=str))
            self.stale.append(
                f"{self.formulas[index].owner}: cached {cached}, fresh {fresh}, at {self._clock.us} us, last evaluated "
                f"at {self.table.evaluated_us[index]} us ({CAUSES[self.cause_of(index)]}); waits for {known}"
            )

    # -- before the first frame -------------------------------------------------------------------------------------

    def pre_evaluate(self, index: int, *, deciding: bool = False) -> bool:
        """Evaluate a formula up to its first effect; return whether its value is 0 and valid for now.

        The facts that it read are recorded in either case. A status that decides for good is kept only with `deciding`:
        that is for slots whose visit reads neither this status nor others on the nodes.
        """
        pre_evaluation = pre_evaluate(self.ctx, self.formulas[index], self.evaluators[index])
        if pre_evaluation is None:
            self.table.touch(index)
            return False
        if pre_evaluation.left_anything if deciding else self.is_known(index):
            pre_evaluation.undo()
            self.table.touch(index)
            return False
        if pre_evaluation.left_anything:
            self.pre_evaluated[index] = pre_evaluation
            self.timers.pending[0] = 1
        self.counters.pre_evaluations += 1
        self.table.dirty.flags[index] = 0
        return self._conclude(index, 0, CAUSE_FIRST, self.ctx.effects, False)

    def _undo_pre_evaluation(self, index: int) -> None:
        """Undo what a pre-evaluation left on the nodes."""
        self.pre_evaluated.pop(index).undo()

    def undo_pre_evaluations(self) -> None:
        """Undo what all pre-evaluations left on nodes; their results must not be used any more."""
        for index in list(self.pre_evaluated):
            self._undo_pre_evaluation(index)

    # -- states -----------------------------------------------------------------------------------------------------

    def make_idle(self, index: int, state: int) -> None:
        """Count an active slot, without visits: in every frame (IDLE_REPEAT), or not in short frames (IDLE_FIRST)."""
        self.table.states[index] = state
        self.counters.add_idle(state == IDLE_REPEAT)

    def activate(self, index: int, *, is_before: bool, is_due: bool = True) -> bool:
        """Let a slot be visited when one of its flags is set; return whether it was idle.

        `is_before`: its turn in this frame is now or later, so that its request is counted otherwise if there is one;
        `is_due`: the frame is not short.
        """
        before = self.table.states[index]
        self.table.states[index] = ACTIVE
        if before == IDLE_REPEAT:
            self.counters.remove_idle(True, int(is_before))
        elif before == IDLE_FIRST:
            self.counters.remove_idle(False, int(is_before and is_due))
        else:
            return False
        return True

    # -- edges ------------------------------------------------------------------------------------------------------

    def ensure_edges(self, index: int) -> None:
        """Subscribe a retired slot again unless its result is permanent."""
        if self.table.facts[index] is None and not self.is_permanent(index):
            self.revive(index)

    def retire(self, index: int) -> None:
        """Drop the edges of a slot that nothing requests any more."""
        if self.table.facts[index] is not None:
            self.table.release(index)
            self.counters.permanents += 1

    def revive(self, index: int) -> None:
        """Subscribe the slot again after its edges were dropped; its next use evaluates it."""
        if self.table.facts[index] is None:
            self._recorders[index].epoch += 1
            self.table.subscribe(index, facts_of(self.formulas[index]))
        self.table.touch(index)

    def flush(self, index: int) -> None:
        """Forget what a formula remembers (D3); its next use evaluates it."""
        if self.checking == index:
            self.checking = -1
        self.formulas[index].flush()
        self.revive(index)

    def replace(self, index: int, expression: SexpExpression) -> None:
        """Put another formula into a slot, with fresh statuses and edges."""
        table = self.table
        table.release(index)
        owner = self.formulas[index].owner
        formula = compiled(expression, self.ctx, owner, self._recorders[index], self._programs)
        self.formulas[index] = formula
        self.timers.board.bind(table.dirty.flags, index, formula.program)
        self.evaluators[index] = formula.evaluate
        self.roots[index] = root_of(formula)
        table.values[index] = 0
        table.evaluated_us[index] = table.recorded_us[index] = -1
        table.unsettled[index] = 0
        self.revive(index)

    def close(self) -> None:
        """Drop all edges, so that the world no longer knows of these formulas."""
        for index in range(len(self.table)):  # the board knows programs by the places of their flags
            self.timers.board.bind(self.table.dirty.flags, index, None)
        self.table.close()
        if self._programs is not None:
            self._programs.close()

    # -- reports ----------------------------------------------------------------------------------------------------

    def status(self, index: int) -> Status:
        """Return the special status of a formula's root, UNKNOWN for an ordinary result."""
        return self.formulas[index].status

    def facts(self, index: int) -> frozenset[FactKey]:
        """Return the facts that the slot waits for."""
        return frozenset(self.table.facts[index] or ())

    def due_us(self, index: int) -> int:
        """Return the moment at which time alone could change the value, in microseconds, NEVER if none."""
        due = self.table.due_us[index]
        return due if due <= self.table.recorded_us[index] + SOON_US else self.table.dirty.due_us[index]

    def cause_of(self, index: int) -> int:
        """Return why a formula was last evaluated, as an index into CAUSES.

        For evaluations without bookkeeping it is the cause of the first of them, if more than facts can set the flag.
        """
        table = self.table
        if table.evaluated_us[index] == table.recorded_us[index] or not self.is_quiet(index):
            return table.causes[index]
        if table.unsettled[index]:  # it acts in every frame
            return CAUSE_UNSETTLED
        program = self.formulas[index].program
        return CAUSE_TIME if program is not None and program.by_time else CAUSE_FACT

    def held(self) -> int:
        """Return how many formulas have a cached value now."""
        table = self.table
        return sum(us >= 0 and not flag for us, flag in zip(table.evaluated_us, table.dirty.flags, strict=True))

    def nbytes(self) -> int:
        """Return the bytes held by formulas, state and edges, without the timer queue."""
        own = (self.evaluators, self.formulas, self.roots, self._recorders)
        parts = self._programs.nbytes() if self._programs is not None else 0
        return self.table.nbytes() + parts + self._weights.total(self.formulas) + sum(map(sys.getsizeof, own))
