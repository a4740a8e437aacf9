"""Actions on navigation points and on ships that the autopilot takes along (N4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import action, as_number, as_text, condition, texts
from sexp_runtime.operators.actions_targets import named_ship
from sexp_runtime.operators.context import NOTHING, ActionValue, Effect, NoEffect
from sexp_runtime.world.navigation import CARRY, NEEDS_LINK, NavPoint
from sexp_runtime.world.order_upkeep import live

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext


def _is_hidden(ctx: EvaluationContext, who: str) -> bool:
    """Whether a point is hidden from the player because it belongs to another side (N4.2)."""
    ship = ctx.world.ships.get(ctx.world.player.ship)
    mine = ("", ship.key, ship.wing, ship.team.lower()) if ship is not None else ("",)
    return who.lower() not in mine


@action("add-nav-waypoint")
def add_nav_waypoint(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Add a point at a waypoint: name, path, number from 1, side; nothing if there are already eight (N4.1, N4.2)."""
    target = f"{as_text(values, 1)}:{max(as_number(values, 2), 1)}"
    point = NavPoint(as_text(values, 0), target, is_ship=False, hidden=_is_hidden(ctx, as_text(values, 3)))
    return None if ctx.world.navigation.add(point) else NOTHING


@action("add-nav-ship")
def add_nav_ship(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Add a point on a present ship; another name makes a point without target (N4.1, N4.2)."""
    ship = named_ship(ctx.world, as_text(values, 1))
    key = ship.key if ship is not None and live(ship) else ""
    point = NavPoint(as_text(values, 0), key, is_ship=True, hidden=_is_hidden(ctx, as_text(values, 2)))
    return None if ctx.world.navigation.add(point) else NOTHING


@action("del-nav")
def del_nav(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Delete a point; its slot takes a copy of the next slot (N4.5)."""
    return None if ctx.world.navigation.delete(as_text(values, 0)) else NOTHING


def _visited(on: bool) -> Effect:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
        """Mark an existing point as visited or not; this overrides a value from the game (N4.3)."""
        world, name = ctx.world, as_text(values, 0)
        point = world.navigation.find(name)
        if point is None:
            return NOTHING
        world.navigation.set_visited(point, on)
        if world.game("is-nav-visited", name, default=-1) != -1:
            world.set_game("is-nav-visited", (name,), int(on))
        return None

    return effect


action("set-nav-visited")(_visited(True))
action("unset-nav-visited")(_visited(False))


def _shown(field: str, on: bool) -> Effect:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
        """Hide or restrict a point, or show or free it; an unknown point changes nothing (N4.8)."""
        point = ctx.world.navigation.find(as_text(values, 0))
        if point is None:
            return NOTHING
        setattr(point, field, on)
        return None

    return effect


condition("hide-nav")(_shown("hidden", True))
condition("unhide-nav")(_shown("hidden", False))
condition("restrict-nav")(_shown("restricted", True))
condition("unrestrict-nav")(_shown("restricted", False))


@condition("select-nav")
def select_nav(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Have the game select a point that is neither hidden nor restricted (N4.8)."""
    point = ctx.world.navigation.find(as_text(values, 0))
    return NOTHING if point is None or point.hidden or point.restricted else None


def _carry(on: bool) -> Effect:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        """Have the autopilot take present ships along, or a wing; a wing's flag does not change its ships (N4.9)."""
        world = ctx.world
        for name in texts(values):
            ship = named_ship(world, name)
            wing = world.wing(name)
            if ship is not None:
                if live(ship):
                    world.set_flag(ship, CARRY, on)
            elif wing is not None:
                world.set_wing(wing, flags=wing.flags | {CARRY} if on else wing.flags - {CARRY})

    return effect


action("set-nav-carry")(_carry(True))
action("unset-nav-carry")(_carry(False))


def _needs_link(on: bool) -> Effect:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        """Set or clear that the autopilot takes live ships along only once the player has been near them (N4.9)."""
        for name in texts(values):
            ship = named_ship(ctx.world, name)
            if ship is not None and live(ship):
                ctx.world.set_flag(ship, NEEDS_LINK, on)
                if on:
                    ctx.world.set_flag(ship, CARRY, False)

    return effect


action("set-nav-needslink")(_needs_link(True))
action("unset-nav-needslink")(_needs_link(False))
