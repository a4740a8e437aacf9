"""Operators on positions, motion and facing (H.3)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators import geometry
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.places import (
    Presence,
    Spot,
    absent_result,
    find_place,
    find_places,
    find_spot,
    frame_of,
    place_reads,
)
from sexp_runtime.operators.reads import both, fixed_reads, named_reads
from sexp_runtime.operators.registry import OperatorFunction, operator
from sexp_runtime.operators.status import (
    P4_RESULTS,
    P12_RESULTS,
    game_value_reads,
    name_reads,
    nan_result,
    rounded,
    ship_in_space,
    ship_or_false,
    truncated,
)
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, NAN, NAN_FOREVER, Raw, Status, wrap32
from sexp_runtime.world.navigation import NAV_POSITION, NAVIGATION
from sexp_runtime.world.ships import NOT_YET, PRESENT, Ship, Vector

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

_ATOM: Final = EvalKind.ATOM
_GONE: Final = Presence.EXITED
_NO_SUBSYSTEM = ("", "<none>", "none")
#: A measure between two places, in metres.
Measure = Callable[["EvaluationContext", Spot, Spot], float]
#: The minimum of a measure over the places of two names, at least one each.
Least = Callable[["EvaluationContext", list[Spot], list[Spot]], float]


# Distances


def _between(ctx: EvaluationContext, node: EvalNode, measure: Measure, least: Least | None = None) -> Raw:
    """Measure between two names: the minimum over all ships that they name (H.3, distance)."""
    args = node.args
    if len(args) > 1 and args[0].kind is _ATOM and args[1].kind is _ATOM:
        here = find_spot(ctx, args[0])
        there = find_spot(ctx, args[1]) if here is not None else None
        if here is not None and there is not None:
            return truncated(measure(ctx, here, there))
    first, places = find_places(ctx, node.arg(0))
    second, others = find_places(ctx, node.arg(1))
    if first is _GONE or second is _GONE:
        return NAN_FOREVER
    if not places or not others:
        return NAN
    if least is not None:
        return truncated(least(ctx, places, others))
    return truncated(min(measure(ctx, place, other) for place in places for other in others))


def _shown_distance(ctx: EvaluationContext, a: Spot, b: Spot) -> float:
    """The distance as the player's display shows it: from a ship's centre to the surface of the target's box."""
    place, ship = a
    other_place, other = b
    if ship is None or other is None:
        return geometry.quick_distance(place, other_place)
    if ship.key == ctx.world.player.ship:
        return geometry.box_distance(place, other)
    return geometry.box_distance(other_place, ship)


def _least_shown(ctx: EvaluationContext, places: list[Spot], others: list[Spot]) -> float:
    """Like the minimum of `_shown_distance`; a name that is not a waypoint names only ships."""
    player = ctx.world.player.ship
    points = [point for point, _ in others]
    if others[0][1] is None:
        return min(geometry.quick_distance(point, points[0]) for point, _ in places)
    ships = [ship for _, ship in others if ship is not None]
    distances: list[float] = []
    for point, ship in places:
        if ship is None:
            distances.extend(geometry.quick_distance(point, other) for other in points)
        elif ship.key == player:
            distances.append(geometry.least_distance_to_boxes(point, ships))
        else:
            distances.append(geometry.least_box_distance(points, ship))
    return min(distances)


def _centre_distance(ctx: EvaluationContext, a: Spot, b: Spot) -> float:
    return geometry.distance(a[0], b[0])


def _box_distance(ctx: EvaluationContext, a: Spot, b: Spot) -> float:
    """Distance from box to box, taken along the line of the centres for two ships."""
    place, ship = a
    other_place, other = b
    if ship is not None and other is not None:
        apart = geometry.distance(place, other_place)
        return max(0.0, geometry.box_distance(place, other) + geometry.box_distance(other_place, ship) - apart)
    if other is not None:
        return geometry.box_distance(place, other)
    if ship is not None:
        return geometry.box_distance(other_place, ship)
    return geometry.distance(place, other_place)


_TWO_PLACES = both(place_reads("orientation", "radius", count=2), fixed_reads(("player", "ship")))


@operator("distance", reads=_TWO_PLACES, results=P12_RESULTS)
def distance(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Metres between two objects as the display shows them, truncated; for wings and sides the minimum (H.3)."""
    return _between(ctx, node, _shown_distance, _least_shown)


@operator("distance-to-center", reads=place_reads(count=2), results=P12_RESULTS)
def distance_to_center(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Metres between the centres of two objects, truncated (H.3)."""
    return _between(ctx, node, _centre_distance)


@operator("distance-to-bbox", reads=place_reads("orientation", "radius", count=2), results=P12_RESULTS)
def distance_to_bbox(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Metres from box to box, truncated (H.3)."""
    return _between(ctx, node, _box_distance)


def subsystem_place(ship: Ship, name: str) -> Vector | None:
    """Return the position of a ship's subsystem, None if the ship has none of that name."""
    subsystem = ship.subsystem(name)
    if subsystem is None:
        return None
    offset = geometry.to_world(ship.orientation, subsystem.offset)
    return ship.position[0] + offset[0], ship.position[1] + offset[1], ship.position[2] + offset[2]


def _to_subsystem(ctx: EvaluationContext, node: EvalNode, from_box: bool) -> Raw:
    presence, places = find_places(ctx, node.arg(0))
    if presence is _GONE:
        return NAN_FOREVER
    ship = ship_in_space(ctx, node.arg(1))
    if isinstance(ship, Status):
        return ship
    point = subsystem_place(ship, ctx.text(node.arg(2)))
    if not places or point is None:
        return NAN
    distances = [
        geometry.box_distance(point, ship) if from_box and ship is not None else geometry.distance(point, position)
        for position, ship in places
    ]
    return truncated(min(distances))


_TO_SUBSYSTEM = both(place_reads("orientation", "radius"), place_reads("orientation", "subsystems", at=1))


@operator("distance-center-to-subsystem", "distance-ship-subsystem", reads=_TO_SUBSYSTEM, results=P12_RESULTS)
def distance_center_to_subsystem(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Metres from an object's centre to a ship's subsystem, truncated (H.3)."""
    return _to_subsystem(ctx, node, False)


@operator("distance-bbox-to-subsystem", reads=_TO_SUBSYSTEM, results=P12_RESULTS)
def distance_bbox_to_subsystem(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Metres from an object's box to a ship's subsystem, truncated (H.3)."""
    return _to_subsystem(ctx, node, True)


@operator("special-warp-dist", reads=both(name_reads(), game_value_reads("special-warp-dist")), results=P12_RESULTS)
def special_warp_dist(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Percent of a ship's length to the plane of its jump device; NaN when the game knows of none (H.3)."""
    ship = ctx.ship(node.arg(0))
    if ship is None or ship.status is NOT_YET:
        return NAN
    if ship.status is not PRESENT:
        return NAN_FOREVER
    percent = ctx.world.game("special-warp-dist", ship.name, default=-1)
    return NAN if percent < 0 else percent


@operator(
    "distance-to-nav",
    reads=game_value_reads(
        "distance-to-nav", NAVIGATION, NAV_POSITION, ("player", "ship"), ("player-ship", "position")
    ),
)
def distance_to_nav(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Metres from the player's ship to a navigation point, -1 for an unknown one (N4.6). Game: (name)."""
    name = ctx.text(node.arg(0))
    told = ctx.world.game("distance-to-nav", name, default=-1)
    return told if told >= 0 else ctx.world.navigation.distance(name)


# Coordinates, speeds, angles


def _coordinate(axis: int) -> OperatorFunction:
    def coordinate(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """A coordinate of a ship, wing leader or waypoint, of a subsystem, or of a point relative to it, cut (H.3)."""
        args = node.args
        if len(args) == 1 and args[0].kind is _ATOM:
            spot = find_spot(ctx, args[0])
            if spot is not None:
                return truncated(spot[0][axis])
        return _any_coordinate(ctx, node, axis)

    return coordinate


def _any_coordinate(ctx: EvaluationContext, node: EvalNode, axis: int) -> Raw:
    args = node.args
    numbers, forced = ctx.numbers(args[2:5])
    if forced is not None:
        return forced
    presence, place = find_place(ctx, node.arg(0))
    if place is None:
        return absent_result(presence)
    position, ship = place
    name = ctx.text(node.arg(1))
    if name.lower() not in _NO_SUBSYSTEM:
        if ship is None:
            return NAN
        found = subsystem_place(ship, name)
        if found is None:
            return NAN
        position = found
    value = position[axis]
    if numbers:
        x, y, z = (*numbers, 0, 0)[:3]
        value += geometry.to_world(frame_of(place), (float(x), float(y), float(z)))[axis]
    return truncated(value)


_COORDINATE = place_reads("orientation", "subsystems")


operator("get-object-x", reads=_COORDINATE, results=P12_RESULTS)(_coordinate(0))
operator("get-object-y", reads=_COORDINATE, results=P12_RESULTS)(_coordinate(1))
operator("get-object-z", reads=_COORDINATE, results=P12_RESULTS)(_coordinate(2))


def _velocity_part(ctx: EvaluationContext, node: EvalNode, axis: int) -> Raw:
    presence, place = find_place(ctx, node.arg(0))
    if place is None:
        return absent_result(presence)
    ship, is_local = place[1], ctx.truth(node.arg(1))
    if ship is None:
        return 0
    velocity = geometry.to_local(ship.orientation, ship.velocity) if is_local else ship.velocity
    return truncated(velocity[axis])


_VELOCITY = name_reads(("velocity", "orientation"))


@operator("get-object-speed-x", reads=_VELOCITY, results=P12_RESULTS)
def get_object_speed_x(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The x part of a velocity, cut; in the object's own frame with a true second argument (H.3)."""
    return _velocity_part(ctx, node, 0)


@operator("get-object-speed-y", reads=_VELOCITY, results=P12_RESULTS)
def get_object_speed_y(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The y part of a velocity, as `get-object-speed-x` (H.3)."""
    return _velocity_part(ctx, node, 1)


@operator("get-object-speed-z", reads=_VELOCITY, results=P12_RESULTS)
def get_object_speed_z(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The z part of a velocity, as `get-object-speed-x` (H.3)."""
    return _velocity_part(ctx, node, 2)


@operator("current-speed", reads=name_reads(("velocity", "docked")), results=(NAN,))
def current_speed(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Speed of a ship, or of the fastest in its docked group, truncated; NaN, not for ever, once it has left (H.3)."""
    presence, place = find_place(ctx, node.arg(0))
    if presence is _GONE:
        return NAN
    if place is None or place[1] is None:
        return 0
    return truncated(max(ship.speed for ship in ctx.world.docked_group(place[1])))


def _angle(ctx: EvaluationContext, node: EvalNode, which: int) -> Raw:
    presence, place = find_place(ctx, node.arg(0))
    if place is None:
        return absent_result(presence)
    return rounded(math.degrees(geometry.angles(frame_of(place))[which])) % 360


_ORIENTATION = name_reads(("orientation",))


@operator("get-object-pitch", reads=_ORIENTATION, results=P12_RESULTS)
def get_object_pitch(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Pitch in degrees 0..359, rounded (H.3)."""
    return _angle(ctx, node, 0)


@operator("get-object-bank", reads=_ORIENTATION, results=P12_RESULTS)
def get_object_bank(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Bank in degrees 0..359, rounded (H.3)."""
    return _angle(ctx, node, 1)


@operator("get-object-heading", reads=_ORIENTATION, results=P12_RESULTS)
def get_object_heading(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Heading in degrees 0..359, rounded (H.3)."""
    return _angle(ctx, node, 2)


@operator("angle-facing-object", reads=both(place_reads("orientation"), place_reads(at=1)), results=P12_RESULTS)
def angle_facing_object(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Degrees between a ship's nose and the direction of an object, rounded (H.3)."""
    ship = ship_in_space(ctx, node.arg(0))
    if isinstance(ship, Status):
        return ship
    presence, place = find_place(ctx, node.arg(1))
    if place is None:
        return absent_result(presence)
    away = geometry.subtract(place[0], ship.position)
    size = geometry.length(away)
    if size == 0.0:
        return 0
    cosine = geometry.dot(geometry.forward(ship.orientation), away) / size
    return rounded(math.degrees(math.acos(max(-1.0, min(1.0, cosine)))))


# Boxes


def _in_box(position: Vector, low: Vector, high: Vector) -> bool:
    return all(low[axis] <= position[axis] <= high[axis] for axis in range(3))


@operator("is-in-box", reads=both(place_reads(), place_reads("orientation", at=7)), results=P4_RESULTS)
def is_in_box(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a ship, all present members of a wing, or a waypoint lie in a box, borders included (H.3).

    With a last argument the box is in that ship's frame.
    """
    numbers, forced = ctx.numbers(node.args[1:7])
    if forced is not None:
        return nan_result(forced)
    values = [float(number) for number in (*numbers, *[0] * 6)[:6]]
    low = (min(values[0:2]), min(values[2:4]), min(values[4:6]))
    high = (max(values[0:2]), max(values[2:4]), max(values[4:6]))
    reference: Ship | None = None
    if len(node.args) > 7:
        found = ship_or_false(ctx, node.arg(7))
        if not isinstance(found, Ship):
            return found
        reference = found
    presence, places = find_places(ctx, node.arg(0))
    if presence is _GONE:
        return KNOWN_FALSE
    if not places:
        return 0
    for position, _ in places:
        if reference is not None:
            local = geometry.to_local(reference.orientation, geometry.subtract(position, reference.position))
        else:
            local = position
        if not _in_box(local, low, high):
            return 0
    return 1


@operator("num-within-box", reads=place_reads(at=6, count=None))
def num_within_box(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Number of ships inside a box given by centre and half extents, and of wings with all members inside (H.3)."""
    centre, forced_centre = ctx.numbers(node.args[:3])
    extent, forced_extent = ctx.naturals(node.args[3:6])
    if forced_centre is not None or forced_extent is not None or len(extent) < 3:
        return 0
    low = (float(centre[0] - extent[0]), float(centre[1] - extent[1]), float(centre[2] - extent[2]))
    high = (float(centre[0] + extent[0]), float(centre[1] + extent[1]), float(centre[2] + extent[2]))
    count = 0
    for arg in node.args[6:]:
        _, places = find_places(ctx, arg)
        count += bool(places) and all(_in_box(position, low, high) for position, _ in places)
    return wrap32(count)


# Facing


@operator("is-facing", reads=both(place_reads("orientation"), place_reads(at=1)), results=P4_RESULTS)
def is_facing(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when an object lies within an angle of a ship's nose, and within a distance if one is given (H.3)."""
    numbers, forced = ctx.naturals(node.args[2:4])
    ship = ship_or_false(ctx, node.arg(0))
    if not isinstance(ship, Ship):
        return ship
    presence, place = find_place(ctx, node.arg(1))
    if presence is _GONE:
        return KNOWN_FALSE
    if place is None:
        return 0
    if forced is not None:
        return nan_result(forced)
    if len(numbers) > 1 and geometry.quick_distance(ship.position, place[0]) > numbers[1]:
        return 0
    return int(geometry.within_angle(ship.orientation, ship.position, place[0], numbers[0] if numbers else 0))


def _player_ship(ctx: EvaluationContext) -> Ship | None:
    ship = ctx.world.ships.get(ctx.world.player.ship)
    return ship if ship is not None and ship.status is PRESENT else None


_player_reads = fixed_reads(
    ("player", "ship"), *(("player-ship", field) for field in ("status", "position", "jump", "orientation"))
)
_PLAYER = (CANT_EVAL, KNOWN_FALSE)


@operator("facing", reads=both(place_reads(), _player_reads), results=_PLAYER)
def facing(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when a ship lies within an angle of the player's nose; CANT without a player (H.3)."""
    player = _player_ship(ctx)
    if player is None:
        return CANT_EVAL
    ship = ship_or_false(ctx, node.arg(0))
    if not isinstance(ship, Ship):
        return ship
    angle = ctx.natural(node.arg(1))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    return int(geometry.within_angle(player.orientation, player.position, ship.position, angle))


@operator("facing-waypoint", reads=both(named_reads("waypoint"), _player_reads), results=_PLAYER)
def facing_waypoint(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """T when the first point of a path lies within an angle of the player's nose (H.3)."""
    player = _player_ship(ctx)
    if player is None:
        return CANT_EVAL
    points = ctx.world.waypoints.get(ctx.name(node.arg(0)))
    if not points:
        return KNOWN_FALSE
    angle = ctx.natural(node.arg(1))
    if ctx.nan is not None:
        return nan_result(ctx.nan)
    return int(geometry.within_angle(player.orientation, player.position, points[0], angle))
