"""What an argument of a formula is, if it is an atom: a text, a name or a number."""

from __future__ import annotations

from sexp_runtime.operators.node import EvalKind, EvalNode


def is_text(arg: EvalNode) -> bool:
    """Whether an argument is an atom that reads as its own text always."""
    is_atom = arg.kind is EvalKind.ATOM and arg.variable is None
    return is_atom and not arg.is_name and not (arg.is_placeholder and arg.form is not None)


def is_name(arg: EvalNode) -> bool:
    """Whether an argument is a plain text, or stands for a candidate."""
    return is_text(arg) or (arg.is_placeholder and arg.form is not None)


def is_number(arg: EvalNode) -> bool:
    """Whether an argument is an atom that reads as a number: a literal or a variable."""
    return arg.kind is EvalKind.ATOM and not arg.is_placeholder and not arg.is_name


def text_of(arg: EvalNode) -> str:
    """Return an argument's text, empty for an expression."""
    return "" if arg.kind is EvalKind.WRAPPER or arg.kind is EvalKind.CLAUSE else arg.text
