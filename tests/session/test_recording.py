"""Recorded sessions: a run comes out the same on every engine; a damaged file replays up to the damage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.session import MissionSession

MISSION = """#Mission Info
$Version: 24.2
$Name: Recorded
#Sexp_variables
$Variables:
(
	0	"Score"	"0"	"number"
	1	"Hits"	"0"	"number"
)
#Objects
$Name: Alpha 1
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
+Flags: ( "player-start" )
$Name: Cargo 1
$Class: Transport
$Team: Hostile
$Location: 100, 0, 900
$Arrival Location: Hyperspace
$Arrival Cue: ( has-time-elapsed 2 )
$Departure Location: Hyperspace
$Departure Cue: ( = @Score[0] 9 )
#Events
$Formula: ( when ( < ( hits-left "Cargo 1" ) 90 ) ( modify-variable @Hits[0] ( + @Hits[0] 1 ) ) ( send-message "a" "b" "c" ) )
+Name: Hit
+Repeat Count: 5
+Interval: 1
$Formula: ( when ( > @Score[0] 3 ) ( modify-variable @Hits[0] ( rand-multiple 10 1000 ) ) )
+Name: Score
+Repeat Count: -1
+Interval: 2
#Goals
$Type: Primary
+Name: Finish
$Formula: ( is-destroyed-delay 0 "Cargo 1" )
#End
"""  # noqa: E501 (a formula)


def play(path: Path, engine: str) -> MissionSession:
    """Play and record the mission, with the game changing things in all phases of a frame."""
    session = MissionSession.load(MISSION, engine=engine, seed=5, scenario=True, record_to=path)

    def on_action(operator: str, _args: tuple[Any, ...]) -> None:
        if operator == "send-message":  # a game that changes the world while an action is offered
            session.set_variable("Score", int(session.get_variable("Score")) + 2)

    session.on_action.append(on_action)
    for frame in range(600):
        cargo = session.world.ship("Cargo 1")
        assert cargo is not None
        if frame in (200, 260):
            session.world.damage(cargo, cargo.max_hull / 4)
        if frame == 590:
            session.world.destroy(cargo, "Alpha 1")
        session.step_us(16_667)
    return session


@pytest.mark.parametrize("recorded_on", ["naive", "cached"])
def test_a_run_is_the_same_on_every_engine(tmp_path: Path, recorded_on: str) -> None:
    session = play(tmp_path / "run.rec", recorded_on)
    digest = session.digest()
    assert session.get_variable("Hits") > 0
    session.close()
    for engine in (None, "naive", "compiled", "cached"):
        replay = Replay(tmp_path / "run.rec", engine=engine)
        assert list(replay.run())[-1] == 600
        assert (replay.damage, replay.mismatches) == ("", [])
        assert replay.session.digest() == digest
        replay.session.close()


def test_a_truncated_recording_replays_up_to_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "run.rec"
    play(path, "naive").close()
    path.write_bytes(path.read_bytes()[:-2000])
    replay = Replay(path)
    frames = list(replay.run())[-1]
    assert 0 < frames < 600
    assert "at byte" in replay.damage
    assert replay.mismatches == []


def test_a_changed_recording_is_noticed_by_its_digests(tmp_path: Path) -> None:
    path = tmp_path / "run.rec"
    play(path, "naive").close()
    replay = Replay(path)
    for frame in replay.run():
        if frame >= 300:
            replay.session.set_variable("Hits", -7)  # what the recorded run did not do
    assert replay.mismatches
    assert min(replay.mismatches) > 300


def test_what_a_game_evaluates_and_changes_is_part_of_the_recording(tmp_path: Path) -> None:
    """Actions, draws and what listeners do on those actions, before a frame and in the middle of one."""
    session = MissionSession.load(MISSION, seed=5, record_to=tmp_path / "run.rec")

    def on_action(operator: str, _args: tuple[Any, ...]) -> None:
        if operator == "send-message":  # in a frame, or in the game's own evaluation between two
            session.world.variables.set_number(0, int(session.get_variable("Score")) + 1)
            session.evaluate("( when ( true ) ( modify-variable @Hits[0] ( + @Hits[0] ( rand-multiple 1 9 ) ) ) )")

    session.on_action.append(on_action)
    for frame in range(300):
        cargo = session.world.ship("Cargo 1")
        assert cargo is not None
        if frame == 200:
            session.world.damage(cargo, cargo.max_hull / 4)
        if frame % 40 == 7:
            session.evaluate("( rand 1 1000 )")
            session.evaluate('( when ( > 1 0 ) ( send-message "a" "b" "c" ) ( modify-variable @Score[0] 1 ) )')
            session.evaluate('( hits-left "Alpha 1" )')
            session.evaluate("( when ( true ) ( modify-variable @Score[0] ( + @Score[0] 3 ) ) )")
        session.step_us(16_667)
    digest = session.digest()
    session.close()
    for engine in ("naive", "cached"):
        replay = Replay(tmp_path / "run.rec", engine=engine)
        assert list(replay.run())[-1] == 300
        assert (replay.damage, replay.mismatches) == ("", [])
        assert replay.session.digest() == digest
        replay.session.close()


def test_a_value_that_changes_nothing_is_not_recorded(tmp_path: Path) -> None:
    sizes = []
    for asked in (False, True):
        session = MissionSession.load(MISSION, seed=5, record_to=tmp_path / "run.rec")
        for _ in range(64):
            if asked:
                session.evaluate('( < ( hits-left "Alpha 1" ) 50 )')
            session.step_us(16_667)
        session.close()
        sizes.append((tmp_path / "run.rec").stat().st_size)
    assert sizes[0] == sizes[1]


def test_without_listeners_a_recording_costs_no_call_for_an_action(tmp_path: Path) -> None:
    session = MissionSession.load(MISSION, seed=5, record_to=tmp_path / "run.rec")
    offered: list[str] = []
    session.context.actions = lambda operator, _args: offered.append(operator)
    session.world.set_ship(session.world.ship("Cargo 1"), "hull", 1.0)
    for _ in range(180):
        session.step_us(16_667)
    assert session.get_variable("Hits") > 0
    assert offered == []
    session.close()
