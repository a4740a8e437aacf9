"""Logic operators and constants; they propagate known results as the original does (B.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.interpreter import evaluate, evaluate_head
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Raw

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext


@operator("true", results=(KNOWN_TRUE,))
def true(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Known true (A37)."""
    return KNOWN_TRUE


@operator("false", results=(KNOWN_FALSE,))
def false(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Known false (A37)."""
    return KNOWN_FALSE


@operator("and", results=(KNOWN_TRUE, KNOWN_FALSE))
def logical_and(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """True if all arguments are; only a known false one ends it early (B30, B35), in WCS not one NaN for ever (K)."""
    result = True
    all_known = True
    for position, arg in enumerate(node.args):
        if position == 0 and not arg.is_expression:  # a number in first place (B35)
            result = evaluate(ctx, arg) != 0
            continue
        value = evaluate(ctx, arg)
        status = arg.status
        if status is KNOWN_FALSE or (status is NAN_FOREVER and not ctx.wcs):
            return KNOWN_FALSE
        if value != 1:
            result = False
        if status is not KNOWN_TRUE:
            all_known = False
    if all_known:
        return KNOWN_TRUE
    return int(result)


@operator("or", results=(KNOWN_TRUE, KNOWN_FALSE))
def logical_or(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """True if any argument is; only a known true argument ends it early (B31, B35)."""
    result = False
    all_known = True
    for position, arg in enumerate(node.args):
        if position == 0 and not arg.is_expression:  # a number in first place (B35)
            result = evaluate(ctx, arg) != 0
            continue
        value = evaluate(ctx, arg)
        status = arg.status
        if status is KNOWN_TRUE:
            return KNOWN_TRUE
        if value == 1:
            result = True
        if status is not KNOWN_FALSE:
            all_known = False
    if all_known:
        return KNOWN_FALSE
    return int(result)


@operator("not", results=(KNOWN_TRUE, KNOWN_FALSE))
def logical_not(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The negation; not-a-number counts as false here, for ever as known false except in WCS (B32)."""
    arg = node.arg(0)
    if arg is None:
        return 0
    value = evaluate(ctx, arg)
    if not arg.is_expression:
        return int(value == 0)
    status = arg.status
    if status is KNOWN_FALSE or (status is NAN_FOREVER and not ctx.wcs):
        return KNOWN_TRUE
    if status is KNOWN_TRUE:
        return KNOWN_FALSE
    if status in (NAN, NAN_FOREVER, CANT_EVAL):
        return 1
    return int(value != 1)


@operator("xor", results=(KNOWN_TRUE, KNOWN_FALSE))
def exactly_one(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """True if exactly one argument is; evaluates all arguments (B33)."""
    known_true = known_false = other_true = 0
    counted = len(node.args)
    for position, arg in enumerate(node.args):
        value = evaluate(ctx, arg)
        if position == 0 and not arg.is_expression:  # a number in first place (B35)
            other_true += value != 0
            counted -= 1
            continue
        status = arg.status
        if status is KNOWN_TRUE:
            known_true += 1
        elif status is KNOWN_FALSE or status is NAN_FOREVER:
            known_false += 1
        elif value == 1:
            other_true += 1
    if known_true + known_false == counted:
        return KNOWN_TRUE if known_true == 1 else KNOWN_FALSE
    return int(other_true + known_true == 1)


@operator("and-in-sequence", traits=Trait.STATEFUL, results=(KNOWN_TRUE, KNOWN_FALSE))
def and_in_sequence(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """True if the arguments came true in order; those that did stay true through an overwritten status (B34)."""
    result = True
    all_known = True
    for position, arg in enumerate(node.args):
        if position == 0 and not arg.is_expression:
            result = evaluate(ctx, arg) != 0
            continue
        # The first is remembered in its operator, the others in wrappers.
        value = evaluate(ctx, arg) if position else evaluate_head(ctx, arg)
        holder = arg if position else arg.head
        status = holder.status
        is_true = value == 1
        if position and is_true and not result:
            return KNOWN_FALSE  # out of order
        if status is KNOWN_FALSE or status is NAN_FOREVER:
            return KNOWN_FALSE
        all_known = all_known and status is KNOWN_TRUE
        result = result and is_true
        if result:
            ctx.set_status(holder, KNOWN_TRUE)
    if all_known:
        return KNOWN_TRUE
    return int(result)
