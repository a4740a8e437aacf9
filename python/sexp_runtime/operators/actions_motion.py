"""Actions that set an object's position, facing, orientation and speed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions import action, as_number, as_text
from sexp_runtime.operators.actions_geometry import orientation_along, orientation_of_angles
from sexp_runtime.operators.actions_targets import depends_on, named_ship
from sexp_runtime.operators.context import NOTHING, ActionValue, Effect, NoEffect
from sexp_runtime.world.order_upkeep import live
from sexp_runtime.world.ships import NOT_YET, PRESENT, Ship, Vector

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.facts import FactKey
    from sexp_runtime.world.world import World

_PLACES: Final = depends_on("position", "orientation", points=True)
_SPEEDS: Final = depends_on("velocity", "orientation", "speed_bound")


def _place(world: World, ship: Ship, position: Vector) -> None:
    """Place a ship at once; ships docked to it follow in the next frame (N3.2).

    Ships that will arrive docked to a ship yet to arrive move with it.
    """
    px, py, pz = ship.position
    shift = position[0] - px, position[1] - py, position[2] - pz
    world.move_ship(ship, position, jump=True)
    if not ship.docked:
        return
    if ship.status is NOT_YET:
        world.shift_docked(ship, shift)
    else:
        world.dragged.append((ship, shift))


def _there(world: World, value: ActionValue) -> Sequence[Ship]:
    """Return the present ship of that name, or the present members of that wing, leader first (N1.6, N1.7)."""
    ship = world.ships_by_name.get(value)
    if ship is None and isinstance(value, str):
        ship = world.ships.get(value.lower())
    if ship is not None:
        return (ship,) if ship.status is PRESENT or live(ship) else ()
    wing = world.wing(value) if isinstance(value, str) else None
    if wing is None or not wing.members:
        return ()
    members = world.wing_members(wing)
    special = wing.ships[wing.special_ship].lower() if 0 <= wing.special_ship < len(wing.ships) else ""
    members.sort(key=lambda member: member.key != special)
    return members


def _waiting(world: World, value: ActionValue) -> list[Ship]:
    """Return the ship yet to arrive of that name, or those of a wing without present members (N1.6).

    Empty if the wing's first ship in the file has arrived already.
    """
    if not isinstance(value, str):
        return []
    ship = world.ship(value)
    if ship is not None:
        return [ship] if ship.status is NOT_YET else []
    wing = world.wing(value)
    if wing is None or wing.gone or wing.members or not wing.ships:
        return []
    found = [ship for name in wing.ships if (ship := world.ship(name)) is not None and ship.status is NOT_YET]
    return found if found and found[0].key == wing.ships[0].lower() else []


def place_of(world: World, value: ActionValue) -> Vector | None:
    """Return the position of a present ship or wing, or of a waypoint; None for anything else."""
    if not isinstance(value, str):
        return None
    ship = world.ships_by_name.get(value)
    if ship is None:
        name = value.lower()
        ship = world.ships.get(name)
        if ship is None and name in world.wings and (members := _there(world, value)):
            ship = members[0]
    return ship.position if ship is not None and ship.status is PRESENT else world.waypoints.point(value)


def _point(values: tuple[ActionValue, ...]) -> Vector:
    """Return the point that the three arguments after a name give, in metres."""
    if len(values) == 4:
        _, x, y, z = values
        if isinstance(x, int) and isinstance(y, int) and isinstance(z, int):
            return float(x), float(y), float(z)
    return float(as_number(values, 1)), float(as_number(values, 2)), float(as_number(values, 3))


def _depends_of_position(world: World, values: tuple[ActionValue, ...]) -> Iterable[FactKey] | None:
    """Only waypoints: ships docked to a placed ship follow it even if its position does not change."""
    name = as_text(values, 0)
    if world.ship(name) is not None or world.wing(name) is not None:
        return None
    return _PLACES(world, values)


@action("set-object-position", depends=_depends_of_position)
def set_object_position(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Move a ship, a wing (its ships keep their places around the leader) or a waypoint to a point in metres (N3.1).

    Of ships yet to arrive, this moves the file's entry.
    """
    world = ctx.world
    target = _point(values)
    ships = _there(world, values[0]) or _waiting(world, values[0])
    if ships:
        x, y, z = ships[0].position
        offset = (target[0] - x, target[1] - y, target[2] - z)
        for ship in ships:
            x, y, z = ship.position
            _place(world, ship, target if ship is ships[0] else (x + offset[0], y + offset[1], z + offset[2]))
        return None
    name = as_text(values, 0)
    if named_ship(world, name) is not None or world.wing(name) is not None or world.waypoints.point(name) is None:
        return NOTHING
    path, _, number = name.lower().rpartition(":")
    points = list(world.waypoints[path])
    points[int(number) - 1] = target
    world.set_waypoints(path, points)
    return None


def _face(world: World, values: tuple[ActionValue, ...], target: Vector, time_at: int) -> NoEffect | None:
    """Turn ships to a point: present ships only if the turn takes no time, ships yet to arrive always (N3.5, N3.6).

    The game carries out a turn that takes time.
    """
    ships = _there(world, values[0])
    if ships and as_number(values, time_at) > 0:
        return None
    tx, ty, tz = target
    waiting = () if ships else _waiting(world, values[0])
    for ship in ships or waiting:
        x, y, z = ship.position
        orientation = orientation_along((tx - x, ty - y, tz - z))
        if orientation is not None and orientation != ship.orientation:
            world.move_ship(ship, ship.position, orientation=orientation)
    return None if ships or waiting else NOTHING


@action("set-object-facing", depends=_PLACES)
def set_object_facing(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Turn a ship, or each ship of a wing, to look at a point, within a time in milliseconds (N3.5)."""
    return _face(ctx.world, values, _point(values), 4)


@action("set-object-facing-object", depends=_PLACES)
def set_object_facing_object(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Turn a ship, or each ship of a wing, to look at a ship, wing leader or waypoint; file places count (N3.7)."""
    world, name = ctx.world, as_text(values, 1)
    ships = _there(world, name) or _waiting(world, name)
    if ships:
        return _face(world, values, ships[0].position, 2)
    target = world.waypoints.point(name) if named_ship(world, name) is None and world.wing(name) is None else None
    return NOTHING if target is None else _face(world, values, target, 2)


@action("set-object-orientation", depends=_PLACES)
def set_object_orientation(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Give a ship, or each ship of a wing, an orientation by pitch, bank and heading in degrees (N3.4)."""
    world = ctx.world
    orientation = orientation_of_angles(as_number(values, 1), as_number(values, 2), as_number(values, 3))
    ships = _there(world, values[0]) or _waiting(world, values[0])
    for ship in ships:
        world.move_ship(ship, ship.position, orientation=orientation)
    return None if ships else NOTHING


def _speed_setter(axis: int) -> Effect:
    first, second, third = 3 * axis, 3 * axis + 1, 3 * axis + 2

    def set_speed(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        """Set the speed along an axis of the world, or of the ship itself when the third argument is true.

        A velocity beyond a ship's speed bound lifts the bound.
        """
        world = ctx.world
        name, given, own = values if len(values) == 3 else (*values, 0, 0)[:3]
        speed = float(given) if isinstance(given, int) else 0.0
        one = world.ships_by_name.get(name)
        for ship in (one,) if one is not None and one.status is PRESENT else _there(world, name):
            x, y, z = velocity = ship.velocity
            if own and isinstance(own, int):
                # Replace the current component along the ship's own axis by the wanted one.
                matrix = ship.orientation
                ux, uy, uz = matrix[first], matrix[second], matrix[third]
                change = speed - (x * ux + y * uy + z * uz)
                if change:
                    x, y, z = velocity = (x + change * ux, y + change * uy, z + change * uz)
            else:
                x, y, z = velocity = (speed if axis == 0 else x, speed if axis == 1 else y, speed if axis == 2 else z)
            bound = ship.speed_bound
            if bound is not None and x * x + y * y + z * z > bound * bound:
                world.set_ship(ship, "speed_bound", None)
            if velocity is not ship.velocity:
                world.move_ship(ship, ship.position, velocity)

    return set_speed


action("set-object-speed-x", depends=_SPEEDS)(_speed_setter(0))
action("set-object-speed-y", depends=_SPEEDS)(_speed_setter(1))
action("set-object-speed-z", depends=_SPEEDS)(_speed_setter(2))


@action("set-player-throttle-speed")
def set_player_throttle_speed(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set the throttle of the player's ship in percent, as get-throttle-speed reads it."""
    ship = named_ship(ctx.world, values[0])
    if ship is not None and ship.key == ctx.world.player.ship and ship.status is PRESENT:
        ctx.world.set_player("throttle", min(as_number(values, 1), 100) / 100.0)
