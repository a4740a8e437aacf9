"""Remembers for which candidates the condition of an argument form is true, until something could change that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sexp_runtime.operators.context import NEVER_DUE, Candidate, EvaluationContext
from sexp_runtime.world.facts import FactKey



class KnownCandidates:
    """The applicable candidates of one form, as its last evaluation found them.

    `marks[0]` set says that a fact has changed which they rest on; the clock and the list of candidates are looked at
    here. What each applicable candidate was read as first (D7) is part of the answer.
    """

    __slots__ = ("_answer", "_due", "_effects", "_of", "_outer_due", "marks")

    def __init__(self, marks: bytearray) -> None:
        self.marks = marks
        self._of: Sequence[Candidate] | None = None
        self._answer: tuple[tuple[Candidate, object], ...] = ()
        self._due = self._outer_due = NEVER_DUE
        self._effects = 0

    def recall(self, ctx: EvaluationContext, candidates: Sequence[Candidate]) -> list[Candidate] | None:
        """Return which of the candidates are applicable; None if that has to be found out."""
        if self.marks[0] or self._of is not candidates:
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
        self.marks[0] = 0
        self._of = None
        self._effects = ctx.effects
        self._outer_due = ctx.due
        ctx.due = NEVER_DUE

    def end(self, ctx: EvaluationContext, candidates: Sequence[Candidate], applicable: Sequence[Candidate]) -> None:
        """Keep what was found, if finding it left nothing behind."""
        if ctx.effects == self._effects and not ctx.unsettled and not ctx.stirred:
            self._of = candidates
            self._due = ctx.due
            self._answer = tuple((candidate, candidate.node and candidate.node.cache) for candidate in applicable)
        if self._outer_due < ctx.due:
            ctx.due = self._outer_due


#: Gives a formula that rests on these facts a memory of its candidates; facts that only running shows count, too.
Keep = Callable[[Iterable[FactKey]], KnownCandidates]
