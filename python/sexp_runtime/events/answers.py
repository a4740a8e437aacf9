"""Answers: the values of a row of formulas, from cache or fresh, with the counts and reasons that people ask for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import TYPE_CHECKING, Final

from sexp_runtime.cache.slots import TimerQueue
from sexp_runtime.compiler.formula import CompiledFormula
from sexp_runtime.events.cached_formulas import CachedFormulas
from sexp_runtime.events.pre_evaluation import PreEvaluation, pre_evaluate
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.evaluator import is_same, is_settled
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.rules.counters import EngineCounters
from sexp_runtime.rules.formula import AbsentFormula, Formula
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, NAN_FOREVER, Status
from sexp_runtime.world.clock import NEVER

if TYPE_CHECKING:
    from sexp_runtime.rules.manager import FormulaProfiler

#: What `last_cause` can hold, and its names.
CAUSE_NEVER, CAUSE_FIRST, CAUSE_FACT, CAUSE_TIME, CAUSE_UNSETTLED, CAUSE_CHECK = range(6)
CAUSES: Final = ("never", "first evaluation", "fact", "time", "unsettled", "check")
#: Most descriptions of stale results that are kept.
MAX_STALE: Final = 100
#: Most draws of an evaluation whose result may be used again.
MOST_DRAWS: Final = 255

#: Evaluates the formula of an index and returns its value; must not raise, and count in `errors` what it caught.
Evaluate = Callable[[int], int]


class Answers(CachedFormulas):
    """Cached formulas of one kind ("event", "goal" or "cue") that count requests answered and know why they evaluate.

    `evaluated_us` is when each formula was last evaluated (-1: never), `cause_of` says why.
    `checking` is the index whose next answer from cache is evaluated again to compare, -1 for none.
    """

    def __init__(
        self,
        kind: str,
        ctx: EvaluationContext,
        timers: TimerQueue,
        counters: EngineCounters,
        expressions: Sequence[SexpExpression | EvalNode | None],
        owners: Sequence[str],
        mission: str = "",
    ) -> None:
        super().__init__(ctx, timers, expressions, owners, mission)
        size = len(expressions)
        self.kind = kind
        self.counters = counters
        self.evaluated_us = [-1] * size
        self.last_cause = bytearray(size)
        #: As `evaluated_us`, but only for evaluations made here.
        self._noted_us = [-1] * size
        self.cause = CAUSE_NEVER
        self.checking = -1
        #: By index, how many numbers the last evaluation drew without effect on the result, if it stands otherwise:
        #: who takes the result from cache draws as many. Only for slots whose owner `keeps_drawing`.
        self.draws = bytearray(size)
        self.keeps_drawing = False
        #: For hot slots: what evaluates them without noting anything, and where the root's status is, if it counts.
        self.hot = list(self.evaluators)
        self.roots = [_root_of(formula) for formula in self.formulas]
        #: Formulas whose pre-evaluation stands although it left something on their nodes; cleared after the frame for
        #: which it was made.
        self.pre_evaluated: dict[int, PreEvaluation] = {}
        #: Descriptions of stale results that the self-check found, oldest first.
        self.stale: list[str] = []
        self._due_us = [NEVER] * size
        self._unsettled = bytearray(size)  # whether the last evaluation did not settle
        self._clock = ctx.world.clock

    def answer(self, index: int, evaluate: Evaluate) -> int:
        """Return the value of a formula now, evaluating it only if something could have changed it."""
        dirty = self.table.dirty
        checking = False
        if not dirty.flags[index]:
            checking = self.checking == index
            if not checking:
                if self.draws[index]:
                    self.ctx.world.rng.skip(self.draws[index])
                return self.values[index]
            self.checking = -1
            self.forget(index)
            program = self.formulas[index].program
            if program is not None:
                program.doubt()
        elif index in self.pre_evaluated:
            self._undo_pre_evaluation(index)
        formula = self.formulas[index]
        counters, ctx = self.counters, self.ctx
        cached = self.values[index], formula.status
        self.cause = self._why(index, checking)
        errors, effects = counters.errors, ctx.effects
        ctx.start()
        dirty.flags[index] = 0
        value = evaluate(index)
        settled = self._conclude(index, value, effects, counters.errors != errors)
        if checking and not (settled and cached[0] == value and is_same(cached[1], formula.status)):
            self._report_stale(index, cached, (value, formula.status))
        return value

    def to_evaluate(self, index: int) -> Formula:
        """Return what the next evaluation of a slot is to run: a check runs the compiled function in any case.

        A formula that is interpreted for a profiler leaves statuses that the function does not keep.
        """
        formula = self.formulas[index]
        if self.checking == index and isinstance(formula, CompiledFormula):
            return _Checked(formula)
        return formula

    def evaluate(self, index: int, profiler: FormulaProfiler | None = None) -> int:
        """Evaluate a dirty formula as `answer` does, report it to the profiler and return its value; may raise."""
        ctx = self.ctx
        self.cause = self._why(index, False)
        effects = ctx.effects
        ctx.start()
        if index in self.pre_evaluated:
            self._undo_pre_evaluation(index)
        self.table.dirty.flags[index] = 0
        start = perf_counter_ns() if profiler is not None else 0
        try:
            value = self.evaluators[index]()
        except Exception:
            self._conclude(index, 0, effects, True)
            raise
        if profiler is not None:
            profiler.formula(self.kind, index, perf_counter_ns() - start, value, CAUSES[self.cause])
        self._conclude(index, value, effects, False)
        return value

    def is_quiet(self, index: int) -> bool:
        """Whether an evaluation with value 0 leaves nothing to note."""
        formula = self.formulas[index]
        return isinstance(formula, CompiledFormula) and formula.quiet

    def make_hot(self, index: int) -> None:
        """Have what evaluates a formula without noting anything in `hot`."""
        formula = self.formulas[index]
        self.hot[index] = formula.unwatched() if isinstance(formula, CompiledFormula) else formula.evaluate

    def pre_evaluate(self, index: int, *, deciding: bool = False) -> bool:
        """Evaluate a formula beforehand as far as nothing comes of it; say whether its value is 0 and stands for now.

        What it turned out to read is known in either case. A status that answers for good stands only with `deciding`:
        it is for those whose turn need not see it, nor may find anything else on the nodes.
        """
        pre_evaluation = pre_evaluate(self.ctx, self.formulas[index], self.evaluators[index])
        if pre_evaluation is None:
            self.forget(index)
            return False
        if pre_evaluation.left_anything if deciding else self.is_permanent(index):
            pre_evaluation.undo()
            self.forget(index)
            return False
        if pre_evaluation.left_anything:
            self.pre_evaluated[index] = pre_evaluation
            self.timers.pending[0] = 1
        self.counters.pre_evaluations += 1
        self.cause = CAUSE_FIRST
        self.table.dirty.flags[index] = 0
        return self._conclude(index, 0, self.ctx.effects, False)

    def _conclude(self, index: int, value: int, effects_before: int, failed: bool) -> bool:
        """Note what an evaluation that just ended means for the next; return whether it settled."""
        ctx = self.ctx
        self.values[index] = value
        draws = ctx.effects - effects_before
        settled = not draws or (draws == ctx.unused_draws <= MOST_DRAWS and self.keeps_drawing)
        if settled:
            settled = is_settled(ctx)
        self.draws[index] = draws if settled and not failed else 0
        now = self.evaluated_us[index] = self._noted_us[index] = self._clock.us
        self.last_cause[index] = self.cause
        due = self._due_us[index] = ctx.due
        self._unsettled[index] = not settled
        if not settled or failed:
            self.touch(index)
        elif self.is_permanent(index):
            self.draws[index] = 0
            self.release(index)
            self.counters.permanents += 1
        elif due == now + 1:  # in every frame, whatever its time: no need to schedule it
            self.touch(index)
        elif due != self.table.dirty.due_us[index]:
            self.timers.schedule(self.table.dirty, index, due)
        return settled

    def _undo_pre_evaluation(self, index: int) -> None:
        """Undo a pre-evaluation: what it left on the nodes, and what the formula remembers of it."""
        self.pre_evaluated.pop(index).undo()
        self.forget(index)

    def keep_evaluating(self, index: int) -> None:
        """Have a formula evaluated at its next use although its result stands: what it draws is drawn by that only."""
        self.draws[index] = 0
        self.touch(index)

    def is_permanent(self, index: int) -> bool:
        """Whether the root's status answers every evaluation from now on (B11)."""
        status = self.formulas[index].status
        if status is NAN_FOREVER:
            return not self.ctx.wcs
        return status is KNOWN_TRUE or status is KNOWN_FALSE

    def ensure_edges(self, index: int) -> None:
        """Take a retired slot up again unless its result is permanent."""
        if self.table.facts[index] is None and not self.is_permanent(index):
            self.revive(index)

    def retire(self, index: int) -> None:
        """Retire a slot that nothing requests any more."""
        if self.table.facts[index] is not None:
            self.release(index)
            self.counters.permanents += 1

    def _why(self, index: int, checking: bool) -> int:
        """Return why a formula is evaluated now, as an index into CAUSES."""
        if checking:
            return CAUSE_CHECK
        if self.evaluated_us[index] < 0:
            return CAUSE_FIRST
        if self._unsettled[index]:
            return CAUSE_UNSETTLED
        if self._due_us[index] <= self._clock.us:
            return CAUSE_TIME
        self.counters.invalidations += 1
        return CAUSE_FACT

    def _report_stale(self, index: int, cached: tuple[int, Status], fresh: tuple[int, Status]) -> None:
        self.counters.stale_results += 1
        if len(self.stale) < MAX_STALE:
            known = ", ".join(str(key) for key in sorted(self.facts(index), key=str))
            self.stale.append(
                f"{self.formulas[index].owner}: cached {cached}, fresh {fresh}, at {self._clock.us} us, "
                f"last evaluated at {self.evaluated_us[index]} us ({CAUSES[self.cause_of(index)]}); waits for {known}"
            )

    def flush(self, index: int) -> None:
        """Forget what a formula remembers (D3); its next use evaluates it."""
        if self.checking == index:
            self.checking = -1
        super().flush(index)

    def replace(self, index: int, expression: SexpExpression) -> None:
        """Put another formula into a slot, with fresh statuses and edges."""
        super().replace(index, expression)
        self.evaluated_us[index] = -1
        self._unsettled[index] = 0
        self.hot[index] = self.evaluators[index]
        self.roots[index] = _root_of(self.formulas[index])

    def due_us(self, index: int) -> int:
        """Return the moment at which time alone could change the value, in microseconds, NEVER if none."""
        due = self._due_us[index]
        return due if due == self._noted_us[index] + 1 else self.table.dirty.due_us[index]

    def cause_of(self, index: int) -> int:
        """Return why a formula was last evaluated, as an index into CAUSES.

        Of one that is evaluated elsewhere it is why it was when that began, if it is one that more than facts can flag.
        """
        is_noted = self.evaluated_us[index] == self._noted_us[index] or not self.is_quiet(index)
        if is_noted:
            return self.last_cause[index]
        program = self.formulas[index].program
        return CAUSE_TIME if program is not None and program.by_time else CAUSE_FACT

    def held(self) -> int:
        """Return how many formulas have a cached value now."""
        return sum(us >= 0 and not flag for us, flag in zip(self.evaluated_us, self.table.dirty.flags, strict=True))

    def nbytes(self) -> int:
        """Return the bytes held by formulas, values, edges and statistics, without the timer queue."""
        own = (
            self.evaluated_us, self._noted_us, self.last_cause, self.draws, self._due_us, self._unsettled,
            self.hot, self.roots,
        )  # fmt: skip
        apart = (hot for hot, usual in zip(self.hot, self.evaluators, strict=True) if hot is not usual)
        total = sum(sys.getsizeof(each) + sys.getsizeof(getattr(each, "__defaults__", ())) for each in apart)
        return super().nbytes() + sum(sys.getsizeof(part) for part in own) + total


class _Checked:
    """A compiled formula as a check evaluates it."""

    __slots__ = ("_formula", "evaluate", "flush", "interpret", "operator", "owner", "walk")

    def __init__(self, formula: CompiledFormula) -> None:
        self._formula = formula
        self.evaluate = formula.evaluate_compiled
        self.flush = formula.flush
        self.interpret = formula.interpret
        self.operator = formula.operator
        self.owner = formula.owner
        self.walk = formula.walk

    @property
    def status(self) -> Status:
        """The root's remembered status (B10)."""
        return self._formula.status


def _root_of(formula: CompiledFormula | AbsentFormula) -> EvalNode | None:
    """Return the node that remembers a formula's special status, None where none can be."""
    return formula.status_node if isinstance(formula, CompiledFormula) else None
