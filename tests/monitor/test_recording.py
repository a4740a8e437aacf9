"""Recordings: what goes in comes out, in order; damage is found where it is and what is before it still replays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.monitor.recorded_calls import CallRefusedError, make_call
from sexp_runtime.monitor.recording import (
    BEFORE,
    DURING,
    DamagedRecordingError,
    Recording,
    RecordingWriter,
    apply_changes,
)
from sexp_runtime.monitor.tap import WorldTap
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus
from sexp_runtime.world.state import WorldState

HEADER = {"mission": "#End", "seed": 7, "engine": "cached", "dialect": "fso", "options": {}}


def new_world() -> WorldState:
    world = WorldState(seed=7)
    world.add_ship("Alpha 1", status=ShipStatus.PRESENT, class_name="Fighter")
    world.variables.declare("Score", "0")
    return world


class Notes:
    """A recorder that passes changes on to a writer, or keeps them in a list."""

    def __init__(self, writer: RecordingWriter | None = None) -> None:
        self.writer = writer
        self.made: list[Any] = []

    def record(self, part: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
        if self.writer is not None:
            return self.writer.change(DURING, part, method, args, kwargs)
        self.made.append((part, method, args, kwargs))
        return self.made[-1]

    def withdraw(self, noted: Any) -> None:
        (self.made.remove if self.writer is None else self.writer.withdraw)(noted)


def play(path: Path, frames: int) -> WorldState:
    """Record a made-up run of a number of frames and return the world at its end."""
    world = new_world()
    with RecordingWriter(path, HEADER) as writer:
        tap: Any = WorldTap(world, Notes(writer))  # type: ignore[arg-type]
        for frame in range(frames):
            ship = tap.ship("alpha 1")
            tap.move_ship(ship, (0.1 * frame, -2.5, 1e9 / (frame + 1)), velocity=(1.0, 0.0, 0.0))
            tap.set_ship(ship, "hull", ship.hull - 0.125)
            tap.variables.set_number(0, frame)
            tap.set_subsystem(ship, tap.add_subsystem(ship, "Engines"), "hull", float(frame))
            tap.add_subsystem(ship, "Weapons")
            tap.set_subsystems(ship, "cargo", [(part, f"crate {frame}") for part in ship.subsystems.values()])
            tap.set_flag(ship, "stealth", frame % 2 == 0)
            writer.end_frame(16_667, digest=frame if frame % 8 == 0 else None)
    return world


def replay(path: Path) -> tuple[WorldState, Recording]:
    world = new_world()
    recording = Recording(path)
    for step_us, changes, _digest in recording.frames():
        assert step_us == 16_667
        apply_changes(world, changes, BEFORE)  # type: ignore[arg-type]
        apply_changes(world, changes, DURING)  # type: ignore[arg-type]
    return world, recording


def state(world: WorldState) -> tuple[Any, ...]:
    ship = world.ships["alpha 1"]
    return (
        ship.position, ship.velocity, ship.hull, sorted(ship.flags), world.variables.snapshot(),
        {name: (part.hull, part.cargo) for name, part in ship.subsystems.items()},
    )  # fmt: skip


@pytest.mark.parametrize("frames", [0, 1, 32, 100])
def test_a_replay_ends_in_the_very_same_state(tmp_path: Path, frames: int) -> None:
    original = play(tmp_path / "run.rec", frames)
    world, recording = replay(tmp_path / "run.rec")
    assert state(world) == state(original)
    assert (recording.frames_read, recording.damage) == (frames, "")
    assert recording.header["seed"] == 7


def test_every_truncation_replays_up_to_the_damage_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "run.rec"
    original = play(path, 100)
    whole = path.read_bytes()
    states = {100: state(original)}
    for size in [*range(len(whole) - 40, len(whole)), *range(400, len(whole), 997)]:
        path.write_bytes(whole[:size])
        world, recording = replay(path)
        assert "at byte" in recording.damage
        frames = recording.frames_read
        if frames not in states:
            states[frames] = state(play(tmp_path / "shorter.rec", frames))
        assert state(world) == states[frames]
    assert len(states) > 3


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    path = tmp_path / "run.rec"
    play(path, 100)
    damaged = bytearray(path.read_bytes())
    damaged[-60] ^= 4
    path.write_bytes(damaged)
    _world, recording = replay(path)
    assert "check sum" in recording.damage


@pytest.mark.parametrize("content", [b"", b"not a recording at all", b"SEXPREC1", b"SEXPREC1" + bytes(40)])
def test_what_is_no_recording_is_refused_with_the_file_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.bin"
    path.write_bytes(content)
    with pytest.raises(DamagedRecordingError, match=r"other\.bin"):
        Recording(path)


def test_a_recording_of_another_mission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.rec"
    play(path, 1)
    _step, changes, _digest = next(Recording(path).frames())
    with pytest.raises(DamagedRecordingError, match="does not fit"):
        apply_changes(WorldState(), changes, DURING)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [
        (1.5, -2.5, 1e300),
        (1, 2, 3),
        (1.0, 2, 3.0),
        (True, 2.0, 3.0),
        (1.0, 2.0),
        tuple(float(number) for number in range(9)),
        -0.0, 2**31, -1, "", "\xe4", None, True, [1.0, 2.0, 3.0], {"a": (1.0, 2.0, 3.0)}, {"x", "y"},
        ExitKind.DESTROYED, ShipStatus.PRESENT,
    ],
)  # fmt: skip
def test_values_of_every_kind_come_out_as_they_went_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: Any
) -> None:
    path = tmp_path / "run.rec"
    with RecordingWriter(path, HEADER) as writer:
        for phase in (BEFORE, DURING, DURING + 300):
            writer.change(phase, "log", "add", (values, "x"), {})
            writer.change(phase, "", "set_ship", (values,), {"one": values, "other": values})
            if isinstance(values, tuple):
                writer.change(phase, "", "move_ship", (values,), {"one": values, "other": None})
        writer.end_frame(1)
    (_step, changes, _digest), *_ = Recording(path).frames()
    seen: list[Any] = []

    def make_call(world: Any, part: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> None:
        seen.append((tuple(args), kwargs) if method != "add" else tuple(args))

    monkeypatch.setattr("sexp_runtime.monitor.recording.make_call", make_call)
    apply_changes(new_world(), changes, DURING + 300)  # type: ignore[arg-type]
    moves = [((values,), {"one": values, "other": None})] if isinstance(values, tuple) else []
    assert repr(seen) == repr([(values, "x"), ((values,), {"one": values, "other": values}), *moves])


def test_a_recording_is_saved_while_it_goes_on_and_ends_at_its_bound(tmp_path: Path) -> None:
    path, early, late = tmp_path / "run.rec", tmp_path / "early.rec", tmp_path / "late.rec"
    writer = RecordingWriter(path, HEADER, most_bytes=2000)
    for frame in range(400):
        writer.change(DURING, "variables", "set_number", (0, frame * 7919 % 1009), {})
        writer.end_frame(16_667)
        if frame == 40:
            writer.save(early)
    assert writer.ended and writer.bytes == path.stat().st_size < 2400
    writer.save(late)
    for target, most in ((early, 41), (late, writer.frames)):
        _world, recording = replay(target)
        assert (recording.frames_read, recording.damage) == (most, "")
    assert 41 < writer.frames < 400
    assert writer.microseconds == writer.frames * 16_667


def test_a_value_that_cannot_be_recorded_is_reported_at_once(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "run.rec", HEADER) as writer, pytest.raises(TypeError, match="cannot hold"):
        writer.change(DURING, "", "set_ship", (object(),), {})


@pytest.mark.parametrize(
    ("method", "args", "kwargs"),
    [
        ("move_ship", ["alpha 1", (0.0, 1.0, 2.0)], {}),
        ("move_ship", [Ship("Alpha 1"), (0.0, float("nan"), 2.0)], {}),
        ("move_ship", [Ship("Alpha 1"), (0.0, 1.0, 2.0)], {"jump": (float("inf"),)}),
        ("move_ship", [Ship("Alpha 1")], {}),
        ("set_ship", [Ship("Alpha 1"), "__class__", 3], {}),
        ("set_ship", ["no ship", "hull", 3.0], {}),
    ],
)
@pytest.mark.parametrize("tapped", [False, True])
def test_calls_that_do_not_fit_are_refused_also_while_the_replay_is_recorded(
    method: str, args: list[Any], kwargs: dict[str, Any], tapped: bool
) -> None:
    world, notes = new_world(), Notes()
    target: Any = WorldTap(world, notes) if tapped else world  # type: ignore[arg-type]
    before = world.ships["alpha 1"].position
    with pytest.raises(CallRefusedError):
        make_call(target, "", method, args, kwargs)
    assert not notes.made and world.ships["alpha 1"].position == before
    make_call(target, "", "move_ship", [world.ships["alpha 1"], (1.0, 2.0, 3.0)], {})
    assert len(notes.made) == tapped and world.ships["alpha 1"].position == (1.0, 2.0, 3.0)
