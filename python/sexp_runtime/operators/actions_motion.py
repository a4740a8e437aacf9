"""Actions that put objects somewhere else: position, facing, orientation and speed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sexp_runtime.operators.actions import ActionValue, Effect, action, as_number, as_text
from sexp_runtime.operators.actions_geometry import orientation_along, orientation_of_angles
from sexp_runtime.operators.actions_targets import named_ship, wing_ships
from sexp_runtime.world.ships import PRESENT, Ship, Vector

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World


def _place_group(world: World, ship: Ship, position: Vector) -> None:
    """Put a ship somewhere at once, taking along what is docked to it."""
    px, py, pz = ship.position
    dx, dy, dz = position[0] - px, position[1] - py, position[2] - pz
    for member in world.docked_group(ship):
        mx, my, mz = member.position
        world.move_ship(member, position if member is ship else (mx + dx, my + dy, mz + dz), jump=True)


def _ships(world: World, value: ActionValue) -> Sequence[Ship]:
    """Return the present ship of that name, or the present members of that wing with the leader first."""
    ship = world.ships_by_name.get(value)
    if ship is None and isinstance(value, str):
        ship = world.ships.get(value.lower())
    if ship is not None:
        return (ship,) if ship.status is PRESENT else ()
    wing = world.wing(value) if isinstance(value, str) else None
    if wing is None:
        return ()
    leader = world.wing_leader(wing)
    return () if leader is None else [leader, *(member for member in wing_ships(world, wing) if member is not leader)]


def place_of(world: World, value: ActionValue) -> Vector | None:
    """Return where a present ship, a wing's leader or a waypoint is, None if it is nowhere."""
    if not isinstance(value, str):
        return None
    ship = world.ships_by_name.get(value)
    if ship is None:
        name = value.lower()
        ship = world.ships.get(name)
        if ship is None and name in world.wings and (members := _ships(world, value)):
            ship = members[0]
    return ship.position if ship is not None and ship.status is PRESENT else world.point(value)


def _point(values: tuple[ActionValue, ...]) -> Vector:
    """Return the point that the three arguments after a name give, in metres."""
    if len(values) == 4:
        _, x, y, z = values
        if isinstance(x, int) and isinstance(y, int) and isinstance(z, int):
            return float(x), float(y), float(z)
    return float(as_number(values, 1)), float(as_number(values, 2)), float(as_number(values, 3))


@action("set-object-position")
def set_object_position(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Put a ship, a wing (the others keep their places around the leader) or a waypoint at a point in metres."""
    world = ctx.world
    target = _point(values)
    ships = _ships(world, values[0])
    if ships:
        x, y, z = ships[0].position
        offset = (target[0] - x, target[1] - y, target[2] - z)
        for ship in ships:
            x, y, z = ship.position
            _place_group(world, ship, target if ship is ships[0] else (x + offset[0], y + offset[1], z + offset[2]))
        return
    name = as_text(values, 0)
    if named_ship(world, name) is None and world.point(name) is not None:
        path, _, number = name.lower().rpartition(":")
        points = list(world.waypoints[path])
        points[int(number) - 1] = target
        world.set_waypoints(path, points)


def _face(world: World, value: ActionValue, target: Vector) -> None:
    tx, ty, tz = target
    for ship in _ships(world, value):
        x, y, z = ship.position
        orientation = orientation_along((tx - x, ty - y, tz - z))
        if orientation is not None and orientation != ship.orientation:
            world.move_ship(ship, ship.position, orientation=orientation)


@action("set-object-facing")
def set_object_facing(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Turn a ship, or each ship of a wing, to look at a point, at once; a turn that takes time is the game's affair."""
    _face(ctx.world, values[0], _point(values))


@action("set-object-facing-object")
def set_object_facing_object(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Turn a ship, or each ship of a wing, to look at a ship, wing leader or waypoint."""
    target = place_of(ctx.world, as_text(values, 1))
    if target is not None:
        _face(ctx.world, values[0], target)


@action("set-object-orientation")
def set_object_orientation(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Give a ship, or each ship of a wing, an orientation by pitch, bank and heading in degrees."""
    orientation = orientation_of_angles(as_number(values, 1), as_number(values, 2), as_number(values, 3))
    for ship in _ships(ctx.world, values[0]):
        ctx.world.move_ship(ship, ship.position, orientation=orientation)


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
        for ship in (one,) if one is not None and one.status is PRESENT else _ships(world, name):
            x, y, z = velocity = ship.velocity
            if own and isinstance(own, int):
                # Take out the present part along the ship's own axis, put in the wanted one.
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


action("set-object-speed-x")(_speed_setter(0))
action("set-object-speed-y")(_speed_setter(1))
action("set-object-speed-z")(_speed_setter(2))


@action("set-player-throttle-speed")
def set_player_throttle_speed(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Set the throttle of the player's ship in percent, as get-throttle-speed reads it."""
    ship = named_ship(ctx.world, values[0])
    if ship is not None and ship.key == ctx.world.player.ship and ship.status is PRESENT:
        ctx.world.set_player("throttle", min(as_number(values, 1), 100) / 100.0)
