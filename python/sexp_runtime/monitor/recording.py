"""Recordings: every external change of a run, frame by frame, in one compact file that reproduces the run.

The file is a row of blocks, each with its length and CRC-32, so that damage is found exactly where it is:

    b"SEXPREC1"                                  magic
    block: header                                mission text, seed, engine settings
    block: 32 frames, deflated                   each [step in microseconds, changes, digest or None]
    ...
    block: end                                   the number of frames; absent in a run that broke off

Everything inside the blocks is msgpack. A change is [phase, part, method, arguments, keyword arguments]; tuples are
told from lists by an extension type, but for the vectors of `move_ship`, of which there are most: plain arrays.
"""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import msgpack

from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus, Subsystem
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

MAGIC: Final = b"SEXPREC1"
VERSION: Final = 1
_FRAMES_PER_BLOCK: Final = 32
_FRAME: Final = struct.Struct("<cII")  # kind, length, CRC-32
_LARGEST_BLOCK: Final = 256 << 20

#: Phases in which changes come: before a frame (by the game), in the middle of it (by the simulator); DURING + n is
#: while the n-th action of the frame is offered, n from 1.
BEFORE: Final = 0
DURING: Final = 1

_SHIP, _WING, _SUBSYSTEM, _EXIT, _STATUS, _SET, _TUPLE, _FLOATS = range(1, 9)
_VECTOR: Final = struct.Struct("<3d")
_MATRIX: Final = struct.Struct("<9d")
#: The method whose arrays are tuples.
_MOVE: Final = "move_ship"


class DamagedRecordingError(ValueError):
    """The file is not a recording, or it is damaged; the text says where, in bytes and frames."""


def _pack(value: Any) -> bytes:
    packed: bytes = msgpack.packb(value, default=_encode, strict_types=True)
    return packed


def _framed(kind: bytes, data: bytes) -> bytes:
    """Return a block: its head and its data."""
    return _FRAME.pack(kind, len(data), zlib.crc32(data)) + data


def _encode(value: Any) -> Any:
    if isinstance(value, tuple):
        if len(value) in (3, 9) and all(type(number) is float for number in value):
            shape = _VECTOR if len(value) == 3 else _MATRIX
            return msgpack.ExtType(_FLOATS, shape.pack(*value))
        return msgpack.ExtType(_TUPLE, _pack(list(value)))
    if isinstance(value, Ship):
        return msgpack.ExtType(_SHIP, value.key.encode())
    if isinstance(value, Wing):
        return msgpack.ExtType(_WING, value.key.encode())
    if isinstance(value, Subsystem):
        return msgpack.ExtType(_SUBSYSTEM, value.name.encode())
    if isinstance(value, ExitKind):
        return msgpack.ExtType(_EXIT, value.name.encode())
    if isinstance(value, ShipStatus):
        return msgpack.ExtType(_STATUS, value.name.encode())
    if isinstance(value, (set, frozenset)):
        return msgpack.ExtType(_SET, _pack(sorted(value)))
    raise TypeError(f"a recording cannot hold a {type(value).__name__}: {value!r}")


class _SubsystemName(str):
    """Stands for a subsystem until the ship it belongs to is known."""

    __slots__ = ()


class _Decoder:
    """Turns recorded values back, with ships and wings looked up in the world of the replay."""

    def __init__(self, world: World | None) -> None:
        self.world = world

    def unpack(self, data: bytes) -> Any:
        return msgpack.unpackb(data, ext_hook=self._decode, strict_map_key=False)

    def _decode(self, code: int, data: bytes) -> Any:
        if code == _FLOATS:
            return (_VECTOR if len(data) == _VECTOR.size else _MATRIX).unpack(data)
        if code == _TUPLE:
            return tuple(self.unpack(data))
        if code == _SET:
            return set(self.unpack(data))
        text = data.decode()
        if code == _EXIT:
            return ExitKind[text]
        if code == _STATUS:
            return ShipStatus[text]
        if code == _SUBSYSTEM:
            return _SubsystemName(text)
        if self.world is None:
            return text
        if code == _SHIP:
            return self.world.ships[text]
        if code == _WING:
            return self.world.wings[text]
        raise DamagedRecordingError(f"unknown kind of value {code}")


class RecordingWriter:
    """Writes a recording; use as a context manager or call `close`. Raises OSError as the disk does.

    `header` is a dictionary of plain values: at least `mission` (the mission's text), `seed`, `options`. A recording
    that has reached `most_bytes` ends there, whole; 0 is no bound.
    """

    def __init__(self, path: str | Path, header: dict[str, Any], *, most_bytes: int = 0) -> None:
        self.path = Path(path)
        self.frames = 0
        self.bytes = 0
        self.microseconds = 0  # of mission time
        self._most_bytes = most_bytes
        self._changes: list[bytes] = []
        # Packers live long: their buffers are large, and making one takes longer than packing a change.
        self._packer = msgpack.Packer(default=_encode, strict_types=True)
        self._mover = msgpack.Packer(default=_encode)
        self._ships: dict[str, Any] = {}
        self._block: list[bytes] = []
        self._file: BinaryIO = self.path.open("wb")
        self._put(MAGIC)
        self._write(b"H", zlib.compress(_pack({"version": VERSION, **header})))

    def change(self, phase: int, part: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Add one change to the frame being recorded; the arguments are packed at once, as later they may differ."""
        ships = self._ships
        packer = self._mover if method == _MOVE else self._packer
        plain = [(ships.get(value.key) or self._learn(value)) if type(value) is Ship else value for value in args]
        try:
            self._changes.append(packer.pack([phase, part, method, plain, kwargs]))
        except Exception:
            packer.reset()
            raise

    def _learn(self, ship: Ship) -> Any:
        """Return what stands for a ship, made once: the packer would call back for each."""
        self._ships[ship.key] = packed = _encode(ship)
        return packed

    def end_frame(self, step_us: int, digest: int | None = None) -> None:
        """Finish a frame: its step in microseconds and, now and then, a digest of the state after it."""
        if self._file.closed:
            return
        self._block.append(self._packer.pack([step_us, self._changes, digest]))
        if self._changes:
            self._changes = []
        self.frames += 1
        self.microseconds += step_us
        if len(self._block) >= _FRAMES_PER_BLOCK:
            self._flush()
            if 0 < self._most_bytes <= self.bytes:
                self.close()

    @property
    def ended(self) -> bool:
        """Whether nothing is added any more: it was closed, or it has reached its bound."""
        return self._file.closed

    def save(self, target: str | Path) -> None:
        """Write what is recorded so far to another file, as a whole recording; this one goes on. Raises OSError."""
        if self._file.closed:
            shutil.copyfile(self.path, target)
            return
        self._flush()
        shutil.copyfile(self.path, target)
        with Path(target).open("ab") as copy:
            copy.write(_framed(b"E", _pack(self.frames)))

    def close(self) -> None:
        """Write what is pending and the end block; closing twice is harmless."""
        if self._file.closed:
            return
        try:
            self._flush()
            self._write(b"E", _pack(self.frames))
        finally:
            self._file.close()

    def _flush(self) -> None:
        if self._block:
            self._write(b"F", zlib.compress(_pack(self._block), 1))
            self._block = []
            self._file.flush()

    def _write(self, kind: bytes, data: bytes) -> None:
        self._put(_framed(kind, data))

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self.bytes += len(data)

    def __enter__(self) -> RecordingWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


def is_recording(path: str | Path) -> bool:
    """Return whether a file begins as a recording does; raises OSError if it cannot be read."""
    with Path(path).open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


class Recording:
    """Reads a recording: `header` at once, the frames as they are asked for.

    Raises DamagedRecordingError if the file is not a recording or its header is damaged. Damage further on ends the
    frames early and is told in `damage` ("" while there is none).
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.damage = ""
        self.frames_read = 0
        self._data = self.path.read_bytes()
        if self._data[: len(MAGIC)] != MAGIC:
            raise DamagedRecordingError(f"{self.path}: not a recording (it does not begin with {MAGIC.decode()})")
        self._at = len(MAGIC)
        try:
            kind, data = self._block()
            self.header: dict[str, Any] = _Decoder(None).unpack(zlib.decompress(data))
        except (DamagedRecordingError, zlib.error, ValueError) as error:
            raise DamagedRecordingError(f"{self.path}: the header is damaged: {error}") from error
        if kind != b"H" or not isinstance(self.header, dict) or self.header.get("version") != VERSION:
            raise DamagedRecordingError(f"{self.path}: not a recording of version {VERSION}")

    def frames(self) -> Iterator[tuple[int, list[bytes], int | None]]:
        """Yield (step in microseconds, packed changes, digest) of each frame up to the end or the damage."""
        while True:
            began = self._at
            try:
                kind, data = self._block()
                if kind == b"E":
                    expected = msgpack.unpackb(data)
                    if expected != self.frames_read:
                        self.damage = f"{self.frames_read} frames read, the end says {expected}"
                    return
                block = msgpack.unpackb(zlib.decompress(data))
            except (DamagedRecordingError, zlib.error, ValueError) as error:
                self.damage = f"at byte {began}, after {self.frames_read} whole frames: {error}"
                return
            for packed in block:
                step_us, changes, digest = msgpack.unpackb(packed)
                self.frames_read += 1
                yield step_us, changes, digest

    def _block(self) -> tuple[bytes, bytes]:
        head = self._data[self._at : self._at + _FRAME.size]
        if len(head) < _FRAME.size:
            raise DamagedRecordingError("the file ends here" if not head else "the file breaks off in a block's head")
        kind, length, crc = _FRAME.unpack(head)
        start = self._at + _FRAME.size
        data = self._data[start : start + length]
        if length > _LARGEST_BLOCK or kind not in (b"H", b"F", b"E"):
            raise DamagedRecordingError("this is no block of a recording")
        if len(data) < length:
            raise DamagedRecordingError(f"the file breaks off {length - len(data)} bytes before the end of a block")
        if zlib.crc32(data) != crc:
            raise DamagedRecordingError("a block's check sum is wrong")
        self._at = start + length
        return kind, data


def _phase_of(packed: bytes) -> int:
    """Return the phase of a packed change without unpacking it: its ships may not exist before their phase.

    The phase is the second item of a msgpack array of five: one byte, or a mark and one, two or four bytes.
    """
    first = packed[1]
    if first < 0x80:
        return first
    size = {0xCC: 1, 0xCD: 2, 0xCE: 4}.get(first)
    if size is None:
        raise DamagedRecordingError(f"a change begins with byte {first:#x} where its phase is expected")
    return int.from_bytes(packed[2 : 2 + size], "big")


def _vector(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def apply_changes(world: World, changes: list[bytes], phase: int) -> None:
    """Carry out a frame's recorded changes of one phase on the world of a replay.

    Raises DamagedRecordingError for a change that does not fit the world (a recording of another mission).
    """
    decoder = _Decoder(world)
    for packed in changes:
        try:
            if _phase_of(packed) != phase:
                continue
            _, part, method, args, kwargs = decoder.unpack(packed)
            if method == _MOVE:
                args = [_vector(value) for value in args]
                kwargs = {name: _vector(value) for name, value in kwargs.items()}
            target = getattr(world, part) if part else world
            if len(args) > 1 and isinstance(args[1], _SubsystemName):
                args[1] = args[0].subsystems[args[1].lower()]
            getattr(target, method)(*args, **kwargs)
        except (KeyError, AttributeError, TypeError) as error:
            raise DamagedRecordingError(f"a recorded change does not fit this mission: {error!r}") from error
