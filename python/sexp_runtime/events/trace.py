"""Traces: everything of one frame in which two engines must agree."""

from __future__ import annotations

from typing import Any

from sexp_runtime.events.formula import Formula
from sexp_runtime.events.manager import MissionEventManager
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER
from sexp_runtime.world.mission_state import GOAL_INCOMPLETE
from sexp_runtime.world.world import World

_SPECIAL = frozenset({KNOWN_TRUE, KNOWN_FALSE, NAN, NAN_FOREVER})

#: One difference: what differs, and the two values.
Difference = tuple[str, Any, Any]


def event_state(world: World, index: int) -> tuple[Any, ...]:
    """Return what one event shows, as `event_fields` names it."""
    event = world.events[index]
    return (
        event.result,
        event.done,
        event.timestamp,
        event.has_interval,
        event.satisfied_time,
        event.repeat,
        event.trigger,
        event.count,
        event.bypassed,
    )


def event_fields() -> tuple[str, ...]:
    """Return the names of the values of `event_state`."""
    return ("result", "done", "timestamp", "has_interval", "satisfied", "repeat", "trigger", "count", "bypassed")


def snapshot(manager: MissionEventManager, actions: list[Any]) -> dict[str, Any]:
    """Return all that a frame left behind: events, goals, root statuses, variables, containers, log, actions, draws."""
    world = manager.world
    seen: dict[str, Any] = {}
    for event, formula in zip(world.events, manager.event_formulas, strict=True):
        seen[f"event {event.index} {event.name!r}"] = event_state(world, event.index)
        if not event.done:
            seen[f"status of event {event.index} {event.name!r}"] = _status(formula)
    for goal, formula in zip(world.goals, manager.goal_formulas, strict=True):
        seen[f"goal {goal.index} {goal.name!r}"] = (goal.status, goal.invalid)
        if goal.status == GOAL_INCOMPLETE:
            seen[f"status of goal {goal.index} {goal.name!r}"] = _status(formula)
    seen["variables"] = list(world.variables.texts)
    seen["containers"] = world.containers.snapshot()
    seen["log"] = len(world.log)
    seen["actions"] = list(actions)
    seen["random"] = (world.rng.draws, world.rng.state_hash() if world.rng.draws else "")
    seen["requests"] = manager.counters.requests
    seen["score"] = world.player.score
    return seen


def _status(formula: Formula) -> str:
    """Return a root's special status; the nodes shared by all `( true )` and `( false )` carry others' traces."""
    root = getattr(formula, "root", None)
    if root is not None and root.name in ("true", "false"):
        return ""
    status = formula.status
    return str(status) if status in _SPECIAL else ""


def compare(one: dict[str, Any], other: dict[str, Any]) -> list[Difference]:
    """Return the differences between two snapshots, in the order of the first."""
    return [(key, value, other.get(key)) for key, value in one.items() if other.get(key) != value]
