"""The commands `check` and `operators`: output, JSON and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.syntax import CODES
from support.samples import SAMPLE


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.fs2"
    path.write_text(SAMPLE, encoding="utf-8")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.fs2"
    path.write_text(SAMPLE.replace("has-arrived-delay 2", "has-arived-delay 2"), encoding="utf-8")
    return path


def test_a_good_mission(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(good)]) == 0
    assert capsys.readouterr().out == "1 file: 0 errors, 0 warnings\n"


def test_a_bad_mission(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(bad)]) == 1
    line = SAMPLE[: SAMPLE.index("has-arrived-delay 2")].count("\n") + 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f'{bad}:{line}:6: error E301 unknown operator "has-arived-delay" (did you mean has-arrived')
    assert first.endswith('[event "Loaded"]')
    assert last == "1 file: 1 error, 0 warnings"


def test_json_and_folders(good: Path, bad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path), "--json", "-"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["files"], result["errors"], result["warnings"], result["unreadable"]) == (2, 1, 0, 0)
    assert [problem["code"] for problem in result["diagnostics"]] == ["E301"]
    assert result["diagnostics"][0]["severity"] == "error"
    summary = result["missions"][1]
    assert (summary["file"], summary["dialect"]) == (str(good), "fso")
    assert (summary["events"], summary["goals"], summary["ships"], summary["wings"]) == (3, 1, 3, 1)
    out = tmp_path / "out.json"
    assert main(["check", str(good), "--json", str(out)]) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["errors"] == 0


def test_unreadable_files(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for name in (tmp_path / "none.fs2", empty):
        assert main(["check", str(good), str(name)]) == 2
        assert "E201" in capsys.readouterr().out
    assert main(["check"]) == 2


def test_dialect_is_an_option(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(good), "--dialect", "wcs", "--errors-only"]) == 1
    assert "warning" not in "".join(capsys.readouterr().out.splitlines()[:-1])


def test_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--codes"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(CODES)


def test_operators(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operators", "is-destroyed-delay"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("( is-destroyed-delay <positive> <ship-wing> ... )")
    assert "2 or more" in out
    assert main(["operators", "perform-actions"]) == 0
    assert "old name" in capsys.readouterr().out
    assert main(["operators"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "699 operators"
    assert main(["operators", "--dialect", "wcs", "--json", "-"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 440
    assert main(["operators", "set-bitt"]) == 1
    assert "did you mean set-bit" in capsys.readouterr().err


CAMPAIGN = """$Name: Lane
$Type: single
$Mission: good.fs2
+Formula: ( cond
	( ( is-previous-goal-true "good.fs2" "Nothing" ) ( next-mission "later.fs2" ) )
	( ( is-previous-event-true "good" "Loadde" ) ( next-mission "good.fs2" ) )
)
$Mission: later.fs2
+Formula: ( cond ( ( true ) ( end-of-campain ) ) )
#End
"""


def test_a_campaign_is_checked_against_its_missions(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = good.with_name("lane.fc2")
    path.write_text(CAMPAIGN)
    assert main(["check", str(good.parent)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{path}:5:4: warning W238 is-previous-goal-true: the mission good.fs2 has no goal")
    assert "the mission good has no event 'Loadde'; did you mean 'Loaded'?" in lines[1]
    assert lines[2] == f"{path}:8:0: warning W237 the mission later.fs2 does not lie beside the campaign"
    assert "E301 unknown operator end-of-campain (did you mean end-of-campaign?)" in lines[3].replace('"', "")
    assert lines[4] == "2 files: 1 error, 3 warnings"
    right = (
        CAMPAIGN.replace("Loadde", "Loaded")
        .replace("campain", "campaign")
        .replace('( is-previous-goal-true "good.fs2" "Nothing" )', "( true )")
    )
    path.write_text(right.replace("later.fs2", "good.fs2"))
    assert main(["check", str(path), "--json", "-"]) == 0
    (summary,) = json.loads(capsys.readouterr().out)["missions"]
    assert summary["campaign"] == ["good.fs2", "good.fs2"] and summary["readable"]


def test_a_campaign_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "none.fc2")]) == 2
    assert "none.fc2:0:0: error E201" in capsys.readouterr().out.replace("none.fc2: ", "none.fc2:0:0: ")
    (tmp_path / "x.fc2").write_text("nothing")
    assert main(["check", str(tmp_path / "x.fc2")]) == 1
    assert "E234 no $Mission" in capsys.readouterr().out
