"""Missions of campaigns: saved and restored while they are played, ended with their campaign, with a fiction viewer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.monitor.recorded_campaign import recorded_campaign
from sexp_runtime.monitor.recording import DamagedRecordingError
from support.campaign_game import Game
from support.campaigns import MISSION

#: Counts, draws and reads earlier missions.
LIVELY = MISSION.replace(
    "#Goals",
    """$Formula: ( every-time ( true ) ( modify-variable @Quick[0] ( + @Quick[0] ( rand 1 6 ) ) ) )
+Name: Often
$Formula: ( when ( is-previous-goal-true "leg1.fs2" "Done" ) ( modify-variable @Runs[0] 50 ) )
+Name: Before
#Goals""",
)
ENDING = MISSION.replace(
    "#Goals", "$Formula: ( when ( = @Quick[0] 9 ) ( end-campaign ) )\n+Name: Ends\n#Goals"
).replace("#end\n#Briefing", "$Campaign End Cutscene: end.ogg\n#end\n#Briefing")


def load(game: Game, text: str, file: str = "", **options: Any) -> None:
    chosen = {"campaign": "Lane", "pilot": "Ada", "campaigns": str(game.folder), "savable": True, **options}
    assert game.host.load(file or game.state["mission"], text, chosen), game.lines


def step(game: Game, frames: int) -> list[int]:
    digests = []
    for _frame in range(frames):
        game.host.step(0.25)
        assert game.host.session is not None
        digests.append(game.host.session.digest())
    return digests


def test_a_mission_of_a_campaign_goes_on_as_if_it_had_never_been_interrupted(tmp_path: Path) -> None:
    game = Game(tmp_path)
    game.play(Won=1)
    game.host.campaign.finish(accepted=True)
    load(game, LIVELY, seed=4)
    step(game, 10)
    assert game.host.get_variable("Runs") == 50
    saved = game.host.save_state()
    assert saved
    expected = step(game, 20)
    game.host.set_variable("Won", 1)
    game.host.campaign.finish(accepted=True)
    assert game.state["is_over"]

    again = Game(tmp_path)
    assert again.state["is_over"]
    assert again.host.restore_state(saved, {"campaigns": str(tmp_path)}), again.lines
    assert (again.state["mission"], again.state["is_over"]) == ("leg2.fs2", False)
    assert step(again, 20) == expected
    again.host.set_variable("Won", 1)
    step(again, 1)
    assert again.host.campaign.finish(accepted=True)["goals"] == {"done": "satisfied"}
    assert again.state["is_over"]


def test_a_save_made_earlier_takes_variables_and_records_back(tmp_path: Path) -> None:
    game = Game(tmp_path)
    load(game, MISSION)
    step(game, 2)
    saved = game.host.save_state()
    for _try in range(3):
        game.play(Won=1)
        game.host.campaign.finish(accepted=False)
    assert game.host.restore_state(saved, {"campaigns": str(tmp_path)})
    assert game.host.get_variable("Runs") == 1
    game.host.set_variable("Won", 1)
    step(game, 1)
    game.host.campaign.finish(accepted=True)
    again = Game(tmp_path)
    assert (again.state["mission"], again.state["missions"][0]["completed"]) == ("leg2.fs2", True)
    load(again, MISSION)
    assert again.host.get_variable("Runs") == 1


def test_the_campaign_has_to_be_open(tmp_path: Path) -> None:
    game = Game(tmp_path)
    load(game, MISSION)
    step(game, 2)
    saved = game.host.save_state()
    game.host.campaign.close_campaign()
    assert not game.host.restore_state(saved, {"campaigns": str(tmp_path)})
    assert 'it is of the campaign "Lane", pilot Ada; call open_campaign first' in game.lines[-1]
    assert game.host.session is not None  # the running mission stays


def test_a_recording_of_a_campaign_replays_without_it(tmp_path: Path) -> None:
    game = Game(tmp_path)
    game.play(Won=1)
    game.host.campaign.finish(accepted=True)
    file = tmp_path / "run.rec"
    load(game, LIVELY, record_to=str(file))
    digest = step(game, 10)[-1]
    game.host.close()
    replay = Replay(file)
    list(replay.run())
    assert (replay.mismatches, replay.session.digest()) == ([], digest)
    replay.session.close()


@pytest.mark.parametrize(
    "campaign",
    [
        {"name": "x"},
        {"name": "x", "missions": {"a": {"goals": {"g": "won"}, "events": {}, "skipped": False}}, "stores": None},
        {"name": "x", "missions": {}, "stores": [b"", b""]},
        {"name": "x", "missions": {}, "stores": 3},
        ["x"],
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused(campaign: Any) -> None:
    with pytest.raises(DamagedRecordingError, match="the values of the campaign are invalid"):
        recorded_campaign({"campaign": campaign})


def test_end_campaign_keeps_variables_and_the_place_and_forgets_the_record(tmp_path: Path) -> None:
    game = Game(tmp_path)
    load(game, ENDING)
    game.host.set_variable("Won", 1)
    game.host.set_variable("Quick", 9)
    step(game, 2)
    assert game.state["has_ended"] and not game.state["is_decided"]
    assert game.host.campaign.debriefing() == []
    assert game.host.campaign.movies("campaign end") == ["end.ogg"]
    done = game.host.campaign.finish(accepted=True)
    assert (done["campaign_ended"], done["accepted"]) == (True, False)
    again = Game(tmp_path)
    assert (again.state["mission"], again.state["has_ended"]) == ("leg1.fs2", False)
    assert not any(row["completed"] for row in again.state["missions"])
    load(again, MISSION)
    assert again.host.get_variable("Runs") == 1


def test_end_campaign_does_nothing_in_a_single_mission(tmp_path: Path) -> None:
    game = Game(tmp_path)
    assert game.host.load("leg1.fs2", ENDING, {})
    game.host.set_variable("Quick", 9)
    step(game, 2)
    assert game.host.session is not None and not game.host.session.world.mission_over


FICTION = """#Fiction Viewer
$File: first.txt
$Formula: ( > @Runs[0] 3 )
$File: ships.txt
$Formula: ( is-ship-visible "Alpha 1" )
$File: second.txt
$Font: small.vf
$Voice: voice.ogg
$Formula: ( = @Runs[0] 0 )
$File: third.txt
"""


def test_the_fiction_viewer_shows_the_first_text_whose_formula_is_true(tmp_path: Path) -> None:
    game = Game(tmp_path)
    text = MISSION.replace("#Cutscenes\n", FICTION + "#Cutscenes\n$Fiction Viewer Cutscene: read.ogg\n")
    load(game, text)
    assert game.host.campaign.fiction() == {"file": "second.txt", "font": "small.vf", "voice": "voice.ogg"}
    assert game.host.campaign.movies("fiction viewer") == ["read.ogg"]
    assert game.host.save_state()  # nothing has changed by it
    step(game, 1)
    assert game.host.campaign.fiction() == {}
    assert "get_fiction: the mission has begun" in game.lines[-1]
    game.host.campaign.finish(accepted=False)
    load(game, text)
    assert game.host.campaign.fiction()["file"] == "third.txt"


def test_without_a_true_formula_there_is_no_fiction_and_no_movie_for_it(tmp_path: Path) -> None:
    game = Game(tmp_path)
    only = FICTION[: FICTION.index("$File: ships")]
    load(game, MISSION.replace("#Cutscenes\n", only + "#Cutscenes\n$Fiction Viewer Cutscene: read.ogg\n"))
    assert game.host.campaign.fiction() == {}
    assert game.host.campaign.movies("fiction viewer") == []
