"""The changes of a recording, packed as the game makes them: the description of `changes.pxi`, and its substitute.

Most changes are reports of where a ship is, or of how many points it has left. Reports that follow each other share one
change of the recording, [phase, "", "reports", [seconds, records], {}]. Each of its records is

    flags                          one byte, see below
    length, name of the ship       one byte, UTF-8 in lower case
    position, velocity, turn       of a move: those that the flags name, as little-endian numbers
    points                         of a hit: one number

A number that a 32-bit float holds exactly takes four bytes, as those of Godot do, any other eight. What follows from
the ship's last place takes none: a position that is the last one moved by the ship's velocity, and a velocity that is
the way since then; both by the length of the frame, `seconds`. The first frame of each block says all in full, so that
a replay of a changed mission strays from the recorded places for one block at most.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import Any, Final, Protocol

from sexp_runtime.kernel.plain import ActionCount, WorldCore
from sexp_runtime.packing import msgpack

#: Phases of changes: before a frame (by the game), in the middle of it (by the simulator); DURING + n means while the
#: n-th action of the frame is offered, n from 1. ANSWERING + n means while the n-th action since the last frame is
#: offered: an expression that the game evaluates between two frames runs it. (Older recordings have ANSWERING + 0.)
#: ASKING + n means in the function of the n-th operator of the game that is evaluated since the last frame.
BEFORE: Final = 0
DURING: Final = 1
ASKING: Final = 2**30
ANSWERING: Final = 2**31

#: The method that reports name in a recording.
REPORTS: Final = "reports"
#: Flags of a record. Of a move: how its position is given (two bits), how its velocity and its turn are (the same,
#: from VELOCITY and TURN on), and whether it is a jump. Of a hit: whose points, and whether they take four bytes.
KEPT, MOVED, SINGLE, DOUBLE = range(4)  # no position is: the ship is where it was, or where its velocity has taken it
ABSENT, OF_WAY = KEPT, MOVED  # of a velocity: there is none, or that of the way
POSITION, VELOCITY, TURN = 0, 2, 4
JUMP: Final = 0x40
POINTS: Final = 0x80
OF_SHIELDS: Final = 0x01
SINGLE_POINTS: Final = 0x02

#: The most bytes of a ship's name in a record; moves of a ship with a longer name are calls as others are.
MOST_NAME_BYTES: Final = 255
#: Bytes of records after which a change ends, and frames and bytes after which a block does.
RUN_BYTES: Final = 1 << 15
FRAMES_PER_BLOCK: Final = 32
#: Frames between two check sums of the state: each takes a while where there are many events.
DIGEST_EVERY: Final = 128
#: Changes of a frame that is ended without further checks.
MOST_USUAL: Final = 32
#: More bytes than msgpack adds to a frame's changes, and to each of them.
_FRAME_HEAD: Final = 64
_CHANGE_HEAD: Final = 5
BLOCK_BYTES: Final = 1 << 14


def _doubles(values: Any, count: int) -> bytes | None:
    """Return a tuple of so many finite floats as doubles, None for anything else."""
    if type(values) is not tuple or len(values) != count:
        return None
    if not all(type(value) is float and math.isfinite(value) for value in values):
        return None
    return struct.pack(f"<{count}d", *values)


def _shortened(packed: bytes) -> bytes | None:
    """Return the numbers as 32-bit floats, None if they are not exactly that."""
    count = len(packed) // 8
    try:
        short = struct.pack(f"<{count}f", *struct.unpack(f"<{count}d", packed))
    except OverflowError:
        return None
    return short if struct.pack(f"<{count}d", *struct.unpack(f"<{count}f", short)) == packed else None


class ChangeLog:
    """Collects the changes of frames, and the frames of a block, in the form in which a recording holds them.

    `actions` counts the actions of a frame. `phase` is that of the changes that follow. `frames` and `microseconds`
    are those of the whole recording, `bytes` those of a frame's changes without the reports that come last. `ships` are
    those that a record can name, by their keys. Once `ended` is set, changes are dropped.
    """

    __slots__ = (
        "_actions", "_answers", "_asked", "_block", "_block_bytes", "_changes", "_in_frame", "_record", "_run",
        "_run_phase", "_run_seconds", "bytes", "ended", "frames", "microseconds", "phase", "seconds", "ships",
    )  # fmt: skip

    def __init__(self, actions: ActionCount | None = None) -> None:
        self._actions = actions if actions is not None else ActionCount()
        self.phase = BEFORE
        self.seconds = 0.0  # the length of the frame that moves belong to
        self.frames = self.microseconds = 0
        self.ended = False
        self._in_frame = False
        self.ships: Mapping[str, Any] = {}
        self.bytes = 0
        self._changes: list[bytes] = []
        self._answers = 0  # how many of them are results of a game's operators
        self._asked = 0  # evaluations of operators of the game, since the last frame
        self._record = 0  # where the last record of reports begins
        self._run = bytearray()  # records of reports that follow each other, all of one phase and one length of frame
        self._run_phase, self._run_seconds = BEFORE, 0.0
        self._block: list[bytes] = []
        self._block_bytes = 0

    def begin_frame(self, microseconds: int) -> None:
        """Begin a frame of this length."""
        self._actions.value = 0
        self._in_frame = True
        self.phase = DURING
        self.seconds = microseconds / 1e6

    def leave_frame(self) -> None:
        """End a frame, or one that has failed: the changes that follow come before the next frame."""
        self._actions.value = 0
        self._in_frame = False
        self.phase = BEFORE

    def begin_action(self) -> None:
        """Begin an action that is offered: the changes that follow belong to it."""
        self.phase = (DURING if self._in_frame else ANSWERING) + self._actions.value

    def begin_asking(self) -> None:
        """An operator of the game is evaluated: the changes that follow are made by its function."""
        self._asked += 1
        self.phase = ASKING + self._asked

    def add(self, change: bytes) -> None:
        """Add a packed change."""
        if not self.ended:
            self._end_run()
            self._changes.append(change)
            self.bytes += len(change)

    def add_answer(self, change: bytes) -> None:
        """Add a packed result of a game's operator; those of a frame come before its other changes."""
        if not self.ended:
            self._changes.insert(self._answers, change)
            self._answers += 1
            self.bytes += len(change)

    def withdraw(self, change: bytes | None) -> None:
        """Remove a change of this frame, the same object, if it is there: it was not made."""
        changes = self._changes
        for at in range(len(changes) - 1, -1, -1):
            if changes[at] is change:
                self.bytes -= len(changes.pop(at))
                return

    def move(self, ship: Any, position: Any, velocity: Any, orientation: Any, jump: Any) -> bool:
        """Add a move; velocity and orientation may be None.

        Returns False, nothing done, if no record can say it: for a ship that is unknown or has a long name, and for
        what is no tuple of finite floats.
        """
        name = self._name_of(ship)
        place = _doubles(position, 3)
        speed = None if velocity is None else _doubles(velocity, 3)
        turn = None if orientation is None else _doubles(orientation, 9)
        if name is None or place is None or type(jump) is not bool:
            return False
        if (speed is None) != (velocity is None) or (turn is None) != (orientation is None):
            return False
        flags, parts = JUMP if jump else 0, b""
        if self._block and place == _doubles(ship.position, 3):
            flags |= KEPT << POSITION
        elif self._block and place == self._moved(ship):
            flags |= MOVED << POSITION
        else:
            short = _shortened(place)
            flags |= (DOUBLE if short is None else SINGLE) << POSITION
            parts += place if short is None else short
        if speed is not None:
            if self._block and speed == self._way(ship, position):
                flags |= OF_WAY << VELOCITY
            else:
                short = _shortened(speed)
                flags |= (DOUBLE if short is None else SINGLE) << VELOCITY
                parts += speed if short is None else short
        if turn is not None:
            short = _shortened(turn)
            flags |= (DOUBLE if short is None else SINGLE) << TURN
            parts += turn if short is None else short
        self._report(flags, name, parts)
        return True

    def points(self, ship: Any, is_hull: bool, points: float) -> bool:
        """Add new points of hull or shields; returns False as `move` does."""
        name = self._name_of(ship)
        if name is None or type(points) is not float or not math.isfinite(points):
            return False
        packed = struct.pack("<d", points)
        short = _shortened(packed)
        flags = POINTS | (0 if is_hull else OF_SHIELDS) | (0 if short is None else SINGLE_POINTS)
        self._report(flags, name, packed if short is None else short)
        return True

    def take_back(self) -> None:
        """Remove the report that was added last: it was not made."""
        del self._run[self._record :]

    def _name_of(self, ship: Any) -> bytes | None:
        key: str = ship.key
        if self.ships.get(key) is not ship:
            return None
        name = key.encode()
        return name if len(name) <= MOST_NAME_BYTES else None

    def _moved(self, ship: Any) -> bytes | None:
        seconds = self.seconds
        if not seconds > 0.0:
            return None
        return _doubles(tuple(at + by * seconds for at, by in zip(ship.position, ship.velocity, strict=True)), 3)

    def _way(self, ship: Any, position: tuple[float, ...]) -> bytes | None:
        seconds = self.seconds
        if not seconds > 0.0:
            return None
        return _doubles(tuple((to - at) / seconds for to, at in zip(position, ship.position, strict=True)), 3)

    def _report(self, flags: int, name: bytes, parts: bytes) -> None:
        if self.ended:
            return
        if self._run and (
            self._run_phase != self.phase or self._run_seconds != self.seconds or len(self._run) >= RUN_BYTES
        ):
            self._end_run()
        if not self._run:
            self._run_phase, self._run_seconds = self.phase, self.seconds
        self._record = len(self._run)
        self._run += bytes((flags, len(name))) + name + parts

    def _end_run(self) -> None:
        if self._run:
            run = msgpack.packb([self._run_phase, "", REPORTS, [self._run_seconds, bytes(self._run)], {}])
            self._changes.append(run)
            self.bytes += len(run)
            self._run.clear()
            self._record = 0

    @property
    def count(self) -> int:
        """The number of changes of the frame that has not ended yet."""
        return len(self._changes) + bool(self._run)

    def changes(self) -> list[bytes]:
        """Return the packed changes of the frame that has not ended yet."""
        self._end_run()
        return list(self._changes)

    def end_usual_frame(self, microseconds: int) -> bool:
        """End a frame of a few changes that has no check sum and does not fill the block; return False, nothing done,
        for any other."""
        if len(self._changes) > MOST_USUAL:
            return False
        size = self._block_bytes + self.bytes + len(self._run) + _FRAME_HEAD + _CHANGE_HEAD * len(self._changes)
        if not self.frames % DIGEST_EVERY or len(self._block) + 1 >= FRAMES_PER_BLOCK or size >= BLOCK_BYTES:
            return False
        self.end_frame(microseconds)
        return not self.ended

    def end_frame(self, microseconds: int, digest: int | None = None) -> bool:
        """End a frame, with a check sum of the state after it; return whether the block is full."""
        if self.ended:
            return False
        self._end_run()
        frame: bytes = msgpack.packb([microseconds, self._changes, digest])
        self._changes, self._answers, self._asked, self.bytes = [], 0, 0, 0
        self._block.append(frame)
        self._block_bytes += len(msgpack.packb(frame))
        self.frames += 1
        self.microseconds += microseconds
        return len(self._block) >= FRAMES_PER_BLOCK or self._block_bytes >= BLOCK_BYTES

    def take_block(self) -> bytes:
        """Return the frames that have ended since the last block, packed as one; b"" if there are none."""
        if not self._block:
            return b""
        block: bytes = msgpack.packb(self._block)
        self._block = []
        self._block_bytes = 0
        return block

    def end(self) -> None:
        """End the recording: drop what has not been taken, and what comes."""
        self.ended = True
        self._changes, self._answers, self.bytes = [], 0, 0
        self._block, self._block_bytes = [], 0
        self._run.clear()
        self._record = 0


class Recorder(Protocol):
    """Receives changes before they are made."""

    def record(self, part: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
        """Note a change: part ("" for the world itself), method and arguments; return what `withdraw` takes.

        Raises an error, and the change is not made, for one that cannot be recorded.
        """

    def withdraw(self, noted: Any) -> None:
        """Forget a change, given by what `record` returned: it was refused."""


class TapCore:
    """The two changes that a game makes in every frame, noted and made; a recorder notes what no record can say.

    A tap of all changes (`monitor.tap`) inherits from it.
    """

    def use_log(self, target: WorldCore, ships: Mapping[str, Any], log: ChangeLog, recorder: Recorder) -> None:
        """Take the world, its ships by their keys, and what notes its changes."""
        self._world, self._log, self._noter = target, log, recorder
        log.ships = ships

    def note_seconds(self, seconds: float) -> None:
        """Take the length of the frame that the moves to come belong to; 0 is that of the last one."""
        if seconds > 0.0:
            self._log.seconds = seconds

    def move_ship(
        self, ship: Any, position: Any, velocity: Any = None, orientation: Any = None, jump: bool = False
    ) -> None:
        """Note a move, and make it."""
        log, noted = self._log, None
        is_report = log.move(ship, position, velocity, orientation, jump)
        if not is_report:
            noted = self._noter.record("", "move_ship", (ship, position, velocity, orientation, jump), {})
        try:
            self._world.move_ship(ship, position, velocity, orientation, jump)
        except BaseException:
            log.take_back() if is_report else self._noter.withdraw(noted)
            raise

    def set_ship(self, ship: Any, field: str, value: Any) -> bool:
        """Note the new value of a field, and set it."""
        log, noted = self._log, None
        is_report = field in ("hull", "shields") and log.points(ship, field == "hull", value)
        if not is_report:
            noted = self._noter.record("", "set_ship", (ship, field, value), {})
        try:
            return self._world.set_ship(ship, field, value)
        except BaseException:
            log.take_back() if is_report else self._noter.withdraw(noted)
            raise
