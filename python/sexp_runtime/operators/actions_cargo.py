"""Actions on cargo, scans, tags and docking (M.9, M.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions import action, as_number, as_text, texts
from sexp_runtime.operators.actions_targets import changeable_ships, ship_in_space, ships_in_space
from sexp_runtime.operators.context import ActionValue
from sexp_runtime.world.entries import NO_CARGO, is_cargo
from sexp_runtime.world.ships import NOT_YET, Subsystem

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World

#: The flag of a ship that keeps its cargo after a transfer.
NO_DEPLETE: Final = "cargo-no-deplete"
#: Maximum number of cargo names in a mission (M9.1).
MOST_CARGO_WORDS: Final = 59


def _know_cargo(world: World, cargo: str) -> bool:
    """Add a name to the mission's cargo table if it is missing; False if the table is full (M9.1)."""
    key = cargo.lower()
    if key not in world.cargo_words:
        if len(world.cargo_words) >= MOST_CARGO_WORDS:
            return False
        world.cargo_words.add(key)
    return True


@action("set-cargo")
def set_cargo(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set the cargo of a ship, there or yet to arrive, or of a present ship's subsystem (M9.1, M9.2)."""
    world, cargo = ctx.world, as_text(values, 0)
    for ship in changeable_ships(world, values[1:2]):
        if ship.exit_record is not None or not _know_cargo(world, cargo):
            continue  # a ship with an exit record cannot change, even if it returned to play (M9.1)
        if len(values) < 3:
            world.set_ship(ship, "cargo", cargo)
        elif ship.status is not NOT_YET:
            subsystem = ship.subsystem(as_text(values, 2))
            if subsystem is not None:
                world.set_subsystem(ship, subsystem, "cargo", cargo)


@action("transfer-cargo")
def transfer_cargo(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Move the first ship's cargo to the second, which loses its own (M9.3); in WCS only if they are docked."""
    world = ctx.world
    source, target = ship_in_space(world, values[0]), ship_in_space(world, values[1])
    if source is None or target is None or not is_cargo(source.cargo):
        return
    if ctx.wcs and target.key not in source.docked:
        return
    world.set_ship(target, "cargo", source.cargo)
    if NO_DEPLETE in source.flags:
        return
    if NO_CARGO.lower() in world.cargo_words:
        world.set_ship(source, "cargo", NO_CARGO)
    else:  # if the mission has no name for "no cargo", the first transfer only adds it
        _know_cargo(world, NO_CARGO)


@action("exchange-cargo")
def exchange_cargo(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Swap the cargo of two ships docked to each other; both can then run out of cargo again (M9.5, M9.14)."""
    world = ctx.world
    first, second = ship_in_space(world, values[0]), ship_in_space(world, values[1])
    if first is None or second is None:
        return
    if second.key not in first.docked:
        ctx.warn(f"exchange-cargo: {first.name} and {second.name} are not docked")
        return
    one, other = first.cargo, second.cargo
    world.set_ship(first, "cargo", other)
    world.set_ship(second, "cargo", one)
    for ship in (first, second):
        world.set_flag(ship, NO_DEPLETE, False)


@action("cargo-no-deplete")
def cargo_no_deplete(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Make a big ship keep its cargo in transfers, or with 0 stop that (M9.4)."""
    for ship in ships_in_space(ctx.world, values[:1]):
        if ctx.world.class_table.get(ship.class_name).big:
            ctx.world.set_flag(ship, NO_DEPLETE, as_number(values, 1, 1) != 0)
        else:
            ctx.warn(f"cargo-no-deplete: {ship.name} is too small; use a transport or a larger ship")


@action("jettison-cargo", "jettison-cargo-delay")
def jettison_cargo(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Undock all ships docked to a ship, or only those named, with entries; always at once (M10.3)."""
    world = ctx.world
    ship = ship_in_space(world, values[0])
    if ship is None:
        return
    named = {name.lower() for name in texts(values, 2)}
    for key in sorted(ship.docked):
        other = world.ships.get(key)
        if other is not None and (key in named or not named):
            world.undock(ship, other)


@action("set-docked")
def set_docked(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Dock a ship to another at once, without entry: ship, its point, other ship, its point, both free (M10.1)."""
    world = ctx.world
    ship, other = ship_in_space(world, values[0]), ship_in_space(world, as_text(values, 2))
    points = as_text(values, 1), as_text(values, 3)
    if ship is None or other is None or ship is other:
        return
    if points[0].lower() in ship.dock_points.values() or points[1].lower() in other.dock_points.values():
        return
    world.dock(ship, other, initial=True, points=points)


def _subsystems(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> list[Subsystem]:
    ship = ship_in_space(ctx.world, values[0])
    found = (ship.subsystem(name) for name in texts(values, 1)) if ship is not None else ()
    return [subsystem for subsystem in found if subsystem is not None]


@action("set-scanned")
def set_scanned(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Make the cargo of a ship, or of its named subsystems, known (M9.6, M9.8)."""
    ship = ship_in_space(ctx.world, values[0])
    if ship is None:
        return
    if len(values) == 1:
        ctx.world.reveal_cargo(ship)
    for subsystem in _subsystems(ctx, values):
        ctx.world.reveal_subsystem_cargo(ship, subsystem)


@action("set-unscanned")
def set_unscanned(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Make the cargo of a ship, or of its named subsystems, unknown again; log entries stay (M9.7)."""
    ship = ship_in_space(ctx.world, values[0])
    if ship is None:
        return
    if len(values) == 1:
        ctx.world.set_ship(ship, "cargo_known", False)
    for subsystem in _subsystems(ctx, values):
        ctx.world.set_subsystem(ship, subsystem, "cargo_known", False)


@action("ship-tag")
def ship_tag(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Tag a ship: level and seconds. Level 3 calls a strike, which the game carries out (M9.10, M9.11)."""
    for ship in ships_in_space(ctx.world, values[:1]):
        ctx.world.tag_for(ship, as_number(values, 1), as_number(values, 2))


@action("ship-untag")
def ship_untag(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """End all tags of a ship (M9.11)."""
    for ship in ships_in_space(ctx.world, values):
        ctx.world.tag(ship, False)
