"""Actions on a ship's side, class, AI class and armor, and `ship-create` (M.6, M.7, M.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import action, as_number, as_text, texts
from sexp_runtime.operators.actions_geometry import orientation_of_angles
from sexp_runtime.operators.actions_supply import share_shield_energy
from sexp_runtime.operators.actions_targets import (
    HULL,
    SHIELDS,
    SIMULATED_HULL,
    changeable_ships,
    named_subsystems,
    ship_in_space,
    targets,
)
from sexp_runtime.operators.context import ActionValue
from sexp_runtime.world.ships import NOT_YET, PRESENT, Ship, Subsystem

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.classes import ShipClass
    from sexp_runtime.world.world import World


@action("change-iff")
def change_iff(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Move ships, wings or whole sides, including members yet to arrive, to another side (M6.1 to M6.4).

    An unknown side, named by a variable, changes nothing (M6.5). WCS accepts no whole sides, and no wing without a
    present leader (M6.1).
    """
    world, team = ctx.world, as_text(values, 0)
    if world.sides and team.lower() not in world.sides:
        ctx.warn(f"change-iff: there is no side {team!r}")
        return
    for value in values[1:]:
        wing = world.wing(value) if ctx.wcs and isinstance(value, str) and world.ship(value) is None else None
        if wing is not None and world.wing_leader(wing) is None:
            continue
        present, pending = targets(world, value, sides=not ctx.wcs)
        for ship in (*present, *pending):
            world.set_ship(ship, "team", team)


@action("change-ship-class")
def change_ship_class(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Change the class of ships; hull, shields and subsystems keep their percentage of the maximum (M7.1 to M7.4).

    A dying or departing ship keeps its class. A ship yet to arrive arrives as the new class, with the file's damage.
    """
    world, name = ctx.world, as_text(values, 0)
    if not name:
        return
    data = world.class_table.get(name)
    for ship in changeable_ships(world, values[1:]):
        if ship.class_name.lower() == name.lower() or ship.departing:
            continue
        if ship.status is NOT_YET or ship.status is PRESENT:
            _change_class(world, ship, data)


def _change_class(world: World, ship: Ship, data: ShipClass) -> None:
    row = ship.definition
    special_hull = row is not None and row.special_hitpoints > 0
    special_shields = row is not None and row.special_shield_points > 0
    hull, shields = _share(ship.hull, ship.max_hull), _share(ship.shields, ship.max_shields)
    max_hull, max_shields = data.hull, data.shields
    if ship.status is NOT_YET:  # special points from the file keep their ratio to the class's points (M7.2)
        old = world.class_table.get(ship.class_name)
        max_hull = data.hull * ship.max_hull / old.hull if special_hull and old.hull > 0.0 else data.hull
        if special_shields and old.shields > 0.0:
            max_shields = data.shields * ship.max_shields / old.shields
    else:
        max_hull = ship.max_hull if special_hull else data.hull
        max_shields = ship.max_shields if special_shields else data.shields
        hull = max(hull, 0.01)
        if "no-shields" in ship.flags:
            shields = 0.0  # its percentage reads 0 while they are off (M7.4)
        _settle_shield_flag(world, ship, max_shields)
    if ship.max_shields <= 0.0:
        shields = 1.0
    world.set_ship(ship, "class_name", data.name)
    world.set_ship(ship, "max_hull", max_hull)
    world.set_ship(ship, "hull", max_hull * hull)
    world.set_ship(ship, "max_shields", max_shields)
    world.set_ship(ship, "shields", max_shields * shields)
    if ship.speed_bound is not None:
        world.set_ship(ship, "speed_bound", max(ship.speed_bound, data.speed))
    world.set_ship(ship, "max_speed", data.speed)
    world.set_ship(ship, "radius", data.radius)
    _change_subsystems(world, ship, data)


def _share(points: float, maximum: float) -> float:
    return max(points, 0.0) / maximum if maximum > 0.0 else 1.0


def _settle_shield_flag(world: World, ship: Ship, max_shields: float) -> None:
    """Derive the flag no-shields from the file's flags and the new class (M7.4)."""
    file_flags = ship.definition.flags if ship.definition is not None else frozenset()
    if "force-shields-on" in file_flags and max_shields > 0.0:
        off = False
    else:
        off = "no-shields" in file_flags or max_shields <= 0.0
    if world.set_flag(ship, "no-shields", off) and not off:
        share_shield_energy(world, ship, True)


def _change_subsystems(world: World, ship: Ship, data: ShipClass) -> None:
    """Give a ship the subsystems of its new class; subsystems of the same name keep their percentage.

    The subsystems of an undeclared class are unknown: the ship keeps its own, with points scaled by the new hull.
    """
    old = dict(ship.subsystems)
    names = data.subsystems if data.name.lower() in world.class_table.given else [part.name for part in old.values()]
    new: dict[str, Subsystem] = {}
    for name in names:
        before = ship.subsystem(name)
        part = Subsystem(name, ship.max_hull / 10, before.type if before is not None else None)
        if before is not None:
            part.hull = part.max_hull * _share(before.hull, before.max_hull)
            part.cargo, part.cargo_known, part.cargo_fix = before.cargo, before.cargo_known, before.cargo_fix
        new[name.lower()] = part
    world.replace_subsystems(ship, new)


@action("change-ai-class")
def change_ai_class(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Change the AI class of a ship, or only of its named subsystems (M7.6)."""
    ship = ship_in_space(ctx.world, as_text(values, 1))
    if ship is None:
        return
    if len(values) < 3:
        ctx.world.set_ship(ship, "ai_class", as_text(values, 0))
    for value in values[2:]:
        for subsystem in named_subsystems(ctx.world, ship, value):
            ctx.world.set_subsystem(ship, subsystem, "ai_class", as_text(values, 0))


@action("set-armor-type")
def set_armor_type(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set the armor type of parts of a ship, or with false reset it: ship, set or not, armor, parts (M7.7)."""
    world = ctx.world
    ship = ship_in_space(world, values[0])
    if ship is None:
        return
    armor = as_text(values, 2) if as_number(values, 1) else ""
    if armor.lower() == "<none>":
        armor = ""
    for value in texts(values, 3):
        word = value.lower()
        if word in (HULL, SIMULATED_HULL):
            world.set_ship(ship, "armor", armor)
        elif word == SHIELDS:
            world.set_ship(ship, "shield_armor", armor)
        for subsystem in named_subsystems(world, ship, value):
            world.set_subsystem(ship, subsystem, "armor", armor)


@action("ship-create")
def ship_create(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Create a ship: name, class, place in metres, then pitch, bank, heading in degrees and the side (M11.1, M11.2)."""
    if not as_text(values, 1):
        return
    place = (float(as_number(values, 2)), float(as_number(values, 3)), float(as_number(values, 4)))
    orientation = orientation_of_angles(as_number(values, 5), as_number(values, 6), as_number(values, 7))
    team = as_text(values, 8) if not ctx.wcs else ""
    if not team or (ctx.world.sides and team.lower() not in ctx.world.sides):
        team = "Friendly"  # the first of the table
    created = ctx.world.create_ship(as_text(values, 0), as_text(values, 1), place, orientation, team)
    if created is None and len(ctx.world.ships) >= ctx.world.quotas.ships:
        ctx.warn(f"ship-create: a mission may have {ctx.world.quotas.ships} ships at most")
