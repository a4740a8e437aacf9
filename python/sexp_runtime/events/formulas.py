"""Compiled formulas for slots: making them, the facts that they read, their weight in bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sexp_runtime.cache.slots import SlotTable
from sexp_runtime.compiler.formula import CompiledFormula, compile_formula, make_programs
from sexp_runtime.operators.building import BuildError
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.rules.formula import AbsentFormula, Formula
from sexp_runtime.rules.naive import FormulaFactory
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world.facts import FactKey

if TYPE_CHECKING:
    from sexp_runtime.compiler.programs import Programs


class SlotRecorder:
    """Subscribes a slot to the facts that an evaluation reads; a new `epoch` begins after its edges were dropped."""

    __slots__ = ("_index", "_table", "epoch")

    def __init__(self, table: SlotTable, index: int) -> None:
        self._table = table
        self._index = index
        self.epoch = 0

    def __call__(self, keys: Iterable[FactKey]) -> None:
        self._table.subscribe(self._index, keys)


def compiled(
    expression: SexpExpression | EvalNode | None,
    context: EvaluationContext,
    owner: str,
    recorder: SlotRecorder | None = None,
    programs: Programs | None = None,
) -> CompiledFormula | AbsentFormula:
    """Return a compiled formula; an absent or unusable one never comes true, with a warning for the latter.

    With a recorder the formula reports the facts that an evaluation turns out to read; with `programs` the kernel
    evaluates what it can.
    """
    if expression is None:
        return AbsentFormula(owner)
    try:
        return compile_formula(expression, context, owner=owner, recorder=recorder, programs=programs)
    except BuildError as error:
        context.warn(f"{owner}: {error}")
        return AbsentFormula(owner)


def compiling(context: EvaluationContext) -> FormulaFactory:
    """Return what makes the formulas of the engine `compiled`: each evaluation evaluates all parts, from no cache."""
    programs = make_programs(context, None)

    def make(expression: SexpExpression | None, context: EvaluationContext, owner: str) -> Formula:
        return compiled(expression, context, owner, programs=programs)

    return make


def facts_of(formula: CompiledFormula | AbsentFormula) -> frozenset[FactKey]:
    """Return the facts that a formula is known to read."""
    return formula.facts if isinstance(formula, CompiledFormula) else frozenset()


def root_of(formula: CompiledFormula | AbsentFormula) -> EvalNode | None:
    """Return the node that remembers a formula's special status, None where none can be."""
    return formula.status_node if isinstance(formula, CompiledFormula) else None


class Weights:
    """The bytes of a list of formulas, which takes a while to find out and hardly ever changes.

    The first call weighs all of them, later ones a few each, in turn, so that a game may ask once a second.
    """

    __slots__ = ("_next", "_weights")

    #: How many formulas are weighed at a time.
    _AT_A_TIME = 8

    def __init__(self) -> None:
        self._weights: list[int] = []
        self._next = 0

    def total(self, formulas: list[CompiledFormula | AbsentFormula]) -> int:
        """Return the bytes of the formulas."""
        if len(self._weights) != len(formulas):
            self._weights = [_weight(formula) for formula in formulas]
        else:
            for _ in range(min(self._AT_A_TIME, len(formulas))):
                self._next = (self._next + 1) % len(formulas)
                self._weights[self._next] = _weight(formulas[self._next])
        return sum(self._weights)


def _weight(formula: CompiledFormula | AbsentFormula) -> int:
    return formula.nbytes() if isinstance(formula, CompiledFormula) else 0
