"""Pre-evaluation: formulas are evaluated while a mission loads, up to their first effect, so that no frame has to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from sexp_runtime.compiler.facts import NESTED, is_pure, lists_plain_texts, split_actions
from sexp_runtime.compiler.formula import CompiledFormula
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import ARGUMENT_FORMS, EvalNode
from sexp_runtime.operators.registry import MEANINGS, OperatorMeaning, Trait
from sexp_runtime.rules.formula import Formula
from sexp_runtime.values import NAN, UNKNOWN, Status
from sexp_runtime.world.clock import NEVER

if TYPE_CHECKING:
    from sexp_runtime.kernel import Program


#: Operators that may change something before they count an effect, or change what is not counted.
_UNSAFE: Final = Trait.RANDOM | Trait.STATEFUL | Trait.FLUSHES
#: Those whose candidates are tried in their order, whatever came before.
_PROVIDERS: Final = frozenset({"any-of", "every-of"})
#: Most evaluations; the last of them must leave the statuses that it found.
_FRAMES: Final = 2
#: Forms whose root is no number after every evaluation, whatever it found (C7).
_NEVER_NUMBERS: Final = frozenset({"every-time", "every-time-argument"})


class _EffectError(Exception):
    """An evaluation was about to have an effect."""


class _EffectGuard:
    """Replaces the count of effects: counting one raises, so that the effect does not happen."""

    def __add__(self, other: object) -> NoReturn:
        raise _EffectError


_EFFECT_GUARD: Final = cast("int", _EffectGuard())


def _can_pre_evaluate(root: EvalNode, ctx: EvaluationContext) -> bool:
    """Whether an evaluation counts every effect before it has it."""
    deciding, actions = split_actions(root)
    if not all(_is_safe(action) for action in actions if action.head.name in NESTED):
        return False
    if root.name not in ARGUMENT_FORMS:
        return all(map(_is_safe, deciding))
    provider = root.args[0].inner if len(root.args) > 1 else None
    if provider is None or provider.name not in _PROVIDERS or not lists_plain_texts(provider, ctx):
        return False
    return is_pure(root.args[1].head) if root.name == "every-time-argument" else _is_safe(root.args[1])


def _is_safe(part: EvalNode) -> bool:
    return not any(
        node.name in ARGUMENT_FORMS or (node.spec is not None and (node.spec.traits & _UNSAFE or _asks_game(node.spec)))
        for node in part.walk()
    )


def _asks_game(spec: OperatorMeaning) -> bool:
    """Whether a function of the game evaluates an operator: its results belong to a frame, in their order."""
    return spec.reads is not None and MEANINGS.get(spec.name) is not spec


class PreEvaluation:
    """What an evaluation before the first frame left on the nodes of a formula.

    The first frame's own evaluation would leave the same, unless something has changed by then. If so, that evaluation
    happens, and needs the nodes as they were.
    """

    __slots__ = ("_before", "_program", "_root", "_statuses")

    def __init__(self, root: EvalNode, program: Program | None) -> None:
        self._root = root
        self._statuses: dict[EvalNode, Status] = {}
        self._program = program
        self._before = program.statuses_now() if program is not None else b""

    @property
    def left_anything(self) -> bool:
        """Whether there is anything to undo."""
        if self._statuses or self._root.name == "when-argument":
            return True
        program = self._program
        return program is not None and self._root.name not in _NEVER_NUMBERS and program.statuses_now() != self._before

    def note(self, ctx: EvaluationContext) -> bool:
        """Note what the evaluation that just ended changed; return whether that can make the next one differ."""
        differs = False
        for node, before in list(ctx.changed_statuses.items()):
            if before is UNKNOWN and node.status is NAN and node.name in _NEVER_NUMBERS:
                del ctx.changed_statuses[node]
            elif node.status is not before:
                self._statuses.setdefault(node, before)
                differs = True
        return differs or (self._program is not None and self._program.has_changed)

    def undo(self) -> None:
        """Leave the nodes as they were before."""
        for node, before in self._statuses.items():
            node.status = before
        if self._program is not None and self._root.name != "every-time":
            self._program.restore(self._before)
        if self._root.name in ARGUMENT_FORMS:
            for candidate in self._root.args[0].head.args:
                candidate.cache = candidate.lookup = None
                candidate.looked_up = False


def pre_evaluate(ctx: EvaluationContext, formula: Formula, evaluate: Callable[[], Any]) -> PreEvaluation | None:
    """Evaluate a formula up to its first effect, if that is safe; return what it left on the nodes, or None.

    It succeeds if it had no effect, its value is 0, and another evaluation would give the same: if the first leaves
    statuses, a second one is made, as one frame later. Then the formula counts as evaluated, and the context holds its
    notes for caches. Otherwise the nodes remember what they did before, or what the next evaluation sets anyway.
    """
    root = next(formula.walk()) if isinstance(formula, CompiledFormula) else None
    if root is None or not _can_pre_evaluate(root, ctx):
        return None
    program = formula.program if isinstance(formula, CompiledFormula) else None
    pre_evaluation = PreEvaluation(root, program)
    if program is not None:
        evaluate = program.try_out  # which records whether it left anything
    effects, warnings, count = ctx.effects, len(ctx.warnings), ctx.warning_count
    ctx.effects = _EFFECT_GUARD
    due = NEVER
    try:
        for _frame in range(_FRAMES):
            ctx.start()
            stands = evaluate() == 0
            differs = pre_evaluation.note(ctx)
            due = ctx.due = min(due, ctx.due)
            if not stands or ctx.unsettled or not differs:
                break
        stands = stands and not ctx.unsettled and not differs
    except Exception:  # an effect, or an operator that fails: the first frame reports it
        pre_evaluation.note(ctx)
        stands = False
    finally:
        ctx.effects = effects
    if stands:
        return pre_evaluation
    pre_evaluation.undo()
    ctx.start()
    del ctx.warnings[warnings:]
    ctx.warning_count = count
    return None
