"""What each operator means: one module a family; importing this package completes MEANINGS."""

from __future__ import annotations

from sexp_runtime.operators import (
    actions,
    actions_cargo,
    actions_damage,
    actions_flags,
    actions_mission,
    actions_motion,
    actions_orders,
    arithmetic,
    comparison,
    logic,
)

__all__ = [
    "actions",
    "actions_cargo",
    "actions_damage",
    "actions_flags",
    "actions_mission",
    "actions_motion",
    "actions_orders",
    "arithmetic",
    "comparison",
    "logic",
]

# Last, when every family has registered its operators: the actions that are only offered to the game.
actions.register_generic_actions()
