"""Distances that several formulas read: measured once, for all of them, until a fact that they rest on changes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Protocol

from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import OperatorFunction, ReadsFunction
from sexp_runtime.values import Raw
from sexp_runtime.world.facts import FactKey

#: As many formulas make it worth waiting for facts: for one alone, measuring costs hardly more.
WORTH_SHARING = 2


class Waiting(Protocol):
    """Sets `flags[0]` when one of the facts changes that it was told to wait for."""

    flags: bytearray

    def subscribe(self, keys: Iterable[FactKey], /) -> None:
        """Wait for these facts, too."""

    def release(self) -> None:
        """Wait for no fact any more."""

    def nbytes(self) -> int:
        """Return the bytes held."""


class Measure:
    """An operator with fixed texts, called by the formulas that have joined; its result is theirs together."""

    __slots__ = ("_function", "_raw", "_readers", "_reads", "_ships", "_texts", "_waiting")

    def __init__(self, function: OperatorFunction, reads: ReadsFunction, texts: list[str], waiting: Waiting) -> None:
        self._function = function
        self._reads = reads
        self._texts = texts
        self._waiting = waiting
        self._readers = 0
        #: How many ships there were when it was worked out which facts it rests on, -1 while it waits for none.
        self._ships = -1
        self._raw: Raw = 0

    def __call__(self, ctx: EvaluationContext, node: EvalNode) -> Raw:
        """Return the operator's result."""
        if self._readers < WORTH_SHARING:
            return self._function(ctx, node)
        flags, world = self._waiting.flags, ctx.world
        if len(world.ships) != self._ships:
            self._ships = len(world.ships)
            self._waiting.subscribe(self._reads(world, self._texts))
            flags[0] = 1
        if flags[0]:
            self._raw = self._function(ctx, node)
            flags[0] = 0
        return self._raw

    @property
    def quickest(self) -> OperatorFunction:
        """What returns the result with the least work: the operator itself where nobody else wants to know."""
        return self if self._readers >= WORTH_SHARING else self._function

    def join(self) -> None:
        """One more formula calls it from now on."""
        self._readers += 1

    def leave(self) -> None:
        """One formula calls it no more."""
        self._readers -= 1
        if self._readers < WORTH_SHARING:
            self._waiting.release()
            self._ships = -1

    def forget(self) -> None:
        """Have it measured at the next call."""
        self._waiting.flags[0] = 1

    def nbytes(self) -> int:
        """Return the bytes held, without the fact keys."""
        return sys.getsizeof(self) + sys.getsizeof(self._texts) + self._waiting.nbytes()


class Measures:
    """The measures of a row of formulas, by function and texts. `wait` makes what waits for facts."""

    def __init__(self, wait: Callable[[], Waiting]) -> None:
        self._wait = wait
        self._known: dict[tuple[object, ...], Measure] = {}

    def of(self, node: EvalNode) -> Measure:
        """Return the measure for an operator node whose arguments are all literal texts; who wants it has to join."""
        spec = node.spec
        assert spec is not None
        assert spec.reads is not None
        texts = [arg.text for arg in node.args]
        key = (spec.function, *texts)
        measure = self._known.get(key)
        if measure is None:
            measure = self._known[key] = Measure(spec.function, spec.reads, texts, self._wait())
        return measure

    def nbytes(self) -> int:
        """Return the bytes held."""
        return sys.getsizeof(self._known) + sum(measure.nbytes() for measure in self._known.values())


#: Gives a formula the measure for one of its nodes, see `Measures.of`.
Share = Callable[[EvalNode], Measure]
