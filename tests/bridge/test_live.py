"""Recordings and hints of a running game, without the engine: kept, saved, proved by another process, applied."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.bridge import live_hints, recordings
from sexp_runtime.bridge.feed import DebugFeed
from sexp_runtime.bridge.host import RuntimeHost
from sexp_runtime.monitor.performance import Mode
from support.fake_nodes import new_host
from support.large_mission import large_mission
from support.planted import MISSION

SMALL = large_mission(20)
CLOCK = 'event "polls the clock"'


def play(runtime: RuntimeHost, frames: int) -> None:
    for _ in range(frames):
        runtime.step(1 / 60)


def wait_for_trial(runtime: RuntimeHost, emitted: list[tuple[Any, ...]], seconds: float = 1 / 60) -> tuple[Any, ...]:
    """Go on with the game, in frames of so many seconds, until the hint's trial is over; return the signal."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        runtime.step(seconds)
        told = [signal for signal in emitted if signal[0] == "hint_tried"]
        if told:
            return told[-1]
        time.sleep(0.01)
    raise AssertionError("no answer")


def hint_id(runtime: RuntimeHost, owner: str) -> str:
    (found,) = [hint["id"] for hint in runtime.performance_hints() if hint["owner"] == owner and hint["rewritten"]]
    return str(found)


# --- recordings ----------------------------------------------------------------------------------------------------


def test_a_mission_is_recorded_from_its_beginning_and_saved_in_the_middle(tmp_path: Path) -> None:
    lines: list[str] = []
    runtime = new_host(lines)
    folder, target = tmp_path / "kept", tmp_path / "bug.rec"
    assert runtime.load("first.fs2", SMALL, {"record": True, "recordings": str(folder)})
    digests = []
    for frame in range(200):
        if frame % 20 == 0:
            runtime.set_variable("v9", frame)
        play(runtime, 1)
        assert runtime.session is not None
        digests.append(runtime.session.digest())
        if frame == 99:
            assert runtime.save_recording(str(target))
    runtime.close()
    for path, frames in ((target, 100), (next(folder.glob("*-first.rec")), 200)):
        again = Replay(path)
        assert list(again.run())[-1] == frames
        assert (again.damage, again.mismatches, again.session.digest()) == ("", [], digests[frames - 1])
        again.session.close()
    assert not [line for line in lines if line.startswith("error")]


def test_a_file_of_ones_own_is_recorded_to(tmp_path: Path) -> None:
    runtime = new_host([])
    target = tmp_path / "run.rec"
    assert runtime.load("", SMALL, {"record_to": str(target), "record": True, "recordings": str(tmp_path / "kept")})
    play(runtime, 50)
    runtime.close()
    assert list(Replay(target).run())[-1] == 50
    assert not (tmp_path / "kept").exists()


def test_the_folder_keeps_the_last_recordings_only(tmp_path: Path) -> None:
    runtime = new_host([])
    for number in range(recordings.KEPT + 3):
        assert runtime.load(f"m{number}.fs2", SMALL, {"record": True, "recordings": str(tmp_path)})
        play(runtime, 2)
        runtime.close()
        for path in tmp_path.glob(f"*-m{number}.rec"):  # files of one moment have an order all the same
            os.utime(path, (number, number))
    kept = sorted(path.name.rsplit("-", 1)[-1] for path in tmp_path.iterdir())
    assert kept == [f"m{number}.rec" for number in range(3, recordings.KEPT + 3)]


def test_a_recording_that_reaches_its_bound_ends_there_and_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sexp_runtime.bridge.host.MOST_BYTES", 3000)
    runtime = new_host([])
    assert runtime.load("", SMALL, {"record": True, "recordings": str(tmp_path / "kept")})
    for frame in range(600):
        runtime.set_variable("v9", frame * 7919)
        play(runtime, 1)
    assert not runtime.recordings.running
    assert runtime.save_recording(str(tmp_path / "bug.rec"))
    runtime.close()
    replay = Replay(tmp_path / "bug.rec")
    frames = list(replay.run())[-1]
    assert 0 < frames < 600 and frames % 32 == 0
    assert (replay.damage, replay.mismatches) == ("", [])


def test_without_a_recording_the_reason_is_told(tmp_path: Path) -> None:
    lines: list[str] = []
    runtime = new_host(lines)
    assert runtime.load("", SMALL, {"record": False, "recordings": str(tmp_path / "kept")})
    assert not runtime.save_recording(str(tmp_path / "bug.rec"))
    assert "sexp_runtime/debug/record" in lines[-1]
    assert not (tmp_path / "kept").exists()
    (tmp_path / "file").touch()
    assert runtime.load("", SMALL, {"record": True, "recordings": str(tmp_path / "file")})  # it plays all the same
    assert any("is not recorded" in line for line in lines)
    assert runtime.load("", SMALL, {"record": True, "recordings": str(tmp_path / "kept")})
    assert not runtime.save_recording(str(tmp_path / "absent" / "bug.rec"))
    assert "No such file" in lines[-1]


def test_the_tab_switches_recording(tmp_path: Path) -> None:
    messages: list[tuple[str, list[Any]]] = []
    runtime = new_host([])
    feed = DebugFeed(lambda name, data: messages.append((name, data)), runtime.hints, runtime.recordings)
    runtime.on_mission.append(feed.mission)
    runtime.after_frame.append(feed.after_frame)
    options = {"record": True, "recordings": str(tmp_path / "kept")}
    runtime.load("", SMALL, options)
    play(runtime, 40)
    feed.receive("start_session", [])
    numbers = [data[0] for name, data in messages if name == "numbers"]
    assert numbers[-1]["recording"] and numbers[-1]["recorded_bytes"] > 100
    feed.receive("save_recording", [str(tmp_path / "bug.rec")])
    assert messages[-1][0] == "done" and "0.7 s from the mission's beginning" in messages[-1][1][0]
    feed.receive("record", [False])
    assert not runtime.recordings.running
    play(runtime, 40)
    feed.receive("save_recording", [str(tmp_path / "later.rec")])  # what was recorded until then
    assert list(Replay(tmp_path / "later.rec").run())[-1] == 40
    runtime.load("", SMALL, options)
    assert not runtime.recordings.running
    feed.receive("record", [True])
    assert "next mission" in messages[-1][1][0]
    runtime.load("", SMALL, {**options, "record": False})
    assert runtime.recordings.running
    runtime.close()


def test_a_break_stops_the_game_before_an_action(tmp_path: Path) -> None:
    emitted: list[tuple[Any, ...]] = []
    runtime = new_host([], emitted)
    assert runtime.load("", MISSION, {"record": True, "recordings": str(tmp_path)})
    play(runtime, 30)
    assert runtime.breaks.add("action modify-variable")
    for _ in range(3):  # the event acts in every frame
        session = runtime.session
        assert session is not None
        time_before, value = session.mission_time, session.get_variable("a")
        emitted.clear()
        play(runtime, 1)
        reason = f'action modify-variable a {(int(value) + 1) % 10} is about to run [event "writes a"]'
        assert [signal for signal in emitted if signal[0] == "break_hit"] == [("break_hit", reason)]
        assert (session.mission_time, session.get_variable("a")) == (time_before, value)
        emitted.clear()
        play(runtime, 1)  # continuing makes the frame
        assert session.mission_time > time_before and session.get_variable("a") != value
        assert not [signal for signal in emitted if signal[0] == "break_hit"]


# --- hints ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Mode.SAMPLED, Mode.FULL])
def test_a_hint_is_proved_on_the_run_so_far_and_put_into_the_game(tmp_path: Path, mode: Mode) -> None:
    emitted: list[tuple[Any, ...]] = []
    lines: list[str] = []
    runtime = new_host(lines, emitted)
    plain = new_host([])
    options = {"record": True, "recordings": str(tmp_path), "seed": 3}
    for game in (runtime, plain):
        assert game.load("", MISSION, options)
        assert game.session is not None
        game.session.monitor.mode = Mode.FULL  # the hint is due to be found soon
        play(game, 15 * 60)
        game.session.monitor.mode = mode
    wanted = hint_id(runtime, CLOCK)
    assert runtime.apply_hint(wanted)
    assert not runtime.apply_hint(wanted) and "still being tried" in lines[-1]
    _name, told, applied, text = wait_for_trial(
        runtime, emitted, 0.0
    )  # however long it takes, the moment waited for is ahead
    assert (told, applied) == (wanted, True), text
    assert text.startswith(f"{CLOCK}: applied; the same results in 900 frames, 15 -> 0 evaluations"), text
    assert runtime.session is not None and plain.session is not None
    assert CLOCK not in {hint["owner"] for hint in runtime.performance_hints()}
    while plain.session.counters()["frames"] < runtime.session.counters()["frames"]:
        plain.step(0.0)
    before = runtime.session.counters()["evaluations"], plain.session.counters()["evaluations"]
    for _ in range(30 * 60):
        play(runtime, 1)
        play(plain, 1)
        assert runtime.session.digest() == plain.session.digest()
    after = runtime.session.counters()["evaluations"], plain.session.counters()["evaluations"]
    assert after[0] - before[0] < after[1] - before[1]
    polls = runtime.session.world.event("polls the clock")
    assert polls is not None and polls.result == 1
    # What was recorded holds the old text, so that a replay checks what was applied.
    assert runtime.save_recording(str(tmp_path / "bug.rec"))
    replay = Replay(tmp_path / "bug.rec")
    list(replay.run())
    assert not replay.mismatches
    assert not [line for line in lines if line.startswith("error")]


def test_a_hint_that_is_wrong_or_saves_nothing_is_withdrawn(tmp_path: Path) -> None:
    for text, reason in (
        ("( when ( has-time-elapsed 3 ) ( do-nothing ) )", "behaves differently"),
        # So many questions, none of them ever true, that no noise of the clock lets it look cheaper.
        (
            f"( when ( or {' '.join(f'( >= ( mission-time ) {n} )' for n in range(25, 33))} ) ( do-nothing ) )",
            "it saves nothing",
        ),
    ):
        emitted: list[tuple[Any, ...]] = []
        runtime = new_host([], emitted)
        assert runtime.load("", MISSION, {"record": True, "recordings": str(tmp_path)})
        assert runtime.session is not None
        runtime.session.monitor.mode = Mode.FULL
        play(runtime, 12 * 60)
        name = hint_id(runtime, CLOCK)
        told = runtime.hints._told
        told[name] = replace(told[name], rewritten=text)
        assert runtime.apply_hint(name)
        _name, _id, applied, said = wait_for_trial(runtime, emitted)
        assert not applied and "not applied" in said and reason in said, said
        formula = runtime.session.mission.events[0].formula
        assert formula is not None and "has-time-elapsed" not in formula.text
        runtime.close()


def test_what_cannot_be_applied_is_refused_at_once(tmp_path: Path) -> None:
    lines: list[str] = []
    runtime = new_host(lines)
    assert runtime.performance_hints() == []
    assert not runtime.apply_hint("x") and "no mission" in lines[-1]
    assert runtime.load("", MISSION, {})
    assert runtime.session is not None
    runtime.session.monitor.mode = Mode.FULL
    play(runtime, 12 * 60)
    assert not runtime.apply_hint("x") and "no hint 'x'" in lines[-1]
    assert not runtime.apply_hint(hint_id(runtime, CLOCK)) and "not recorded" in lines[-1]
    (never,) = [hint["id"] for hint in runtime.performance_hints() if hint["kind"] == "never-fires"]
    assert not runtime.apply_hint(never) and "no text" in lines[-1]
    runtime.hints.command = []
    assert not runtime.apply_hint(hint_id(runtime, CLOCK)) and "an exported game cannot try hints" in lines[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("program", ["/nowhere/python", sys.executable])
def test_a_trial_that_cannot_run_or_is_overtaken_leaves_the_game_alone(
    tmp_path: Path, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    emitted: list[tuple[Any, ...]] = []
    copies = tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(copies))
    runtime = new_host(lines, emitted)
    runtime.hints.command = [program, *runtime.hints.command[1:]]
    options = {"record": True, "recordings": str(tmp_path)}
    assert runtime.load("", MISSION, options)
    assert runtime.session is not None
    runtime.session.monitor.mode = Mode.FULL
    play(runtime, 12 * 60)
    name = hint_id(runtime, CLOCK)
    if program != sys.executable:
        assert not runtime.apply_hint(name) and "/nowhere/python" in lines[-1]
        assert list(copies.iterdir()) == []
        return
    monkeypatch.setattr(live_hints, "LONGEST_PROOF", -1.0)
    assert runtime.apply_hint(name)
    _name, _id, applied, said = wait_for_trial(runtime, emitted)
    assert not applied and "took longer" in said
    assert runtime.apply_hint(name)  # given up when another mission comes
    proof = runtime.hints._proof
    assert proof is not None
    assert runtime.load("", MISSION, options)
    assert proof.poll() is not None
    play(runtime, 60)
    runtime.close()
    assert list(copies.iterdir()) == []
