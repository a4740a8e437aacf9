"""Actions on the mission itself: validity of goals, collision groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import action, as_number, texts
from sexp_runtime.operators.actions_targets import changeable_ships
from sexp_runtime.operators.context import ActionValue
from sexp_runtime.world.mission_state import GOAL_INCOMPLETE

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext


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
    """Make incomplete goals valid again (F24)."""
    _set_validity(ctx, values, False)


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
