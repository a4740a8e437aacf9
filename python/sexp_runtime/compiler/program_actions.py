"""What a program calls when its condition is true: the actions of the formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sexp_runtime.compiler.facts import NESTED
from sexp_runtime.operators import evaluator
from sexp_runtime.operators.arguments import run_form_actions
from sexp_runtime.operators.context import Candidate, EvaluationContext
from sexp_runtime.operators.node import EvalNode


def conditional_actions(ctx: EvaluationContext, actions: Iterable[EvalNode]) -> Callable[..., object]:
    """Return what runs the actions of a `when` (C1)."""
    kept = [action for action in actions if action.inner is not None]
    counts = any(action.head.name not in NESTED for action in kept)

    def perform(program: Any) -> None:
        if counts:
            ctx.effects += 1
        for action in kept:
            evaluator.evaluate_head(ctx, action)

    return perform


def form_actions(ctx: EvaluationContext, actions: Sequence[EvalNode]) -> Callable[..., object]:
    """Return what runs the actions of an argument form for its applicable candidates (C20, C28)."""
    counts = any(action.inner is not None and action.head.name not in NESTED for action in actions)

    def perform(program: Any, applicable: list[Candidate]) -> None:
        if counts:
            ctx.effects += 1
        ctx.applicable.append(applicable)
        try:
            run_form_actions(ctx, actions, applicable)
        finally:
            ctx.applicable.pop()

    return perform


def written_actions(actions: Callable[[], object], found: list[list[Candidate]]) -> Callable[..., object]:
    """Return what runs the actions of an `every-time-argument` by their own function."""

    def perform(program: Any, applicable: list[Candidate]) -> None:
        found[0] = applicable
        actions()

    return perform
