"""Actions on who ships are and what they are told: orders, sides, classes, arrivals and departures, new ships."""

from __future__ import annotations

from dataclasses import is_dataclass, replace
from typing import TYPE_CHECKING, Any

from sexp_runtime.operators.actions import ActionValue, action, as_number, as_text, texts
from sexp_runtime.operators.actions_geometry import orientation_of_angles
from sexp_runtime.operators.actions_targets import (
    changeable_ships,
    named_ship,
    named_ships,
    named_subsystems,
    present_ship,
)
from sexp_runtime.world.ships import EXITED, Ship
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World


def _receiver(world: World, value: ActionValue) -> Ship | Wing | None:
    """Return the ship, else the wing of that name, unless it has left."""
    ship = named_ship(world, value)
    if ship is not None:
        return None if ship.status is EXITED else ship
    wing = world.wing(value) if isinstance(value, str) else None
    return None if wing is None or wing.gone else wing


@action("change-iff")
def change_iff(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Put ships, wings or whole teams on another side, those still to arrive too."""
    team = as_text(values, 0)
    for value in values[1:]:
        for ship in named_ships(ctx.world, value, pending=True):
            ctx.world.set_ship(ship, "team", team)


@action("change-ship-class")
def change_ship_class(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Make ships another class; hull and shields keep their share of the new maximum."""
    world = ctx.world
    name = as_text(values, 0)
    data = world.class_table.get(name)
    for ship in changeable_ships(world, values[1:]):
        if ship.class_name.lower() == name.lower():
            continue
        hull = ship.hull / ship.max_hull if ship.max_hull > 0.0 else 1.0
        shields = ship.shields / ship.max_shields if ship.max_shields > 0.0 else 1.0
        world.set_ship(ship, "class_name", name)
        world.set_ship(ship, "max_hull", data.hull)
        world.set_ship(ship, "hull", data.hull * hull)
        world.set_ship(ship, "max_shields", data.shields)
        world.set_ship(ship, "shields", data.shields * shields)
        if ship.speed_bound is not None:
            world.set_ship(ship, "speed_bound", max(ship.speed_bound, data.speed))
        world.set_ship(ship, "max_speed", data.speed)
        world.set_ship(ship, "radius", data.radius)


@action("change-ai-class")
def change_ai_class(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Give a ship, or only its subsystems named, another AI class."""
    ship = present_ship(ctx.world, as_text(values, 1))
    if ship is None:
        return
    if len(values) < 3:
        ctx.world.set_ship(ship, "ai_class", as_text(values, 0))
    for value in values[2:]:
        for subsystem in named_subsystems(ship, value):
            ctx.world.set_subsystem(ship, subsystem, "ai_class", as_text(values, 0))


@action("set-armor-type")
def set_armor_type(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Give parts of a ship an armor type, or with false none: ship, set or clear, armor, then `hull` or subsystems."""
    world = ctx.world
    ship = present_ship(world, values[0])
    if ship is None:
        return
    armor = as_text(values, 2) if as_number(values, 1) else ""
    if armor.lower() == "<none>":
        armor = ""
    for value in texts(values, 3):
        if value.lower() == "hull":
            world.set_ship(ship, "armor", armor)
        for subsystem in named_subsystems(ship, value):
            world.set_subsystem(ship, subsystem, "armor", armor)


def _moved(definition: Any, **fields: Any) -> Any:
    """Return a copy of an arrival or departure record with some fields changed."""
    if not is_dataclass(definition) or isinstance(definition, type):
        return definition  # made by hand, without such a record
    return replace(definition, **fields)


def _set_terms(world: World, value: ActionValue, attribute: str, **fields: Any) -> None:
    receiver = _receiver(world, value)
    if isinstance(receiver, Ship):
        world.set_ship(receiver, attribute, _moved(getattr(receiver, attribute), **fields))
    elif receiver is not None:
        world.set_wing(receiver, **{attribute: _moved(getattr(receiver, attribute), **fields)})


@action("set-arrival-info")
def set_arrival_info(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Change how a ship or wing arrives: who, location, anchor, paths, distance in metres, delay in seconds."""
    fields: dict[str, Any] = {"location": as_text(values, 1), "anchor": as_text(values, 2)}
    if len(values) > 4:
        fields["distance"] = as_number(values, 4)
    if len(values) > 5:
        fields["delay"] = as_number(values, 5)
    _set_terms(ctx.world, values[0], "arrival", **fields)


@action("set-departure-info")
def set_departure_info(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Change how a ship or wing departs: who, location, anchor, paths, delay in seconds."""
    fields: dict[str, Any] = {"location": as_text(values, 1), "anchor": as_text(values, 2)}
    if len(values) > 4:
        fields["delay"] = max(as_number(values, 4), 0)
    _set_terms(ctx.world, values[0], "departure", **fields)


@action("cancel-future-waves")
def cancel_future_waves(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Let no further waves of wings come; a wing with nobody left is gone then (F47)."""
    for name in texts(values):
        wing = ctx.world.wing(name)
        if wing is not None and not wing.gone:
            ctx.world.set_wing(wing, waves=wing.wave)
            if wing.current == 0:
                ctx.world.cancel_wing(wing)


@action("ship-create")
def ship_create(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Create a ship: name, class, place in metres, then pitch, bank, heading in degrees and the side."""
    place = (float(as_number(values, 2)), float(as_number(values, 3)), float(as_number(values, 4)))
    orientation = orientation_of_angles(as_number(values, 5), as_number(values, 6), as_number(values, 7))
    team = as_text(values, 8, "Friendly") or "Friendly"
    if not as_text(values, 0):
        return
    if ctx.world.create_ship(as_text(values, 0), as_text(values, 1), place, orientation, team) is None:
        ctx.warn(f"ship-create: there is a ship {as_text(values, 0)!r} already")
