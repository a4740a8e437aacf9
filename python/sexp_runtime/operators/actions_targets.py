"""Finding what an action names: ships, wings, whole teams, subsystems, and what happens to their hulls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import ActionValue
from sexp_runtime.world.ships import EXITED, NOT_YET, PRESENT, Ship, Subsystem
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

#: Words for all subsystems of a kind, by the kind that subsystems carry.
GENERIC_SUBSYSTEMS = {
    "<all engines>": "Engine",
    "<all turrets>": "Turrets",
    "<all radars>": "Radar",
    "<all navigation>": "Navigation",
    "<all communication>": "Communication",
    "<all communications>": "Communication",
    "<all weapons>": "Weapons",
    "<all sensors>": "Sensors",
    "<all solar panels>": "Solar Panels",
    "<all gas collectors>": "Gas Collector",
    "<all activators>": "Activator",
    "<all unknown>": "Unknown",
}
#: The words that mean the ship's hull where a subsystem is asked for.
HULL_WORDS = frozenset(("hull", "simulated hull"))


def named_ship(world: World, value: ActionValue) -> Ship | None:
    """Return the registry's ship of that name, None for an unknown name or another kind of argument."""
    return world.ship(value) if isinstance(value, str) else None


def present_ship(world: World, value: ActionValue) -> Ship | None:
    """Return the ship of that name if it is in the mission and not dying."""
    ship = named_ship(world, value)
    return ship if ship is not None and ship.status is PRESENT else None


def _named(world: World, values: Iterable[ActionValue]) -> list[Ship]:
    """Return those of the named ships that the registry knows; a long list of names must not take long."""
    ships = world.ships
    found = [ships.get(value.lower()) for value in values if isinstance(value, str)]
    return [ship for ship in found if ship is not None]


def present_ships(world: World, values: Iterable[ActionValue]) -> list[Ship]:
    """Return those of the named ships that are in the mission and not dying, in the order named."""
    return [ship for ship in _named(world, values) if ship.status is PRESENT]


def changeable_ships(world: World, values: Iterable[ActionValue]) -> list[Ship]:
    """Return those of the named ships that have not left: file data of ships still to arrive can be changed too."""
    return [ship for ship in _named(world, values) if ship.status is not EXITED]


def wing_ships(world: World, wing: Wing) -> list[Ship]:
    """Return a wing's members that are in the mission and not dying, in order of arrival."""
    return [ship for ship in world.wing_members(wing) if ship.status is PRESENT]


def pending_wing_ships(world: World, wing: Wing) -> list[Ship]:
    """Return a wing's ships of the mission file that have not arrived yet."""
    found = (world.ship(name) for name in wing.ships)
    return [ship for ship in found if ship is not None and ship.status is NOT_YET]


def named_ships(world: World, value: ActionValue, *, pending: bool = False) -> list[Ship]:
    """Return the ships that a ship, wing or team name stands for; `pending` admits those still to arrive.

    The name is tried as ship first, then wing, then team (H). Of a wing that is there only its present ships count:
    later waves come as the mission file has them.
    """
    if not isinstance(value, str):
        return []
    wanted = (PRESENT, NOT_YET) if pending else (PRESENT,)
    ship = world.ship(value)
    if ship is not None:
        return [ship] if ship.status in wanted else []
    wing = world.wing(value)
    if wing is not None:
        present = wing_ships(world, wing)
        return present if present or not pending else pending_wing_ships(world, wing)
    team = value.lower()
    return [ship for ship in world.ships.values() if ship.team.lower() == team and ship.status in wanted]


def named_subsystems(ship: Ship, value: ActionValue) -> list[Subsystem]:
    """Return the subsystems of a ship that a name, or a word for all of a kind, stands for."""
    if not isinstance(value, str):
        return []
    key = value.lower()
    kind = GENERIC_SUBSYSTEMS.get(key)
    if kind is not None:
        return [subsystem for subsystem in ship.subsystems.values() if subsystem.type == kind]
    found = ship.subsystems.get(key)
    return [found] if found is not None else []
