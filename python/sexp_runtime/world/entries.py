"""A ship's records outside its time in play: its mission file entry before, its exit record afterwards."""

from __future__ import annotations

from typing import Final

from sexp_runtime.world.ships import ExitKind, ExitRecord, Ship, Subsystem

#: The cargo of a ship that has none.
NO_CARGO: Final = "Nothing"


def exit_record(ship: Ship, kind: ExitKind, fix: int) -> ExitRecord:
    """Return the exit record of a ship that exits at `fix` (1/65536 seconds)."""
    return ExitRecord(
        kind,
        fix,
        ship.team,
        ship.class_name,
        ship.cargo,
        ship.cargo_known,
        ship.cargo_fix,
        ship.tag_fix is not None,
    )


def is_cargo(cargo: str) -> bool:
    """Whether there is any cargo; the word for none counts as no cargo."""
    return cargo != "" and cargo.lower() != NO_CARGO.lower()


#: The fields that a ship copies from its mission file entry, beside flags and subsystems.
_FILE_FIELDS: Final = (
    "class_name", "team", "definition", "hull", "max_hull", "shields", "max_shields", "max_speed", "radius", "cargo",
    "cargo_known", "cargo_fix", "ai_class", "hotkey", "arrival", "departure", "speed_bound", "guardian",
    "collision_group", "position", "orientation", "velocity",
)  # fmt: skip


def copy_file_data(source: Ship, target: Ship) -> None:
    """Copy a mission file entry, with the changes that actions made to it, to a ship (M12.1)."""
    for field in _FILE_FIELDS:
        setattr(target, field, getattr(source, field))
    target.flags = set(source.flags)
    target.subsystems = {}
    for key, old in source.subsystems.items():
        copy = Subsystem(old.name, old.max_hull, old.type)
        for field in Subsystem.__slots__:
            setattr(copy, field, getattr(old, field))
        target.subsystems[key] = copy


def entry_of(ship: Ship) -> Ship:
    """Return a separate ship that holds the mission file entry of a ship yet to arrive; no registry contains it."""
    entry = Ship(ship.name, ship.class_name, ship.team)
    copy_file_data(ship, entry)
    entry.wing = ship.wing
    entry.arrival_allowed = ship.arrival_allowed
    entry.refresh_facts()
    return entry
