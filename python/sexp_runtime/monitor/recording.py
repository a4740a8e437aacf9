"""Recordings: every external change of a run, frame by frame, in one compact file that reproduces the run.

The file is a sequence of blocks, each with its length and CRC-32, so that damage can be located:

    b"SEXPREC1"                                  magic
    block: header                                mission text, seed, engine settings, quotas
    block: up to 32 frames, deflated             each [step in microseconds, changes, digest or None]
    ...
    block: end                                   the number of frames; absent in a run that broke off

Everything inside the blocks is msgpack. A change is [phase, part, method, arguments, keyword arguments]; extension
types mark tuples, ships and so on. Moves and hits, the most frequent changes, are records of their own (see
`kernel.plain_changes`). In recordings of version 1 they are calls, with plain arrays as vectors.

A recording is untrusted input: sizes are checked before use, values are plain, and a replay makes only the calls of
`recorded_calls`.
"""

from __future__ import annotations

import contextlib
import shutil
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from sexp_runtime.kernel import ActionCount, ChangeLog, plain_changes
from sexp_runtime.mission.source import read_regular
from sexp_runtime.monitor.recorded_calls import make_call
from sexp_runtime.monitor.reports import make_reports
from sexp_runtime.operators.context import RuntimeOptions
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.packing import msgpack
from sexp_runtime.world.quotas import UNLIMITED_BY_ZERO, Quotas
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus, Subsystem
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

MAGIC: Final = b"SEXPREC1"
#: The version that is written, and all that are read.
VERSION: Final = 2
_VERSIONS: Final = (1, VERSION)
_FRAME: Final = struct.Struct("<cII")  # kind, length, CRC-32
#: Maximum size of a file, of a block and of an unpacked block, in bytes.
MOST_FILE_BYTES: Final = 1 << 30
_MOST_BLOCK_BYTES: Final = 32 << 20
_MOST_UNPACKED_BYTES: Final = 64 << 20
#: Maximum number of frames of a recording and of a block, and of changes of a frame.
MOST_FRAMES: Final = 20_000_000
_MOST_FRAMES_OF_BLOCK: Final = 4096
MOST_CHANGES: Final = 100_000
#: Maximum size of a frame that is written. With the frames before it in a block (`plain_changes.BLOCK_BYTES`) that is
#: well below _MOST_UNPACKED_BYTES, and below _MOST_BLOCK_BYTES if it cannot be deflated.
_MOST_FRAME_BYTES: Final = 24 << 20
#: Longest frame, and longest run, in microseconds.
LONGEST_STEP_US: Final = 1_000_000_000_000
_LONGEST_RUN_US: Final = 1 << 62
#: Maximum nesting of sets and tuples.
_MOST_DEPTH: Final = 16

#: How many times the usual quotas a recording may ask for.
MOST_OF_DEFAULT: Final = 10

#: Phases of changes, see `kernel.plain_changes`. A run that is restored with its simulator makes those in the middle of
#: a frame by itself.
BEFORE: Final = plain_changes.BEFORE
DURING: Final = plain_changes.DURING
ASKING: Final = plain_changes.ASKING
ANSWERING: Final = plain_changes.ANSWERING

_SHIP, _WING, _SUBSYSTEM, _EXIT, _STATUS, _SET, _TUPLE, _FLOATS = range(1, 9)
_VECTOR: Final = struct.Struct("<3d")
_MATRIX: Final = struct.Struct("<9d")
#: The method whose arrays are tuples in recordings of version 1.
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


def _reason(error: Exception) -> str:
    """Return the text of an error for people, without its class."""
    return f"there is no {error}" if isinstance(error, KeyError) else str(error) or "it is damaged"


class _SubsystemName(str):
    """Placeholder for a subsystem until its ship is known."""

    __slots__ = ()


class _Decoder:
    """Restores recorded values; looks up ships and wings in the world of the replay."""

    def __init__(self, world: World | None) -> None:
        self.world = world
        self._depth = 0

    def unpack(self, data: bytes) -> Any:
        """Return a packed value; raises DamagedRecordingError if it is invalid or nested too deep."""
        self._depth += 1
        try:
            if self._depth > _MOST_DEPTH:
                raise DamagedRecordingError(f"values are nested deeper than {_MOST_DEPTH}")
            return msgpack.unpackb(data, ext_hook=self._decode, strict_map_key=False)
        except (ValueError, TypeError, KeyError, struct.error, RecursionError, msgpack.UnpackException) as error:
            if isinstance(error, DamagedRecordingError):
                raise
            raise DamagedRecordingError(f"not a value of a recording: {_reason(error)}") from error
        finally:
            self._depth -= 1

    def _decode(self, code: int, data: bytes) -> Any:
        if code == _FLOATS:
            return (_VECTOR if len(data) == _VECTOR.size else _MATRIX).unpack(data)
        if code in (_TUPLE, _SET):
            items = self.unpack(data)
            if not isinstance(items, list):
                raise DamagedRecordingError("no list of values")
            return tuple(items) if code == _TUPLE else set(items)
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
    """Writes a recording; use as a context manager or call `close`.

    Raises OSError if the file cannot be created. A later disk error (for instance a full disk) ends the recording:
    `failure` says why, and everything written before stays. A frame with more changes than a reader accepts does the
    same.
    `header` is a dictionary of plain values: at least `mission` (the mission's text), `seed`, `options`. A recording
    that has reached `most_bytes`, or the most that a reader accepts, ends there, complete; 0 means no other limit.
    `actions` counts the actions of each frame. `log` takes moves and hits without this object in between.
    """

    def __init__(
        self,
        path: str | Path,
        header: dict[str, Any],
        actions: ActionCount | None = None,
        *,
        most_bytes: int = 0,
    ) -> None:
        self.path = Path(path)
        self.bytes = 0
        self.failure = ""
        limit = MOST_FILE_BYTES - 2 * _MOST_BLOCK_BYTES
        self._most_bytes = min(most_bytes, limit) if most_bytes > 0 else limit
        self.log = ChangeLog(actions)
        # Packers are reused: their buffers are large, and creating one takes longer than packing a change.
        self._packer = msgpack.Packer(default=_encode, strict_types=True)
        self._ships: dict[str, Any] = {}
        self._file: BinaryIO = self.path.open("wb")
        try:
            self._put(MAGIC)
            self._write(b"H", zlib.compress(_pack({"version": VERSION, **header})))
            self._file.flush()
        except BaseException:
            self._give_up()
            raise

    def change(self, phase: int, part: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
        """Add one change to the frame being recorded; packs the arguments at once, because they may change later.

        Returns what `withdraw` takes. Raises TypeError, ValueError or OverflowError for values that cannot be packed.
        """
        ships, packer = self._ships, self._packer
        plain = [(ships.get(value.key) or self._learn(value)) if type(value) is Ship else value for value in args]
        try:
            packed: bytes = packer.pack([phase, part, method, plain, kwargs])
        except Exception:
            packer.reset()
            raise
        self.log.add(packed)
        return packed

    def answer(self, name: str, answer: int | str | None) -> None:
        """Add a result of a game's own operator.

        A frame's results come before its other changes: the replay of an expression among those takes them.
        """
        self.log.add_answer(self._packer.pack([BEFORE, "answers", "put", [name, answer], {}]))

    @property
    def pending(self) -> Sequence[bytes]:
        """The packed changes of the frame that has not ended yet."""
        return self.log.changes()

    @property
    def frames(self) -> int:
        """The number of frames so far."""
        return self.log.frames

    @property
    def microseconds(self) -> int:
        """The mission time of the frames so far."""
        return self.log.microseconds

    @property
    def ended(self) -> bool:
        """Whether the recording has ended: it was closed, or it has reached its limit."""
        return self.log.ended

    def _learn(self, ship: Ship) -> Any:
        """Return the packed reference to a ship, cached because the packer would otherwise call back each time."""
        self._ships[ship.key] = packed = _encode(ship)
        return packed

    def end_frame(self, step_us: int, digest: int | None = None) -> None:
        """Finish a frame: its step in microseconds and, now and then, a digest of the state after it."""
        log = self.log
        if log.count > MOST_CHANGES or log.bytes > _MOST_FRAME_BYTES:
            self.failure = f"{log.count} changes ({log.bytes} bytes) in one frame are too many for it"
            self.close()  # complete, before a frame that it cannot hold
        elif log.end_frame(step_us, digest):
            try:
                self._flush()
            except OSError as error:
                self._fail(error)
            if self._most_bytes <= self.bytes or self.frames >= MOST_FRAMES:
                self.close()

    def save(self, target: str | Path) -> None:
        """Write the recording so far to another file, as a complete recording; this one continues. Raises OSError."""
        if self.ended:
            shutil.copyfile(self.path, target)
            return
        self._flush()
        shutil.copyfile(self.path, target)
        with Path(target).open("ab") as copy:
            copy.write(_framed(b"E", _pack(self.frames)))

    def close(self) -> None:
        """Write pending frames and the end block; closing twice is harmless. `failure` describes a disk error."""
        if self.ended:
            return
        try:
            self._flush()
            self._write(b"E", _pack(self.frames))
            self._file.close()
        except OSError as error:
            self._fail(error)
        self.log.end()

    def _fail(self, error: OSError) -> None:
        """End the recording because of a disk error."""
        self.failure = error.strerror or str(error)
        self._give_up()

    def _give_up(self) -> None:
        """Close the file and ignore disk errors."""
        self.log.end()
        with contextlib.suppress(OSError):
            self._file.close()

    def _flush(self) -> None:
        block = self.log.take_block()
        if block:
            self._write(b"F", zlib.compress(block, 1))
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
    """Return whether a file begins like a recording; raises OSError if it cannot be read."""
    return read_regular(path, len(MAGIC) - 1) == MAGIC


class Recording:
    """Reads a recording: the `header` at once, the frames on request.

    Raises DamagedRecordingError if the file is not a recording or its header is damaged. Damage further on ends the
    frames early and is described in `damage` ("" while there is none).
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.damage = ""
        self.frames_read = 0
        self._us_read = 0
        self._data = read_regular(self.path, MOST_FILE_BYTES)
        if len(self._data) > MOST_FILE_BYTES:
            raise DamagedRecordingError(f"{self.path}: larger than {MOST_FILE_BYTES} bytes")
        if self._data[: len(MAGIC)] != MAGIC:
            raise DamagedRecordingError(f"{self.path}: not a recording (it does not begin with {MAGIC.decode()})")
        self._at = len(MAGIC)
        try:
            kind, data = self._block()
            header = _Decoder(None).unpack(_inflate(data))
        except (DamagedRecordingError, zlib.error, ValueError) as error:
            raise DamagedRecordingError(f"{self.path}: the header is damaged: {error}") from error
        if kind != b"H" or not isinstance(header, dict) or header.get("version") not in _VERSIONS:
            raise DamagedRecordingError(f"{self.path}: not a recording of version 1 or {VERSION}")
        wrong = _wrong_in_header(header)
        if wrong:
            raise DamagedRecordingError(f"{self.path}: the header is damaged: {wrong}")
        self.header: dict[str, Any] = header

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
                if kind != b"F":
                    raise DamagedRecordingError("a second header")
                frames = [_frame(packed) for packed in _block_of_frames(_inflate(data))]
                if self.frames_read + len(frames) > MOST_FRAMES:
                    raise DamagedRecordingError(f"more than {MOST_FRAMES} frames")
            except (ValueError, zlib.error, msgpack.UnpackException) as error:
                self.damage = f"at byte {began}, after {self.frames_read} whole frames: {error}"
                return
            for frame in frames:
                self._us_read += frame[0]
                if self._us_read > _LONGEST_RUN_US:
                    self.damage = f"after {self.frames_read} whole frames: mission time exceeds its maximum"
                    return
                self.frames_read += 1
                yield frame

    def _block(self) -> tuple[bytes, bytes]:
        head = self._data[self._at : self._at + _FRAME.size]
        if len(head) < _FRAME.size:
            raise DamagedRecordingError("the file ends here" if not head else "the file breaks off in a block's head")
        kind, length, crc = _FRAME.unpack(head)
        start = self._at + _FRAME.size
        if length > _MOST_BLOCK_BYTES or kind not in (b"H", b"F", b"E"):
            raise DamagedRecordingError("this is not a block of a recording")
        data = self._data[start : start + length]
        if len(data) < length:
            raise DamagedRecordingError(f"the file breaks off {length - len(data)} bytes before the end of a block")
        if zlib.crc32(data) != crc:
            raise DamagedRecordingError("a block's check sum is wrong")
        self._at = start + length
        return kind, data


def _inflate(data: bytes) -> bytes:
    """Return the inflated data; raises DamagedRecordingError before it exceeds the size of a block."""
    inflater = zlib.decompressobj()
    plain = inflater.decompress(data, _MOST_UNPACKED_BYTES)
    if inflater.unconsumed_tail or not inflater.eof:
        raise DamagedRecordingError(f"a block is incomplete, or unpacks to more than {_MOST_UNPACKED_BYTES} bytes")
    return plain


def _block_of_frames(data: bytes) -> list[bytes]:
    """Return the packed frames of a block."""
    block = msgpack.unpackb(data, max_array_len=_MOST_FRAMES_OF_BLOCK)
    if not isinstance(block, list) or not all(isinstance(frame, bytes) for frame in block):
        raise DamagedRecordingError("this is not a block of frames")
    return block


def _frame(packed: bytes) -> tuple[int, list[bytes], int | None]:
    """Return a frame's step in microseconds, its packed changes and its digest."""
    frame = msgpack.unpackb(packed, max_array_len=MOST_CHANGES)
    if not isinstance(frame, list) or len(frame) != 3:
        raise DamagedRecordingError("this is not a frame")
    step_us, changes, digest = frame
    if type(step_us) is not int or not 0 <= step_us <= LONGEST_STEP_US:
        raise DamagedRecordingError(f"a frame of {step_us!r:.40} microseconds")
    if not isinstance(changes, list) or not all(isinstance(change, bytes) and len(change) > 5 for change in changes):
        raise DamagedRecordingError("these are not changes of a frame")
    if digest is not None and type(digest) is not int:
        raise DamagedRecordingError("this is not a digest of a frame")
    return step_us, changes, digest


def _wrong_in_header(header: dict[Any, Any]) -> str:
    """Return the problem of a header's values, "" if there is none."""
    for name, kind in (("seed", int), ("engine", str), ("dialect", str), ("options", dict)):
        if type(header.get(name)) is not kind:
            return f"{name} is missing"
    # The mission must be text: with a name, a recording could read any file of this machine.
    if not isinstance(header.get("mission"), (bytes, str)):
        return "mission is missing"
    if not isinstance(header.get("file", ""), str):
        return "file is not a name"
    return "" if header["dialect"] in ("fso", "wcs") else f"no dialect {header['dialect'][:20]!r}"


def recorded_options(header: dict[str, Any]) -> RuntimeOptions:
    """Return the engine's settings of a recording; raises DamagedRecordingError if they are invalid."""
    options = dict(header["options"])
    version = options.pop("engine_version", None)
    if not isinstance(version, (list, tuple)) or not all(type(part) is int for part in version):
        raise DamagedRecordingError("engine_version is not a version")
    switches = {field.name for field in fields(RuntimeOptions)} - {"engine_version"}
    if not switches.issuperset(options) or not all(type(value) is bool for value in options.values()):
        raise DamagedRecordingError("the options are not those of an engine")
    return RuntimeOptions(**options, engine_version=tuple(version))


def recorded_quotas(header: dict[str, Any]) -> Quotas:
    """Return the quotas of a recorded run, those of today for a recording without any.

    Raises DamagedRecordingError if they are invalid, or allow more than `MOST_OF_DEFAULT` times as much as usual: a
    recording may not take away the protection of the machine that replays it. No limit counts as that much.
    """
    found = header.get("quotas", {})
    known: dict[str, int] = asdict(Quotas())
    if not isinstance(found, dict) or not known.keys() >= found.keys():
        raise DamagedRecordingError("the quotas are not those of a mission")
    for name, value in found.items():
        most = MOST_OF_DEFAULT * known[name]
        if type(value) is not int or not 0 <= value <= most:
            raise DamagedRecordingError(f"the quota {name} is {value!r:.30}; from 0 to {most} is allowed")
    bounded = {name: MOST_OF_DEFAULT * known[name] for name in UNLIMITED_BY_ZERO if found.get(name) == 0}
    return Quotas(**(found | bounded))


def recorded_operators(header: dict[str, Any]) -> OwnOperators:
    """Return the operators of a recording's game, without functions; raises DamagedRecordingError for invalid ones."""
    try:
        return OwnOperators(header.get("operators", ()))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DamagedRecordingError(f"the operators of the game are invalid: {_reason(error):.80}") from error


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


def apply_changes(world: World, changes: list[bytes], *phases: int) -> None:
    """Apply a frame's recorded changes of some phases to the world of a replay, in the order in which they were made.

    Raises DamagedRecordingError for a change that does not fit the world (a recording of another mission).
    """
    decoder = _Decoder(world)
    for packed in changes:
        try:
            if _phase_of(packed) not in phases:
                continue
            _, part, method, args, kwargs = decoder.unpack(packed)
            if method == plain_changes.REPORTS and not part:
                make_reports(world, args, kwargs)
                continue
            if method == _MOVE:
                args = [_vector(value) for value in args]
                kwargs = {name: _vector(value) for name, value in kwargs.items()}
            if len(args) > 1 and isinstance(args[1], _SubsystemName):
                args[1] = args[0].subsystems[args[1].lower()]
            elif isinstance(named := kwargs.get("subsystem"), _SubsystemName):
                kwargs["subsystem"] = (args[0] if args else kwargs["ship"]).subsystems[named.lower()]
            make_call(world, part, method, args, kwargs)
        except (LookupError, AttributeError, TypeError, ValueError, OverflowError) as error:
            raise DamagedRecordingError(f"a recorded change does not fit this mission: {_reason(error)}") from error
