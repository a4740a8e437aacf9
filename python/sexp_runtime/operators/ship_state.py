"""Operators on the live state of ships: hull, shields, flags, side, class, cargo, tags (H.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.reads import both, fixed_reads
from sexp_runtime.operators.registry import operator
from sexp_runtime.operators.ship_flags import CARGO_KNOWN, COLLIDES, NO_COLLIDE, READABLE, WING_FLAGS
from sexp_runtime.operators.status import (
    P3_RESULTS,
    P12_RESULTS,
    game_value_reads,
    living_ship,
    name_reads,
    nan_result,
    rounded,
    ship_in_space,
    truncated,
)
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, NAN, NAN_FOREVER, Raw, Status
from sexp_runtime.world.navigation import NAVIGATION
from sexp_runtime.world.ships import DEATH_ROLL, EXITED, NOT_YET, PRESENT, Ship

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext


@operator("hits-left", reads=name_reads(("hull",)), results=P12_RESULTS)
def hits_left(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Hull of a ship in percent, rounded; a hull below zero counts as none (H.3)."""
    ship = living_ship(ctx, node.arg(0))
    return ship if isinstance(ship, Status) else rounded(ship.hull_percent)


@operator("sim-hits-left", reads=name_reads(("simulated_hull", "hull")), results=P12_RESULTS)
def sim_hits_left(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Simulated hull of a ship in percent, rounded: 0 until training or an action gives it some (M3.3)."""
    ship = living_ship(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    return rounded(100.0 * max(ship.simulated_hull, 0.0) / ship.max_hull) if ship.max_hull > 0.0 else 0


@operator("shields-left", reads=name_reads(("shields", "flags")), results=P12_RESULTS)
def shields_left(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Shields of a ship in percent, rounded; 0 for a ship that has none, or whose shields are off (H.3, M4.2)."""
    ship = living_ship(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    if "no-shields" in ship.flags:
        return 0
    return rounded(100.0 * max(ship.shields, 0.0) / ship.max_shields) if ship.max_shields > 0.0 else 0


@operator(
    "shield-quad-low",
    reads=both(name_reads(("shields", "class")), game_value_reads("shield-quad-low")),
    results=(KNOWN_FALSE, NAN, NAN_FOREVER),
)
def shield_quad_low(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a quadrant of a small ship's shields is at or below a percentage; KF for other ships (H.3).

    A game supplies the weakest quadrant's percentage as the value of ("shield-quad-low", ship); without it all
    quadrants are equal.
    """
    ship = living_ship(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    if not ctx.world.class_table.get(ship.class_name).small:
        return KNOWN_FALSE
    limit = ctx.natural(node.arg(1))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    average = truncated(100.0 * ship.shields / ship.max_shields) if ship.max_shields > 0.0 else 0
    return int(ctx.world.game("shield-quad-low", ship.name, default=average) <= limit)


# Identity


def _member_teams(ctx: EvaluationContext, arg: EvalNode) -> list[Ship] | None:
    """Return the ships that represent a wing: the present members, or those of the file before it arrived."""
    wing = ctx.wing(arg)
    if wing is None:
        return None
    members = ctx.world.wing_members(wing)
    if members:
        return members
    return [ship for name in wing.ships if (ship := ctx.world.ship(name)) is not None]


def _matches(ctx: EvaluationContext, node: EvalNode, wanted: str, read: str) -> Raw:
    """Whether all named ships and wings have the wanted side or species (H.3, is-iff)."""
    for arg in node.args[1:]:
        ship = ctx.ship(arg)
        if ship is not None:
            if ship.status is EXITED:
                if ship.exit_record is None:
                    return NAN_FOREVER
                if _trait(ctx, ship, read) != wanted:
                    return KNOWN_FALSE
            elif _trait(ctx, ship, read) != wanted:
                return 0
            continue
        wing = ctx.wing(arg)
        if wing is None:
            return NAN
        if wing.gone:
            return NAN_FOREVER
        if any(_trait(ctx, member, read) != wanted for member in _member_teams(ctx, arg) or ()):
            return 0
    return 1


def _trait(ctx: EvaluationContext, ship: Ship, read: str) -> str:
    record = ship.exit_record  # also of an earlier ship of the name (M11.5); the side is the present one
    if read == "team":
        return (record.team if record is not None and ship.status is EXITED else ship.team).lower()
    name = ship.class_name if record is None else record.class_name
    if read == "class":
        return name.lower()
    data = ctx.world.class_table.get(name)
    return (data.species if read == "species" else data.type).lower()


_IDENTITY = (KNOWN_FALSE, NAN, NAN_FOREVER)


@operator("is-iff", reads=name_reads(("team",), at=1, count=None), results=_IDENTITY)
def is_iff(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when all named are of that side: live, by the file before arrival, by the exit record afterwards (H.3)."""
    return _matches(ctx, node, ctx.name(node.arg(0)), "team")


@operator("is-species", reads=name_reads(("class",), at=1, count=None), results=_IDENTITY)
def is_species(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when all named are of that species, as `is-iff` (H.3)."""
    return _matches(ctx, node, ctx.name(node.arg(0)), "species")


def _class_matches(ctx: EvaluationContext, node: EvalNode, read: str) -> Raw:
    wanted = ctx.name(node.arg(0))
    for arg in node.args[1:]:
        ship = ctx.ship(arg)
        if ship is None:
            return NAN
        if ctx.wcs and ship.status is NOT_YET:
            return CANT_EVAL
        if ship.status is EXITED and ship.exit_record is None:
            return NAN_FOREVER
        if _trait(ctx, ship, read) != wanted:
            return 0
    return 1


@operator("is-ship-class", reads=name_reads(("class",), at=1, count=None), results=(NAN, NAN_FOREVER, CANT_EVAL))
def is_ship_class(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when all ships named are of that class, F at the first that is not (H.3)."""
    return _class_matches(ctx, node, "class")


@operator("is-ship-type", reads=name_reads(("class",), at=1, count=None), results=(NAN, NAN_FOREVER, CANT_EVAL))
def is_ship_type(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when all ships named are of that type, F at the first that is not (H.3)."""
    return _class_matches(ctx, node, "type")


@operator("is-ai-class", reads=name_reads(("ai_class", "subsystems"), at=1), results=P12_RESULTS)
def is_ai_class(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a ship, or all of its subsystems named, has that AI class; F for a missing subsystem (H.3)."""
    wanted = ctx.name(node.arg(0))
    ship = ship_in_space(ctx, node.arg(1))
    if isinstance(ship, Status):
        return ship
    if len(node.args) < 3:
        return int(ship.ai_class.lower() == wanted)
    for arg in node.args[2:]:
        subsystem = ship.subsystem(ctx.text(arg))
        if subsystem is None or (subsystem.ai_class or ship.ai_class).lower() != wanted:
            return 0
    return 1


# Flags


@operator("are-ship-flags-set", reads=name_reads(("flags", "cargo_known")), results=P12_RESULTS)
def are_ship_flags_set(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a ship has all flags named; ignores unknown names and flags that only the file has (M5.10)."""
    ship = ship_in_space(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    wanted = [ctx.name(arg) for arg in node.args[1:]]
    return int(all(_has_flag(ship, flag) for flag in wanted))


def _has_flag(ship: Ship, flag: str) -> bool:
    if flag == CARGO_KNOWN:
        return ship.cargo_known
    if flag == COLLIDES:
        return NO_COLLIDE not in ship.flags
    return flag in ship.flags or flag not in READABLE


@operator("are-wing-flags-set", reads=name_reads(("flags",)), results=(NAN_FOREVER,))
def are_wing_flags_set(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a wing has all flags named; ignores unknown names; NaN for ever for an unknown wing (H.3, M5.13)."""
    wing = ctx.wing(node.arg(0))
    if wing is None:
        return NAN_FOREVER
    wanted = [ctx.name(arg) for arg in node.args[1:]]
    return int(all(flag in wing.flags or flag not in WING_FLAGS for flag in wanted))


def _ship_flag(ctx: EvaluationContext, node: EvalNode, flag: str) -> Raw:
    ship = ship_in_space(ctx, node.arg(0))
    return ship if isinstance(ship, Status) else int(flag in ship.flags)


@operator("is-ship-stealthy", reads=name_reads(("flags",)), results=P12_RESULTS)
def is_ship_stealthy(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a ship is stealthy now (H.3)."""
    return _ship_flag(ctx, node, "stealth")


@operator("is-friendly-stealth-visible", reads=name_reads(("flags",)), results=P12_RESULTS)
def is_friendly_stealth_visible(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when the flag friendly-stealth-*in*visible is set: name and meaning disagree in the original too (H.3)."""
    return _ship_flag(ctx, node, "friendly-stealth-invisible")


@operator("is-nav-linked", reads=both(name_reads(("flags",)), game_value_reads("is-nav-linked")), results=P12_RESULTS)
def is_nav_linked(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a ship has been linked for autopilot: by its nav-carry-status flag unless a game says otherwise (H.3)."""
    ship = ship_in_space(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    return int(ctx.world.game("is-nav-linked", ship.name, default=int("nav-carry-status" in ship.flags)) != 0)


@operator(
    "is-ship-visible",
    reads=both(name_reads(("flags",), count=2), game_value_reads("is-ship-visible")),
    results=P12_RESULTS,
)
def is_ship_visible(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """0, 1 or 2: hidden, partly or fully visible to the player or to the viewer named; 2 is not true in logic (H.3).

    Without a game's value a ship is hidden when its flags say so, else fully visible.
    """
    ship = ship_in_space(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    names = [ship.name]
    if len(node.args) > 1:
        viewer = ship_in_space(ctx, node.arg(1))
        if isinstance(viewer, Status):
            return viewer
        names.append(viewer.name)
    hidden = "stealth" in ship.flags or "hidden-from-sensors" in ship.flags
    return ctx.world.game("is-ship-visible", *names, default=0 if hidden else 2)


@operator("is-ship-emp-active", reads=name_reads(("emp",), count=None), results=(*P3_RESULTS, NAN_FOREVER))
def is_ship_emp_active(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when all ships named are under an EMP effect (H.3)."""
    for arg in node.args:
        ship = ctx.ship(arg)
        if ship is None:
            return 0
        if ship.status is NOT_YET:
            return CANT_EVAL
        if ship.status is EXITED:
            return NAN_FOREVER if ship.exit_record is None else KNOWN_FALSE
        if not ship.emp:
            return 0
    return 1


@operator(
    "has-armor-type",
    reads=both(name_reads(("armor", "subsystems")), game_value_reads("has-armor-type")),
    results=P12_RESULTS,
)
def has_armor_type(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a ship's hull, its shields or a subsystem has an armor type; NaN for an unknown part (H.3)."""
    ship = ship_in_space(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    wanted = ctx.name(node.arg(1))
    part = ctx.name(node.arg(2))
    if part in ("hull", "<hull>", "shields", "<shields>", "shield"):
        worn = ship.armor if "hull" in part else ship.shield_armor
    else:
        subsystem = ship.subsystem(part)
        if subsystem is None:
            return NAN
        worn = subsystem.armor
    return int((worn.lower() or "<none>") == (wanted or "<none>"))


# Docking, damage dealt, collision groups


@operator("is-docked", reads=name_reads(("docked",), count=None), results=P12_RESULTS)
def is_docked(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a ship is docked to something, and directly to each of the others named (H.3)."""
    ship = ship_in_space(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    if not ship.docked:
        return 0
    for arg in node.args[1:]:
        other = ship_in_space(ctx, arg)
        if isinstance(other, Status):
            return other
        if other.key not in ship.docked:
            return 0
    return 1


@operator("get-collision-group", reads=name_reads(("collision_group",)), results=P12_RESULTS)
def get_collision_group(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The collision groups of a ship as a bit mask (H.3)."""
    ship = ctx.ship(node.arg(0))
    if ship is None:
        return NAN
    return NAN_FOREVER if ship.status is EXITED else ship.collision_group


@operator(
    "get-damage-caused",
    reads=both(name_reads(("damage_by", "class", "hull")), name_reads(at=1, count=None)),
    results=P12_RESULTS,
)
def get_damage_caused(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Damage by the ships named to a ship, in percent of its hull, truncated; ignores ships yet to arrive (H.3)."""
    ship = ctx.ship(node.arg(0))
    if ship is None:
        return NAN
    if ship.status is NOT_YET:
        return 0
    if ship.status is EXITED and ship.exit_record is None:
        return NAN_FOREVER
    total = 0.0
    for arg in node.args[1:]:
        attacker = ctx.ship(arg)
        if attacker is not None and attacker.status is not NOT_YET:
            total += ship.damage_by.get(attacker.key, 0.0)
    hull = ctx.world.class_table.get(ship.class_name).hull
    return truncated(100.0 * total / hull) if hull > 0.0 else 0


@operator(
    "get-power-output", reads=both(name_reads(("class",)), game_value_reads("get-power-output")), results=P12_RESULTS
)
def get_power_output(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Power output of a ship's class, rounded (H.3)."""
    ship = living_ship(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    default = rounded(ctx.world.class_table.get(ship.class_name).power_output)
    return ctx.world.game("get-power-output", ship.name, default=default)


@operator(
    "is-player", reads=both(name_reads(at=1, count=None), fixed_reads(("player", "ship"), ("player", "under_ai")))
)
def is_player(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when all ships named are the player's; with a true first argument not while the AI flies it (H.3)."""
    standard = ctx.truth(node.arg(0))
    player = ctx.world.player
    for arg in node.args[1:]:
        ship = ctx.ship(arg)
        if ship is None or ship.key != player.ship or ship.status not in (PRESENT, DEATH_ROLL):
            return 0
        if standard and player.under_ai:
            return 0
    return 1


@operator("is-nav-visited", reads=game_value_reads("is-nav-visited", NAVIGATION))
def is_nav_visited(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a navigation point has been visited; F for an unknown one (H.3, N4.3). Game: (name)."""
    name = ctx.text(node.arg(0))
    point = ctx.world.navigation.find(name)
    return int(ctx.world.game("is-nav-visited", name, default=int(point is not None and point.visited)) != 0)


@operator("skill-level-at-least", reads=fixed_reads(("option", "skill level")))
def skill_level_at_least(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when the skill level is at least the one named; F for an unknown name (H.2)."""
    levels = ("very easy", "easy", "medium", "hard", "insane")
    name = ctx.name(node.arg(0))
    if name not in levels:
        return 0
    level = ctx.world.options.get("skill level", 2)
    return int(isinstance(level, int) and level >= levels.index(name))
