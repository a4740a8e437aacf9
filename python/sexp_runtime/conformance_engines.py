"""The engines for conformance cases, each with functions that make formulas and event managers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from sexp_runtime.cache.slots import TimerQueue
from sexp_runtime.events.answers import Answers
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.formulas import compiling
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.counters import EngineCounters
from sexp_runtime.rules.formula import Formula, InterpretedFormula
from sexp_runtime.rules.naive import NaiveEventManager
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.values import Status
from sexp_runtime.world.world import World

OnRequest = Callable[[str, int], None]


class Evaluates(Protocol):
    """The part of a formula that a case needs."""

    @property
    def status(self) -> Status:
        """The root's status after the last evaluation."""

    def evaluate(self) -> int:
        """Evaluate once."""


class FrameRunner(Protocol):
    """The part of an event manager that a case needs."""

    def frame(self) -> None:
        """Make the pass of one frame."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The functions of an engine that make a case's formulas and managers."""

    name: str
    formula: Callable[[SexpExpression, EvaluationContext], Evaluates]
    manager: Callable[[World, EvaluationContext, OnRequest], FrameRunner]


def _naive_manager(world: World, context: EvaluationContext, on_request: OnRequest) -> FrameRunner:
    return NaiveEventManager(world, context, on_request=on_request)


def _naive_formula(expression: SexpExpression, context: EvaluationContext) -> Formula:
    return InterpretedFormula(expression, context)


def _compiled_formula(expression: SexpExpression, context: EvaluationContext) -> Evaluates:
    return compiling(context)(expression, context, "")


def _compiled_manager(world: World, context: EvaluationContext, on_request: OnRequest) -> FrameRunner:
    return NaiveEventManager(world, context, compiling(context), on_request=on_request)


class _CachedExpression:
    """One formula with its own cache, evaluated as the cached engine does in each frame."""

    def __init__(self, expression: SexpExpression, context: EvaluationContext) -> None:
        self._clock = context.world.clock
        self._timers = TimerQueue(context.world.facts)
        self._answers = Answers("event", context, self._timers, EngineCounters(), [expression], ["case"])

    @property
    def status(self) -> Status:
        """The root's status."""
        return self._answers.status(0)

    def evaluate(self) -> int:
        """Return the current value from the cache."""
        self._timers.expire(self._clock.us)
        return self._answers.value(0)


def _cached_manager(world: World, context: EvaluationContext, on_request: OnRequest) -> FrameRunner:
    return CachedEventManager(world, context, on_request=on_request)


_ENGINES: Final = {
    "naive": Engine("naive", _naive_formula, _naive_manager),
    "compiled": Engine("compiled", _compiled_formula, _compiled_manager),
    "cached": Engine("cached", _CachedExpression, _cached_manager),
}
ENGINE_NAMES: Final = tuple(_ENGINES)


def engine(name: str) -> Engine:
    """Return the engine of that name; KeyError for an unknown one.

    `naive` interprets everything at every evaluation, `compiled` runs programs equally often, `cached` evaluates only
    after a change.
    """
    return _ENGINES[name]
