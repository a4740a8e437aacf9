"""Actions on hulls, shields and subsystems, and those that end ships: strength, repair, guardians, destruction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import ActionValue, action, as_number, as_text, texts
from sexp_runtime.operators.actions_targets import (
    HULL_WORDS,
    changeable_ships,
    named_subsystems,
    present_ship,
    present_ships,
)
from sexp_runtime.world.ships import Ship, Subsystem

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World


def _set_hull(world: World, ship: Ship, points: float) -> None:
    """Give a ship hull points, at most its maximum; a hull at 0 makes it destroy itself."""
    if points <= 0.0:
        world.self_destruct(ship)
    else:
        world.set_ship(ship, "hull", min(points, ship.max_hull))


def _set_subsystem(world: World, ship: Ship, subsystem: Subsystem, points: float) -> None:
    """Give a subsystem points, at most its maximum; its loss is logged as in a fight."""
    if points < subsystem.hull:
        world.damage_subsystem(ship, subsystem, subsystem.hull - max(points, 0.0))
    else:
        world.set_subsystem(ship, subsystem, "hull", min(points, subsystem.max_hull))


def _change_strength(ctx: EvaluationContext, values: tuple[ActionValue, ...], keep: int, sign: int) -> None:
    """Set strength of hull or subsystems to `keep` times what they have plus `sign` times the percentage given."""
    world, percent = ctx.world, as_number(values, 2)
    ship = present_ship(world, values[0])
    if ship is None:
        return
    if as_text(values, 1).lower() in HULL_WORDS:
        _set_hull(world, ship, keep * ship.hull + sign * ship.max_hull * percent / 100.0)
        return
    for subsystem in named_subsystems(ship, as_text(values, 1)):
        _set_subsystem(world, ship, subsystem, keep * subsystem.hull + sign * subsystem.max_hull * percent / 100.0)


@action("set-subsystem-strength")
def set_subsystem_strength(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set a subsystem, all of a kind, or the hull to a percentage."""
    _change_strength(ctx, values, 0, 1)


@action("repair-subsystem")
def repair_subsystem(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Give a subsystem, all of a kind, or the hull some percent of their maximum back."""
    _change_strength(ctx, values, 1, 1)


@action("sabotage-subsystem")
def sabotage_subsystem(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Take some percent of their maximum off a subsystem, all of a kind, or the hull."""
    _change_strength(ctx, values, 1, -1)


@action("destroy-subsys-instantly")
def destroy_subsys_instantly(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Destroy subsystems of a ship."""
    ship = present_ship(ctx.world, values[0])
    if ship is not None:
        for value in values[1:]:
            for subsystem in named_subsystems(ship, value):
                ctx.world.damage_subsystem(ship, subsystem, subsystem.hull)


@action("subsys-set-random")
def subsys_set_random(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set all subsystems of a ship, save those named, to random percentages between two bounds (I5)."""
    world = ctx.world
    ship = present_ship(world, values[0])
    low, high = (max(0, min(100, as_number(values, index))) for index in (1, 2))
    if ship is None or low > high:
        return
    spared = {name.lower() for name in texts(values, 3)}
    chosen = [subsystem for key, subsystem in ship.subsystems.items() if key not in spared]
    strengths = [(part, part.max_hull * world.rng.between(low, high) / 100.0) for part in chosen]
    world.set_subsystems(ship, "hull", strengths)


@action("ship-copy-damage")
def ship_copy_damage(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Give other ships the hull, shields and subsystem strengths of the first, in proportion."""
    world = ctx.world
    source = present_ship(world, values[0])
    if source is None:
        return
    for ship in present_ships(world, values[1:]):
        if source.max_hull > 0.0:
            world.set_ship(ship, "hull", ship.max_hull * (source.hull / source.max_hull))
        if source.max_shields > 0.0:
            world.set_ship(ship, "shields", ship.max_shields * (source.shields / source.max_shields))
        models = [(subsystem, source.subsystems.get(key)) for key, subsystem in ship.subsystems.items()]
        strengths = [
            (part, part.max_hull * (model.hull / model.max_hull))
            for part, model in models
            if model is not None and model.max_hull > 0.0
        ]
        world.set_subsystems(ship, "hull", strengths)


@action("set-shield-energy")
def set_shield_energy(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set the shields of ships to a percentage."""
    for ship in present_ships(ctx.world, values[1:]):
        ctx.world.set_ship(ship, "shields", ship.max_shields * min(as_number(values, 0), 100) / 100.0)


@action("ship-guardian")
def ship_guardian(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Keep ships from dying: the hull stays at one percent."""
    _guard(ctx, values, 1)


@action("ship-no-guardian")
def ship_no_guardian(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let ships die again."""
    _guard(ctx, values, 0)


@action("ship-guardian-threshold")
def ship_guardian_threshold(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Keep the hull of ships from falling below a percentage."""
    _guard(ctx, values[1:], min(as_number(values, 0), 100))


def _guard(ctx: EvaluationContext, ships: tuple[ActionValue, ...], percent: int) -> None:
    for ship in changeable_ships(ctx.world, ships):
        ctx.world.set_ship(ship, "guardian", percent)
        ctx.world.set_flag(ship, "guardian", percent > 0)


#: The flag of a subsystem that cannot fall below some percent is this word and the number.
SUBSYSTEM_GUARDIAN = "guardian "


@action("ship-subsys-guardian-threshold")
def ship_subsys_guardian_threshold(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Keep subsystems of a ship from falling below a percentage."""
    percent = min(as_number(values, 0), 100)
    guard = frozenset({f"{SUBSYSTEM_GUARDIAN}{percent}"} if percent > 0 else ())
    for ship in changeable_ships(ctx.world, values[1:2]):
        chosen = [subsystem for value in values[2:] for subsystem in named_subsystems(ship, value)]
        guarded = [(part, _without_guard(part.flags) | guard if part.flags else guard) for part in chosen]
        ctx.world.set_subsystems(ship, "flags", guarded)


def _without_guard(flags: frozenset[str]) -> frozenset[str]:
    return frozenset(flag for flag in flags if not flag.startswith(SUBSYSTEM_GUARDIAN))


def subsystem_floor(subsystem: Subsystem) -> float:
    """Return the points below which a guarded subsystem cannot fall, 0 if it is not guarded."""
    for flag in subsystem.flags:
        if flag.startswith(SUBSYSTEM_GUARDIAN):
            return subsystem.max_hull * int(flag[len(SUBSYSTEM_GUARDIAN) :]) / 100.0
    return 0.0


@action("self-destruct")
def self_destruct(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let ships destroy themselves (F48)."""
    for ship in present_ships(ctx.world, values):
        ctx.world.self_destruct(ship)


@action("destroy-instantly", "destroy-instantly-with-debris")
def destroy_instantly(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Destroy ships without a death roll; the player's ship is spared."""
    for ship in present_ships(ctx.world, values):
        if ship.key != ctx.world.player.ship and ctx.world.self_destruct(ship):
            ctx.world.finish_death(ship)


@action("ship-vanish")
def ship_vanish(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Take ships out of the mission without a trace, with what is docked to them (F48); the player's ship is spared."""
    world = ctx.world
    for ship in present_ships(world, values):
        if ship.key != world.player.ship:
            for member in world.docked_group(ship):
                world.vanish(member)
