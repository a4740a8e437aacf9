"""What a formula remembers of its last evaluation besides the result: parts of the answer that still stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sexp_runtime.operators.context import NEVER_DUE, Candidate, EvaluationContext
from sexp_runtime.world.facts import FactKey


class Memory:
    """Tells the parts of one formula whether a fact has changed that any of them rests on.

    `marks[0]` is set by such a change. Parts compare the number that `generation` returns with the one at which they
    were evaluated: the same means that no fact has changed since.
    """

    __slots__ = ("_generation", "marks")

    def __init__(self, marks: bytearray) -> None:
        self.marks = marks
        self._generation = 0

    def generation(self) -> int:
        """Return the number of the present state of the facts."""
        if self.marks[0]:
            self.marks[0] = 0
            self._generation += 1
        return self._generation


#: Gives a formula a memory for parts that rest on these facts; those that only running shows count in any case.
#: Called again, for other parts of the formula, it returns the same one.
Keep = Callable[[Iterable[FactKey]], Memory]


class KnownCandidates:
    """The candidates of an argument form for which its condition was true at the last evaluation.

    What each of them was read as first (D7) is part of the answer.
    """

    __slots__ = ("_answer", "_due", "_effects", "_generation", "_memory", "_of", "_outer_due")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._generation = -1
        self._of: Sequence[Candidate] | None = None
        self._answer: tuple[tuple[Candidate, Any], ...] = ()
        self._due = self._outer_due = NEVER_DUE
        self._effects = 0

    def recall(self, ctx: EvaluationContext, candidates: Sequence[Candidate]) -> list[Candidate] | None:
        """Return which of the candidates are applicable; None if that has to be found out."""
        if self._of is not candidates or self._generation != self._memory.generation():
            return None
        due = self._due
        if due <= ctx.world.clock.us:
            return None
        if due < ctx.due:
            ctx.due = due
        for candidate, cache in self._answer:
            if candidate.node is not None:
                candidate.node.cache = cache
        return [candidate for candidate, _cache in self._answer]

    def begin(self, ctx: EvaluationContext) -> None:
        """Candidates are tried from here on."""
        self._of = None
        self._effects = ctx.effects
        self._outer_due = ctx.due
        ctx.due = NEVER_DUE

    def end(self, ctx: EvaluationContext, candidates: Sequence[Candidate], applicable: Sequence[Candidate]) -> None:
        """Keep what was found, if finding it left nothing behind."""
        if ctx.effects == self._effects and not ctx.unsettled and not ctx.stirred:
            self._of = candidates
            self._generation = self._memory.generation()
            self._due = ctx.due
            self._answer = tuple((candidate, candidate.node and candidate.node.cache) for candidate in applicable)
        if self._outer_due < ctx.due:
            ctx.due = self._outer_due
