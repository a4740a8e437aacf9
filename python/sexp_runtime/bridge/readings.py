"""A mission's data for GDScript: objects, events, goals and numbers as values of Godot's types."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sexp_runtime.bridge.gate import RefusedError, meant
from sexp_runtime.syntax.tree import NodeKind, SexpExpression

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession
    from sexp_runtime.world.ships import Ship


def object_facts(session: MissionSession, ship: Ship) -> dict[str, Any]:
    """Return the facts of a ship; hull and shields are shares, 0 to 1."""
    world = session.world
    wing = None if ship.wing is None else world.wings.get(ship.wing)
    return {
        "name": ship.name,
        "class": ship.class_name,
        "team": ship.team,
        "status": ship.status.value,
        "position": ship.position,
        "hull": max(0.0, ship.hull) / ship.max_hull if ship.max_hull > 0 else 0.0,
        "shields": max(0.0, ship.shields) / ship.max_shields if ship.max_shields > 0 else 0.0,
        "wing": "" if wing is None else wing.name,
        "cargo": ship.cargo,
        "flags": sorted(ship.flags),
        "orders": _orders(session, ship),
    }


def _orders(session: MissionSession, ship: Ship) -> list[list[Any]]:
    """Return the orders that the mission's file gives to a ship or its wing, as lists of name and arguments."""
    definitions: list[Any] = [ship.definition]
    if ship.wing is not None:
        definitions.append(session.world.wings[ship.wing].definition)
    orders: list[list[Any]] = []
    for definition in definitions:
        goals: SexpExpression | None = getattr(definition, "goals", None)
        if goals is not None:
            orders += [
                [_atom(child) for child in order.children]
                for order in goals.root.arguments
                if order.kind is NodeKind.LIST and order.children
            ]
    return orders


def message_text(session: MissionSession, name: str) -> str:
    """Return a message's text with variables in it replaced; raises RefusedError for an unknown name."""
    messages = session.mission.messages
    for message in messages:
        if message.name.lower() == name.lower():
            return session.world.shown_text(message.text)
    near = meant(name, (message.name for message in messages))
    raise RefusedError(f"the mission has no message {name!r}{near}")


def waypoints(session: MissionSession, path: str) -> Sequence[Sequence[float]]:
    """Return the points of a waypoint path; raises RefusedError for an unknown name."""
    found = session.world.waypoints.get(path.lower())
    if found is None:
        raise RefusedError(f"the mission has no path {path!r}{meant(path, session.world.waypoints)}")
    return found


def explanation(session: MissionSession, event: str) -> str:
    """Return why an event has its result; raises RefusedError for an unknown name, or without an explanation."""
    known = [state.name for state in session.world.events]
    if event.lower() not in (name.lower() for name in known):
        raise RefusedError(f"the mission has no event {event!r}{meant(event, known)}")
    try:
        return str(session.explain("event", event))
    except (LookupError, RuntimeError) as error:
        raise RefusedError(str(error.args[0]) if len(error.args) == 1 else str(error)) from error


def events(session: MissionSession) -> list[dict[str, Any]]:
    """Return the events in order: name, result, done, count, objective."""
    return [
        {
            "name": event.name,
            "result": event.result,
            "done": event.done,
            "count": event.count,
            "objective": getattr(event.definition, "objective", ""),
        }
        for event in session.world.events
    ]


def goals(session: MissionSession) -> list[dict[str, Any]]:
    """Return the goals in order: name, type, status, message."""
    return [
        {
            "name": goal.name,
            "type": getattr(goal.definition, "type", "primary"),
            "status": goal.status,
            "message": getattr(goal.definition, "message", ""),
        }
        for goal in session.world.goals
    ]


def statistics_text(numbers: dict[str, Any]) -> str:
    """Return the statistics of the autoload as a readable text."""
    times = numbers["frame_time_us"]
    return "\n".join(
        (
            f"{numbers['mission']}, {numbers['mission_time']:.1f} s of mission time, {numbers['frames']} frames",
            f"requests     {numbers['requests']:>12,} results",
            f"  evaluated    {numbers['evaluations']:>12,}  ({100 * numbers['hit_rate']:.2f} % from cache)",
            f"  invalidated  {numbers['invalidations']:>12,}",
            f"  evicted      {numbers['evictions']:>12,}",
            f"  cached       {numbers['cached_expressions']:>12,} expressions, {numbers['cache_bytes']:,} bytes",
            f"  frame time   median {times['median']:.1f} us, 99 % below {times['p99']:.1f} us, "
            f"longest {times['max']:.1f} us",
            f"  objects      {numbers['tracked_objects']} tracked, {numbers['positions_read']:,} positions read",
        )
    )


def process_memory() -> tuple[int, int]:
    """Return the bytes of memory that this process holds now and held at most.

    Linux provides both; elsewhere psutil does, if it is installed. 0 means unknown.
    """
    found = {"VmRSS": 0, "VmHWM": 0}
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return _memory_by_psutil()
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if name in found:
            with contextlib.suppress(ValueError, IndexError):
                found[name] = int(rest.split()[0]) * 1024
    return found["VmRSS"], found["VmHWM"]


def _memory_by_psutil() -> tuple[int, int]:
    try:
        import psutil

        memory = psutil.Process().memory_info()
    except Exception:  # not installed, or a system that it cannot read: the numbers are a help, never in the way
        return 0, 0
    return int(memory.rss), int(getattr(memory, "peak_wset", 0))


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return a dictionary with values that Godot's types hold."""
    found: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return found


def as_lists(values: Any) -> Any:
    """Return nested tuples as nested lists, which the engine takes as arrays."""
    return [as_lists(value) for value in values] if isinstance(values, tuple | list) else values


def _atom(node: Any) -> int | str:
    text: str = node.text
    return int(text) if node.kind is NodeKind.NUMBER and text.lstrip("-").isdecimal() else text
