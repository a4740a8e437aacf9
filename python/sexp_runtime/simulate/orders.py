"""Orders as the simulation takes them: the initial ones from the mission file, and the one that a ship follows now."""

from __future__ import annotations

from typing import Final

from sexp_runtime.operators.actions import ActionValue
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode
from sexp_runtime.values import atoi
from sexp_runtime.world.variables import VariableManager

#: An order: its name, then its arguments, as `add-goal` hands it on.
Goal = tuple[ActionValue, ...]

#: Orders to fight something named first: a ship or a wing.
CHASES: Final = frozenset(
    (
        "ai-chase",
        "ai-chase-wing",
        "ai-destroy-subsystem",
        "ai-disable-ship",
        "ai-disable-ship-tactical",
        "ai-disarm-ship",
        "ai-disarm-ship-tactical",
    )
)
#: Orders to fight whatever is near.
HUNTS: Final = frozenset(("ai-chase-any", "ai-chase-ship-class", "ai-chase-ship-type"))
#: Orders to be near something, and fight what comes near it.
GUARDS: Final = frozenset(("ai-guard", "ai-guard-wing"))
#: Orders to be near something and no more.
FOLLOWS: Final = frozenset(("ai-stay-near-ship", "ai-form-on-wing", "ai-fly-to-ship", "ai-rearm-repair"))
PATHS: Final = frozenset(("ai-waypoints", "ai-waypoints-once"))
#: Orders to get away from everything.
EVASIONS: Final = frozenset(("ai-evade-ship", "ai-keep-safe-distance"))
#: Orders to do nothing.
RESTS: Final = frozenset(("ai-stay-still", "ai-play-dead", "ai-play-dead-persistent"))


def priority(goal: Goal) -> int:
    """Return the priority of an order, the first number among its arguments; 50 without one."""
    return next((value for value in goal[1:] if isinstance(value, int)), 50)


def subject(goal: Goal) -> str:
    """Return the name that an order is about, "" if there is none."""
    value = goal[1] if len(goal) > 1 else ""
    return value if isinstance(value, str) else ""


def initial_goals(expression: SexpExpression | None, variables: VariableManager) -> tuple[Goal, ...]:
    """Return the orders of a `( goals ( ai-... ) ... )` formula of the mission file, in its order."""
    if expression is None:
        return ()
    return tuple(
        (node.operator, *(_literal(argument, variables) for argument in node.arguments))
        for node in expression.root.arguments
        if node.operator is not None and node.operator.startswith("ai-")
    )


def _literal(node: SyntaxNode, variables: VariableManager) -> ActionValue:
    if node.kind is NodeKind.LIST:
        return int(node.operator == "true")
    text = node.text if node.variable is None else variables.text(node.variable)
    return atoi(text) if node.kind is NodeKind.NUMBER else text
