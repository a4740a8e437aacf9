"""What a formula remembers of its last evaluation besides the result: parts of the answer that still stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from sexp_runtime.operators.context import NEVER_DUE, Candidate, EvaluationContext
from sexp_runtime.world.facts import FactKey


class Memory:
    """Tells the parts of one formula whether a fact has changed that any of them rests on.

    `marks[0]` is set by such a change. Parts compare the number that `generation` returns with the one at which they
    were evaluated: the same means that no fact has changed since. With `at_once` the next evaluation is to find out all
    that it can, not only what its result depends on.
    """

    __slots__ = ("_generation", "at_once", "marks")

    def __init__(self, marks: bytearray) -> None:
        self.marks = marks
        self.at_once = False
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


#: Of so many candidates at a time it is found out whether they are applicable, where that can wait.
AT_A_TIME: Final = 12


class KnownCandidates:
    """The candidates of an argument form for which its condition was true when they were last tried.

    What each of them was read as first (D7) is part of the answer. The first `_tried` of `_of` are known, until a fact
    or the clock could change one of them.
    """

    __slots__ = ("_answer", "_due", "_effects", "_generation", "_memory", "_of", "_outer_due", "_some", "_tried")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._generation = -1
        self._of: Sequence[Candidate] | None = None
        self._tried = 0
        self._some: Sequence[Candidate] | None = None  # those tried beside the one drawn
        self._answer: tuple[tuple[Candidate, Any], ...] = ()
        self._due = self._outer_due = NEVER_DUE
        self._effects = 0

    def recall(self, ctx: EvaluationContext, candidates: Sequence[Candidate]) -> list[Candidate] | None:
        """Return which of the candidates are applicable; None if that has to be found out."""
        if (
            self._of is not candidates
            or self._tried < len(candidates)
            or self._generation != self._memory.generation()
            or self._due <= ctx.world.clock.us
        ):
            return None
        if self._due < ctx.due:
            ctx.due = self._due
        for candidate, cache in self._answer:
            if candidate.node is not None:
                candidate.node.cache = cache
        return [candidate for candidate, _cache in self._answer]

    def begin(self, ctx: EvaluationContext) -> None:
        """All candidates are tried from here on."""
        self._of = None
        self._effects = ctx.effects
        self._outer_due = ctx.due
        ctx.due = NEVER_DUE

    def end(self, ctx: EvaluationContext, candidates: Sequence[Candidate], applicable: Sequence[Candidate]) -> None:
        """Keep what was found, if finding it left nothing behind."""
        if self._is_clean(ctx):
            self._of = candidates
            self._tried = len(candidates)
            self._generation = self._memory.generation()
            self._due = ctx.due
            self._answer = _with_caches(applicable)
        if self._outer_due < ctx.due:
            ctx.due = self._outer_due

    def begin_some(
        self, ctx: EvaluationContext, candidates: Sequence[Candidate], drawn: Candidate
    ) -> Sequence[Candidate]:
        """Return whom to try now: the one drawn, on whom the result depends, and some of whom nothing is known yet."""
        if ctx.unsettled or ctx.stirred:  # nobody could tell what trying them left behind, as where nothing is noted
            self._some = None
            return (drawn,)
        generation = self._memory.generation()
        if self._of is not candidates or self._generation != generation or self._due <= ctx.world.clock.us:
            self._of = candidates
            self._generation = generation
            self._tried = 0
            self._answer = ()
            self._due = NEVER_DUE
        self._effects = ctx.effects
        self._outer_due = ctx.due
        ctx.due = NEVER_DUE
        some = candidates[self._tried :] if self._memory.at_once else candidates[self._tried : self._tried + AT_A_TIME]
        self._memory.at_once = False
        self._some = some
        return some if drawn in some else (drawn, *some)

    def end_some(self, ctx: EvaluationContext, candidates: Sequence[Candidate], applicable: list[Candidate]) -> bool:
        """Keep what was found; say whether all is known now, and if so leave all who are applicable in the list."""
        some = self._some
        if some is None:
            return False
        is_clean = self._is_clean(ctx)
        if is_clean:
            self._tried += len(some)
            self._due = min(self._due, ctx.due)
            self._answer += _with_caches(candidate for candidate in applicable if candidate in some)
        else:
            self._of = None
        ctx.due = min(self._due, self._outer_due, ctx.due)
        if not is_clean or self._tried < len(candidates):
            ctx.searching = True
            return False
        applicable[:] = [candidate for candidate, _cache in self._answer]
        return True

    def _is_clean(self, ctx: EvaluationContext) -> bool:
        """Whether trying candidates left nothing behind."""
        return ctx.effects == self._effects and not ctx.unsettled and not ctx.stirred


def _with_caches(candidates: Iterable[Candidate]) -> tuple[tuple[Candidate, Any], ...]:
    return tuple((candidate, candidate.node and candidate.node.cache) for candidate in candidates)
