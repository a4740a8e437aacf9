"""Actions on hulls, shields and subsystems, and actions that destroy or remove ships (M.3, M.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions import action, as_number, as_text, texts
from sexp_runtime.operators.actions_targets import (
    HULL,
    SHIELDS,
    SIMULATED_HULL,
    changeable_ships,
    depends_on,
    named_subsystems,
    present_ships,
    ship_in_space,
    ships_in_space,
)
from sexp_runtime.operators.context import ActionValue
from sexp_runtime.world.ships import NOT_YET
from sexp_runtime.world.state import VANISHED

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: The flag of the file for a ship that does not die (E5).
GUARDIAN: Final = "guardian"


def _change_strength(ctx: EvaluationContext, values: tuple[ActionValue, ...], keep: int, percent: int) -> None:
    """Set hull, simulated hull or subsystems to `keep` times their points plus a percentage of their maximum."""
    world = ctx.world
    ship = ship_in_space(world, values[0])
    if ship is None:
        return
    word = as_text(values, 1).lower()
    if word == HULL:
        points = keep * ship.hull + ship.max_hull * percent / 100.0
        if points <= 0.0:
            world.self_destruct(ship)  # whatever else protects it (M3.2)
        else:
            world.set_ship(ship, "hull", min(points, ship.max_hull))
    elif word == SIMULATED_HULL:
        points = keep * ship.simulated_hull + ship.max_hull * percent / 100.0
        world.set_ship(ship, "simulated_hull", min(points, ship.max_hull))
    elif word == SHIELDS:
        ctx.warn("shields are not a subsystem here; use set-shield-energy")
    else:
        for subsystem in named_subsystems(world, ship, as_text(values, 1)):
            world.set_strength(ship, subsystem, keep * subsystem.hull + subsystem.max_hull * percent / 100.0)


@action("set-subsystem-strength")
def set_subsystem_strength(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set a subsystem, all of a kind, the hull or the simulated hull to a percentage, 100 at most (M3.1)."""
    _change_strength(ctx, values, 0, min(as_number(values, 2), 100))


@action("repair-subsystem")
def repair_subsystem(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Repair a subsystem, all of a kind, the hull or the simulated hull by a percentage of its maximum (M3.5)."""
    if as_number(values, 2) > 0:
        _change_strength(ctx, values, 1, as_number(values, 2))


@action("sabotage-subsystem")
def sabotage_subsystem(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Damage a subsystem, all of a kind, the hull or the simulated hull by a percentage of its maximum (M3.6)."""
    if as_number(values, 2) > 0:
        _change_strength(ctx, values, 1, -as_number(values, 2))


@action("destroy-subsys-instantly")
def destroy_subsys_instantly(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Destroy subsystems of a ship; those already at 0 get their entries again (M3.9)."""
    ship = ship_in_space(ctx.world, values[0])
    if ship is not None:
        for value in values[1:]:
            for subsystem in named_subsystems(ctx.world, ship, value):
                ctx.world.set_strength(ship, subsystem, 0.0, again=True)


@action("subsys-set-random")
def subsys_set_random(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set each subsystem of a ship, except those named, to a random percentage between two bounds (M3.10, I5)."""
    world = ctx.world
    ship = ship_in_space(world, values[0])
    low, high = max(as_number(values, 1), 0), min(as_number(values, 2), 100)
    if low > high:
        ctx.warn(f"subsys-set-random: the lower bound {low} is above the upper bound {high}; nothing changes")
        return
    if ship is None:
        return
    spared = [subsystem for name in texts(values, 3) if (subsystem := ship.subsystem(name)) is not None]
    chosen = [subsystem for subsystem in ship.subsystems.values() if subsystem not in spared]
    strengths = [(part, part.max_hull * world.rng.between(low, high) / 100.0) for part in chosen]
    if ctx.wcs:
        world.keep_sums(ship)
        world.set_subsystems(ship, "hull", strengths)
        return
    for part, points in strengths:
        world.set_strength(ship, part, points)


@action("ship-copy-damage", depends=depends_on("hull", "shields", "subsystems"))
def ship_copy_damage(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Copy hull, shields and subsystems of the first ship, with their maxima, to others; nothing dies (M3.11)."""
    world = ctx.world
    source = ship_in_space(world, values[0])
    if source is None:
        return
    for ship in changeable_ships(world, values[1:]):
        if ship is source:
            continue
        pending = ship.status is NOT_YET
        world.keep_sums(ship)
        world.set_ship(ship, "max_hull", source.max_hull)
        world.set_ship(ship, "hull", _share(source.hull, source.max_hull, pending))
        world.set_ship(ship, "max_shields", source.max_shields)
        world.set_ship(ship, "shields", _share(source.shields, source.max_shields, pending))
        models = [(part, source.subsystem(part.name)) for part in ship.subsystems.values()]
        pairs = [(part, model) for part, model in models if model is not None]
        if not pending:
            world.set_subsystems(ship, "max_hull", [(part, model.max_hull) for part, model in pairs])
        strengths = [
            (part, part.max_hull * _percent(model.hull, model.max_hull) / 100.0 if pending else model.hull)
            for part, model in pairs
        ]
        world.set_subsystems(ship, "hull", strengths)


def _percent(points: float, maximum: float) -> int:
    return int(100.0 * points / maximum) if maximum > 0.0 else 0


def _share(points: float, maximum: float, whole_percent: bool) -> float:
    """Return points unchanged, or as the mission file stores them: in whole percent of the maximum (M3.13)."""
    return maximum * _percent(points, maximum) / 100.0 if whole_percent else points


@action("set-shield-energy", depends=depends_on("shields"))
def set_shield_energy(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set the shields of ships to a percentage, even while they are off (M4.1, M4.2)."""
    for ship in ships_in_space(ctx.world, values[1:]):
        if ship.max_shields > 0.0:
            ctx.world.set_ship(ship, "shields", ship.max_shields * min(as_number(values, 0), 100) / 100.0)


@action("ship-guardian")
def ship_guardian(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Keep damage from killing ships: the hull stays at one percent (M3.17)."""
    _guard(ctx, values, True)


@action("ship-no-guardian")
def ship_no_guardian(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let damage kill ships again (M3.17)."""
    _guard(ctx, values, False)


def _guard(ctx: EvaluationContext, ships: tuple[ActionValue, ...], on: bool) -> None:
    """Set the threshold of ships that are there; of a ship yet to arrive, only the flag, not its threshold (M3.18)."""
    for ship in changeable_ships(ctx.world, ships):
        if ship.status is NOT_YET:
            ctx.world.set_flag(ship, GUARDIAN, on)
            if ctx.wcs:  # the flag sets the threshold at arrival
                ctx.world.set_ship(ship, "guardian", int(on))
        else:
            ctx.world.set_ship(ship, "guardian", int(on))


@action("ship-guardian-threshold")
def ship_guardian_threshold(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Keep damage from reducing the hull of ships below a percentage (M3.17)."""
    for ship in ships_in_space(ctx.world, values[1:]):
        ctx.world.set_ship(ship, "guardian", as_number(values, 0))


@action("ship-subsys-guardian-threshold")
def ship_subsys_guardian_threshold(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Keep damage from reducing subsystems of a ship, or its hull (named Hull), below a percentage (M3.20)."""
    world, percent = ctx.world, as_number(values, 0)
    ship = ship_in_space(world, as_text(values, 1))
    if ship is None:
        return
    for value in texts(values, 2):
        if value.lower() == HULL:
            world.set_ship(ship, "guardian", percent)
        elif value.lower() in (SIMULATED_HULL, SHIELDS):
            ctx.warn(f"ship-subsys-guardian-threshold: {value} has no threshold; use Hull or a subsystem's name")
        chosen = named_subsystems(world, ship, value)
        world.set_subsystems(ship, "guardian", [(part, percent) for part in chosen])


@action("ship-subsys-vanish")
def ship_subsys_vanish(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Mark subsystems of a ship as vanished, or not; the loss of a marked subsystem is not logged (M3.21)."""
    ship = ship_in_space(ctx.world, values[0])
    if ship is None:
        return
    chosen = [part for value in values[2:] for part in named_subsystems(ctx.world, ship, value)]
    marked = [(part, part.flags | {VANISHED} if as_number(values, 1) else part.flags - {VANISHED}) for part in chosen]
    ctx.world.set_subsystems(ship, "flags", marked)


@action("self-destruct")
def self_destruct(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Make ships destroy themselves, including the player's (M8.1, F48)."""
    for ship in present_ships(ctx.world, values):
        ctx.world.self_destruct(ship)


@action("destroy-instantly", "destroy-instantly-with-debris")
def destroy_instantly(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Destroy ships without a death roll, except the player's ship and ships in which a player may start (M8.3)."""
    for ship in present_ships(ctx.world, values):
        is_player = ship.key == ctx.world.player.ship or "player-start" in ship.flags
        if not is_player and ctx.world.self_destruct(ship):
            ctx.world.finish_death(ship)


@action("ship-vanish")
def ship_vanish(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Remove ships, and all ships docked to them, from the mission without a trace (M8.5).

    This includes the player's ship; the mission then ends (M8.6).
    """
    world = ctx.world
    for ship in present_ships(world, values):
        for member in world.docked_group(ship):
            world.vanish(member)
            if member.key == world.player.ship:
                world.end_mission()
