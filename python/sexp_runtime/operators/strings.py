"""Text operators: comparison, conversion and length (B.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import operator
from sexp_runtime.values import Raw, atoi

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext


def text_bytes(text: str) -> bytes:
    """Return the bytes of a text that the original compares."""
    return text.encode("utf-8", "surrogateescape")


def _compare(ctx: EvaluationContext, node: EvalNode, test: Callable[[bytes, bytes], bool]) -> int:
    """Compare the first text with each of the others in byte order; it is read again for each comparison (B45, I5)."""
    for arg in node.args[1:]:
        if not test(text_bytes(ctx.text(node.args[0])), text_bytes(ctx.text(arg))):
            return 0
    return 1


@operator("string-equals")
def string_equals(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether the first text equals each of the others, case-sensitive (B45)."""
    return _compare(ctx, node, lambda first, other: first == other)


@operator("string-greater-than")
def string_greater_than(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether the first text comes after each of the others in byte order (B45)."""
    return _compare(ctx, node, lambda first, other: first > other)


@operator("string-less-than")
def string_less_than(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether the first text comes before each of the others in byte order (B45)."""
    return _compare(ctx, node, lambda first, other: first < other)


def digits_of(text: str) -> int:
    """Return the number in a text: its digits up to a `.`, with a sign if one comes before the first digit (B46)."""
    kept = ""
    for char in text:
        if char == ".":
            break
        if char in "0123456789" or (not kept and char in "+-"):
            kept += char
    return atoi(kept)


@operator("string-to-int")
def string_to_int(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The number in a text; WCS reads it as `atoi` does (B46)."""
    arg = node.arg(0)
    if arg is None or arg.is_expression:
        return 0
    return ctx.converted(arg, atoi if ctx.wcs else digits_of)


@operator("string-get-length")
def string_get_length(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Length of a text in characters (B47)."""
    return len(ctx.text(node.arg(0)))
