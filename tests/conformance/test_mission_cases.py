"""Mission cases of the original, where they are at hand, on every engine; and the player that plays them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.cli import main
from sexp_runtime.conformance import read_cases
from sexp_runtime.conformance_missions import is_mission_case, run_mission_case
from sexp_runtime.engines import ENGINES

FOLDER = Path(os.environ.get("SEXP_CASES", Path(__file__).resolve().parents[3] / "shared" / "cases"))
FILES = sorted(FOLDER.glob("*.jsonl"))


@pytest.mark.skipif(not FILES, reason=f"no folder of mission cases at {FOLDER} (set SEXP_CASES)")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_mission_cases(file: Path, engine: str) -> None:
    failed = {}
    for case in read_cases(file):
        # What the checker says does not depend on the engine.
        if is_mission_case(case) and (engine == ENGINES[0] or "check" not in case["expect"]):
            result = run_mission_case(case, engine)
            if not result.passed:
                failed[result.id] = [case["title"], *result.problems]
    assert not failed


MISSION = """#Mission Info
$Version: 24.2
$Name: Own case
#Sexp_variables
$Variables:
(
    0 "N" "-7" "number"
    1 "Kept" "4" "number" "player-persistent"
)
#Players
$Starting Shipname: Wren
#Objects
$Name: Wren
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
#Wings
#Events
$Formula: ( when ( has-time-elapsed 1 ) ( modify-variable @N[-7] ( hits-left "Wren" ) ) ( fade-out ( + 100 @N[-7] ) ) )
+Name: One
$Formula: ( when ( has-time-elapsed 2 ) ( end-mission ) )
+Name: Two
#Goals
$Type: Primary
+Name: Stay
$MessageNew: Stay
$end_multi_text
$Formula: ( has-time-elapsed 9 )
#End
"""
RIGHT: dict[str, Any] = {
    "events": {"One": 1.0, "Two": 2.0},
    "variables": {"n": 40},
    "goals": {"Stay": "failed"},
    "told": {"fade-out": [[1.0, [140]]], "fade-in": []},
    "ended": 2.0,
    "record": {"events": {"One": "satisfied"}, "goals": {"Stay": "failed"}},
    "saved": {"campaign": {"Kept": "4", "N": None}},
    "stages": {"debriefing": []},
    "after": {"( + @N[-7] 1 )": 41},
    "model": {"events.1.name": "Two", "events.9.name": "IndexError: list index out of range"},
}


def case(expect: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": "own-1", "rule": "M3.1", "title": "own", "mission": MISSION, "seconds": 3, "fps": 30,
        "drive": [[0.5, "hull", "Wren", 40]], "campaign": {"name": "c"}, "stores": {}, "finish": "accept",
        "expect": expect, **fields,
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_an_own_case_passes(engine: str) -> None:
    assert run_mission_case(case(RIGHT), engine).problems == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"events": {"One": 1.5}},
        {"events": {"Two": None}},
        {"events": {"Three": 1.0}},
        {"variables": {"N": "100"}},
        {"variables": {"M": "1"}},
        {"goals": {"Stay": "satisfied"}},
        {"told": {"fade-out": []}},
        {"told": {"fade-out": [[1.0, [141]]]}},
        {"told": {"fade-out": [[1.0, [140, 0]]]}},
        {"told": {"fade-out": [[2.0, [None]]]}},
        {"ended": None},
        {"record": {"events": {"One": "failed"}}},
        {"saved": {"campaign": {"Kept": "5"}}},
        {"stages": {"debriefing": [True]}},
        {"after": {"( + @N[-7] 1 )": 40}},
        {"model": {"events.1.name": "One"}},
        {"check": "error", "at": "event One"},
        {"weather": "rain"},
    ],
)
def test_what_differs_is_found(wrong: dict[str, Any]) -> None:
    assert run_mission_case(case(wrong), "naive").problems


def test_checks() -> None:
    broken = MISSION.replace('( hits-left "Wren" )', '( hits-left "Nobody" )')
    assert run_mission_case(case({"check": "error", "at": "event One"}, mission=broken), "naive").passed
    for wrong in ({"check": "clean"}, {"check": "error", "at": "event Two"}, {"check": "warning", "at": "event One"}):
        assert not run_mission_case(case(wrong, mission=broken), "naive").passed


@pytest.mark.parametrize("row", [[0, "hull", "Nobody", 5], [0, "sing", "Wren"], [0, "subsystem", "Wren", "oar", 5]])
def test_a_drive_that_cannot_be_done_is_a_problem(row: list[Any]) -> None:
    (problem,) = run_mission_case(case({}, drive=[row]), "naive").problems
    assert problem.startswith("CaseError: drive: ")


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.jsonl"
    rows = [case({"ended": 2.0}), case({"ended": 1.0}, id="own-2", rule="M12.1"), {"id": "cam", "expect": {}}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert main(["cases", str(path)]) == 1
    printed = capsys.readouterr().out
    assert "own-2 M12.1 own\n    mission: expected to end at 1.0, ended at 2." in printed
    assert "1 of 2 cases pass on the cached engine" in printed
    assert main(["cases", str(path), "--rule", "M3", "--engine", "naive"]) == 0
    assert "1 of 1 cases pass on the naive engine" in capsys.readouterr().out
    assert main(["cases", str(path), "--rule", "M1"]) == 1  # M12.1 is no rule of M1
    assert "0 of 0" in capsys.readouterr().out
    assert main(["cases", str(path), "--id", "own-2", "--json", "-"]) == 1
    assert list(json.loads(capsys.readouterr().out)["failed"]) == ["own-2"]
    assert main(["cases", str(path), "--id", "own-1", "--mission"]) == 0
    assert capsys.readouterr().out == MISSION + "\n"
    path.write_text("{\n", encoding="utf-8")
    assert main(["cases", str(path)]) == 2
    assert f"{path}:1" in capsys.readouterr().err
