"""The meaning of a game's own operators: results come from the game's function or from a recording (R85-R102)."""

from __future__ import annotations

import math
from typing import Any, Final

from sexp_runtime.operators.actions import ArgumentKind, kind_of_type
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.own import STATUS_WORDS, Answer, OwnOperator, OwnOperators
from sexp_runtime.operators.registry import OperatorMeaning, Trait
from sexp_runtime.values import INT_MAX, INT_MIN, Raw

_RESULTS: Final = frozenset(STATUS_WORDS.values())


def own_meaning(own: OwnOperators, name: str) -> OperatorMeaning:
    """Return the meaning of an operator that is not in the catalog; an unknown operator counts as false."""
    declared = own.get(name)

    def run(ctx: EvaluationContext, node: EvalNode) -> Raw:
        return _run(own, name, ctx, node)

    if declared is None or declared.reads is None:
        return OperatorMeaning(name, run, None, Trait.ACTION | Trait.VOLATILE, _RESULTS)
    traits = Trait.ACTION if declared.acting or declared.returns == "null" else Trait.NONE
    return OperatorMeaning(name, run, declared.facts, traits, _RESULTS)


def _run(own: OwnOperators, name: str, ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Evaluate one of the game's own operators by its function, or take its result from a recording."""
    declared = own.get(name)
    values = () if declared is None else tuple(_value(ctx, declared, at, arg) for at, arg in enumerate(node.args))
    answers, function = ctx.world.answers, own.function(name)
    if answers.has(name):
        done = answers.ask()
        try:
            return _raw(declared, answers.take(name))
        finally:
            done()
    if declared is None or function is None:
        ctx.unknown_operator(name, node)
        return 1 if declared is not None and declared.returns == "null" else 0
    done = answers.ask()
    try:
        answer = _answer(ctx, declared, function(*values), node)
    except Exception as error:  # a mistake of the game's function must not stop the frame (R97)
        ctx.warn_once(f"{name}: {type(error).__name__}: {error}", node)
        answer = None if declared.returns == "null" else "nan"
    finally:
        done()
    answers.note(name, answer)
    return _raw(declared, answer)


def _value(ctx: EvaluationContext, declared: OwnOperator, at: int, arg: EvalNode) -> int | str | bool | None:
    kind = kind_of_type(declared.argument_type(at))
    if kind is ArgumentKind.TRUTH:
        return ctx.truth(arg)
    if kind in (ArgumentKind.NUMBER, ArgumentKind.NATURAL) or (kind is ArgumentKind.EITHER and arg.is_expression):
        number = ctx.natural(arg) if kind is ArgumentKind.NATURAL else ctx.number(arg)
        return None if ctx.nan is not None else number
    if kind is ArgumentKind.VARIABLE and arg.variable is not None:
        return ctx.world.variables.names[arg.variable]
    return ctx.text(arg)


def _answer(ctx: EvaluationContext, declared: OwnOperator, given: Any, node: EvalNode) -> Answer:
    """Convert a function's return value to a result; an invalid value counts as 0, with a warning (R96)."""
    if isinstance(given, str) and given in STATUS_WORDS:
        return given
    if declared.returns == "null":
        return None
    if isinstance(given, bool):
        return int(given)
    if isinstance(given, int | float):
        if isinstance(given, float) and not math.isfinite(given):
            return "nan"
        number = max(INT_MIN, min(int(given), INT_MAX))
        return int(number != 0) if declared.returns == "bool" else number
    ctx.warn_once(f"{declared.name} returned {type(given).__name__}, not a {declared.returns}: it counts as 0", node)
    return 0


def _raw(declared: OwnOperator | None, answer: Answer) -> Raw:
    if isinstance(answer, str):
        return STATUS_WORDS.get(answer, 0)
    if answer is None:
        return 1 if declared is None or declared.returns == "null" else 0
    return answer
