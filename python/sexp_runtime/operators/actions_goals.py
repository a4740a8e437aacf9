"""Actions on the orders of ships and wings (N2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import action, read_arguments
from sexp_runtime.operators.actions_targets import named_ship
from sexp_runtime.operators.context import ActionValue
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.values import Raw
from sexp_runtime.world.order_upkeep import kind, live
from sexp_runtime.world.orders import Goal, Order, priority, priority_place, subject, with_order
from sexp_runtime.world.ships import Ship
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World


def _receiver(world: World, value: ActionValue) -> Ship | Wing | None:
    """Return the live ship, or the wing that is not gone, of a name; a ship's name never finds a wing (N1.5)."""
    ship = named_ship(world, value)
    if ship is not None:
        return ship if live(ship) else None
    wing = world.wing(value) if isinstance(value, str) else None
    return None if wing is None or wing.gone else wing


def _subjects(world: World, receiver: Ship | Wing) -> list[Ship | Wing]:
    """Return the owners of the lists that an order changes; a wing keeps it only for later waves (N2.2)."""
    if isinstance(receiver, Ship):
        return [receiver]
    members: list[Ship | Wing] = [*world.wing_members(receiver)]
    return [*members, receiver] if receiver.waves > receiver.wave else members


def _given(ctx: EvaluationContext, node: EvalNode) -> tuple[str, Goal | None, bool]:
    """Evaluate receiver and order of an action; return name, order, and whether its priority is a number."""
    who = ctx.text(node.arg(0))
    arg = node.arg(1)
    inner = arg.inner if arg is not None else None
    if inner is None or not inner.name.startswith("ai-"):
        return who, None, False
    values, no_numbers = read_arguments(ctx, inner.name, inner.args)
    return who, (inner.name, *values), priority_place(inner.name) not in no_numbers or ctx.wcs


@operator("add-goal", "add-ship-goal", "add-wing-goal", traits=Trait.ACTION)
def add_goal(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Add an order to a live ship, or to a wing's ships and its later waves (N2.1-N2.7).

    Ignores an order with a priority that is not a number, or about the ship itself.
    """
    ctx.effects += 1
    who, goal, has_priority = _given(ctx, node)
    receiver = _receiver(ctx.world, who)
    if goal is None or receiver is None:
        return 1
    order = Order(goal, ctx.world.clock.fix, of_wing=isinstance(receiver, Wing)) if has_priority else None
    for one in _subjects(ctx.world, receiver):
        if subject(goal) != one.name:
            in_force = one.order_in_force if isinstance(one, Ship) else None
            ctx.world.set_orders(one, with_order(one.orders, order, in_force))
    if has_priority:
        ctx.act(node.name, (who, goal))
    return 1


@operator("remove-goal", traits=Trait.ACTION)
def remove_goal(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Remove orders of one kind and priority: the first, or all if an argument says so. Ignores the subject (N2.14)."""
    ctx.effects += 1
    who, goal, has_priority = _given(ctx, node)
    every = ctx.truth(node.arg(2))
    any_priority = ctx.truth(node.arg(3)) or not has_priority
    receiver = _receiver(ctx.world, who)
    if goal is None or receiver is None:
        return 1
    wanted = kind(ctx.world, goal)

    def is_wanted(order: Order) -> bool:
        return kind(ctx.world, order.goal) == wanted and (any_priority or priority(order.goal) == priority(goal))

    for one in _subjects(ctx.world, receiver):
        ctx.world.set_orders(one, _without(one.orders, is_wanted, every))
    ctx.act(node.name, (who, goal, int(every), int(any_priority))[: len(node.args)])
    return 1


def _without(orders: tuple[Order, ...], is_wanted: Callable[[Order], bool], every: bool) -> tuple[Order, ...]:
    found = [at for at, order in enumerate(orders) if is_wanted(order)]
    gone = found if every else found[:1]
    return tuple(order for at, order in enumerate(orders) if at not in gone)


@action("clear-goals", "clear-ship-goals", "clear-wing-goals")
def clear_goals(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Remove all orders of live ships, and of wings that are not gone and their ships (N2.13)."""
    world = ctx.world
    for value in values:
        receiver = _receiver(world, value)
        if receiver is None:
            continue
        for one in (receiver, *(world.wing_members(receiver) if isinstance(receiver, Wing) else ())):
            world.set_orders(one, ())
            if isinstance(one, Ship):
                one.order_in_force = None


@action("reset-orders")
def reset_orders(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Forget the orders that the player gave (N2.16)."""
    ctx.world.forget_orders()
