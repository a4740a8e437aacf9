"""What a program calls when its condition is true: the actions of the formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sexp_runtime.compiler.facts import NESTED
from sexp_runtime.compiler.program_parts import Parts
from sexp_runtime.compiler.program_steps import program_of_actions
from sexp_runtime.operators import interpreter
from sexp_runtime.operators.arguments import run_form_actions, valid_candidates
from sexp_runtime.operators.budget import is_paying, weight
from sexp_runtime.operators.context import Candidate, EvaluationContext
from sexp_runtime.operators.node import EvalNode

#: How often actions run before they get a program.
RUNS_INTERPRETED: Final = 3


#: The provider that draws one candidate at each evaluation, and the one that takes the first valid candidate.
DRAWN: Final = "random-multiple-of"
IN_SEQUENCE: Final = "in-sequence"


def pay_for_trial(ctx: EvaluationContext, form: EvalNode) -> None:
    """Pay for trying the candidates of an argument form that lists plain texts."""
    ctx.budget.pay(tried(form.args[0].head) * weight(form.args[1]), form)


def tried(provider: EvalNode) -> int:
    """Return how many candidates a provider tries that lists plain texts."""
    count = len(valid_candidates(provider))
    return min(count, 1) if provider.name in (DRAWN, IN_SEQUENCE) else count


def conditional_actions(parts: Parts, root: EvalNode) -> Callable[..., object]:
    """Return a function that runs the actions of a `when` or `every-time` (C1, C7), until a program replaces it."""
    ctx = parts.ctx
    kept = [action for action in root.args[1:] if action.inner is not None]
    pays, forgets = is_paying(root), root.name == "every-time"
    counts = any(action.head.name not in NESTED for action in kept)
    runs = _Runs(parts, root, (lambda program: ctx.budget.begin(root)) if pays else None)

    def perform(program: Any) -> None:
        unsettled = ctx.unsettled
        if pays:
            ctx.budget.begin(root)
        if counts:
            ctx.effects += 1
        for action in kept:
            interpreter.evaluate_head(ctx, action)
        if forgets:
            _forget(ctx, kept, unsettled)
        runs.count(program)

    return perform


def form_actions(parts: Parts, form: EvalNode, *, is_nested: bool) -> Callable[..., object]:
    """Return a function that runs the actions of an argument form for its applicable candidates (C20, C28).

    A form that is not nested pays here for trying its candidates; its builder has checked that the budget suffices.
    """
    ctx = parts.ctx
    actions = form.args[2:]
    counts = any(action.inner is not None and action.head.name not in NESTED for action in actions)
    forgets = form.name == "every-time-argument"

    def pay(program: Any) -> None:
        ctx.budget.begin(form)
        if not program.is_trapped:
            pay_for_trial(ctx, form)

    runs = _Runs(parts, form, None if is_nested else pay)

    def perform(program: Any, applicable: list[Candidate]) -> None:
        unsettled = ctx.unsettled
        if not is_nested:
            pay(program)
        if counts:
            ctx.effects += 1
        ctx.applicable.append(applicable)
        try:
            run_form_actions(ctx, actions, applicable)
        finally:
            ctx.applicable.pop()
        if forgets:
            _forget(ctx, actions, unsettled)
        runs.count(program)

    return perform


def _forget(ctx: EvaluationContext, actions: Sequence[EvalNode], unsettled: bool) -> None:
    """Forget what actions remember, after a pass that began with this `ctx.unsettled` (C7)."""
    for action in actions:
        ctx.flush(action)
    ctx.unsettled = unsettled


class _Runs:
    """Counts how often actions run: most do once in a mission, and are not worth a program."""

    __slots__ = ("_before", "_count", "_parts", "_root")

    def __init__(self, parts: Parts, root: EvalNode, before: Callable[[Any], object] | None) -> None:
        self._parts = parts
        self._root = root
        self._before = before
        self._count = 0

    def count(self, program: Any) -> None:
        """Count a run; after enough of them, make a program that makes the later runs."""
        self._count += 1
        if self._count == RUNS_INTERPRETED and not self._parts.may_build():
            self._count -= 1  # the next run tries again
        elif self._count == RUNS_INTERPRETED:
            actions = program_of_actions(self._parts, self._root)
            if actions is not None:
                program.use_actions(actions, self._before)
