"""Actions: arguments evaluated as the original does, effects that formulas can read back, and the offer to the game."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Final

from sexp_runtime.catalog import CATALOG
from sexp_runtime.operators.context import NOTHING, ActionValue, Effect, EvaluationContext
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.registry import MEANINGS, OperatorFunction, Trait, operator
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import Raw

if TYPE_CHECKING:
    from sexp_runtime.world.facts import FactKey
    from sexp_runtime.world.world import World

#: Replaces not-a-number among evaluated arguments when the action still runs (N1.2).
NOT_A_NUMBER: Final = "NaN"
#: The facts that an effect with these arguments reads or writes, without those that go with the board's `generation`;
#: None where repeating the effect must not be left out.
Depends = Callable[["World", tuple[ActionValue, ...]], "Iterable[FactKey] | None"]


class ArgumentKind(Enum):
    """How an action reads one of its arguments; follows from the argument's type in the catalog."""

    NUMBER = "number"
    NATURAL = "natural"  #: a number that is never negative (B60)
    TRUTH = "truth"  #: true or false, passed as 1 or 0
    TEXT = "text"
    EITHER = "either"  #: an expression is a number, an atom is a text
    VARIABLE = "variable"  #: the variable to write: its name, not its value
    ORDER = "order"  #: an `ai-...` descriptor, taken apart but not evaluated
    ACTION = "action"  #: an action, evaluated for its effect


_KINDS = {
    "number": ArgumentKind.NUMBER,
    "positive": ArgumentKind.NATURAL,
    "bool": ArgumentKind.TRUTH,
    "null": ArgumentKind.ACTION,
    "ai-goal": ArgumentKind.ORDER,
    "variable-name": ArgumentKind.VARIABLE,
    "ambiguous": ArgumentKind.EITHER,
    "anything": ArgumentKind.EITHER,
    "container-value": ArgumentKind.EITHER,
    "data-or-str-container": ArgumentKind.EITHER,
    "weapon-bank-number": ArgumentKind.EITHER,
    "game-snd": ArgumentKind.EITHER,
    "fireball": ArgumentKind.EITHER,
}
# Module-level names of the members, because looking them up in the class is slow.
_FSO, _WCS = Dialect.FSO, Dialect.WCS
_ATOM = EvalKind.ATOM
_TEXT, _TRUTH = ArgumentKind.TEXT, ArgumentKind.TRUTH
_NUMBER, _NATURAL = ArgumentKind.NUMBER, ArgumentKind.NATURAL
#: Actions that still run with not-a-number, and the value that replaces it (N1.2).
NAN_VALUES: Final[dict[str, ActionValue]] = {
    **dict.fromkeys(("set-nav-color", "set-nav-visited-color"), 0),
    **dict.fromkeys(("play-sound-from-table", "explosion-effect", "warp-effect"), NOT_A_NUMBER),
    **dict.fromkeys(("set-sound-environment", "update-sound-environment"), NOT_A_NUMBER),
    **dict.fromkeys(("set-friendly-damage-caps", "set-support-ship", "hud-set-text-num"), NOT_A_NUMBER),
    "hud-set-xstr": -1,
    "set-explosion-option": NOT_A_NUMBER,
    "cargo-no-deplete": 0,
    # no group, so that only this one is left out (M14.1)
    **dict.fromkeys(("add-to-collision-group", "remove-from-collision-group"), -1),
    **dict.fromkeys(("add-to-collision-group-new", "remove-from-collision-group-new"), -1),
    # the weapon is changed, its ammunition is not (M4.10)
    **dict.fromkeys(("set-primary-weapon", "set-secondary-weapon"), NOT_A_NUMBER),
}
#: The first argument that may be not-a-number for these; 0 for actions not listed.
_NAN_FROM: Final = {"play-sound-from-table": 3, "explosion-effect": 9, "warp-effect": 8,
    "set-primary-weapon": 3, "set-secondary-weapon": 3,
}  # fmt: skip
_ORDER, _VARIABLE, _ACTION = ArgumentKind.ORDER, ArgumentKind.VARIABLE, ArgumentKind.ACTION
_EITHER = ArgumentKind.EITHER
#: By operator and whether the dialect is WCS.
_kinds: dict[tuple[str, bool], list[ArgumentKind]] = {}
_fewest: dict[tuple[str, bool], int] = {}
#: Actions whose function only decides whether the game gets the action (see `condition`).
CONDITIONAL: set[str] = set()
#: By effect, for those that a cached engine need not repeat: what the effect depends on.
DEPENDS: dict[Effect, Depends] = {}
#: Name and effect by action function, for compilers that read the arguments themselves.
PERFORMED: dict[OperatorFunction, tuple[str, Effect | None]] = {}


def kind_of_type(argument_type: str) -> ArgumentKind:
    """Return how an argument of a type of the catalog is read."""
    return _KINDS.get(argument_type, ArgumentKind.TEXT)


def argument_kinds(name: str, dialect: Dialect, count: int) -> list[ArgumentKind]:
    """Return how an operator reads its first `count` arguments in a dialect (at least that many entries).

    A position without a type in the catalog is read as text. An operator missing from the dialect is read as in the
    other dialect.
    """
    key = (name, dialect is _WCS)
    kinds = _kinds.get(key)
    if kinds is None:
        kinds = _kinds[key] = []
    if len(kinds) < count:
        row = CATALOG.dialect_catalog(dialect).get(name) or CATALOG.get(name)
        for index in range(len(kinds), count):
            kinds.append(kind_of_type((row.argument_type(index) if row is not None else None) or ""))
    return kinds


def read_arguments(
    ctx: EvaluationContext, name: str, nodes: Sequence[EvalNode]
) -> tuple[tuple[ActionValue, ...], list[int]]:
    """Evaluate the arguments of an action or order from left to right.

    Returns the values, and the positions of those that were not-a-number (their values are 0).
    """
    values: list[ActionValue] = []
    no_numbers: list[int] = []
    for kind, node in zip(argument_kinds(name, ctx.dialect, len(nodes)), nodes, strict=False):
        is_literal = node.kind is _ATOM and node.variable is None and not node.is_placeholder
        if kind is _TEXT:
            values.append(node.text if is_literal else ctx.text(node))
        elif is_literal and (kind is _NUMBER or kind is _NATURAL):
            number = node.literal
            values.append(number if number >= 0 or kind is _NUMBER else ctx.as_natural(number))
        elif kind is _TRUTH:
            values.append(int(ctx.truth(node)))
        elif kind is _ORDER:
            values.append(read_order(ctx, node))
        elif kind is _VARIABLE:
            values.append(variable_name(ctx, node))
        elif kind is _ACTION:
            values.append(ctx.evaluate(node))
        elif kind is _EITHER and node.inner is None:
            values.append(ctx.text(node))
        else:
            values.append(ctx.natural(node) if kind is _NATURAL else ctx.number(node))
            if ctx.nan is not None:
                no_numbers.append(len(values) - 1)
    return tuple(values), no_numbers


def variable_name(ctx: EvaluationContext, node: EvalNode) -> str:
    """Return the name of the variable that an atom refers to, or the atom's text if it refers to none."""
    index = node.variable
    return ctx.text(node) if index is None else ctx.world.variables.names[index]


def read_order(ctx: EvaluationContext, node: EvalNode) -> ActionValue:
    """Return an `ai-...` descriptor as a tuple of its name and evaluated arguments; return an atom as text."""
    inner = node.inner
    if inner is None:
        return ctx.text(node)
    values, _ = read_arguments(ctx, inner.name, inner.args)
    return (inner.name, *values)


def perform(ctx: EvaluationContext, name: str, node: EvalNode, effect: Effect | None) -> Raw:
    """Carry out one action: arguments, effect on the world, offer to the game; the plain result is 1 (C4).

    Not-a-number makes FSO's actions do nothing, except those in NAN_VALUES; WCS takes it as 0.
    Without its required arguments an action does nothing: the original does not load such a mission (A40).
    """
    ctx.effects += 1
    if len(node.args) < fewest_arguments(name, ctx.dialect):
        ctx.warn(f"{name} has too few arguments and does nothing", node)
        return 1
    values, no_numbers = read_arguments(ctx, name, node.args)
    if no_numbers and ctx.dialect is _FSO:
        if name not in NAN_VALUES or no_numbers[0] < _NAN_FROM.get(name, 0):
            return 1
        values = tuple(NAN_VALUES[name] if at in no_numbers else value for at, value in enumerate(values))
    if effect is not None:
        ctx.acting = node
        try:
            done = effect(ctx, values)
        finally:
            ctx.acting = None
        if done is NOTHING:
            return 1
    ctx.act(name, values)
    return 1


def fewest_arguments(name: str, dialect: Dialect) -> int:
    """Return how many arguments an action needs in a dialect; 0 if the dialect does not have it."""
    key = (name, dialect is _WCS)
    fewest = _fewest.get(key)
    if fewest is None:
        row = CATALOG.dialect_catalog(dialect).get(name)
        fewest = _fewest[key] = row.min_args if row is not None else 0
    return fewest


def remembering(function: OperatorFunction, remember: Callable[[Effect], Effect]) -> OperatorFunction:
    """Return an action's function with an effect that is repeated only where that could change something."""
    name, effect = PERFORMED.get(function, ("", None))
    if effect is None or effect not in DEPENDS:
        return function
    kept = remember(effect)

    def run(ctx: EvaluationContext, node: EvalNode) -> Raw:
        return perform(ctx, name, node, kept)

    return run


def _meaning(name: str, effect: Effect | None) -> OperatorFunction:
    def run(ctx: EvaluationContext, node: EvalNode) -> Raw:
        return perform(ctx, name, node, effect)

    run.__name__ = run.__qualname__ = f"action {name}"
    PERFORMED[run] = name, effect
    return run


def action(*names: str, depends: Depends | None = None) -> Callable[[Effect], Effect]:
    """Register the decorated effect for the named actions; it runs after their arguments, before the game's part.

    `depends` promises that the effect sets values rather than changing them by an amount, and names all the facts that
    it reads or writes: an effect that has just run without changing a fact would change nothing a second time.
    """

    def register(effect: Effect) -> Effect:
        if depends is not None:
            DEPENDS[effect] = depends
        for name in names:
            operator(name, traits=Trait.ACTION)(_meaning(name, effect))
        return effect

    return register


def condition(*names: str) -> Callable[[Effect], Effect]:
    """Register the decorated function for actions that only the game carries out: NOTHING keeps one from the game."""

    def register(test: Effect) -> Effect:
        CONDITIONAL.update(names)
        return action(*names)(test)

    return register


def action_effect(name: str, effect: Effect, depends: Depends | None = None) -> None:
    """Register one action with an effect made from a table; `depends` as in `action`."""
    if depends is not None:
        DEPENDS[effect] = depends
    operator(name, traits=Trait.ACTION)(_meaning(name, effect))


def generic_action(name: str) -> OperatorFunction:
    """Return the function of an action that changes nothing formulas can read: it is only offered to the game (C4)."""
    return _meaning(name, None)


def _descriptor(ctx: EvaluationContext, node: EvalNode) -> Raw:
    # An order outside add-goal and related actions: the original gives it no meaning.
    ctx.warn("an order is not an action; use it inside add-goal", node)
    return 0


def register_generic_actions() -> None:
    """Register the generic meaning for all remaining actions of the catalog, and the empty meaning for orders.

    Call this once, after all families are imported.
    """
    for name in CATALOG:
        if name in MEANINGS:
            continue
        row = CATALOG[name]
        if row.kind == "goal" or "not-evaluated" in row.flags:
            operator(name)(_descriptor)
        elif row.kind == "action":
            operator(name, traits=Trait.ACTION)(generic_action(name))


def as_text(values: Sequence[ActionValue], index: int, default: str = "") -> str:
    """Return argument `index` as text; the default when it is missing or not a text."""
    value = values[index] if index < len(values) else default
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else default


def as_number(values: Sequence[ActionValue], index: int, default: int = 0) -> int:
    """Return argument `index` as number; the default when it is missing or not a number."""
    value = values[index] if index < len(values) else default
    return value if isinstance(value, int) else default


def texts(values: Sequence[ActionValue], start: int = 0) -> list[str]:
    """Return those arguments from `start` on that are texts."""
    return [value for value in values[start:] if isinstance(value, str)]
