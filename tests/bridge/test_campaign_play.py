"""Campaign files as a game plays them: what comes next, side trips, skipped missions, and what frames a mission."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.campaign_game import Game
from support.campaigns import CAMPAIGN, MISSION


def test_a_mission_that_is_won_leads_to_the_next_and_the_place_is_kept(tmp_path: Path) -> None:
    game = Game(tmp_path)
    assert (game.state["name"], game.state["description"], game.state["mission"]) == (
        "Lane",
        "Three hauls.",
        "leg1.fs2",
    )
    game.play(Won=1)
    game.host.end()
    state = game.state
    assert (state["is_decided"], state["next"], state["must_replay"], state["loop"]) == (True, "leg2.fs2", False, "")
    assert game.host.campaign.finish(accepted=True)["accepted"]
    again = Game(tmp_path)
    assert (again.state["mission"], again.state["previous"]) == ("leg2.fs2", "leg1.fs2")
    assert [row["completed"] for row in again.state["missions"]] == [True, False, False]
    again.play(Won=1)
    again.host.campaign.finish(accepted=True)
    assert (again.state["is_over"], again.state["mission"]) == (True, "")
    assert not again.load("leg2.fs2")
    assert "is over" in again.lines[-1]
    assert Game(tmp_path, anew=True).state["mission"] == "leg1.fs2"


def test_a_mission_that_must_be_replayed_cannot_be_accepted(tmp_path: Path) -> None:
    game = Game(tmp_path)
    for attempt in range(5):
        assert game.state["can_skip"] is False
        game.play()
        game.host.end()
        assert game.state["must_replay"]
        assert not game.host.campaign.finish(accepted=attempt == 0)["accepted"]
        assert game.state["mission"] == "leg1.fs2"
    assert game.state["can_skip"]
    assert any("replayed" in line for line in game.lines)
    assert Game(tmp_path).state["can_skip"]


def test_an_outcome_that_is_not_accepted_leaves_the_campaign_where_it_is(tmp_path: Path) -> None:
    game = Game(tmp_path)
    game.play(Won=1)
    game.host.campaign.finish(accepted=False)
    assert (game.state["mission"], game.state["is_decided"]) == ("leg1.fs2", False)
    game.play(Won=1)
    assert game.host.get_variable("Runs") == 2
    game.host.campaign.finish(accepted=True)
    assert game.state["mission"] == "leg2.fs2"


def test_a_side_trip_leads_back(tmp_path: Path) -> None:
    game = Game(tmp_path)
    game.play(Won=1, Quick=1)
    game.host.end()
    assert (game.state["loop"], game.state["loop_text"]) == ("side.fs2", "A detour.")
    game.host.campaign.finish(accepted=True, loop=True)
    assert (game.state["mission"], game.state["in_loop"]) == ("side.fs2", True)
    game = Game(tmp_path)
    game.play()
    game.host.campaign.finish(accepted=True)
    assert (game.state["mission"], game.state["in_loop"]) == ("leg2.fs2", False)


def test_a_side_trip_can_be_left(tmp_path: Path) -> None:
    game = Game(tmp_path)
    assert not game.host.campaign.leave_loop()
    game.play(Won=1, Quick=1)
    game.host.campaign.finish(accepted=True, loop=True)
    assert game.host.campaign.leave_loop()
    assert Game(tmp_path).state["mission"] == "leg2.fs2"


def test_a_side_trip_that_is_not_offered_is_not_taken(tmp_path: Path) -> None:
    game = Game(tmp_path)
    game.play(Won=1)
    assert not game.host.campaign.finish(accepted=True, loop=True)["accepted"]
    assert game.state["mission"] == "leg1.fs2"


def test_a_skipped_mission_counts_as_won(tmp_path: Path) -> None:
    game = Game(tmp_path)
    game.play()
    assert game.host.campaign.skip()["goals"] == {"done": "satisfied"}
    state = game.state
    assert (state["mission"], state["missions"][0]["skipped"]) == ("leg2.fs2", True)
    assert game.host.campaign.skip() == {}


def test_only_the_current_mission_belongs_to_the_campaign(tmp_path: Path) -> None:
    game = Game(tmp_path)
    assert not game.load("leg2.fs2")
    assert "leg1.fs2" in game.lines[-1]
    assert game.host.load("leg2.fs2", MISSION, {})  # a single mission
    game.host.end()
    assert not game.state["is_decided"]


def test_the_briefing_shows_stages_that_are_not_zero_until_the_mission_begins(tmp_path: Path) -> None:
    game = Game(tmp_path)
    assert game.load()
    assert [stage["text"] for stage in game.host.campaign.briefing()] == ["Run 0.", "Alpha is there."]
    game.host.set_variable("Runs", 100)
    assert [stage["text"] for stage in game.host.campaign.briefing()] == ["Run 100.", "Alpha is there."]
    game.host.step(0.1)
    assert game.host.campaign.briefing() == []
    assert "has begun" in game.lines[-1]


def test_movies_are_those_of_the_campaign_and_the_mission_whose_formulas_hold(tmp_path: Path) -> None:
    game = Game(tmp_path)
    assert game.load()
    movies = game.host.campaign.movies
    assert movies("briefing") == ["start.ogg", "brief.ogg"]
    assert movies("Post-briefing Cutscene") == ["go.ogg"]
    assert movies("debriefing") == []
    assert "not over" in game.lines[-1]
    assert movies("breifing") == []
    assert "briefing" in game.lines[-1]
    game.host.set_variable("Won", 1)
    game.host.step(0.1)
    game.host.end()
    assert movies("debriefing") == ["won.ogg"]
    assert [stage["text"] for stage in game.host.campaign.debriefing()] == ["Well done."]
    assert movies("briefing") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "E234"),
        (CAMPAIGN.replace("$Type: single", "$Type: multi coop"), "E235"),
        (CAMPAIGN.replace('( next-mission "side.fs2" )', '( next-mission "sid.fs2" )'), "E236"),
        (CAMPAIGN.replace("( true )", "( tru )"), "lane.fc2:"),
    ],
)
def test_a_campaign_with_errors_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    game = Game(tmp_path, text)
    assert not game.is_open
    assert any(said in line for line in game.lines), game.lines
    assert game.state == {}


def test_a_damaged_place_starts_at_the_first_mission(tmp_path: Path) -> None:
    game = Game(tmp_path)
    game.play(Won=1)
    game.host.campaign.finish(accepted=True)
    (path,) = tmp_path.glob("*.missions.json")
    text = path.read_text()
    for damage in ('"current": 77', '"current": "x"', '"current": true'):
        path.write_text(text.replace('"current": 2', damage))
        again = Game(tmp_path)
        assert again.state["mission"] == "leg1.fs2"
        assert any("place in the campaign" in line for line in again.lines)
