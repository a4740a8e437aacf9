"""The rehearsal: formulas evaluated while a mission loads, as far as nothing comes of it, so that no frame has to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn, cast

from sexp_runtime.compiler.facts import NESTED, lists_plain_texts, split_actions
from sexp_runtime.compiler.formula import CompiledFormula
from sexp_runtime.compiler.truth import is_pure
from sexp_runtime.events.formula import Formula
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import ARGUMENT_FORMS, EvalNode
from sexp_runtime.operators.registry import Trait
from sexp_runtime.values import NAN, UNKNOWN

#: Operators that may change something before they count an effect, or change what is not counted.
_UNSAFE: Final = Trait.RANDOM | Trait.STATEFUL | Trait.FLUSHES
#: Forms whose root is no number after every evaluation, whatever it found (C7).
_NEVER_NUMBERS: Final = frozenset({"every-time", "every-time-argument"})


class _EffectError(Exception):
    """An evaluation was about to have an effect."""


class _Curtain:
    """Stands for the count of effects: counting one raises, so that it never comes to the effect."""

    def __add__(self, other: object) -> NoReturn:
        raise _EffectError


_CURTAIN: Final = cast("int", _Curtain())


def _can_rehearse(root: EvalNode, ctx: EvaluationContext) -> bool:
    """Whether an evaluation counts every effect before it has it."""
    deciding, actions = split_actions(root)
    if not all(_is_safe(action) for action in actions if action.head.name in NESTED):
        return False
    if root.name == "every-time-argument":
        provider = root.args[0].inner if len(root.args) > 1 else None
        lists = provider is not None and provider.name == "any-of" and lists_plain_texts(provider, ctx)
        return lists and is_pure(root.args[1].head)
    # A `when-argument` would keep what its candidates were first read as, and that can be another thing later (D7).
    return root.name != "when-argument" and all(map(_is_safe, deciding))


def _is_safe(part: EvalNode) -> bool:
    return not any(
        node.name in ARGUMENT_FORMS or (node.spec is not None and node.spec.traits & _UNSAFE) for node in part.walk()
    )


def rehearse(ctx: EvaluationContext, formula: Formula, evaluate: Callable[[], Any]) -> bool:
    """Evaluate a formula up to its first effect, if that is safe; say whether there was none and its value is 0.

    Then it may count as evaluated, and the context holds what it noted for caches. Else all that its nodes remember is
    as it was before, or as it will be after the next evaluation in any case.
    """
    if not isinstance(formula, CompiledFormula):
        return False
    root = next(formula.walk())
    if not _can_rehearse(root, ctx):
        return False
    ctx.start()
    effects, warnings, count = ctx.effects, len(ctx.warnings), ctx.warning_count
    ctx.effects = _CURTAIN
    try:
        stands = evaluate() == 0
    except Exception:  # an effect, or an operator that fails: the first frame will tell
        stands = False
    finally:
        ctx.effects = effects
    for node, before in list(ctx.stirred.items()):
        if before is UNKNOWN and node.status is NAN and node.name in _NEVER_NUMBERS:
            del ctx.stirred[node]
        else:
            stands = stands and before is node.status
            node.status = before
    if stands and not ctx.unsettled:
        return True
    ctx.start()
    del ctx.warnings[warnings:]
    ctx.warning_count = count
    if root.name == "every-time-argument":
        for candidate in root.args[0].head.args:
            candidate.cache = candidate.lookup = None
            candidate.looked_up = False
    return False
