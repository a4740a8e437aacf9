"""Vector arithmetic in the original's terms: distances, frames, angles and boxes (H.3)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from sexp_runtime.operators.actions_geometry import turn
from sexp_runtime.world.ships import Matrix, Ship, Vector

#: From the centre of a cube to its corner, in half edges.
_DIAGONAL: Final = 1.7320509
#: Margin in a distance test that exceeds any rounding error of positions and orientations.
_CLEARLY: Final = 1.01


def distance(a: Vector, b: Vector) -> float:
    """Return the distance of two points in metres."""
    return length(subtract(a, b))


def quick_distance(a: Vector, b: Vector) -> float:
    """Return the approximate distance that the original uses between the centres of two objects.

    The greatest part counts in full, the middle one 3/8, the smallest 3/16.
    """
    ax, ay, az = a
    bx, by, bz = b
    high, mid, low = abs(ax - bx), abs(ay - by), abs(az - bz)
    if mid > high:
        high, mid = mid, high
    if low > high:
        high, mid, low = low, high, mid
    elif low > mid:
        mid, low = low, mid
    return high + 0.375 * mid + 0.1875 * low


def subtract(a: Vector, b: Vector) -> Vector:
    """Return a - b."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def dot(a: Vector, b: Vector) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def length(a: Vector) -> float:
    """Return the length of a vector."""
    return math.sqrt(dot(a, a))


def forward(matrix: Matrix) -> Vector:
    """Return the direction in which an object with this orientation looks."""
    return matrix[6], matrix[7], matrix[8]


def to_world(matrix: Matrix, local: Vector) -> Vector:
    """Return a vector given to the right, up and forward of an object in world axes."""
    x, y, z = local
    return (
        matrix[0] * x + matrix[3] * y + matrix[6] * z,
        matrix[1] * x + matrix[4] * y + matrix[7] * z,
        matrix[2] * x + matrix[5] * y + matrix[8] * z,
    )


def to_local(matrix: Matrix, world: Vector) -> Vector:
    """Return a vector in world axes as components to the right, up and forward of an object."""
    return (
        dot(world, (matrix[0], matrix[1], matrix[2])),
        dot(world, (matrix[3], matrix[4], matrix[5])),
        dot(world, (matrix[6], matrix[7], matrix[8])),
    )


def angles(matrix: Matrix) -> tuple[float, float, float]:
    """Return pitch, bank and heading of an orientation in radians, as the original takes them from its matrix."""
    pitch = math.asin(max(-1.0, min(1.0, -matrix[7])))
    if abs(matrix[6]) < 1e-9 and abs(matrix[8]) < 1e-9:
        return pitch, 0.0, math.atan2(-matrix[2], matrix[0])
    return pitch, math.atan2(matrix[1], matrix[4]), math.atan2(matrix[6], matrix[8])


def box_distance(point: Vector, ship: Ship) -> float:
    """Return the distance from a point to a ship's box, 0 inside; the box is a cube of twice the radius."""
    return least_box_distance((point,), ship)


def least_box_distance(points: Iterable[Vector], ship: Ship) -> float:
    """Return the minimum distance from points to a ship's box, infinite if there are none."""
    edge = ship.radius
    px, py, pz = ship.position
    rx, ry, rz, ux, uy, uz, fx, fy, fz = ship.orientation
    least = math.inf
    for x, y, z in points:
        x -= px
        y -= py
        z -= pz
        total = 0.0
        outside = abs(x * rx + y * ry + z * rz) - edge
        if outside > 0.0:
            total = outside * outside
        outside = abs(x * ux + y * uy + z * uz) - edge
        if outside > 0.0:
            total += outside * outside
        outside = abs(x * fx + y * fy + z * fz) - edge
        if outside > 0.0:
            total += outside * outside
        if total < least:
            least = total
    return math.sqrt(least)


def least_distance_to_boxes(point: Vector, ships: Iterable[Ship]) -> float:
    """Return the minimum distance from a point to ships' boxes, infinite if there are none.

    Skips boxes with a centre that is already too far away.
    """
    px, py, pz = point
    least = math.inf
    for ship in ships:
        x, y, z = ship.position
        x -= px
        y -= py
        z -= pz
        reach = _CLEARLY * (least + _DIAGONAL * ship.radius)
        if x * x + y * y + z * z <= reach * reach:
            found = box_distance(point, ship)
            if found < least:
                least = found
    return least


def within_angle(matrix: Matrix, place: Vector, target: Vector, degrees: int) -> bool:
    """Whether a target lies within an angle in degrees (modulo 360) of an object's nose, by comparing cosines."""
    away = subtract(target, place)
    size = length(away)
    if size == 0.0:
        return True
    return dot(forward(matrix), away) / size >= turn(degrees)[1]
