"""The waves of wings: which entries of the mission file their ships are made from, and under which names (M12)."""

from __future__ import annotations

from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world.entries import copy_file_data, entry_of
from sexp_runtime.world.ships import NOT_YET, Ship
from sexp_runtime.world.state import IN_SPACE, WorldState
from sexp_runtime.world.wings import Wing, wave_ship_name


def file_entries(world: WorldState, wing: Wing) -> list[Ship]:
    """Return the ships of the mission file that a wing's waves are made from, in file order (M12.12)."""
    if not wing.entries:
        names = {name.lower() for name in wing.ships}
        wing.entries = [ship for key, ship in world.ships.items() if key in names]
    return wing.entries


def pending_entries(world: WorldState, wing: Wing) -> list[Ship]:
    """Return a wing's entries as long as a further wave can come (M1.16)."""
    if wing.gone or wing.departing or (0 < wing.wave >= wing.waves):
        return []
    return file_entries(world, wing)


def separate_entries(world: WorldState, wing: Wing) -> None:
    """Detach the entries that share a name with a ship of some wave, so that both exist side by side (M12.1)."""
    entries = file_entries(world, wing)
    if wing.waves == 1:
        return
    most = min(wing.waves * len(entries), world.quotas.ships)
    names = {wave_ship_name(wing.key, number) for number in range(1, most + 1)}
    for index, ship in enumerate(entries):
        if ship.key in names and world.ships.get(ship.key) is ship:
            entries[index] = entry_of(ship)


def wave_ship(world: WorldState, wing: Wing, entry: Ship, number: int) -> Ship | None:
    """Return the registry ship for member `number` of a wing, made from `entry` unless the entry is that ship."""
    if wing.waves == 1 and wing.wave == 0:
        if world.ships.get(entry.key) is entry:
            return entry
        name = free_name(world, entry.class_name)  # a created ship has taken its name (M11.6)
    else:
        name = wave_ship_name(wing.name, number)
    ship = world.ships.get(name.lower())
    if ship is None:
        if len(world.ships) >= world.quotas.ships:
            return None
        ship = world.add_ship(name, class_name=entry.class_name, team=entry.team)
    elif ship.status is not NOT_YET or ship.wing != wing.key:
        return None  # another ship that happens to have the name
    copy_file_data(entry, ship)
    ship.entry = entry
    ship.wing = wing.key
    world.ship_replaced(ship)
    return ship


def free_name(world: WorldState, class_name: str) -> str:
    """Return a generated name for a ship: its class, up to `#`, and a number (M11.3)."""
    shown = class_name if world.dialect is Dialect.WCS else class_name.partition("#")[0]
    number = len(world.ships)
    while f"{shown} {number}".lower() in world.ships:
        number += 1
    return f"{shown} {number}"


def count_ship_types(world: WorldState) -> None:
    """Count the ships of each type that the mission will have, as at its start (M12.15, ship-type-destroyed).

    Leaves out the player's ship, ships flagged ignore-count, and the first wave of a wing yet to arrive.
    """
    counted: dict[str, int] = {}

    def count(ship: Ship, number: int) -> None:
        if "ignore-count" not in ship.flags and ship.key != world.player.ship:
            kind = world.class_table.get(ship.class_name).type
            counted[kind] = counted.get(kind, 0) + number

    for ship in world.ships.values():
        if ship.status in IN_SPACE or (ship.status is NOT_YET and ship.wing not in world.wings):
            count(ship, 1)
    for wing in world.wings.values():
        for entry in pending_entries(world, wing):
            count(entry, wing.waves - 1)
    world.type_totals = {kind: number for kind, number in counted.items() if number > 0}
    for kind in counted:
        world.facts.changed(("type", kind))
