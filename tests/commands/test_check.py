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
