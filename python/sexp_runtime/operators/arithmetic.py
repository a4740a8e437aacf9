"""Arithmetic and bit operators on wrapping 32-bit integers (B.3, B1)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import operator
from sexp_runtime.values import (
    INT_MAX,
    INT_MIN,
    KNOWN_FALSE,
    KNOWN_TRUE,
    NAN,
    NAN_FOREVER,
    Raw,
    Status,
    c_divide,
    c_remainder,
    wrap32,
)

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_NANS: Final = (NAN, NAN_FOREVER)


def _accumulate(
    ctx: EvaluationContext, node: EvalNode, step: Callable[[int, int], int | None], *, natural: bool = False
) -> Raw:
    """Fold the arguments, and stop at the first that is not a number (B20); `step` returns None for NAN.

    WCS respects a NaN only in `+` (K); its other operators take it as 0.
    """
    read = ctx.natural if natural else ctx.number
    heeds_nan = not ctx.wcs or node.name == "+"
    total = 0
    for position, arg in enumerate(node.args):
        value = read(arg)
        if ctx.nan is not None and heeds_nan:
            return ctx.nan
        if position == 0:
            total = value
            continue
        result = step(total, value)
        if result is None:
            ctx.warn(f"{node.name}: division by zero gives not-a-number", node)
            return NAN
        total = result
    return total


@operator("+", results=_NANS)
def add(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Sum of all arguments (B20)."""
    return _accumulate(ctx, node, lambda a, b: wrap32(a + b))


@operator("-", results=_NANS)
def subtract(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """First argument minus all others (B20)."""
    return _accumulate(ctx, node, lambda a, b: wrap32(a - b))


@operator("*", results=_NANS)
def multiply(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Product of all arguments (B20)."""
    return _accumulate(ctx, node, lambda a, b: wrap32(a * b))


@operator("/", results=_NANS)
def divide(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Quotient truncated toward zero; a zero divisor gives NAN, and INT_MIN / -1 wraps (B21)."""
    return _accumulate(ctx, node, lambda a, b: c_divide(a, b) if b else None)


@operator("mod", results=_NANS)
def modulo(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Remainder with the sign of the dividend; a zero divisor gives NAN, and INT_MIN mod -1 is 0 (B21)."""
    return _accumulate(ctx, node, lambda a, b: c_remainder(a, b) if b else None)


def _extreme(ctx: EvaluationContext, node: EvalNode, better: Callable[[int, int], bool]) -> Raw:
    """Return the best of the arguments; WCS takes a NaN as 0 (B22, K)."""
    best = 0
    for position, arg in enumerate(node.args):
        value = ctx.number(arg)
        if ctx.nan is not None and not ctx.wcs:
            return ctx.nan
        if position == 0 or better(value, best):
            best = value
    return best


@operator("min", results=_NANS)
def minimum(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Least argument (B22)."""
    return _extreme(ctx, node, lambda value, best: value < best)


@operator("max", results=_NANS)
def maximum(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Greatest argument (B22)."""
    return _extreme(ctx, node, lambda value, best: value > best)


@operator("avg", results=_NANS)
def average(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Mean rounded half up; the sum wraps at 32 bits first (B22)."""
    total = 0
    for arg in node.args:
        total = wrap32(total + ctx.number(arg))
        if ctx.nan is not None and not ctx.wcs:
            return ctx.nan
    return wrap32(math.floor(total / len(node.args) + 0.5)) if node.args else 0


@operator("abs", results=_NANS)
def absolute(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Absolute value; INT_MIN stays INT_MIN (B22)."""
    value = ctx.number(node.arg(0))
    if ctx.nan is not None and not ctx.wcs:
        return ctx.nan
    return wrap32(abs(value))


@operator("signum", results=_NANS)
def signum(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """-1, 0 or 1 by the sign of the argument (B22)."""
    value = ctx.number(node.arg(0))
    if ctx.nan is not None:
        return ctx.nan
    return (value > 0) - (value < 0)


@operator("pow", results=_NANS)
def power(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """First argument to the power of the second, clamped to 32 bits; 0 to the 0 is NAN (B23)."""
    base = ctx.number(node.arg(0))
    first_nan = ctx.nan
    exponent = ctx.natural(node.arg(1))
    nan = _combined(first_nan, ctx.nan)
    if nan is not None:
        return nan
    if exponent < 0:  # only a special result passes the clamp of B60
        return 0
    if base == 0 and exponent == 0:
        return NAN
    if base in (0, 1) or exponent == 1:
        return base
    if exponent == 0:
        return 1
    if base == -1:
        return -1 if exponent % 2 else 1
    if exponent > 31:  # beyond 32 bits for every remaining base
        return INT_MIN if base < 0 and exponent % 2 else INT_MAX
    return max(INT_MIN, min(INT_MAX, int(base**exponent)))


def _combined(*flags: Status | None) -> Status | None:
    """Return the special result that several numbers force: any NAN takes precedence over NAN_FOREVER (B15)."""
    if NAN in flags:
        return NAN
    return NAN_FOREVER if NAN_FOREVER in flags else None


@operator("is-nan", results=(KNOWN_TRUE, KNOWN_FALSE))
def is_nan(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether the argument is not a number: KNOWN_TRUE if for ever, KNOWN_FALSE for known or atomic numbers (B24)."""
    arg = node.arg(0)
    if arg is None or not arg.is_expression:
        return KNOWN_FALSE
    ctx.evaluate(arg)
    status = arg.head.status
    if status is NAN:
        return 1
    if status is NAN_FOREVER:
        return KNOWN_TRUE
    if status is KNOWN_TRUE or status is KNOWN_FALSE:
        return KNOWN_FALSE
    return 0


@operator("nan-to-number")
def nan_to_number(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The argument's number, 0 if it is not a number (B24)."""
    return ctx.number(node.arg(0))


@operator("set-bit", "unset-bit", results=_NANS)
def change_bit(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """First argument with one bit set or cleared; a bit outside 0..31 changes nothing (B25)."""
    (value, bit), nan = ctx.naturals((node.arg(0), node.arg(1)))
    if nan is not None:
        return nan
    if not 0 <= bit <= 31:
        return value
    mask = 1 << bit
    return wrap32(value | mask if node.name == "set-bit" else value & ~mask)


@operator("is-bit-set", results=(KNOWN_FALSE,))
def is_bit_set(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether a bit of the first argument is set; NAN gives false, NAN_FOREVER known false (B25)."""
    (value, bit), nan = ctx.naturals((node.arg(0), node.arg(1)))
    if nan is not None:
        return 0 if nan is NAN else KNOWN_FALSE
    return value >> bit & 1 if 0 <= bit <= 31 else 0


@operator("bitwise-and", results=_NANS)
def bitwise_and(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Bits that all arguments have (B26)."""
    return _accumulate(ctx, node, lambda a, b: a & b, natural=True)


@operator("bitwise-or", results=_NANS)
def bitwise_or(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Bits that any argument has (B26)."""
    return _accumulate(ctx, node, lambda a, b: a | b, natural=True)


@operator("bitwise-xor", results=_NANS)
def bitwise_xor(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Bits that exactly one of two arguments has (B26)."""
    (first, second), nan = ctx.naturals((node.arg(0), node.arg(1)))
    return nan if nan is not None else first ^ second


@operator("bitwise-not", results=_NANS)
def bitwise_not(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Complement without the sign bit (B26)."""
    value = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return ctx.nan
    return ~value & INT_MAX


def round_away(value: float) -> int:
    """Round half away from zero, as C `lround` (B2)."""
    return math.floor(value + 0.5) if value >= 0 else -math.floor(-value + 0.5)


@operator("angle-vectors", results=_NANS)
def angle_vectors(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Cosine between two vectors scaled by 57.29578, as in the original; a zero vector gives NAN (B27)."""
    values = []
    flags = []
    for position in range(6):
        values.append(float(ctx.number(node.arg(position))))
        flags.append(ctx.nan)
    if NAN_FOREVER in flags:  # tested before NAN here, unlike everywhere else
        return NAN_FOREVER
    if NAN in flags:
        return NAN
    first, second = values[:3], values[3:]
    lengths = math.hypot(*first) * math.hypot(*second)
    if lengths == 0.0:
        return NAN
    dot = sum(a * b for a, b in zip(first, second, strict=True))
    return round_away(57.29578 * dot / lengths)
