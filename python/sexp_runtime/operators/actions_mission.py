"""Actions on the mission as such: validity of goals, its end, keys, hotkeys, scores, medals, collision groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import ActionValue, action, as_number, as_text, perform, texts
from sexp_runtime.operators.actions_targets import changeable_ships, named_ship
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.values import KNOWN_TRUE, Raw
from sexp_runtime.world.mission_state import GOAL_INCOMPLETE

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.operators.node import EvalNode


def _set_validity(ctx: EvaluationContext, values: tuple[ActionValue, ...], invalid: bool) -> None:
    """Change the validity of goals that are still incomplete (F24)."""
    for name in texts(values):
        goal = ctx.world.goal(name)
        if goal is not None and goal.status == GOAL_INCOMPLETE and goal.invalid is not invalid:
            goal.invalid = invalid
            ctx.world.touch_goal(goal.index)


@action("invalidate-goal")
def invalidate_goal(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Keep incomplete goals from being judged (F24)."""
    _set_validity(ctx, values, True)


@action("validate-goal")
def validate_goal(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let incomplete goals be judged again (F24)."""
    _set_validity(ctx, values, False)


@action("end-mission", "end-campaign", "red-alert")
def end_mission(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """End the mission; what becomes of goals and events is settled by the event manager (F25)."""
    ctx.world.end_mission()


def _reset_keys(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    for name in texts(values):
        ctx.world.reset_key(name)


action("key-reset-multiple")(_reset_keys)


@operator("key-reset", traits=Trait.ACTION, results=(KNOWN_TRUE,))
def key_reset(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Forget that keys were used; being permanently true it does so once only (C4)."""
    perform(ctx, "key-reset", node, _reset_keys)
    return KNOWN_TRUE


@action("add-remove-hotkey")
def add_remove_hotkey(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Give ships and wings a hotkey, or with false take it away."""
    hotkey = as_number(values, 1) if as_number(values, 0) else -1
    for name in texts(values, 2):
        ship = named_ship(ctx.world, name)
        wing = ctx.world.wing(name)
        if ship is not None:
            ctx.world.set_ship(ship, "hotkey", hotkey)
        elif wing is not None:
            ctx.world.set_wing(wing, hotkey=hotkey)


@action("change-player-score")
def change_player_score(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Add points, possibly negative, to the player's score if the player's ship is named."""
    player = ctx.world.player
    for name in texts(values, 1):
        if name.lower() == player.ship:
            ctx.world.set_player("score", player.score + as_number(values, 0))


@action("grant-medal")
def grant_medal(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Award a medal, which was-medal-granted sees in this mission."""
    ctx.world.set_player("medals", ctx.world.player.medals | {as_text(values, 0).lower()})


@action("grant-promotion")
def grant_promotion(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Promote the player, which was-promotion-granted sees in this mission."""
    ctx.world.set_player("promoted", True)


@action("set-nav-visited")
def set_nav_visited(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Count a navigation point as visited."""
    ctx.world.set_game("is-nav-visited", (as_text(values, 0),), 1)


@action("unset-nav-visited")
def unset_nav_visited(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Count a navigation point as not visited."""
    ctx.world.set_game("is-nav-visited", (as_text(values, 0),), 0)


@action("set-fov")
def set_fov(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set the field of view in degrees, as get-fov reads it."""
    ctx.world.set_game("get-fov", (), as_number(values, 0))


@action("reset-fov")
def reset_fov(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Leave the field of view to the game again."""
    ctx.world.set_game("get-fov", (), None)


def _group_bit(ctx: EvaluationContext, ship: ActionValue, group: int, on: bool) -> None:
    if not 0 <= group < 32:
        ctx.warn(f"collision groups are numbered 0 to 31, not {group}")
        return
    for found in changeable_ships(ctx.world, (ship,)):
        groups = found.collision_group
        ctx.world.set_ship(found, "collision_group", groups | 1 << group if on else groups & ~(1 << group))


@action("add-to-collision-group")
def add_to_collision_group(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Put a ship into collision groups: ship, groups."""
    for index in range(1, len(values)):
        _group_bit(ctx, values[0], as_number(values, index), True)


@action("remove-from-collision-group")
def remove_from_collision_group(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Take a ship out of collision groups: ship, groups."""
    for index in range(1, len(values)):
        _group_bit(ctx, values[0], as_number(values, index), False)


@action("add-to-collision-group-new")
def add_to_collision_group_new(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Put ships into a collision group: group, ships."""
    for value in values[1:]:
        _group_bit(ctx, value, as_number(values, 0), True)


@action("remove-from-collision-group-new")
def remove_from_collision_group_new(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Take ships out of a collision group: group, ships."""
    for value in values[1:]:
        _group_bit(ctx, value, as_number(values, 0), False)
