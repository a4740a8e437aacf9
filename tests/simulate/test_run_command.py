"""The run command: what it prints, its JSON, its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sexp_runtime.cli import main

MISSION = """#Mission Info
$Version: 24.2
$Name: Quiet Lane
#Sexp_variables
$Variables:
(
    0 "Kills" "0" "number"
)
#Objects
$Name: Heron 1
$Class: Patrol Boat
$Team: Friendly
$Location: 0, 0, 0
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$AI Goals: ( goals )
$Cargo 1: Nothing
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
+Flags: ( "player-start" )
$Name: Tug 1
$Class: Tug
$Team: Friendly
$Location: 500, 0, 800
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$Cargo 1: Ore
$Arrival Location: Hyperspace
+Arrival Delay: 3
$Arrival Cue: ( has-time-elapsed 10 )
$Departure Location: Hyperspace
$Departure Cue: ( is-event-true-delay "Loaded" 5 )
$Determination: 10
#Wings
#Events
$Formula: ( when ( has-arrived-delay 2 "Tug 1" ) ( modify-variable @Kills[0] ( + @Kills[0] 1 ) ) )
+Name: Loaded
+Repeat Count: 1
+Interval: 1
$Formula: ( when ( is-destroyed-delay 0 "Tug 1" ) ( send-message "Heron 1" "High" "Alas" ) )
+Name: Lost
#Goals
$Type: Primary
+Name: Tug survives
$MessageNew: Keep the tug alive
$end_multi_text
$Formula: ( and ( is-event-true-delay "Loaded" 0 ) ( not ( is-destroyed-delay 0 "Tug 1" ) ) )
#Waypoints
#Messages
#Reinforcements
#End
"""


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    path = tmp_path / "quiet.fs2"
    path.write_text(MISSION, encoding="utf-8")
    return path


@pytest.mark.parametrize("engine", ["naive", "compiled", "cached"])
def test_the_worked_example(mission: Path, capsys: pytest.CaptureFixture[str], engine: str) -> None:
    """The times of the example at the end of section E; the tug's departure takes some seconds more."""
    assert main(["run", str(mission), "--seconds", "60", "--fps", "10", "--engine", engine, "--json", "-"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["frames"] == 600
    assert result["seconds"] == 60.0
    loaded, lost = result["events"]
    assert loaded == {"name": "Loaded", "outcome": "satisfied", "count": 1, "first_time": 15.0}
    assert lost["outcome"] == "failed"  # the tug has departed: it can never be destroyed
    assert 20.1 + 4.0 <= lost["first_time"] <= 20.1 + 8.2
    assert result["goals"] == [{"name": "Tug survives", "status": "complete", "invalid": False}]
    assert result["variables"] == {"Kills": "1"}
    assert result["actions"]["modify-variable"] == 1
    assert result["log"]["ship-departed"] == 1
    assert result["errors"] == result["stale_results"] == 0
    assert (result["evaluations"] < result["requests"]) is (engine == "cached")


def test_engines_and_seeds(mission: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def digest(engine: str, seed: str) -> tuple[int, object]:
        assert main(["run", str(mission), "--frames", "400", "--fps", "10", "--engine", engine, "--seed", seed,
                     "--json", "-"]) == 0  # fmt: skip
        result = json.loads(capsys.readouterr().out)
        return result["digest"], result["events"]

    assert digest("naive", "4") == digest("cached", "4") == digest("compiled", "4")


def test_readable_summary(mission: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(mission), "--seconds", "20"]) == 0
    text = capsys.readouterr().out
    assert "Quiet Lane (quiet.fs2, fso): 20.0 s in 1200 frames, cached engine, seed 1" in text
    assert "15.000 s  satisfied  Loaded" in text
    assert "goal     complete   Tug survives" in text
    assert "hit rate" in text


def test_result_goes_to_a_file_and_several_missions_give_a_list(mission: Path, tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    assert main(["run", str(mission), str(mission), "--frames", "5", "--json", str(target)]) == 0
    found = json.loads(target.read_text(encoding="utf-8"))
    assert [row["frames"] for row in found] == [5, 5]


def test_bad_missions_and_bad_numbers(mission: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(tmp_path / "absent.fs2"), "--frames", "5"]) == 2
    assert main(["run", str(mission), "--frames", "5", "--fps", "0"]) == 2
    assert "--fps must be positive" in capsys.readouterr().err
