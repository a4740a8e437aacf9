"""Recordings that come from outside: bounded before anything is made of them, and never more than listed calls."""

from __future__ import annotations

import math
import os
import random
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import msgpack
import pytest

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.cli import main
from sexp_runtime.monitor.recording import MAGIC, DamagedRecordingError, Recording, recorded_quotas
from sexp_runtime.session import MissionSession
from sexp_runtime.world.quotas import Quotas
from support.small_missions import ship

MISSION = (
    b"""#Mission Info
$Name: Outside
#Sexp_variables
$Variables: (
	0	"Score"	"0"	"number"
)
#Objects
"""
    + ship("Alpha 1").encode()
    + b"""
#Events
$Formula: ( when ( true ) ( do-nothing ) )
+Name: Start
#Goals
#End
"""
)
HEADER: dict[str, Any] = {
    "version": 1,
    "mission": MISSION,
    "file": "outside.fs2",
    "seed": 1,
    "dialect": "fso",
    "engine": "cached",
    "simulated": False,
    "options": {
        "fixed_chaining_to_repeat": False,
        "alternate_chaining": False,
        "true_loop_arguments": False,
        "engine_version": [25, 0, 0],
    },
}
SHIP = msgpack.ExtType(1, b"alpha 1")


def block(kind: bytes, data: bytes) -> bytes:
    return struct.pack("<cII", kind, len(data), zlib.crc32(data)) + data


def packed(value: Any) -> bytes:
    data: bytes = msgpack.packb(value)
    return data


def recording(frames: list[Any], header: dict[str, Any] | None = None) -> bytes:
    parts = [MAGIC, block(b"H", zlib.compress(packed(header or HEADER)))]
    parts.append(block(b"F", zlib.compress(packed([packed(frame) for frame in frames]))))
    parts.append(block(b"E", packed(len(frames))))
    return b"".join(parts)


def call(part: str, method: str, *args: Any, **kwargs: Any) -> bytes:
    return packed([0, part, method, list(args), kwargs])


def reports(data: bytes, seconds: Any = 0.5, **kwargs: Any) -> bytes:
    return call("", "reports", seconds, data, **kwargs)


#: The head of a record: flags, and the ship's name.
HEAD = b"\x07alpha 1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outside.rec"


def play(path: Path, data: bytes) -> MissionSession:
    """Replay the bytes of a recording to the end and return its session, which is closed."""
    path.write_bytes(data)
    replay = Replay(path)
    try:
        for _ in replay.run():
            pass
        assert not replay.damage, replay.damage
    finally:
        replay.session.close()
    return replay.session


def test_calls_that_a_game_makes_are_made(path: Path) -> None:
    changes = [
        call("", "set_ship", SHIP, "hull", 40.0),
        call("", "move_ship", SHIP, [1.0, 2.0, 3.0]),
        call("variables", "set_number", 0, 7),
        call("", "set_game", "num-players", [], 3),
        reports(b"\x0a" + HEAD + struct.pack("<6f", 1.0, 2.0, 3.0, 2.0, 4.0, -2.0) + b"\x01" + HEAD),
        reports(b"\x81" + HEAD + struct.pack("<d", 0.1) + b"\x83" + HEAD + struct.pack("<f", 7.0)),
    ]
    session = play(path, recording([[16_667, changes, None]] * 3))
    ship = session.world.ship("Alpha 1")
    assert ship is not None
    assert (ship.hull, tuple(ship.position), session.get_variable("Score")) == (40.0, (2.0, 4.0, 2.0), 7)
    assert ship.shields == 7.0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (call("", "__setattr__", "ships", 1), "may not be called"),
        (call("", "__init__"), "may not be called"),
        (call("", "set_campaign", None), "may not be called"),
        (call("facts", "changed", ["x"]), "may not be called"),
        (call("variables", "__class__"), "may not be called"),
        (call("", "set_ship", SHIP, "__class__", 1), "no field"),
        (call("", "set_ship", SHIP, "no_such_field", 1), "no field"),
        (call("", "set_ship", "alpha 1", "hull", 1.0), "ship cannot be 'alpha 1'"),
        (call("", "set_ship", SHIP), "argument"),
        (call("", "set_ship", SHIP, "hull", float("nan")), "value cannot be nan"),
        (call("", "set_ship", SHIP, "hull", 2**63), "value cannot be 9223372036854775808"),
        (call("", "press_key", 5), "name cannot be 5"),
        (call("", "press_key", "x" * (1 << 21)), "name cannot be 'xxx"),
        (call("", "dock", SHIP, 5), "other cannot be 5"),
        (call("", "move_ship", msgpack.ExtType(1, b"nobody"), [0.0, 0.0, 0.0]), "does not fit"),
        (call("", "arrive", msgpack.ExtType(99, b"alpha 1")), "unknown kind"),
        (packed([0, "", "press_key"]), "does not fit"),
        (packed([0, ["x"], "press_key", [], {}]), "no name"),
        (b"\xc1" * 20, "begins with byte"),
        (reports(b"", math.nan), "no length"),
        (reports(b"", -1.0), "no length"),
        (reports(b"", 1), "no length"),
        (reports(b"", jump=True), "no list"),
        (call("", "reports", 0.5), "no list"),
        (call("", "reports", 0.5, "text"), "no records"),
        (reports(bytes((1 << 20) + 1)), "no records"),
        (reports(b"\x03"), "breaks off"),
        (reports(b"\x03\xff" + b"alpha 1"), "breaks off"),
        (reports(b"\x03" + HEAD + bytes(23)), "breaks off"),
        (reports(b"\x02" + HEAD + bytes(11)), "breaks off"),
        (reports(b"\x80" + HEAD + bytes(7)), "breaks off"),
        (reports(b"\x00\x06nobody"), "does not fit"),
        (reports(b"\x00\x01\xff"), "does not fit"),
        (reports(b"\x84" + HEAD + bytes(8)), "no record has the flags 0x84"),
        (reports(b"\x10" + HEAD), "no record has the flags 0x10"),
        (reports(b"\x03" + HEAD + struct.pack("<3d", 1.0, math.nan, 1.0)), "not finite"),
        (reports(b"\x04" + HEAD, 0.0), "without a length"),
        (reports(b"\x0f" + HEAD + struct.pack("<6d", *[1e308] * 6) + b"\x01" + HEAD, 1e300), "not finite"),
    ],
)
def test_other_calls_are_refused(path: Path, change: bytes, reason: str) -> None:
    path.write_bytes(recording([[16_667, [change], None]]))
    with pytest.raises(DamagedRecordingError, match=reason):
        replay = Replay(path)
        try:
            replay.step()
        finally:
            replay.session.close()
    assert main(["replay", str(path)]) == 2


def test_a_refused_call_has_changed_nothing(path: Path) -> None:
    path.write_bytes(recording([[16_667, [call("", "set_ship", SHIP, "hull", 5.0, "more")], None]]))
    replay = Replay(path)
    with pytest.raises(DamagedRecordingError):
        replay.step()
    ship = replay.session.world.ship("Alpha 1")
    assert ship is not None
    assert ship.hull == ship.max_hull
    replay.session.close()


def test_values_nested_without_end_are_refused(path: Path) -> None:
    for depth in (17, 1000, 20_000):
        data = packed([])
        for _ in range(depth):
            data = packed(msgpack.ExtType(7, data))
        path.write_bytes(MAGIC + block(b"H", zlib.compress(data)))
        with pytest.raises(DamagedRecordingError, match="deeper"):
            Recording(path)


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_at_once(path: Path) -> None:
    bomb = zlib.compress(bytes(256 << 20))
    path.write_bytes(MAGIC + block(b"H", bomb))
    start = time.process_time()
    with pytest.raises(DamagedRecordingError, match="unpacks to more"):
        Recording(path)
    assert time.process_time() - start < 2


def test_a_recording_names_no_file_as_its_mission(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "secret.fs2"
    other.write_bytes(MISSION)
    path.write_bytes(recording([[16_667, [], None]], HEADER | {"mission": str(other)}))
    with pytest.raises(ValueError, match="no mission section"):
        Replay(path)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": "x"},
        {"engine": 5},
        {"engine": "turbo"},
        {"dialect": "klingon"},
        {"options": []},
        {"options": {"no_such": 1, "engine_version": [25]}},
        {"options": {"engine_version": 5}},
        {"mission": None},
        {"mission": b"hello"},
        {"file": 5},
        {"version": 3},
    ],
)
def test_headers_that_describe_no_run(path: Path, change: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    path.write_bytes(recording([[16_667, [], None]], HEADER | change))
    assert main(["replay", str(path)]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("frame", [5, [], [1, 2], ["x", [], None], [-1, [], None], [1, [5], None], [1, [], "x"], None])
def test_frames_that_are_none(path: Path, frame: Any) -> None:
    path.write_bytes(recording([[16_667, [], None], frame]))
    whole = Recording(path)
    assert list(whole.frames()) == []
    assert "at byte" in whole.damage


def test_damage_never_ends_in_anything_but_its_own_error(path: Path) -> None:
    """Random damage of all kinds: bytes, blocks, values; check sums are made right again in half of the cases."""
    changes = [
        call("", "set_ship", SHIP, "hull", 40.0),
        call("", "move_ship", SHIP, [1.0, 2.0, 3.0]),
        reports(b"\x0a" + HEAD + struct.pack("<6f", *range(6)) + b"\x05" + HEAD + b"\x82" + HEAD + bytes(4)),
    ]
    frames: list[Any] = [[16_667, changes, None]] * 4
    dice = random.Random(7)
    for _ in range(300):
        body = bytearray(packed([packed(frame) for frame in frames]))
        head = bytearray(packed(HEADER))
        for target in (body, head):
            for _ in range(dice.choice((0, 1, 1, 3))):
                target[dice.randrange(len(target))] = dice.randrange(256)
        data = bytearray(
            MAGIC
            + block(b"H", zlib.compress(bytes(head)))
            + block(b"F", zlib.compress(bytes(body)))
            + block(b"E", packed(4))
        )
        if dice.random() < 0.2:
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(data[: dice.choice((len(data), len(data), dice.randrange(len(data))))])
        try:
            replay = Replay(path)
        except ValueError:
            continue
        try:
            for _ in replay.run():
                pass
        except DamagedRecordingError:
            pass
        finally:
            replay.session.close()


def test_pipes_and_devices_are_refused_at_once(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(path)
    for name in (str(path), "/dev/zero"):
        assert main(["replay", name]) == 2
        assert "no regular file" in capsys.readouterr().err


def test_a_replay_has_the_quotas_of_the_run(tmp_path: Path) -> None:
    path = tmp_path / "run.rec"
    quotas = Quotas(container_items=7, candidates=30)
    with MissionSession.load(MISSION, record_to=path, quotas=quotas) as session:
        session.step(0.1)
    assert Replay(path).session.world.quotas == quotas
    assert Replay(path, quotas=Quotas()).session.world.quotas == Quotas()


@pytest.mark.parametrize("quotas", [{"ships": 10**9}, {"ships": -1}, {"ships": True}, {"unknown": 1}, [1]])
def test_a_recording_cannot_lift_the_quotas(tmp_path: Path, quotas: Any) -> None:
    with pytest.raises(DamagedRecordingError, match="quota"):
        recorded_quotas({**HEADER, "quotas": quotas})


def test_a_run_without_a_limit_of_steps_is_replayed_with_one() -> None:
    found = recorded_quotas({**HEADER, "quotas": {"steps": 0, "frame_steps": 0, "ships": 7}})
    assert (found.steps, found.frame_steps, found.ships) == (5_000_000, 100_000_000, 7)
