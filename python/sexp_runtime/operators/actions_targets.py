"""Look up what an action names: ships, wings, whole sides, their entries of the mission file, subsystems (M.1, M.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions import Depends
from sexp_runtime.operators.context import ActionValue
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world.classes import SUBSYSTEM_TYPES
from sexp_runtime.world.order_upkeep import live
from sexp_runtime.world.ships import EXITED, NOT_YET, PRESENT, Ship, Subsystem
from sexp_runtime.world.waves import pending_entries
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.world.facts import FactKey
    from sexp_runtime.world.world import World

#: Words for all subsystems of a kind, by the kind that subsystems carry (M2.3).
KIND_WORDS: Final = {f"<all {kind.lower()}>": kind for kind in SUBSYSTEM_TYPES}
#: The word for every subsystem of a ship, except its hull.
ALL_SUBSYSTEMS: Final = "<all subsystems>"
#: The only words for all of a kind that WCS accepts, case-sensitive.
_WCS_WORDS: Final = ("<all engines>", "<all turrets>")
#: Words that mean the ship itself instead of a subsystem, where an operator accepts them (M2.5).
HULL: Final = "hull"
SIMULATED_HULL: Final = "simulated hull"
SHIELDS: Final = "shields"


def named_ship(world: World, value: ActionValue) -> Ship | None:
    """Return the registry's ship of that name, None for an unknown name or another kind of argument."""
    return world.ship(value) if isinstance(value, str) else None


def _named(world: World, values: Iterable[ActionValue]) -> list[Ship]:
    """Return those of the named ships that the registry contains; fast for long lists."""
    ships = world.ships
    found = [ships.get(value.lower()) for value in values if isinstance(value, str)]
    return [ship for ship in found if ship is not None]


def present_ships(world: World, values: Iterable[ActionValue]) -> list[Ship]:
    """Return those of the named ships that are in the mission and not dying, in the order named."""
    return [ship for ship in _named(world, values) if ship.status is PRESENT]


def ship_in_space(world: World, value: ActionValue) -> Ship | None:
    """Return the ship of that name if it is present or in its death roll (M1.2, pattern S)."""
    ship = named_ship(world, value)
    return ship if ship is not None and live(ship) else None


def ships_in_space(world: World, values: Iterable[ActionValue]) -> list[Ship]:
    """Return those of the named ships that are present or in their death roll, in the order named (M1.2, pattern S)."""
    return [ship for ship in _named(world, values) if live(ship)]


def changeable_ships(world: World, values: Iterable[ActionValue]) -> list[Ship]:
    """Return those of the named ships that have not left (M1.14, pattern F); a ship yet to arrive is its own entry."""
    return [ship for ship in _named(world, values) if ship.status is not EXITED]


def wing_ships(world: World, wing: Wing) -> list[Ship]:
    """Return a wing's members that are in the mission and not dying, in order of arrival."""
    return [ship for ship in world.wing_members(wing) if ship.status is PRESENT]


def targets(world: World, value: ActionValue, *, sides: bool = False) -> tuple[list[Ship], list[Ship]]:
    """Return the ships in space and the entries of the mission file that a name refers to (M1.15, pattern W).

    Looks for a ship, then a wing, then, with `sides`, a side. Entries are those from which ships can still be made
    (M1.16). `<any side>` refers to nothing.
    """
    if not isinstance(value, str):
        return [], []
    ship = world.ship(value)
    if ship is not None:
        if ship.status is NOT_YET:
            return [], [ship]
        return ([ship], []) if live(ship) else ([], [])
    wing = world.wing(value)
    if wing is not None:
        return ([], []) if wing.gone else (world.wing_members(wing), pending_entries(world, wing))
    if not sides:
        return [], []
    side = value.lower()
    present = [found for found in world.ships.values() if live(found) and found.team.lower() == side]
    return present, [entry for entry in all_pending(world) if entry.team.lower() == side]


def all_pending(world: World) -> list[Ship]:
    """Return every entry of the mission file from which a ship can still be made."""
    entries: list[Ship] = []
    for ship in world.ships.values():
        if ship.status is NOT_YET and (ship.wing is None or ship.wing not in world.wings):
            entries.append(ship)
        elif ship.entry is not None and ship.wing is None:  # a created ship that took the name (M11.6)
            entries.append(ship.entry)
    for wing in world.wings.values():
        entries += pending_entries(world, wing)
    return entries


def named_ships(world: World, value: ActionValue) -> list[Ship]:
    """Return the ships in the mission and not dying of a name, looked up as ship, wing, side in that order."""
    if not isinstance(value, str):
        return []
    ship = world.ship(value)
    if ship is not None:
        return [ship] if ship.status is PRESENT else []
    wing = world.wing(value)
    if wing is not None:
        return wing_ships(world, wing)
    side = value.lower()
    return [ship for ship in world.ships.values() if ship.team.lower() == side and ship.status is PRESENT]


def named_subsystems(world: World, ship: Ship, value: ActionValue) -> list[Subsystem]:
    """Return the subsystems of a ship of a name, or of a word for all of a kind (M2.3)."""
    if not isinstance(value, str):
        return []
    if value.startswith("<"):
        key = value if world.dialect is Dialect.WCS else value.lower()
        if world.dialect is not Dialect.WCS and key == ALL_SUBSYSTEMS:
            return list(ship.subsystems.values())
        kind = KIND_WORDS.get(key)
        if kind is not None and (world.dialect is not Dialect.WCS or key in _WCS_WORDS):
            return [subsystem for subsystem in ship.subsystems.values() if subsystem.type == kind]
    found = ship.subsystem(value)
    return [found] if found is not None else []


def depends_on(*fields: str, points: bool = False) -> Depends:
    """Return what an effect depends on that reads and writes these fields of the ships and wings that it names.

    With `points` its texts can also name waypoints. The board's generation covers the roster, sides and statuses.
    """

    def depends(world: World, values: tuple[ActionValue, ...]) -> Iterable[FactKey]:
        for value in values:
            if not isinstance(value, str):
                continue
            ship, wing = world.ship(value), world.wing(value)
            keys = {value.lower()}
            if ship is not None:
                keys.add(ship.key)
            if wing is not None:
                yield wing.fact
                keys.update(wing.members)
                keys.update(name.lower() for name in wing.ships)
            if points and ":" in value:
                yield "waypoint", value.lower().rpartition(":")[0]
            for key in keys if ship is not None or wing is not None else ():
                for field in fields:
                    yield "ship", key, field

    return depends
