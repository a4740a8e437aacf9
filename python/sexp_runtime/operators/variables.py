"""Operators that change and read mission variables (J1-J9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.reads import variable_index_reads
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.syntax.texts import replace_keys, special_characters
from sexp_runtime.values import NAN, NAN_FOREVER, Raw, atoi
from sexp_runtime.world.variables import MAX_TEXT_BYTES, NUMBER, STRING, cut_text

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_NAN_TEXT: Final = "NaN"
#: Characters of a text in which names are replaced before it is cut to a variable's length; the others are left out.
MOST_REPLACED: Final = 1024


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
    """Return the index of the variable to write; None with a warning if there is none of that type (J9)."""
    index = variable_index(ctx, arg)
    if index is None or not ctx.world.variables.is_set(index):
        ctx.warn(f"{node.name}: the argument names no variable", node)
        return None
    if kind is not None and ctx.world.variables.types[index] != kind:
        ctx.warn(f"{node.name} needs a {kind} variable, not {ctx.world.variables.names[index]!r}", node)
        return None
    return index


def store_text(ctx: EvaluationContext, node: EvalNode, index: int, text: str) -> None:
    """Store a text, names of variables, containers and keys in it replaced, cut to 31 bytes (N10.3, N10.4)."""
    world = ctx.world
    text = text[:MOST_REPLACED]
    if "$" in text:
        text = world.variables.replace_in(text)
    if "&" in text:
        text = world.containers.replace_in(text)
    if "$" in text:
        text = replace_keys(text)
    if len(text) > MAX_TEXT_BYTES:
        ctx.warn(f"text {text[:80]!r} is cut to {MAX_TEXT_BYTES} bytes", node)
    world.variables.set_text(index, text)


def name_of(ctx: EvaluationContext, index: int) -> str:
    """Return the name of a variable, as passed to the game."""
    return ctx.world.variables.names[index]


def store(ctx: EvaluationContext, node: EvalNode, index: int, number: int) -> None:
    """Like `modify_variable`, with the variable's index and the new number already known."""
    variables = ctx.world.variables
    if variables.is_set(index) and variables.types[index] == NUMBER:
        variables.set_number(index, number)
        ctx.act(node.name, (variables.names[index], number))
    else:
        modify_variable(ctx, node)


@operator("modify-variable", traits=Trait.ACTION)
def modify_variable(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Set a variable: a number variable to the argument's value, a string variable to its text (J2, N10.2)."""
    index = target(ctx, node, node.arg(0))
    value = node.arg(1)
    if index is None or value is None:
        return 1
    if ctx.world.variables.types[index] == NUMBER:
        number = ctx.evaluate(value)
        ctx.world.variables.set_number(index, number)
        ctx.act(node.name, (name_of(ctx, index), number))
    else:
        text = ctx.text(value)
        store_text(ctx, node, index, text)
        ctx.act(node.name, (name_of(ctx, index), text))
    return 1


@operator("modify-variable-xstr", traits=Trait.ACTION)
def modify_variable_xstr(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Set a string variable to a translated text; without translations, to the text itself (J7, N10.5).

    Text and number are literal: variables and placeholders are not looked up. The words for special characters are
    replaced (R113).
    """
    index = target(ctx, node, node.arg(0), STRING)
    if index is not None:
        arg, number = node.arg(1), node.arg(2)
        text = cut_text(special_characters(_as_written(arg)))
        store_text(ctx, node, index, text)
        ctx.act(node.name, (name_of(ctx, index), text, 0 if number is None else atoi(_as_written(number))))
    return 1


def _as_written(arg: EvalNode | None) -> str:
    """Return an atom's own text; that of a variable is its index (A22)."""
    if arg is None or arg.is_expression:
        return ""
    return arg.text if arg.variable is None else str(arg.variable)


@operator("int-to-string", traits=Trait.ACTION)
def int_to_string(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Store a number as text in a string variable; not-a-number as "NaN" (J4)."""
    number = ctx.number(node.arg(0))
    text = str(number) if ctx.nan is None else _NAN_TEXT
    index = target(ctx, node, node.arg(1), STRING)
    if index is not None:
        store_text(ctx, node, index, text)
        ctx.act(node.name, (number, name_of(ctx, index)))
    return 1


@operator("string-concatenate", traits=Trait.ACTION)
def string_concatenate(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Store two texts, one after the other, in a string variable (J5)."""
    first, second = ctx.text(node.arg(0)), ctx.text(node.arg(1))
    index = target(ctx, node, node.arg(2), STRING)
    if index is not None:
        store_text(ctx, node, index, first + second)
        ctx.act(node.name, (first, second, name_of(ctx, index)))
    return 1


@operator("string-concatenate-block", traits=Trait.ACTION)
def string_concatenate_block(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Store any number of texts, one after the other, in a string variable (J5)."""
    texts = [ctx.text(arg) for arg in node.args[1:]]
    index = target(ctx, node, node.arg(0), STRING)
    if index is not None:
        store_text(ctx, node, index, "".join(texts))
        ctx.act(node.name, (name_of(ctx, index), *texts))
    return 1


@operator("string-get-substring", traits=Trait.ACTION)
def string_get_substring(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Store a piece of a text in a string variable; positions that are not numbers store the empty text (J6, N11.3)."""
    text = ctx.text(node.arg(0))
    (start, length), nan = ctx.naturals((node.arg(1), node.arg(2)))
    index = target(ctx, node, node.arg(3), STRING)
    if index is None:
        return 1
    if nan is not None:
        store_text(ctx, node, index, "")
    elif not 0 <= start < len(text):
        ctx.warn(f"position {start} lies outside the text {text!r}", node)
        return 1
    else:
        store_text(ctx, node, index, text[start : start + max(length, 0)])
    ctx.act(node.name, (text, start, length, name_of(ctx, index)))
    return 1


@operator("string-set-substring", traits=Trait.ACTION)
def string_set_substring(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Store a text with a piece of it replaced by another one in a string variable (J6, N11.4).

    An empty piece, and one that reaches the end, end at 0 as in the original. The new text then replaces everything
    from `start` on, or comes before the whole text if `start` is 0.
    """
    text = ctx.text(node.arg(0))
    (start, length), nan = ctx.naturals((node.arg(1), node.arg(2)))
    new = ctx.text(node.arg(3))
    index = target(ctx, node, node.arg(4), STRING)
    if index is None or nan is not None:
        return 1
    if not 0 <= start < len(text):
        ctx.warn(f"position {start} lies outside the text {text!r}", node)
        return 1
    end = start + length
    if length > 0 and end < len(text):
        rest = text[end:]
    else:
        rest = text if start == 0 else ""
    store_text(ctx, node, index, text[:start] + new + rest)
    ctx.act(node.name, (text, start, length, new, name_of(ctx, index)))
    return 1


# -- by index -------------------------------------------------------------------------------------------------------


@operator("get-variable-by-index", "variable-array-get", reads=variable_index_reads(), results=(NAN, NAN_FOREVER))
def get_variable_by_index(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The number in the variable of an index; a string variable is not a number for ever (J8)."""
    index = ctx.natural(node.arg(0))
    if ctx.nan is not None:
        return ctx.nan
    variables = ctx.world.variables
    if not 0 <= index < variables.capacity:
        ctx.warn(f"there is no variable with index {index}", node)
        return 0
    if variables.types[index] == STRING:
        return NAN_FOREVER
    return variables.number(index)


def is_integer_text(text: str) -> bool:
    """Whether a text counts as a whole number: empty, or digits after one leading sign or digit (A18)."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    return all(char in "0123456789" for char in rest)


@operator("set-variable-by-index", "variable-array-set", traits=Trait.ACTION)
def set_variable_by_index(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Set the variable of an index; an unset slot first becomes a variable (J8)."""
    (index,), nan = ctx.naturals((node.arg(0),))
    value = node.arg(1)
    variables = ctx.world.variables
    if nan is not None or value is None:
        return 1
    if not 0 <= index < variables.capacity:
        ctx.warn(f"there is no variable with index {index}", node)
        return 1
    if not variables.is_set(index):
        is_number = value.is_expression or is_integer_text(ctx.text(value))
        variables.create_slot(index, NUMBER if is_number else STRING)
    if variables.types[index] == NUMBER:
        number = ctx.number(value)
        if ctx.nan is not None:
            store_text(ctx, node, index, _NAN_TEXT)
        else:
            variables.set_number(index, number)
        ctx.act(node.name, (index, number))
    else:
        text = ctx.text(value)
        store_text(ctx, node, index, text)
        ctx.act(node.name, (index, text))
    return 1


def _copy(ctx: EvaluationContext, node: EvalNode, source: int, goal: int) -> bool:
    """Copy one variable into another of the same type; return whether it succeeded (N10.7, N10.9).

    An unset slot fits any type.
    """
    variables = ctx.world.variables
    is_set = variables.is_set(source)
    if is_set and variables.types[source] != variables.types[goal]:
        ctx.warn(f"{node.name} needs two variables of one type", node)
        return False
    if variables.types[goal] == NUMBER:
        variables.set_text(goal, variables.text(source))
    else:
        store_text(ctx, node, goal, variables.text(source))
    return True


def _is_slot(ctx: EvaluationContext, node: EvalNode, index: int) -> bool:
    if 0 <= index < ctx.world.variables.capacity:
        return True
    ctx.warn(f"there is no variable with index {index}", node)
    return False


@operator("copy-variable-from-index", traits=Trait.ACTION)
def copy_variable_from_index(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Copy the variable of an index into a named one (J8, N10.7)."""
    source = ctx.natural(node.arg(0))
    if ctx.nan is not None or not _is_slot(ctx, node, source):
        return 1
    goal = target(ctx, node, node.arg(1))
    if goal is not None and _copy(ctx, node, source, goal):
        ctx.act(node.name, (source, name_of(ctx, goal)))
    return 1


@operator("copy-variable-between-indexes", traits=Trait.ACTION)
def copy_variable_between_indexes(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Copy the variable of one index into that of another; an unset target becomes a variable (J8, N10.8)."""
    (source, goal), nan = ctx.naturals((node.arg(0), node.arg(1)))
    if nan is not None or not _is_slot(ctx, node, source) or not _is_slot(ctx, node, goal):
        return 1
    variables = ctx.world.variables
    if not variables.is_set(goal):
        variables.create_slot(goal, NUMBER if variables.types[source] == NUMBER else STRING)
    if _copy(ctx, node, source, goal):
        ctx.act(node.name, (source, goal))
    return 1
