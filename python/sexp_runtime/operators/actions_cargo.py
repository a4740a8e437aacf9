"""Actions on cargo, scans, tags and docking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import ActionValue, action, as_number, as_text, texts
from sexp_runtime.operators.actions_targets import present_ship, present_ships
from sexp_runtime.world.ships import Subsystem

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: What is left when cargo has been moved elsewhere.
NO_CARGO = "Nothing"
#: The flag of a ship whose cargo does not run out.
NO_DEPLETE = "cargo-no-deplete"


@action("set-cargo")
def set_cargo(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Give a ship, or one of its subsystems, a cargo."""
    ship = present_ship(ctx.world, as_text(values, 1))
    if ship is None:
        return
    if len(values) < 3:
        ctx.world.set_ship(ship, "cargo", as_text(values, 0))
        return
    subsystem = ship.subsystem(as_text(values, 2))
    if subsystem is not None:
        ctx.world.set_subsystem(ship, subsystem, "cargo", as_text(values, 0))


@action("transfer-cargo")
def transfer_cargo(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Move the first ship's cargo to the second."""
    source, target = present_ship(ctx.world, values[0]), present_ship(ctx.world, values[1])
    if source is None or target is None or source is target:
        return
    ctx.world.set_ship(target, "cargo", source.cargo)
    if NO_DEPLETE not in source.flags:
        ctx.world.set_ship(source, "cargo", NO_CARGO)


@action("exchange-cargo")
def exchange_cargo(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Swap the cargo of two ships."""
    first, second = present_ship(ctx.world, values[0]), present_ship(ctx.world, values[1])
    if first is None or second is None:
        return
    one, other = first.cargo, second.cargo
    ctx.world.set_ship(first, "cargo", other)
    ctx.world.set_ship(second, "cargo", one)


@action("cargo-no-deplete")
def cargo_no_deplete(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let a ship keep its cargo when it is transferred, or with 0 not any more."""
    for ship in present_ships(ctx.world, values[:1]):
        ctx.world.set_flag(ship, NO_DEPLETE, as_number(values, 1, 1) != 0)


@action("jettison-cargo", "jettison-cargo-delay")
def jettison_cargo(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Undock what is docked to a ship, or only the ships named; the delay or speed given is the game's affair."""
    world = ctx.world
    ship = present_ship(world, values[0])
    if ship is None:
        return
    named = {name.lower() for name in texts(values, 2)}
    for key in sorted(ship.docked):
        other = world.ships.get(key)
        if other is not None and (not named or key in named):
            world.undock(ship, other)


@action("set-docked")
def set_docked(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Dock two ships at once: ship, its point, other ship, its point. Such a docking is not logged."""
    ship, other = present_ship(ctx.world, values[0]), present_ship(ctx.world, as_text(values, 2))
    if ship is not None and other is not None:
        ctx.world.dock(ship, other, initial=True)


def _subsystems(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> list[Subsystem]:
    ship = present_ship(ctx.world, values[0])
    found = (ship.subsystem(name) for name in texts(values, 1)) if ship is not None else ()
    return [subsystem for subsystem in found if subsystem is not None]


@action("set-scanned")
def set_scanned(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let the cargo of a ship, or of its subsystems named, become known."""
    ship = present_ship(ctx.world, values[0])
    if ship is None:
        return
    if len(values) == 1:
        ctx.world.reveal_cargo(ship)
    for subsystem in _subsystems(ctx, values):
        ctx.world.reveal_subsystem_cargo(ship, subsystem)


@action("set-unscanned")
def set_unscanned(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let the cargo of a ship, or of its subsystems named, be unknown again; log entries stay."""
    ship = present_ship(ctx.world, values[0])
    if ship is None:
        return
    if len(values) == 1:
        ctx.world.set_ship(ship, "cargo_known", False)
    for subsystem in _subsystems(ctx, values):
        ctx.world.set_subsystem(ship, subsystem, "cargo_known", False)


@action("ship-tag")
def ship_tag(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Tag a ship; when a tag of limited time ends, whoever drives the world says so."""
    for ship in present_ships(ctx.world, values[:1]):
        ctx.world.tag(ship)


@action("ship-untag")
def ship_untag(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """End a ship's tag."""
    for ship in present_ships(ctx.world, values):
        ctx.world.tag(ship, False)
