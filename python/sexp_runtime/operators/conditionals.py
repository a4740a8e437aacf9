"""Conditionals: operators that choose which of their arguments run (B.7, C.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.reads import fixed_reads
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.values import KNOWN_FALSE, NAN, NAN_FOREVER, Raw, Status

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_NANS: Final = (NAN, NAN_FOREVER)


def run_actions(ctx: EvaluationContext, actions: Iterable[EvalNode]) -> None:
    """Run actions in order for their effects and discard their values (C4)."""
    for action in actions:
        if action.is_expression:
            ctx.evaluate_head(action)


def is_settled_false(status: Status) -> bool:
    """Whether a condition's status ends the conditional as failed (C3)."""
    return status is KNOWN_FALSE or status is NAN_FOREVER


@operator("when", traits=Trait.CONTROL, results=(KNOWN_FALSE,))
def when(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Run the actions if the condition's value is exactly 1; known false if the condition is (C1-C3)."""
    if not node.args:
        return 0
    condition = node.args[0]
    value = ctx.evaluate_head(condition)
    if value == 1:
        run_actions(ctx, node.args[1:])
    return KNOWN_FALSE if is_settled_false(condition.head.status) else value


@operator("if-then-else", traits=Trait.CONTROL, results=(KNOWN_FALSE,))
def if_then_else(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Run the second argument if the first is 1, all later ones if it is 0; the status is read afterwards (C6)."""
    if not node.args:
        return 0
    condition = node.args[0]
    value = ctx.evaluate_head(condition)
    if value == 1:
        run_actions(ctx, node.args[1:2])
    elif value == 0:
        run_actions(ctx, node.args[2:])
        value = 1
    return KNOWN_FALSE if is_settled_false(condition.head.status) else value


def flush_arguments(ctx: EvaluationContext, node: EvalNode, unsettled_before: bool) -> None:
    """Forget what all arguments remember after a pass (C7).

    The node then has its state from before the pass, so the next pass cannot depend on what it remembered.
    """
    for arg in node.args:
        ctx.flush(arg)
    ctx.unsettled = unsettled_before


@operator("every-time", traits=Trait.CONTROL | Trait.FLUSHES, results=(NAN,))
def every_time(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Like `when`, then forget everything; the result is never a number, so it is evaluated in every pass (C7)."""
    unsettled = ctx.unsettled
    when(ctx, node)
    flush_arguments(ctx, node, unsettled)
    return NAN


@operator("cond", traits=Trait.CONTROL)
def cond(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Run the actions of the first clause with condition 1; the result is the value of the last action run (C8)."""
    value = 0
    for clause in node.args:
        if clause.kind is not EvalKind.CLAUSE or not clause.args:
            continue
        value = ctx.evaluate_head(clause.args[0])
        if value == 1:
            value = 0
            for action in clause.args[1:]:
                value = ctx.evaluate_head(action)
            break
    return value


@operator("switch", traits=Trait.CONTROL)
def switch(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Run only the action of the given number, counted from 0, if it exists (C9)."""
    number = ctx.number(node.arg(0))
    if ctx.nan is None and 0 <= number < len(node.args) - 1:
        run_actions(ctx, (node.args[number + 1],))
    return 1


@operator("functional-if-then-else", traits=Trait.CONTROL, results=_NANS)
def functional_if_then_else(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """One of two numbers by a condition; both are always evaluated (B50)."""
    condition = ctx.truth(node.arg(0))
    results: list[Raw] = []
    for position in (1, 2):
        number = ctx.number(node.arg(position))
        results.append(ctx.nan if ctx.nan is not None else number)
    return results[0] if condition else results[1]


@operator("functional-switch", traits=Trait.CONTROL, results=_NANS)
def functional_switch(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The number at a position, counted from 0; evaluates all unless the position is invalid (B51)."""
    position = ctx.number(node.arg(0))
    if ctx.nan is not None or position < 0:
        return 0
    result: Raw = 0
    for index, arg in enumerate(node.args[1:]):
        number = ctx.number(arg)
        if index == position:
            result = ctx.nan if ctx.nan is not None else number
    return result


@operator("functional-when", traits=Trait.CONTROL, results=(NAN,))
def functional_when(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """A value evaluated before or after a `when`; the second argument decides (B52)."""
    kind = ctx.name(node.arg(1))
    if kind not in ("return-value-first", "return-value-last") or len(node.args) < 3:
        ctx.warn("functional-when needs three arguments; the second is return-value-first or return-value-last", node)
        return NAN
    value = 0
    if kind == "return-value-first":
        value = ctx.evaluate_head(node.args[0])
    if ctx.evaluate_head(node.args[2]) == 1:
        run_actions(ctx, node.args[3:])
    if kind == "return-value-last":
        value = ctx.evaluate_head(node.args[0])
    return value


@operator("perform-actions-bool-first", traits=Trait.CONTROL)
def perform_actions_bool_first(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """A condition's value, evaluated before all actions run (B53)."""
    value = ctx.evaluate_head(node.args[0]) if node.args else 0
    run_actions(ctx, node.args[1:])
    return value


@operator("perform-actions-bool-last", traits=Trait.CONTROL)
def perform_actions_bool_last(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """A condition's value, evaluated after all actions ran (B53)."""
    run_actions(ctx, node.args[1:])
    return ctx.evaluate_head(node.args[0]) if node.args else 0


@operator("on-mission-skip", traits=Trait.CONTROL, reads=fixed_reads(("campaign",)))
def on_mission_skip(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Run the actions if the campaign marks this mission as skipped (C10)."""
    campaign = ctx.world.campaign
    if campaign is None or not campaign.skipped:
        return 0
    run_actions(ctx, node.args)
    return 1


@operator("do-nothing", traits=Trait.ACTION)
def do_nothing(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Nothing, successfully (C11)."""
    ctx.act("do-nothing")
    return 1
