"""Orders given to ships and wings: their subjects and priorities, how many are kept, those of the file (N2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode
from sexp_runtime.values import atoi
from sexp_runtime.world.variables import VariableManager

#: An order as `add-goal` passes it: its name, then its evaluated arguments.
Goal = tuple["int | str | tuple[object, ...]", ...]

#: Maximum number of orders of a ship or wing at one time (N2.3).
MAX_ORDERS: Final = 5
#: Bounds of a priority, and the default priority of an order to form up (N2.5).
LEAST_PRIORITY: Final = 1
MOST_PRIORITY: Final = 200
FORM_UP_PRIORITY: Final = 99
#: The order to form up on another ship.
FORM_UP: Final = "ai-form-on-wing"
#: Position of the priority among an order's arguments; 1 for orders not listed (N2.9).
_PRIORITY_AT: Final = {
    "ai-chase-any": 0, "ai-destroy-subsystem": 2, "ai-dock": 3, "ai-keep-safe-distance": 0, "ai-play-dead": 0,
    "ai-play-dead-persistent": 0, "ai-undock": 0, "ai-warp-out": 0,
}  # fmt: skip


class Order(NamedTuple):
    """One entry of a list of orders: the order, the time (fix) it was given, whether the ship's wing received it."""

    goal: Goal
    fix: int
    of_wing: bool = False


def priority_place(name: str) -> int:
    """Return the position of the priority among an order's arguments, counted from 0."""
    return _PRIORITY_AT.get(name, 1)


def priority(goal: Goal) -> int:
    """Return the priority of an order, limited to 1..200 (N2.5)."""
    place = 1 + priority_place(str(goal[0]))
    value = goal[place] if place < len(goal) else FORM_UP_PRIORITY if goal[0] == FORM_UP else 0
    return max(LEAST_PRIORITY, min(value if isinstance(value, int) else 0, MOST_PRIORITY))


def subject(goal: Goal) -> str:
    """Return the name that an order is about, "" if there is none."""
    value = goal[1] if len(goal) > 1 else ""
    return value if isinstance(value, str) else ""


def is_warp(goal: Goal) -> bool:
    """Whether an order is to leave; such an order does not count as an order given (N2.15)."""
    return "warp" in str(goal[0])


def flies_once(goal: Goal, path: str) -> bool:
    """Whether an order is to fly a path once."""
    return goal[0] == "ai-waypoints-once" and subject(goal).lower() == path.lower()


def with_order(orders: tuple[Order, ...], new: Order | None, in_force: Order | None = None) -> tuple[Order, ...]:
    """Return a list with one more order; a full list loses the oldest order that is not in force (N2.3).

    None is an invalid order; a full list still loses an order for it (N2.5).
    """
    if len(orders) < MAX_ORDERS:
        return orders if new is None else (*orders, new)
    oldest = min((at for at, order in enumerate(orders) if order is not in_force), key=lambda at: orders[at].fix)
    return orders[:oldest] + (() if new is None else (new,)) + orders[oldest + 1 :]


def matched(goals: Iterable[Goal], old: Iterable[Order], now: int) -> tuple[Order, ...]:
    """Return the orders for a list of goals: those of the old list stay as they are, others are given now (fix)."""
    left = list(old)
    found: list[Order] = []
    for goal in goals:
        known = next((order for order in left if order.goal == goal), None)
        if known is not None:
            left.remove(known)
        found.append(known if known is not None else Order(goal, now))
    return tuple(found)


def initial_goals(expression: SexpExpression | None, variables: VariableManager) -> tuple[Goal, ...]:
    """Return the orders of a `( goals ( ai-... ) ... )` formula of the mission file, in its order (N2.18)."""
    if expression is None:
        return ()
    return tuple(
        (node.operator, *(_literal(argument, variables) for argument in node.arguments))
        for node in expression.root.arguments
        if node.operator is not None and node.operator.startswith("ai-")
    )


def _literal(node: SyntaxNode, variables: VariableManager) -> int | str:
    if node.kind is NodeKind.LIST:
        return int(node.operator == "true")
    text = node.text if node.variable is None else variables.text(node.variable)
    return atoi(text) if node.kind is NodeKind.NUMBER else text


def file_orders(definition: object, variables: VariableManager, fix: int, of_wing: bool = False) -> tuple[Order, ...]:
    """Return the orders that a ship or wing gets from its mission file entry at a moment (N2.4, N2.18)."""
    orders: tuple[Order, ...] = ()
    for goal in initial_goals(getattr(definition, "goals", None), variables):
        orders = with_order(orders, Order(goal, fix, of_wing))
    return orders
