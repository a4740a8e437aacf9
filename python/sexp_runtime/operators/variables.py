"""Operators that change and read mission variables (J1-J9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.reads import variable_index_reads
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.values import NAN, NAN_FOREVER, Raw
from sexp_runtime.world.variables import MAX_TEXT_BYTES, NUMBER, STRING

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_NAN_TEXT: Final = "NaN"


def variable_index(ctx: EvaluationContext, arg: EvalNode | None) -> int | None:
    """Return the index of the variable that an argument names, also through `<argument>`; None if none."""
    if arg is None:
        return None
    if arg.variable is not None:
        return arg.variable
    if arg.is_placeholder and ctx.candidate is not None:
        candidate = ctx.candidate
        if candidate.node is not None and candidate.node.variable is not None:
            return candidate.node.variable
        return ctx.world.variables.index(candidate.text)
    return None


def target(ctx: EvaluationContext, node: EvalNode, arg: EvalNode | None, kind: str | None = None) -> int | None:
    """Return the index of the variable to be written; None with a warning if there is none of that type (J9)."""
    index = variable_index(ctx, arg)
    if index is None or not ctx.world.variables.is_set(index):
        ctx.warn(f"{node.name} needs a variable", node)
        return None
    if kind is not None and ctx.world.variables.types[index] != kind:
        ctx.warn(f"{node.name} needs a {kind} variable, not {ctx.world.variables.names[index]!r}", node)
        return None
    return index


def store_text(ctx: EvaluationContext, node: EvalNode, index: int, text: str) -> None:
    """Store a text after replacing the names of variables and containers in it; longer ones are cut (J3)."""
    world = ctx.world
    if "$" in text:
        text = world.variables.replace_in(text)
    if "&" in text:
        text = world.containers.replace_in(text)
    if len(text) > MAX_TEXT_BYTES:
        ctx.warn(f"text {text!r} is cut to {MAX_TEXT_BYTES} bytes", node)
    world.variables.set_text(index, text)
    _told(ctx, node, index)


def store_number(ctx: EvaluationContext, node: EvalNode, index: int, number: int) -> None:
    """Store a number as decimal text (J2)."""
    ctx.world.variables.set_number(index, number)
    _told(ctx, node, index)


def _told(ctx: EvaluationContext, node: EvalNode, index: int) -> None:
    variables = ctx.world.variables
    ctx.act(node.name, (variables.names[index], variables.text(index)))


def store(ctx: EvaluationContext, node: EvalNode, index: int, number: int) -> None:
    """As `modify_variable` with the variable's index and the number it is given already known."""
    variables = ctx.world.variables
    if variables.is_set(index) and variables.types[index] == NUMBER:
        store_number(ctx, node, index, number)
    else:
        modify_variable(ctx, node)


@operator("modify-variable", traits=Trait.ACTION)
def modify_variable(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Give a variable a new value: a number variable the argument's value, a string variable its text (J2)."""
    index = target(ctx, node, node.arg(0))
    value = node.arg(1)
    if index is None or value is None:
        return 1
    if ctx.world.variables.types[index] == NUMBER:
        store_number(ctx, node, index, ctx.evaluate(value))
    else:
        store_text(ctx, node, index, ctx.text(value))
    return 1


@operator("modify-variable-xstr", traits=Trait.ACTION)
def modify_variable_xstr(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Give a string variable a translated text; with no translations at hand, the text itself (J7)."""
    index = target(ctx, node, node.arg(0), STRING)
    if index is not None:
        store_text(ctx, node, index, ctx.text(node.arg(1)))
    return 1


@operator("int-to-string", traits=Trait.ACTION)
def int_to_string(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Store a number as text in a string variable; what is no number as "NaN" (J4)."""
    number = ctx.number(node.arg(0))
    text = str(number) if ctx.nan is None else _NAN_TEXT
    index = target(ctx, node, node.arg(1), STRING)
    if index is not None:
        store_text(ctx, node, index, text)
    return 1


@operator("string-concatenate", traits=Trait.ACTION)
def string_concatenate(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Store two texts, one after the other, in a string variable (J5)."""
    text = ctx.text(node.arg(0)) + ctx.text(node.arg(1))
    index = target(ctx, node, node.arg(2), STRING)
    if index is not None:
        store_text(ctx, node, index, text)
    return 1


@operator("string-concatenate-block", traits=Trait.ACTION)
def string_concatenate_block(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Store any number of texts, one after the other, in a string variable (J5)."""
    text = "".join(ctx.text(arg) for arg in node.args[1:])
    index = target(ctx, node, node.arg(0), STRING)
    if index is not None:
        store_text(ctx, node, index, text)
    return 1


@operator("string-get-substring", traits=Trait.ACTION)
def string_get_substring(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Store a piece of a text in a string variable; positions that are no number store the empty text (J6)."""
    text = ctx.text(node.arg(0))
    (start, length), nan = ctx.naturals((node.arg(1), node.arg(2)))
    index = target(ctx, node, node.arg(3), STRING)
    if index is None:
        return 1
    if nan is not None:
        store_text(ctx, node, index, "")
    elif not 0 <= start < len(text):
        ctx.warn(f"position {start} lies outside the text {text!r}", node)
    else:
        store_text(ctx, node, index, text[start : start + max(length, 0)])
    return 1


@operator("string-set-substring", traits=Trait.ACTION)
def string_set_substring(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Store a text with a piece of it replaced by another one in a string variable (J6)."""
    text = ctx.text(node.arg(0))
    (start, length), nan = ctx.naturals((node.arg(1), node.arg(2)))
    new = ctx.text(node.arg(3))
    index = target(ctx, node, node.arg(4), STRING)
    if index is None or nan is not None:
        return 1
    if not 0 <= start < len(text):
        ctx.warn(f"position {start} lies outside the text {text!r}", node)
    else:
        store_text(ctx, node, index, text[:start] + new + text[start + max(length, 0) :])
    return 1


# -- by index -------------------------------------------------------------------------------------------------------


@operator("get-variable-by-index", "variable-array-get", reads=variable_index_reads(), results=(NAN, NAN_FOREVER))
def get_variable_by_index(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The number in the variable of an index; a string variable is no number for ever (J8)."""
    index = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return ctx.nan
    variables = ctx.world.variables
    if not 0 <= index < variables.capacity:
        ctx.warn(f"there is no variable {index}", node)
        return 0
    if variables.types[index] == STRING:
        return NAN_FOREVER
    return variables.number(index)


def is_integer_text(text: str) -> bool:
    """Say whether a text counts as a whole number: empty, or digits after one leading sign or digit (A18)."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    return all(char in "0123456789" for char in rest)


@operator("set-variable-by-index", "variable-array-set", traits=Trait.ACTION)
def set_variable_by_index(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Give the variable of an index a new value, making an unset slot a variable first (J8)."""
    (index,), nan = ctx.naturals((node.arg(0),))
    value = node.arg(1)
    variables = ctx.world.variables
    if nan is not None or value is None:
        return 1
    if not 0 <= index < variables.capacity:
        ctx.warn(f"there is no variable {index}", node)
        return 1
    if not variables.is_set(index):
        is_number = value.is_expression or is_integer_text(ctx.text(value))
        variables.create_slot(index, NUMBER if is_number else STRING)
    if variables.types[index] == NUMBER:
        number = ctx.number(value)
        if ctx.nan is not None:
            store_text(ctx, node, index, _NAN_TEXT)
        else:
            store_number(ctx, node, index, number)
    else:
        store_text(ctx, node, index, ctx.text(value))
    return 1


def _copy(ctx: EvaluationContext, node: EvalNode, source: int, goal: int) -> None:
    """Copy one variable into another of the same type; nothing happens otherwise (J8)."""
    variables = ctx.world.variables
    if not variables.is_set(source) or not variables.is_set(goal) or variables.types[source] != variables.types[goal]:
        ctx.warn(f"{node.name} needs two variables of one type", node)
        return
    if variables.types[source] == NUMBER:
        variables.set_text(goal, variables.text(source))
        _told(ctx, node, goal)
    else:
        store_text(ctx, node, goal, variables.text(source))


@operator("copy-variable-from-index", traits=Trait.ACTION)
def copy_variable_from_index(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Copy the variable of an index into a named one (J8)."""
    source = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return 1
    goal = target(ctx, node, node.arg(1))
    if goal is not None:
        _copy(ctx, node, source, goal)
    return 1


@operator("copy-variable-between-indexes", traits=Trait.ACTION)
def copy_variable_between_indexes(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Copy the variable of one index into that of another (J8)."""
    (source, goal), nan = ctx.naturals((node.arg(0), node.arg(1)))
    if nan is None:
        _copy(ctx, node, source, goal)
    return 1
