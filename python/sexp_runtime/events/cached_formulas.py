"""Formulas whose results are kept until a fact, the clock or their own memory could change them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sexp_runtime import kernel
from sexp_runtime.cache.slots import Edges, SlotTable, TimerQueue
from sexp_runtime.compiler.formula import CompiledFormula, compile_formula
from sexp_runtime.compiler.measures import Measure, Measures
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.evaluator import is_settled
from sexp_runtime.operators.node import BuildError, EvalNode
from sexp_runtime.rules.formula import AbsentFormula
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.values import Status
from sexp_runtime.world.facts import FactBoard, FactKey

if TYPE_CHECKING:
    from sexp_runtime.compiler.programs import Programs

#: How many formulas are weighed at a time.
_WEIGHED: Final = 8


def compiled(
    expression: SexpExpression | EvalNode | None,
    context: EvaluationContext,
    owner: str,
    mission: str = "",
    recorder: _SlotRecorder | None = None,
    programs: Programs | None = None,
) -> CompiledFormula | AbsentFormula:
    """Return a compiled formula; an absent or unusable one never comes true, with a warning for the latter.

    With a recorder it reports the facts that an evaluation turns out to read, and shares distances with other formulas;
    with `programs` the kernel evaluates what it can.
    """
    if expression is None:
        return AbsentFormula(owner)
    try:
        share = recorder.share if recorder is not None else None
        return compile_formula(
            expression, context, owner=owner, mission=mission, recorder=recorder, share=share, programs=programs
        )
    except BuildError as error:
        context.warn(f"{owner}: {error}")
        return AbsentFormula(owner)


class CachedFormulas:
    """A row of compiled formulas, one slot each; an expression is None where there is nothing to evaluate.

    `table.dirty.flags[i]` says that slot i must be evaluated before its value may be used. Flags are set by facts at
    once, by the clock when `timers.expire` runs, and by `refresh` itself where the evaluation must not be reused.
    """

    def __init__(
        self,
        ctx: EvaluationContext,
        timers: TimerQueue,
        expressions: Sequence[SexpExpression | EvalNode | None],
        owners: Sequence[str],
        mission: str = "",
    ) -> None:
        size = len(expressions)
        self.ctx = ctx
        self.timers = timers
        self.table = SlotTable(timers, size)
        self.formulas: list[CompiledFormula | AbsentFormula] = []
        self.values = [0] * size
        self.evaluators: list[Callable[[], int]] = []
        self.evaluations = 0
        #: Whether some evaluations walk the nodes, so that everything has to be noted of each.
        self.is_interpreting = False
        self._recorders: list[_SlotRecorder] = []
        self._weights: list[int] = []
        self._weigh_next = 0
        self._measures = Measures(lambda: Edges(timers.board))
        self._programs = _programs(ctx, timers.board)
        for index, (expression, owner) in enumerate(zip(expressions, owners, strict=True)):
            recorder = _SlotRecorder(self.table, index, self._measures)
            self._recorders.append(recorder)
            formula = compiled(expression, ctx, owner, mission, recorder, self._programs)
            self.formulas.append(formula)
            self.evaluators.append(formula.evaluate)
            self._bind(index, formula)
            self.table.subscribe(index, facts_of(formula))
            self.table.dirty.flags[index] = 1
        self._mission = mission
        timers.pending[0] = 1

    def value(self, index: int) -> int:
        """Return the value of a formula as evaluating it now would (call `timers.expire` first in each frame)."""
        if self.table.dirty.flags[index]:
            return self.refresh(index)
        return self.values[index]

    def status(self, index: int) -> Status:
        """Return the special status of a formula's root, UNKNOWN for an ordinary result."""
        return self.formulas[index].status

    def refresh(self, index: int) -> int:
        """Evaluate a formula, note until when its value holds, and return it."""
        ctx = self.ctx
        dirty = self.table.dirty
        ctx.start()
        before = ctx.effects
        dirty.flags[index] = 0
        try:
            value = self.evaluators[index]()
        except BaseException:
            dirty.flags[index] = 1
            self.timers.pending[0] = 1
            raise
        self.evaluations += 1
        self.values[index] = value
        if not is_settled(ctx) or ctx.effects != before:
            dirty.flags[index] = 1
            self.timers.pending[0] = 1
        elif ctx.due != dirty.due_us[index]:
            self.timers.schedule(dirty, index, ctx.due)
        return value

    def interpret(self, every: int) -> None:
        """Have one evaluation in `every` of each formula interpreted, so that profilers see operators; 0: none."""
        self.is_interpreting = every > 0
        for index, formula in enumerate(self.formulas):
            if isinstance(formula, CompiledFormula):
                formula.interpret(every)
                self.evaluators[index] = formula.evaluate

    def flush(self, index: int) -> None:
        """Forget what a formula remembers (D3); its next use evaluates it."""
        self.formulas[index].flush()
        if self.table.facts[index] is None:
            self.revive(index)
        else:
            self.forget(index)

    def replace(self, index: int, expression: SexpExpression) -> None:
        """Put another formula into a slot, with fresh statuses and edges."""
        recorder = self._recorders[index]
        recorder.replace()
        owner = self.formulas[index].owner
        formula = compiled(expression, self.ctx, owner, self._mission, recorder, self._programs)
        self.formulas[index] = formula
        self._bind(index, formula)
        self.evaluators[index] = formula.evaluate
        self.values[index] = 0
        self.revive(index)

    def _bind(self, index: int, formula: CompiledFormula | AbsentFormula) -> None:
        """Let a program of the kernel say how long movement changes nothing for its slot."""
        self.timers.board.bind(self.table.dirty.flags, index, formula.program)

    def forget(self, index: int) -> None:
        """Have a formula evaluated at its next use, and measured what it has in common with others."""
        self._recorders[index].forget()
        self.touch(index)

    def touch(self, index: int) -> None:
        """Have a formula evaluated at its next use."""
        self.table.dirty.flags[index] = 1
        self.timers.pending[0] = 1

    def release(self, index: int) -> None:
        """Drop the slot's edges: its value is not needed until `revive`."""
        self._recorders[index].release()

    def revive(self, index: int) -> None:
        """Subscribe the slot again after `release`; its next use evaluates it."""
        if self.table.facts[index] is None:
            self._recorders[index].revive(facts_of(self.formulas[index]))
        self.touch(index)

    def facts(self, index: int) -> frozenset[FactKey]:
        """Return the facts that the slot waits for."""
        return frozenset(self.table.facts[index] or ())

    def close(self) -> None:
        """Drop all edges, so that the world no longer knows of these formulas."""
        for recorder in self._recorders:
            recorder.release()
        if self._programs is not None:
            self._programs.close()

    def nbytes(self) -> int:
        """Return the bytes held by formulas, values and edges, without the timers.

        Weighing a tree takes some time and its weight hardly ever changes: the first call weighs all formulas, later
        ones a few each, in turn, so that a game may ask once a second.
        """
        total = (
            self.table.nbytes() + self._measures.nbytes() + sys.getsizeof(self.values) + sys.getsizeof(self.evaluators)
        )
        total += sys.getsizeof(self.formulas) + sys.getsizeof(self._weights)
        if len(self._weights) != len(self.formulas):
            self._weights = [_weight(formula) for formula in self.formulas]
        else:
            for _ in range(min(_WEIGHED, len(self.formulas))):
                self._weigh_next = (self._weigh_next + 1) % len(self.formulas)
                self._weights[self._weigh_next] = _weight(self.formulas[self._weigh_next])
        return total + sum(self._weights)


def _programs(ctx: EvaluationContext, board: FactBoard) -> Programs | None:
    """Return what makes programs, None where the kernel that evaluates them is not compiled."""
    if kernel.LANGUAGE != "c":
        return None
    from sexp_runtime.compiler.programs import Programs

    return Programs(ctx, board)


def _weight(formula: CompiledFormula | AbsentFormula) -> int:
    return formula.nbytes() if isinstance(formula, CompiledFormula) else 0


def facts_of(formula: CompiledFormula | AbsentFormula) -> frozenset[FactKey]:
    """Return the facts that a formula is known to read."""
    return formula.facts if isinstance(formula, CompiledFormula) else frozenset()


class _SlotRecorder:
    """Subscribes a slot to facts that an evaluation turns out to read."""

    __slots__ = ("_is_reading", "_measures", "_shared", "epoch", "index", "table")

    def __init__(self, table: SlotTable, index: int, measures: Measures) -> None:
        self.table = table
        self.index = index
        self.epoch = 0
        self._measures = measures
        self._shared: list[Measure] = []  # what its formula has in common with others
        self._is_reading = True  # and whether it has joined them

    def __call__(self, keys: Iterable[FactKey]) -> None:
        self.table.subscribe(self.index, keys)

    def share(self, node: EvalNode) -> Measure:
        """Return the measure for an operator node of the formula, to be called in its place."""
        measure = self._measures.of(node)
        self._shared.append(measure)
        if self._is_reading:
            measure.join()
        return measure

    def forget(self) -> None:
        """Have measured again what the formula has in common with others."""
        for measure in self._shared:
            measure.forget()

    def revive(self, facts: Iterable[FactKey]) -> None:
        """Subscribe the slot again after `release`; evaluations tell of the facts that they read again."""
        self.epoch += 1
        self.table.subscribe(self.index, facts)
        if not self._is_reading:
            self._is_reading = True
            for measure in self._shared:
                measure.join()

    def release(self) -> None:
        """Give up all edges."""
        self.table.release(self.index)
        if self._is_reading:
            self._is_reading = False
            for measure in self._shared:
                measure.leave()

    def replace(self) -> None:
        """Give up all edges: another formula takes the place of this one."""
        self.release()
        self._shared.clear()
