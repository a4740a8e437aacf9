"""The mission at a glance: its variables, containers, objects and goals as rows for the editor's tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge.feed_rows import LONGEST_NAME
from sexp_runtime.world.containers import LIST
from sexp_runtime.world.ships import EXITED, ORIGIN

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession
    from sexp_runtime.world.containers import Container
    from sexp_runtime.world.ships import Ship

#: Most rows of a page, items of a container and characters of a text.
MOST_PAGE_ROWS: Final = 3000
MOST_ITEMS: Final = 100
LONGEST_VALUE: Final = 400

Row = list[Any]
#: Paths of the nodes that are tied to ships, by the ships' keys.
Nodes = Mapping[str, str]


def variable_rows(session: MissionSession, nodes: Nodes) -> list[Row]:
    """Return a row for each variable, then for each container.

    [kind, name, type, value, items, how many]: kind is "variable", "list" or "map"; `items` are [key, text] of the
    first items, the key of a list's item is its position. A variable has no items.
    """
    variables = session.world.variables
    rows: list[Row] = [
        ["variable", name[:LONGEST_NAME], variables.types[at], variables.texts[at], [], 0]
        for at, name in enumerate(variables.names)
        if name
    ]
    return rows + [_container_row(container) for container in session.world.containers.by_name.values()]


def _container_row(container: Container) -> Row:
    if container.kind == LIST:
        items = [[str(at), text[:LONGEST_VALUE]] for at, text in enumerate(islice(container.items, MOST_ITEMS))]
        types = container.data_type
    else:
        pairs = islice(container.pairs.items(), MOST_ITEMS)
        items = [[key[:LONGEST_VALUE], text[:LONGEST_VALUE]] for key, text in pairs]
        types = f"{container.key_type} to {container.data_type}"
    return [container.kind, container.name[:LONGEST_NAME], types, "", items, len(container)]


def object_rows(session: MissionSession, nodes: Nodes) -> list[Row]:
    """Return a row for each ship: [name, class, team, status, hull %, shields %, node]; "" where it has none."""
    return [
        [
            ship.name[:LONGEST_NAME], ship.class_name[:LONGEST_NAME], ship.team, status_of(ship),
            _percent(ship.hull, ship.max_hull), _percent(ship.shields, ship.max_shields), nodes.get(ship.key, ""),
        ]
        for ship in islice(session.world.ships.values(), MOST_PAGE_ROWS)
    ]  # fmt: skip


def status_of(ship: Ship) -> str:
    """Return a ship's status as the objects page shows it; a ship that has left says how."""
    if ship.status is EXITED and ship.exit is not None:
        return ship.exit.value
    return ship.status.value.replace("-", " ")


def goal_rows(session: MissionSession, nodes: Nodes) -> list[Row]:
    """Return a row for each goal: [name, type, status, text, score]."""
    return [
        [
            goal.name[:LONGEST_NAME], getattr(goal.definition, "type", ""),
            "invalid" if goal.invalid else goal.status,
            getattr(goal.definition, "message", "")[:LONGEST_VALUE], goal.score,
        ]
        for goal in islice(session.world.goals, MOST_PAGE_ROWS)
    ]  # fmt: skip


def object_details(session: MissionSession, name: str, node: str) -> list[list[str]]:
    """Return what is known of a ship as [label, text], its subsystems last; none for an unknown name."""
    ship = session.world.ship(name)
    if ship is None:
        return []
    world = session.world
    wing = world.wings.get(ship.wing) if ship.wing else None
    rows = [
        ["status", status_of(ship)],
        ["class", ship.class_name],
        ["team", ship.team],
        ["hull", f"{ship.hull:.1f} of {ship.max_hull:.1f}"],
        ["shields", f"{ship.shields:.1f} of {ship.max_shields:.1f}" if ship.max_shields > 0 else ""],
        ["position", _numbers(ship.position)],
        ["speed", f"{ship.speed:.1f} m/s" if ship.velocity != ORIGIN else ""],
        ["wing", wing.name if wing is not None else ""],
        ["node", node],
        ["flags", ", ".join(sorted(ship.flags))],
        ["cargo", f"{ship.cargo}{'' if ship.cargo_known else ' (not revealed)'}" if ship.cargo else ""],
        ["docked", ", ".join(sorted(world.ships[key].name for key in ship.docked if key in world.ships))],
        ["orders", "; ".join(_words(goal) for goal in ship.goals)],
        ["guardian", f"not below {ship.guardian} %" if ship.guardian else ""],
        ["AI class", ship.ai_class],
        ["tagged", "yes" if ship.tagged else ""],
    ]
    if ship.subsystems:
        rows.append(["subsystems", str(len(ship.subsystems))])
    for part in islice(ship.subsystems.values(), MOST_ITEMS):
        state = f"{_percent(part.hull, part.max_hull)} %" + (", disrupted" if part.disrupted else "")
        rows.append([f"- {part.name}", state])
    return [[label[:LONGEST_NAME], text[:LONGEST_VALUE]] for label, text in rows if text]


def _percent(value: float, full: float) -> str:
    return f"{100.0 * max(0.0, value) / full:.1f}" if full > 0 else ""


def _numbers(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.1f}" for value in values)


def _words(values: Any) -> str:
    """Return an order with its arguments as text; arguments can be orders in parentheses."""
    return " ".join(f"({_words(value)})" if isinstance(value, tuple) else str(value) for value in values)


#: What makes the rows of each page.
PAGES: Final[Mapping[str, Callable[[MissionSession, Nodes], list[Row]]]] = {
    "variables": variable_rows,
    "objects": object_rows,
    "goals": goal_rows,
}
