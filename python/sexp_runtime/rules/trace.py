"""Traces: the state after a frame, in which two engines must agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.rules.formula import Formula
from sexp_runtime.rules.manager import MissionEventManager
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, UNKNOWN
from sexp_runtime.world.mission_state import GOAL_INCOMPLETE

if TYPE_CHECKING:
    from sexp_runtime.rules.cues import CueManager

_SPECIAL: Final = frozenset({KNOWN_TRUE, KNOWN_FALSE, NAN, NAN_FOREVER})
_EVENT_FIELDS: Final = (
    "result", "done", "timestamp", "has_interval", "satisfied_time", "repeat", "trigger", "count", "bypassed", "status"
)  # fmt: skip
_GOAL_FIELDS: Final = ("status", "invalid", "root status")
_SHIP_FIELDS: Final = ("status", "hull", "shields", "position", "team", "departing")
_CUE_FIELDS: Final = ("done", "due_us")

#: Everything of one frame: for each part of the state its rows, in order.
Snapshot = dict[str, Sequence[Any]]
#: One difference: what differs, and the two values.
Difference = tuple[str, Any, Any]


def snapshot(manager: MissionEventManager, actions: Sequence[Any], cues: CueManager | None = None) -> Snapshot:
    """Return the state after a frame; `actions` are those of the frame, or just the last ones.

    Parts: events, goals, cues, ships, subsystems, nav points, variables, containers, log, actions, random draws,
    requests.
    """
    world = manager.world
    seen: Snapshot = {
        "event": [
            (
                event.result, event.done, event.timestamp, event.has_interval, event.satisfied_time, event.repeat,
                event.trigger, event.count, event.bypassed, UNKNOWN if event.done else _status(formula),
            )
            for event, formula in zip(world.events, manager.event_formulas, strict=True)
        ],
        "goal": [
            (goal.status, goal.invalid, _status(formula) if goal.status == GOAL_INCOMPLETE else UNKNOWN)
            for goal, formula in zip(world.goals, manager.goal_formulas, strict=True)
        ],
        "ship": [
            (ship.key, ship.status, ship.hull, ship.shields, ship.position, ship.team, ship.departing)
            for ship in world.ships.values()
        ],
        "variables": list(world.variables.texts),
        "containers": list(world.containers.snapshot().items()),
        "log entries": [len(world.log)],
        "actions": list(actions),
        "random draws": [world.rng.draws, world.rng.seed_used],
        "requests": [manager.counters.requests],
        "score": [world.player.score],
        "subsystems": [
            (ship.key, subsystem.name, subsystem.hull, subsystem.disrupted, subsystem.cargo, sorted(subsystem.flags))
            for ship in world.ships.values()
            for subsystem in ship.subsystems.values()
        ],
        "nav points": [point and astuple(point) for point in world.navigation.points],
    }  # fmt: skip
    if cues is not None:
        seen["cue"] = [(cue.done, cue.due_us) for cue in cues.cues]
        seen["requests of cues"] = [cues.counters.requests]
    return seen


def _status(formula: Formula) -> Any:
    """Return a root's special status, except of the nodes that all `( true )` and `( false )` share."""
    status = formula.status
    return status if status in _SPECIAL and formula.operator not in ("true", "false") else UNKNOWN


def compare(one: Snapshot, other: Snapshot, manager: MissionEventManager) -> list[Difference]:
    """Return the differences between two snapshots of one mission; the manager gives the names."""
    if one == other:
        return []
    world = manager.world
    names = {
        "event": ([repr(event.name) for event in world.events], _EVENT_FIELDS),
        "goal": ([repr(goal.name) for goal in world.goals], _GOAL_FIELDS),
        "ship": (list(world.ships), ("key", *_SHIP_FIELDS)),
        "variables": (world.variables.names, ()),
    }
    found: list[Difference] = []
    for part, rows in one.items():
        others = other.get(part, ())
        labels, fields = names.get(part, ([], _CUE_FIELDS if part == "cue" else ()))
        for number in range(max(len(rows), len(others))):
            left = rows[number] if number < len(rows) else None
            right = others[number] if number < len(others) else None
            if left == right:
                continue
            label = f"{part} {number}" + (f" {labels[number]}" if number < len(labels) else "")
            if fields and left is not None and right is not None:
                for field, a, b in zip(fields, left, right, strict=True):
                    if a != b:
                        found.append((f"{label} {field}", a, b))
            else:
                found.append((label, left, right))
    return found
