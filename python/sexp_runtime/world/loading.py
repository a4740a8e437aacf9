"""Filling a world from a mission: registries, tables and the state at mission start, before any cue is evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sexp_runtime.catalog import CATALOG
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode
from sexp_runtime.world.classes import subsystem_type
from sexp_runtime.world.entries import NO_CARGO, exit_record
from sexp_runtime.world.lifecycle import Lifecycle
from sexp_runtime.world.mission_state import EventState, GoalState
from sexp_runtime.world.orders import file_orders
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus, Subsystem, Vector
from sexp_runtime.world.variables import NUMBER, STRING
from sexp_runtime.world.waves import count_ship_types
from sexp_runtime.world.wings import older_wave_names

if TYPE_CHECKING:
    from sexp_runtime.mission.model import EventDef, Mission, ShipDef

#: A subsystem that the file gives less than this percentage starts destroyed (R161).
LEAST_LEFT: Final = 0.5
#: The sides of the usual tables.
USUAL_SIDES: Final = ("friendly", "hostile", "neutral", "unknown", "traitor")
#: Words that may stand for a subsystem but name none, like anything in angle brackets (M2.3 to M2.5).
_NO_SUBSYSTEM = ("", "none", "hull", "simulated hull", "shields")


def populate(world: Lifecycle, mission: Mission) -> None:
    """Fill an empty world with everything of a mission that formulas can read.

    All ships and wings are yet to arrive: the cues decide which are there at the start (F41). Of duplicate names the
    first counts; the mission reader has reported them.
    """
    add_tables(world, mission)
    for row in mission.wings:
        most = min(row.waves * len(row.ships), world.quotas.ships)
        older = older_wave_names(row.name, most) if row.waves > 1 else {}
        if any(name.lower() in older for name in row.ships):
            world.spellings.update(older)
    _add_ships(world, mission)
    _add_wings(world, mission)
    _add_docking(world, mission)
    _add_formulas(world, mission)
    for formula in mission.formulas():
        add_named_subsystems(world, formula)
    world.sides = {*USUAL_SIDES, *(ship.team.lower() for ship in world.ships.values()), *_named_sides(mission)}
    world.cargo_words = {ship.cargo.lower() for ship in world.ships.values()}
    world.cargo_words |= {
        part.cargo.lower() for ship in world.ships.values() for part in ship.subsystems.values() if part.cargo
    }
    for player in mission.players:
        if player.start_ship and not world.player.ship:
            world.set_player("ship", world.spellings.get(player.start_ship.lower(), player.start_ship).lower())
    if not world.player.ship:
        for ship in world.ships.values():
            if "player-start" in ship.flags:
                world.set_player("ship", ship.key)
                break
    count_ship_types(world)


def add_tables(world: Lifecycle, mission: Mission) -> None:
    for row in mission.variables:
        if world.variables.index(row.name) is None and 0 <= row.index < world.variables.capacity:
            world.variables.declare(
                row.name,
                row.value,
                NUMBER if row.type == NUMBER else STRING,
                index=None if world.variables.is_set(row.index) else row.index,
                network=row.network,
                eternal=row.eternal,
                persistence=row.persistence,
            )
    for box in mission.containers:
        if world.containers.get(box.name) is None:
            data = box.values if box.kind == "list" else [text for pair in box.pairs for text in pair]
            world.containers.declare(
                box.name,
                box.kind,
                list(data),
                data_type=box.data_type,
                key_type=box.key_type,
                eternal=box.eternal,
                persistence=box.persistence,
            )
    world.messages = {}
    for message in mission.messages:
        world.messages.setdefault(message.name.lower(), message)
    for path in mission.waypoints:
        if path.name.lower() not in world.waypoints:
            world.set_waypoints(path.name, [as_vector(point) for point in path.points])
    for node in mission.jump_nodes:
        world.jump_nodes.setdefault(node.name.lower(), as_vector(node.location))


def as_vector(point: Vector) -> Vector:
    """Return a point of the mission file as three floats."""
    return float(point[0]), float(point[1]), float(point[2])


def _add_ships(world: Lifecycle, mission: Mission) -> None:
    for row in mission.ships:
        if world.ship(row.name) is not None:
            continue
        world.class_table.declare(row.class_name)
        name = world.spellings.get(row.name.lower(), row.name)
        ship = world.add_ship(name, class_name=row.class_name, team=row.team)
        fill_ship(ship, row)
        if row.destroy_at is not None:
            ship.status = ShipStatus.EXITED
            ship.exit = ExitKind.DESTROYED
            ship.hull = 0.0
            ship.exit_record = exit_record(ship, ExitKind.DESTROYED, 0)


def fill_ship(ship: Ship, row: ShipDef) -> None:
    """Apply its mission file entry to a new ship (E5)."""
    ship.definition = row
    if row.special_hitpoints > 0:
        ship.max_hull = float(row.special_hitpoints)
    if row.special_shield_points > 0:
        ship.max_shields = float(row.special_shield_points)
    ship.flags = {flag.lower() for flag in row.flags}
    ship.guardian = int("guardian" in ship.flags)
    ship.hull = ship.max_hull * row.initial_hull / 100.0
    ship.shields = ship.max_shields * row.initial_shields / 100.0
    ship.position = as_vector(row.location)
    ship.orientation = row.orientation
    forward = row.orientation[6:9]
    speed = ship.max_speed * row.initial_velocity / 100.0
    ship.velocity = (forward[0] * speed, forward[1] * speed, forward[2] * speed)
    ship.cargo = row.cargo or NO_CARGO
    ship.cargo_known = "cargo-known" in ship.flags or "player-start" in ship.flags
    ship.ai_class = row.ai_class
    ship.hotkey = row.hotkey
    ship.arrival = row.arrival
    ship.departure = row.departure
    for entry in row.subsystems:
        key = entry.name.lower()
        if key == "pilot":
            ship.ai_class = entry.ai_class or ship.ai_class
            continue
        subsystem = ship.subsystem(entry.name)
        if subsystem is None:
            subsystem = ship.subsystems[key] = Subsystem(entry.name, ship.max_hull / 10)
        left = 100.0 - entry.damage
        subsystem.hull = 0.0 if left < LEAST_LEFT else subsystem.max_hull * left / 100.0
        subsystem.cargo = entry.cargo
        subsystem.ai_class = entry.ai_class
    ship.refresh_facts()


def _add_wings(world: Lifecycle, mission: Mission) -> None:
    for row in mission.wings:
        if row.name.lower() in world.wings:
            continue
        members = [ship.name for name in row.ships if (ship := world.ship(name)) is not None]
        wing = world.add_wing(row.name, waves=max(row.waves, 1), size=len(members))
        wing.definition = row
        wing.ships = members
        wing.threshold = row.threshold
        wing.special_ship = row.special_ship
        wing.flags = {flag.lower() for flag in row.flags}
        wing.hotkey = row.hotkey
        wing.arrival = row.arrival
        wing.departure = row.departure
        wing.wave_delay_min = row.wave_delay_min
        wing.wave_delay_max = row.wave_delay_max
        wing.orders = file_orders(row, world.variables, 0, of_wing=True)
        for name in members:
            ship = world.ships[name.lower()]
            if ship.wing is None:
                ship.wing = wing.key
                ship.refresh_facts()


def _add_docking(world: Lifecycle, mission: Mission) -> None:
    for row in mission.ships:
        ship = world.ship(row.name)
        for dock in row.docked_with:
            other = world.ship(dock.ship)
            if ship is not None and other is not None and ship.definition is row:
                world.dock(ship, other, initial=True, points=(dock.own_point, dock.other_point))


def event_state(index: int, row: EventDef) -> EventState:
    """Return the starting state of an event (E7)."""
    unit = 1 if row.msecs else 1000
    return EventState(
        index,
        row.name,
        definition=row,
        repeat=row.repeat,
        trigger=row.trigger,
        uses_trigger=row.trigger_counting,
        interval_ms=row.interval * unit,
        chain_delay_ms=row.chained * unit if row.is_chained else -1,
        score=row.score,
    )


def _add_formulas(world: Lifecycle, mission: Mission) -> None:
    for index, row in enumerate(mission.events):
        world.register_event(event_state(index, row))
    for index, goal in enumerate(mission.goals):
        world.register_goal(GoalState(index, goal.name, definition=goal, invalid=goal.invalid, score=goal.score))


def _named_sides(mission: Mission) -> Iterator[str]:
    """Yield the sides that formulas name, in lower case; the original's load check guarantees that they exist."""
    for formula in mission.formulas():
        for node in formula.root.walk():
            row = CATALOG.get(node.operator) if node.kind is NodeKind.LIST and node.operator is not None else None
            if row is None or "iff" not in row.args:
                continue
            for at, argument in enumerate(node.arguments):
                if row.argument_type(at) == "iff" and argument.kind is NodeKind.STRING and argument.variable is None:
                    yield argument.text.lower()


def add_named_subsystems(world: Lifecycle, formula: SexpExpression) -> None:
    """Add the subsystems that a formula names to their ships; the original's load check guarantees them (A40)."""
    for node in formula.root.walk():
        if node.kind is not NodeKind.LIST or node.operator is None:
            continue
        row = CATALOG.get(node.operator)
        if row is None or not any("subsys" in kind for kind in row.args):
            continue
        _add_subsystems_of(world, node, [row.argument_type(at) or "" for at in range(len(node.arguments))])


def _add_subsystems_of(world: Lifecycle, node: SyntaxNode, types: list[str]) -> None:
    ship: Ship | None = None
    for argument, kind in zip(node.arguments, types, strict=True):
        if argument.kind is not NodeKind.STRING or argument.variable is not None:
            continue
        name = argument.text
        if "subsys" in kind and "type" not in kind:
            if ship is None or name.startswith("<") or name.lower() in _NO_SUBSYSTEM:
                continue
            if ship.subsystem(name) is not None:
                continue
            ship.subsystems[name.lower()] = Subsystem(name, ship.max_hull / 10, subsystem_type(name))
        elif world.ship(name) is not None:
            ship = world.ship(name)
