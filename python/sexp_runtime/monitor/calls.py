"""The tree of operator calls in full mode: counts, times, callers and callees, and the formula of each call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Final

from sexp_runtime.operators.node import EvalNode

_STACKS: Final = 20_000  #: maximum number of call stacks per formula; the time of later ones counts for the formula


#: A formula's kind and index.
FormulaKey = tuple[str, int]


class OperatorStatistics:
    """Timed evaluations of one operator, in nanoseconds, with and without the operators that it called."""

    __slots__ = ("calls", "inclusive_ns", "name", "self_ns")

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls = 0
        self.self_ns = 0
        self.inclusive_ns = 0


@dataclass(slots=True)
class PartTime:
    """Timed evaluations of one part of a formula, in nanoseconds, with and without the parts inside it."""

    calls: int = 0
    total_ns: int = 0
    self_ns: int = 0


class _Place:
    """A part of a formula in the tree of calls, below the parts that called it."""

    __slots__ = ("above", "began", "below", "below_ns", "calls", "name", "node", "self_ns", "total_ns", "unfiled_ns")

    def __init__(self, node: EvalNode | None, above: _Place | None) -> None:
        self.node = node
        self.name = node.name if node is not None else ""
        self.above = above
        self.below: dict[EvalNode, _Place] = {}
        self.calls = 0
        self.self_ns = 0
        self.total_ns = 0
        self.began = 0
        self.below_ns = 0  # of the current call: the time of the operators that it called
        self.unfiled_ns = 0  # its own time in the formula being evaluated

    def stack(self) -> tuple[str, ...]:
        """Return the operators from the formula's root down to this one."""
        names = []
        place = self
        while place.above is not None:
            names.append(place.name)
            place = place.above
        return tuple(reversed(names))


class CallTree:
    """Receives the begin and end of operators, and the end of each formula's evaluation.

    The cost per operator does not depend on the nesting depth; sums are computed on request. The number of operators
    in a mission's formulas bounds the memory.
    """

    __slots__ = ("_at", "_filed", "_of_formulas", "_root", "_touched")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget every call."""
        self._root = self._at = _Place(None, None)
        self._touched: list[_Place] = []
        self._of_formulas: dict[FormulaKey, dict[_Place, int]] = {}
        self._filed = 0

    def enter(self, node: EvalNode) -> None:
        """Record that an operator begins."""
        above = self._at
        place = above.below.get(node)
        if place is None:
            place = above.below[node] = _Place(node, above)
        self._at = place
        place.began = perf_counter_ns()

    def leave(self, node: EvalNode) -> None:
        """Record that the operator ends; also adds the ends that an exception skipped."""
        now = perf_counter_ns()
        place = self._at
        while (above := place.above) is not None:
            spent = now - place.began
            own = spent - place.below_ns
            place.below_ns = 0
            place.calls += 1
            place.total_ns += spent
            place.self_ns += own
            place.unfiled_ns += own
            above.below_ns += spent
            self._touched.append(place)
            self._at = above
            if place.node is node:
                return
            place = above

    def file(self, formula: FormulaKey) -> None:
        """Assign the operators that ended since the last call to a formula."""
        touched = self._touched
        if not touched:
            return
        times = self._of_formulas.setdefault(formula, {})
        for place in touched:
            if place not in times:
                if self._filed >= _STACKS:
                    times[self._root] = times.get(self._root, 0) + place.unfiled_ns
                    place.unfiled_ns = 0
                    continue
                self._filed += 1
                times[place] = 0
            times[place] += place.unfiled_ns
            place.unfiled_ns = 0
        touched.clear()

    def drop(self) -> None:
        """Discard operators that are open or not assigned, after an exception ended the formula."""
        place = self._at
        while place.above is not None:
            place.below_ns = 0
            place = place.above
        self._at = self._root
        for place in self._touched:
            place.unfiled_ns = 0
        self._touched.clear()

    def operators(self) -> dict[str, OperatorStatistics]:
        """Return the measurements by operator; the inclusive time of an operator that calls itself counts once."""
        found: dict[str, OperatorStatistics] = {}
        for place, names in self._places():
            statistics = found.get(place.name)
            if statistics is None:
                statistics = found[place.name] = OperatorStatistics(place.name)
            statistics.calls += place.calls
            statistics.self_ns += place.self_ns
            if place.name not in names:
                statistics.inclusive_ns += place.total_ns
        return found

    def calls(self) -> dict[tuple[str, str], int]:
        """Return how often each operator was called, by caller ("" for a formula's root) and callee."""
        found: dict[tuple[str, str], int] = {}
        for place, names in self._places():
            pair = (names[-1] if names else "", place.name)
            found[pair] = found.get(pair, 0) + place.calls
        return found

    def stacks(self) -> dict[tuple[FormulaKey, tuple[str, ...]], int]:
        """Return operators' own time in nanoseconds, by formula and call stack, outermost first."""
        found: dict[tuple[FormulaKey, tuple[str, ...]], int] = {}
        for formula, times in self._of_formulas.items():
            for place, spent in times.items():
                stack = (formula, place.stack())
                found[stack] = found.get(stack, 0) + spent
        return found

    def parts(self, formula: FormulaKey) -> dict[tuple[int, int], PartTime]:
        """Return the measurements of a formula's parts by their line and column in the file."""
        found: dict[tuple[int, int], PartTime] = {}
        for place in self._of_formulas.get(formula, ()):
            syntax = place.node.syntax if place.node is not None else None
            if syntax is not None:
                part = found.setdefault((syntax.line, syntax.column), PartTime())
                part.calls += place.calls
                part.total_ns += place.total_ns
                part.self_ns += place.self_ns
        return found

    def _places(self) -> Iterator[tuple[_Place, tuple[str, ...]]]:
        """Yield each place with completed calls, with the names above it."""
        waiting: list[tuple[_Place, tuple[str, ...]]] = [(place, ()) for place in self._root.below.values()]
        while waiting:
            place, names = waiting.pop()
            if place.calls:
                yield place, names
            waiting += [(below, (*names, place.name)) for below in place.below.values()]
