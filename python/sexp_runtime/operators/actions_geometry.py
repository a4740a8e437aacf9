"""Directions and orientations from plain arithmetic and square roots: every machine computes the same numbers."""

from __future__ import annotations

from math import sqrt

from sexp_runtime.world.ships import Matrix, Vector


def _turn_part(degrees: int) -> tuple[float, float]:
    # Series of sine and cosine up to 45 degrees: those of the C library differ between machines.
    x = degrees * (3.141592653589793 / 180.0)
    square = x * x
    sine = term = x
    cosine = part = 1.0
    for n in range(1, 9):
        part = -part * square / ((2 * n - 1) * (2 * n))
        cosine += part
        term = -term * square / ((2 * n) * (2 * n + 1))
        sine += term
    return sine, cosine


def turn(degrees: int) -> tuple[float, float]:
    """Return sine and cosine of whole degrees, equal on every machine and exact at multiples of 90."""
    quarter, rest = divmod(degrees % 360, 90)
    if rest > 45:
        cosine, sine = _turn_part(90 - rest)
    else:
        sine, cosine = _turn_part(rest)
    if quarter == 1:
        return cosine, -sine
    if quarter == 2:
        return -sine, -cosine
    if quarter == 3:
        return -cosine, sine
    return sine, cosine


def orientation_of_angles(pitch: int, bank: int, heading: int) -> Matrix:
    """Return the orientation of an object with these angles in degrees: heading first, then pitch, then bank."""
    sp, cp = turn(pitch)
    sb, cb = turn(bank)
    sh, ch = turn(heading)
    return (
        cb * ch + sp * sb * sh, sb * cp, sp * sb * ch - cb * sh,
        sp * cb * sh - sb * ch, cb * cp, sb * sh + sp * cb * ch,
        cp * sh, -sp, cp * ch,
    )  # fmt: skip


def orientation_along(direction: Vector) -> Matrix | None:
    """Return the upright orientation with the nose in a direction, None for the zero vector."""
    x, y, z = direction
    length = sqrt(x * x + y * y + z * z)
    if length == 0.0:
        return None
    x /= length
    y /= length
    z /= length
    level = sqrt(x * x + z * z)
    if level < 1e-6:  # straight up or down: keep the right side where it is
        return (1.0, 0.0, 0.0, 0.0, 0.0, -1.0 if y > 0 else 1.0, 0.0, 1.0 if y > 0 else -1.0, 0.0)
    rx, rz = z / level, -x / level
    return (rx, 0.0, rz, y * rz, z * rx - x * rz, -y * rx, x, y, z)
