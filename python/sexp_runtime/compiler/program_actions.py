"""What a program calls when its condition is true: the actions of the formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sexp_runtime.compiler.facts import NESTED
from sexp_runtime.operators import interpreter
from sexp_runtime.operators.arguments import run_form_actions, valid_candidates
from sexp_runtime.operators.budget import is_paying, weight
from sexp_runtime.operators.context import Candidate, EvaluationContext
from sexp_runtime.operators.node import EvalNode


def pay_for_trial(ctx: EvaluationContext, form: EvalNode) -> None:
    """Pay for trying the candidates of an argument form that lists plain texts."""
    ctx.budget.pay(len(valid_candidates(form.args[0].head)) * weight(form.args[1]), form)


def conditional_actions(ctx: EvaluationContext, root: EvalNode) -> Callable[..., object]:
    """Return what runs the actions of a `when` (C1)."""
    kept = [action for action in root.args[1:] if action.inner is not None]
    pays = is_paying(root)
    counts = any(action.head.name not in NESTED for action in kept)

    def perform(program: Any) -> None:
        if pays:
            ctx.budget.begin(root)
        if counts:
            ctx.effects += 1
        for action in kept:
            interpreter.evaluate_head(ctx, action)

    return perform


def form_actions(ctx: EvaluationContext, form: EvalNode, *, is_nested: bool) -> Callable[..., object]:
    """Return what runs the actions of an argument form for its applicable candidates (C20, C28).

    A form that is a formula of its own has paid for nothing yet. That it can pay for its trial is known before.
    """
    actions = form.args[2:]
    counts = any(action.inner is not None and action.head.name not in NESTED for action in actions)

    def perform(program: Any, applicable: list[Candidate]) -> None:
        if not is_nested:
            ctx.budget.begin(form)
            pay_for_trial(ctx, form)
        if counts:
            ctx.effects += 1
        ctx.applicable.append(applicable)
        try:
            run_form_actions(ctx, actions, applicable)
        finally:
            ctx.applicable.pop()

    return perform


def written_actions(
    ctx: EvaluationContext, form: EvalNode, actions: Callable[[], object], found: list[list[Candidate]]
) -> Callable[..., object]:
    """Return what runs the actions of an `every-time-argument` by their own function."""

    def perform(program: Any, applicable: list[Candidate]) -> None:
        ctx.budget.begin(form)
        pay_for_trial(ctx, form)
        found[0] = applicable
        actions()

    return perform
