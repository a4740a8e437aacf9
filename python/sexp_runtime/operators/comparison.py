"""Number comparisons, including how the original reads remembered statuses (B.5)."""

from __future__ import annotations

import operator as py
from collections.abc import Callable
from typing import TYPE_CHECKING

from sexp_runtime.operators.interpreter import evaluate
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import operator
from sexp_runtime.values import KNOWN_FALSE, NAN, NAN_FOREVER, Raw

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext


def compare(ctx: EvaluationContext, node: EvalNode, test: Callable[[int, int], bool]) -> Raw:
    """Compare the first argument with each of the others, in the order of steps of B40.

    The statuses of later arguments are those of an *earlier* pass, so a NaN there is seen one pass late (B41).
    """
    args = node.args
    if not args:
        return 0
    if len(args) == 2:
        return _compare_two(ctx, args[0], args[1], test)
    first = ctx.evaluate(args[0])
    if args[0].is_expression:
        status = args[0].head.status
        if status is NAN:
            return 0
        if status is NAN_FOREVER:
            return KNOWN_FALSE
    count = len(args)
    if count > 1:
        status = args[1].status
        if status is NAN:
            return 0
        if status is NAN_FOREVER:
            return KNOWN_FALSE
    for position in range(1, count):
        arg = args[position]
        if arg.is_expression:
            status = arg.head.status
            if status is NAN:
                return 0
            if status is NAN_FOREVER:
                return KNOWN_FALSE
        if position + 1 < count:
            status = args[position + 1].status
            if status is NAN:
                return 0
            if status is NAN_FOREVER:
                return KNOWN_FALSE
        if not test(first, ctx.evaluate(arg)):
            return 0
    return 1


def _compare_two(ctx: EvaluationContext, one: EvalNode, two: EvalNode, test: Callable[[int, int], bool]) -> Raw:
    """The same steps for exactly two arguments, the common case."""
    first = evaluate(ctx, one)
    inner = one.inner
    if inner is not None:
        status = inner.status
        if status is NAN:
            return 0
        if status is NAN_FOREVER:
            return KNOWN_FALSE
    status = two.status
    if status is NAN:
        return 0
    if status is NAN_FOREVER:
        return KNOWN_FALSE
    inner = two.inner
    if inner is not None:
        status = inner.status
        if status is NAN:
            return 0
        if status is NAN_FOREVER:
            return KNOWN_FALSE
    return 1 if test(first, evaluate(ctx, two)) else 0


@operator("=", results=(KNOWN_FALSE,))
def equal(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether the first number equals each of the others (B40)."""
    return compare(ctx, node, py.eq)


@operator("!=", results=(KNOWN_FALSE,))
def unequal(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether the first number differs from each of the others (B40)."""
    return compare(ctx, node, py.ne)


@operator("<", results=(KNOWN_FALSE,))
def less(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether the first number is less than each of the others (B40)."""
    return compare(ctx, node, py.lt)


@operator(">", results=(KNOWN_FALSE,))
def greater(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether the first number is greater than each of the others (B40)."""
    return compare(ctx, node, py.gt)


@operator("<=", results=(KNOWN_FALSE,))
def at_most(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether the first number is less than or equal to each of the others (B40)."""
    return compare(ctx, node, py.le)


@operator(">=", results=(KNOWN_FALSE,))
def at_least(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether the first number is greater than or equal to each of the others (B40)."""
    return compare(ctx, node, py.ge)
