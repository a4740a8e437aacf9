"""A moment of a mission as plain data: events, goals, variables, containers, objects and the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.session import MissionSession
from sexp_runtime.world.clock import EVENT_CLOCK_START

if TYPE_CHECKING:
    from sexp_runtime.world.mission_state import EventState
    from sexp_runtime.world.ships import Ship

#: Latest entries of the mission log that a moment shows.
LOG_ROWS: Final = 12


def event_row(event: EventState) -> dict[str, Any]:
    """Return the result of an event: outcome `satisfied`, `failed`, `repeating` or `open`, and its time in seconds."""
    if event.done:
        outcome = "satisfied" if event.result != 0 else "failed"
    else:
        outcome = "repeating" if event.count else "open"
    moment = event.satisfied_time
    return {
        "name": event.name,
        "outcome": outcome,
        "count": event.count,
        "first_time": None if moment is None else (moment - EVENT_CLOCK_START) / 1000,
    }


def moment_of(session: MissionSession) -> dict[str, Any]:
    """Return the state of a session now, as JSON-able data.

    time: seconds of mission time. events: rows of `event_row`. goals: name and status. variables: texts by name.
    containers: lists of texts, maps of texts. ships: name, status, hull and shields in percent, position in metres,
    speed in metres a second. log: the latest entries with time, kind and names. digest: the check sum of recordings.
    """
    world = session.world
    return {
        "time": session.mission_time,
        "mission": session.mission_name,
        "ended": world.mission_over,
        "events": [event_row(event) for event in world.events],
        "goals": [{"name": goal.name, "status": goal.status, "invalid": goal.invalid} for goal in world.goals],
        "variables": {name: world.variables.text(index) for index, name in enumerate(world.variables.names) if name},
        "containers": {
            name: _contents(session, name, kind) for name, kind in session.mission.container_kinds().items()
        },
        "ships": [_ship_row(ship) for ship in world.ships.values()],
        "log": [
            {"time": entry.fix / 65536, "kind": entry.kind, "name": entry.name, "second": entry.second}
            for entry in world.log.entries[-LOG_ROWS:]
        ],
        "digest": session.digest(),
    }


def _contents(session: MissionSession, name: str, kind: str) -> list[str] | dict[str, str]:
    container = session.world.containers.get(name)
    if kind == "map":
        return {} if container is None else dict(container.pairs)
    return [] if container is None else list(container.items)


def _ship_row(ship: Ship) -> dict[str, Any]:
    x, y, z = ship.velocity
    return {
        "name": ship.name,
        "status": ship.status.name.lower().replace("_", " "),
        "hull": 100 * max(ship.hull, 0.0) / ship.max_hull if ship.max_hull > 0 else 0.0,
        "shields": 100 * max(ship.shields, 0.0) / ship.max_shields if ship.max_shields > 0 else 0.0,
        "position": list(ship.position),
        "speed": (x * x + y * y + z * z) ** 0.5,
    }
