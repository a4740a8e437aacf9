"""The meaning of each operator, one module per family; importing this package completes MEANINGS."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Final

#: The modules that register operators; each is imported below, in this order. Add yours here.
FAMILIES: Final = (
    "arithmetic",
    "comparison",
    "logic",
    "random",
    "conditionals",
    "arguments",
    "argument_sources",
    "strings",
    "variables",
    "containers",
    "timing",
    "events",
    "fates",
    "counting",
    "ship_state",
    "cargo",
    "motion",
    "subsystems",
    "weapons",
    "player",
    "training",
    "previous",
    "older_dialect",
    "actions",
    "actions_arrival",
    "actions_campaign",
    "actions_cargo",
    "actions_damage",
    "actions_flags",
    "actions_goals",
    "actions_identity",
    "actions_messages",
    "actions_mission",
    "actions_motion",
    "actions_navigation",
    "actions_player",
    "actions_supply",
    "actions_targets",
    "actions_sent",
)


def register_all(families: Iterable[str] = FAMILIES) -> None:
    """Import the modules, which register their operators; raises ModuleNotFoundError for an unknown one."""
    for family in families:
        importlib.import_module(f"{__name__}.{family}")
    # This comes last: it registers the actions that no family has registered, which only the game carries out.
    importlib.import_module(f"{__name__}.actions").register_generic_actions()


register_all()
