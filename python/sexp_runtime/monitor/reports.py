"""Makes the moves and hits that a recording holds as records of reports; `kernel.plain_changes` describes them.

A recording is untrusted input: the records of a change are checked before the first of them is made.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sexp_runtime.kernel.plain_changes import (
    DOUBLE,
    JUMP,
    KEPT,
    MOVED,
    OF_SHIELDS,
    OF_WAY,
    POINTS,
    POSITION,
    SINGLE,
    SINGLE_POINTS,
    TURN,
    VELOCITY,
)
from sexp_runtime.monitor.call_arguments import CallRefusedError

if TYPE_CHECKING:
    from sexp_runtime.world.ships import Ship
    from sexp_runtime.world.world import World

#: The most bytes of records in one change; a game's own changes end after fewer.
MOST_BYTES: Final = 1 << 20
_KNOWN_OF_POINTS: Final = POINTS | OF_SHIELDS | SINGLE_POINTS


class _Report(NamedTuple):
    """One record: whose it is, its flags, and its numbers in their order."""

    ship: Ship
    flags: int
    numbers: tuple[float, ...]


def make_reports(world: World, args: object, kwargs: object) -> None:
    """Make the moves and hits of one change; raises CallRefusedError, without any change, if they make no sense."""
    if not isinstance(args, list) or len(args) != 2 or kwargs != {}:
        raise CallRefusedError("reports: no list of arguments")
    seconds, data = args
    if type(seconds) is not float or not 0.0 <= seconds < math.inf:
        raise CallRefusedError("reports: no length of a frame")
    if not isinstance(data, bytes) or len(data) > MOST_BYTES:
        raise CallRefusedError("reports: no records")
    for report in list(_reports(world, data)):
        if report.flags & POINTS:
            world.set_ship(report.ship, "shields" if report.flags & OF_SHIELDS else "hull", report.numbers[0])
        else:
            _move(world, report, seconds)


def _reports(world: World, data: bytes) -> Iterator[_Report]:
    at, end = 0, len(data)
    while at < end:
        if at + 2 > end or at + 2 + data[at + 1] > end:
            raise CallRefusedError("reports: a record breaks off")
        flags, start = data[at], at + 2
        at = start + data[at + 1]
        ship = world.ships[data[start:at].decode()]
        numbers: tuple[float, ...] = ()
        for count, width in _parts(flags):
            if at + count * width > end:
                raise CallRefusedError("reports: a record breaks off")
            numbers += struct.unpack_from(f"<{count}{'f' if width == 4 else 'd'}", data, at)
            at += count * width
        if not all(map(math.isfinite, numbers)):
            raise CallRefusedError("reports: a number is not finite")
        yield _Report(ship, flags, numbers)


def _parts(flags: int) -> Iterator[tuple[int, int]]:
    """Yield how many numbers follow, and the bytes of each."""
    if flags & POINTS:
        if flags & ~_KNOWN_OF_POINTS:
            raise CallRefusedError(f"reports: no record has the flags {flags:#x}")
        yield 1, 4 if flags & SINGLE_POINTS else 8
        return
    for place, count in ((POSITION, 3), (VELOCITY, 3), (TURN, 9)):
        kind = flags >> place & 3
        if kind in (SINGLE, DOUBLE):
            yield count, 4 if kind == SINGLE else 8
        elif place == TURN and kind:
            raise CallRefusedError(f"reports: no record has the flags {flags:#x}")


def _move(world: World, report: _Report, seconds: float) -> None:
    ship, flags, numbers = report
    kind = flags >> POSITION & 3
    before: Any = ship.position
    position: Any
    if kind == KEPT:
        position = before
    elif kind == MOVED:
        position = tuple([at + by * seconds for at, by in zip(before, ship.velocity, strict=True)])
    else:
        position, numbers = numbers[:3], numbers[3:]
    kind = flags >> VELOCITY & 3
    velocity: Any = None
    if kind == OF_WAY:
        if not seconds > 0.0:
            raise CallRefusedError("reports: a velocity without a length of the frame")
        velocity = tuple([(to - at) / seconds for to, at in zip(position, before, strict=True)])
    elif kind:
        velocity, numbers = numbers[:3], numbers[3:]
    if not all(map(math.isfinite, (*position, *(velocity or ())))):
        raise CallRefusedError("reports: a number is not finite")
    world.move_ship(ship, position, velocity, numbers or None, jump=bool(flags & JUMP))
