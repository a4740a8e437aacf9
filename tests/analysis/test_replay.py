"""What the scenario does can be recorded and replayed without it, later waves and departures included."""

from __future__ import annotations

from pathlib import Path

import pytest

from sexp_runtime.analysis.moments import moment_of
from sexp_runtime.analysis.replay import Replay, recorded_length
from sexp_runtime.cli import main
from sexp_runtime.session import MissionSession
from support.mission_text import MISSION
from support.small_missions import mission as small_mission

SMALL = small_mission(
    [("( when ( has-time-elapsed 2 ) ( modify-variable @Count[0] 5 ) )", "Two")],
    variables=['\t0\t"Count"\t"0"\t"number"'],
)


@pytest.mark.parametrize("engine", ["naive", "cached"])
def test_a_recorded_battle_replays_alike(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "battle.sexprec"
    session = MissionSession.load(MISSION, engine="cached", seed=3, scenario=True, record_to=path)
    for _ in range(1600):
        session.step_us(50_000)
    log = [(entry.fix, entry.kind, entry.name) for entry in session.world.log.entries]
    digest = session.digest()
    session.close()
    assert ("wing-arrived", "Raider") in {(kind, name) for _, kind, name in log}
    assert any(name == "Raider 3" for _, kind, name in log if kind == "ship-destroyed")
    replay = Replay(path, engine=engine)
    assert sum(1 for _ in replay.run()) == 1600
    assert replay.mismatches == []
    assert replay.session.digest() == digest
    assert [(entry.fix, entry.kind, entry.name) for entry in replay.session.world.log.entries] == log
    replay.session.close()


@pytest.fixture(scope="module")
def battle(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, dict[str, object]]]:
    """A recorded battle of 60 s at 20 frames a second, and what it was like at some frames."""
    path = tmp_path_factory.mktemp("battle") / "battle.rec"
    session = MissionSession.load(MISSION, seed=3, scenario=True, record_to=path)
    moments = {}
    for frame in range(1, 1201):
        session.step_us(50_000)
        if frame in (1, 400, 801, 1200):
            moments[frame] = moment_of(session)
    session.close()
    return path, moments


@pytest.mark.parametrize("engine", ["naive", "cached"])
def test_any_moment_of_a_recording_is_as_it_was(battle: tuple[Path, dict[int, object]], engine: str) -> None:
    path, moments = battle
    assert recorded_length(path) == (1200, 60.0)
    for frame, moment in moments.items():
        replay = Replay(path, engine=engine)
        made = list(replay.run_to(frame / 20 + 0.049))  # within the frame: the moment before it ends
        assert (made[-1], moment_of(replay.session), replay.mismatches) == (frame, moment, [])
        replay.session.close()


def test_empty_containers_of_a_moment_keep_their_kind() -> None:
    containers = "$Maps\n$Name: Prices\n$Key Type: String\n$Data Type: Number\n$Data: ( )\n$End Maps\n"
    containers = "$Lists\n$Name: Kept\n$Data Type: String\n$Data: ( )\n$End Lists\n" + containers
    session = MissionSession.load(small_mission([("( when ( true ) ( do-nothing ) )", "One")], containers=containers))
    assert moment_of(session)["containers"] == {"Kept": [], "Prices": {}}


@pytest.mark.parametrize("simulated", [True, False])
def test_a_copy_plays_on_from_a_moment_and_its_recording_is_whole(
    battle: tuple[Path, dict[int, object]], tmp_path: Path, simulated: bool
) -> None:
    path, moments = battle
    ends = {}
    for engine in ("cached", "naive"):
        copy = tmp_path / f"{engine}.rec"
        replay = Replay(path, engine=engine, record_to=copy)
        list(replay.run_to(20.0))
        assert moment_of(replay.session) == moments[400]
        session = replay.hand_over(simulated=simulated)
        places = {ship.name: ship.position for ship in session.world.ships.values()}
        for _ in range(600):
            session.step_us(50_000)
        moved = [ship.name for ship in session.world.ships.values() if ship.position != places.get(ship.name)]
        assert bool(moved) == simulated
        ends[engine] = moment_of(session)
        session.close()
        again = Replay(copy)
        list(again.run_to(20.0))
        assert moment_of(again.session) == moments[400]  # the same up to the moment
        assert list(again.run())[-1] == 1000 and not again.mismatches
        assert moment_of(again.session) == ends[engine]
        again.session.close()
    assert ends["naive"] == ends["cached"]


def test_the_command_shows_a_moment_and_plays_on(
    battle: tuple[Path, dict[int, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = battle
    name = MissionSession.load(MISSION).world.events[0].name
    assert main(["replay", str(path), "--at", "-20", "--event", name]) == 0
    out = capsys.readouterr().out
    assert "at 40.000 s of 60.000 s (frame 800 of 1,200, cached engine)" in out
    assert f'event "{name}", > marks what decides\n> ' in out and "mission log, latest last" in out
    copy = tmp_path / "copy.rec"
    more = ["--play-on", "5", "--fps", "20", "--simulated", "--record", str(copy)]
    assert main(["replay", str(path), "--at", "30", *more]) == 0
    assert "played on to 35.000 s:" in capsys.readouterr().out
    assert recorded_length(copy) == (700, 35.0)
    assert main(["replay", str(copy), "--diff"]) == 0


def test_the_command_finds_the_moment_of_a_break(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mission, path = tmp_path / "small.fs2", tmp_path / "small.rec"
    mission.write_text(SMALL)
    assert main(["record", str(mission), str(path), "--seconds", "4", "--fps", "10"]) == 0
    for wanted, shown in {
        "action modify-variable": [
            "at 1.900 s of 4.000 s (frame 19 of 40",
            "Count 5 is about to run",
            "Count = 0",
            "= 0",
        ],
        "event Two": ["at 2.000 s of 4.000 s (frame 20 of 40", 'stopped: event "Two" came true', "Count = 5", "= 1"],
        "( > @Count[0] 4 )": ["at 2.000 s of 4.000 s (frame 20 of 40", "stopped: ( > @Count[0] 4 ) is true"],
    }.items():
        capsys.readouterr()
        assert main(["replay", str(path), "--break", wanted, "--event", "Two"]) == 0
        out = " ".join(capsys.readouterr().out.split())
        assert [text for text in shown if text not in out] == []
    assert main(["replay", str(path), "--break", "( > @Count[0] 5 )"]) == 2
    assert "no break is hit in the 40 frames" in capsys.readouterr().err
    assert main(["replay", str(path), "--break", "event Tow"]) == 2
    assert "did you mean 'Two'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--at", "3", "--break", "event x"], "not with both"),
        (["--event", "x"], "need --at"),
        (["--at", "3", "--diff"], "without --at"),
        (["--at", "3", "--simulated"], "need --play-on"),
        (["--at", "3", "--play-on", "-1"], "above 0"),
        (["--at", "3", "--play-on", "1", "--record", "{path}"], "another file"),
        (["--at", "3", "--event", "No such event"], "has no event 'No such event'"),
    ],
)
def test_wrong_wishes_of_a_moment_are_refused(
    battle: tuple[Path, dict[int, object]], capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    path, _ = battle
    assert main(["replay", str(path), *(one.format(path=path) for one in arguments)]) != 0
    assert told in capsys.readouterr().err
