"""Saved missions: the restored run equals the one that went on."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.bridge import saves
from sexp_runtime.bridge.host import RuntimeHost
from support.fake_nodes import new_host, sexp_object
from support.hosted_game import MISSION, Bench, event, ship
from support.missions import mission_paths, needs_missions

EVENTS = [
    event("often", "( when ( true ) ( modify-variable @Fuel[0] ( + @Fuel[0] ( rand 1 9 ) ) ) )").replace(
        "Count: 1\n+Interval: 1", "Count: 9999\n+Interval: 0"
    ),
    event("hurt", '( when ( < ( hits-left "Alpha 1" ) 40 ) ( modify-variable @Mood[calm] "bad" ) )'),
    event("late", "( when ( has-time-elapsed 9 ) ( do-nothing ) )"),
    event(
        "after", '( when ( and-in-sequence ( has-time-elapsed 2 ) ( is-event-true-delay "hurt" 1 ) ) ( do-nothing ) )'
    ),
]
TEXT = MISSION.format(
    ships=ship("Alpha 1") + ship("Beta 1", "( has-time-elapsed 3 )"), wings="", events="".join(EVENTS)
)


def state(host: RuntimeHost) -> dict[str, Any]:
    """Return what can be seen of a mission, and the check sum of the rest."""
    session = host.session
    assert session is not None
    world = session.world
    return {
        "digest": session.digest(),
        "time": world.clock.us,
        "variables": list(world.variables.texts),
        "events": host.events(),
        "goals": host.goals(),
        "log": [(entry.kind, entry.name, entry.second, entry.fix) for entry in world.log.entries],
        "objects": [host.object_facts(found.name) for found in world.ships.values()],
        "requests": session.counters()["requests"],
    }


def meddle(host: RuntimeHost, draw: random.Random, frame: int) -> None:
    """Do what a game does between two frames."""
    assert host.session is not None
    names = [name for name in host.session.world.variables.names if name]
    if names and draw.random() < 0.2:
        host.set_variable(draw.choice(names), draw.randrange(100))
    if frame % 7 == 0:
        host.set_game_value("get-fov", [], draw.randrange(90))


def go(host: RuntimeHost, frames: range, seed: int = 3) -> list[dict[str, Any]]:
    found = []
    for frame in frames:
        meddle(host, random.Random(seed * 100_000 + frame), frame)
        host.step(random.Random(frame).choice((1 / 60, 0.1, 0.5)))
        found.append(state(host))
    return found


@pytest.mark.parametrize("engine", ["cached", "naive"])
def test_a_restored_run_goes_on_as_if_it_had_never_been_interrupted(engine: str) -> None:
    lines: list[str] = []
    first, second = new_host(lines), new_host(lines)
    assert first.load("a.fs2", TEXT, {"savable": True, "seed": 5, "engine": engine})
    go(first, range(40))
    saved = first.save_state()
    assert second.restore_state(saved, {})
    assert state(second) == state(first)
    assert go(second, range(40, 90)) == go(first, range(40, 90))
    # A restored run can be saved again, and so can a saved one be restored again.
    third = new_host(lines)
    assert third.restore_state(second.save_state(), {}) and state(third) == state(first)
    for host in (first, second, third):
        host.close()
    assert not [line for line in lines if line.startswith("error")]


def test_a_simulated_battle_goes_on_as_well() -> None:
    first, second = new_host([]), new_host([])
    assert first.load("a.fs2", TEXT, {"savable": True, "seed": 5, "scenario": True})
    go(first, range(60))
    assert second.restore_state(first.save_state(), {})
    assert go(second, range(60, 120)) == go(first, range(60, 120))
    first.close()
    second.close()


@pytest.mark.parametrize("simulated", [False, True])
def test_what_the_game_evaluated_is_part_of_the_save(simulated: bool) -> None:
    first, second = new_host([]), new_host([])
    assert first.load("a.fs2", TEXT, {"savable": True, "seed": 5, "scenario": simulated})
    for frame in range(30):
        first.evaluate("( rand 1 1000 )")
        first.evaluate("( when ( true ) ( modify-variable @Fuel[10] ( + @Fuel[10] 1 ) ) )")
        first.evaluate('( when ( true ) ( add-goal "Alpha 1" ( ai-chase-any 50 ) ) )')
        go(first, range(frame, frame + 1))
    assert second.restore_state(first.save_state(), {})
    assert state(second) == state(first)
    assert go(second, range(30, 60)) == go(first, range(30, 60))
    first.close()
    second.close()


@needs_missions
@pytest.mark.parametrize("path", mission_paths()[::12], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_real_missions_go_on_as_if_they_had_never_been_interrupted(path: Path) -> None:
    first, second = new_host([]), new_host([])
    assert first.load(str(path), "", {"savable": True, "seed": 2, "scenario": True})
    go(first, range(40))
    assert second.restore_state(first.save_state(), {})
    assert go(second, range(40, 60)) == go(first, range(40, 60))
    first.close()
    second.close()


def test_nodes_are_tied_again_and_only_the_present_state_is_reported() -> None:
    bench = Bench([ship("Alpha 1"), ship("Beta 1", "( has-time-elapsed 1 )")], EVENTS[1:], savable=True)
    node = sexp_object()
    assert bench.host.track(node, "Alpha 1", {})
    node.set("hull", 30.0)
    bench.step(2.0)
    saved = bench.host.save_state()
    bench.take()
    assert bench.host.restore_state(saved, {})
    assert bench.take() == [("mission_loaded", "Bench"), ("object_arrived", "Alpha 1"), ("object_arrived", "Beta 1")]
    assert bench.host.evaluate('( hits-left "Alpha 1" )') == 30
    assert bench.host.get_variable("Mood") == "bad"
    assert node.connected["hull_changed"] == []


def test_what_is_no_save_leaves_the_running_mission() -> None:
    bench = Bench([ship("Alpha 1")], EVENTS, savable=True)
    bench.step()
    saved = bench.host.save_state()
    playing = bench.host.session
    for wrong, said in (
        (b"", "not a saved mission"),
        (b"SEXPSAVE", "not a saved mission"),
        (saved[:-1], "check sum"),
        (saved[:40] + bytes([saved[40] ^ 1]) + saved[41:], "check sum"),
        (saved[:8] + b"\x63\x00" + saved[10:], "version 99"),
    ):
        assert not bench.host.restore_state(wrong, {})
        assert said in bench.errors()[-1]
    assert bench.host.session is playing
    bench.step()


def test_a_mission_that_is_not_savable_says_what_to_do() -> None:
    bench = Bench([ship("Alpha 1")], [])
    assert bench.host.save_state() == b""
    assert "savable" in bench.errors()[-1]


def test_a_full_disk_is_reported_and_leaves_the_running_mission(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> Path:
        raise OSError(28, "No space left on device")

    bench = Bench([ship("Alpha 1")], [])
    assert bench.host.load("", TEXT, {"savable": True})
    bench.step()
    save, playing = bench.host.save_state(), bench.host.session
    monkeypatch.setattr(saves, "scratch_file", full)
    assert not bench.host.restore_state(save, {})
    assert bench.errors() == ["restore_state: No space left on device"] and bench.host.session is playing
