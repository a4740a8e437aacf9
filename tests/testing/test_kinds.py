"""`sexp test` with tests of three kinds: what runs where, what is missing, and `--watch`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from sexp_runtime.cli import main
from support.godot.game import engine
from support.godot.projects import make_project
from support.small_missions import mission as text_of

ROOT = Path(__file__).resolve().parents[2]
PLAIN = '[[test]]\nname = "plain"\n[[test.step]]\nexpect_event = "Two"\nwithin = 3\n'
PYTHON = "def test_python(mission):\n    mission('small.fs2').run_until('Two', timeout={})\n"
GDSCRIPT = """extends SexpMissionTest
func test_gdscript() -> void:
\tload_mission("res://missions/small.fs2")
\tawait expect_event("Two", 3.0)
"""


def fill(folder: Path, *, patience: int = 3) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = text_of([("( when ( has-time-elapsed 2 ) ( do-nothing ) )", "Two")])
    (folder / "small.fs2").write_text(text, encoding="utf-8")
    (folder / "small.mission-test.toml").write_text(PLAIN, encoding="utf-8")
    (folder / "small_mission_test.py").write_text(PYTHON.format(patience), encoding="utf-8")
    (folder / "small_mission_test.gd").write_text(GDSCRIPT, encoding="utf-8")


def test_what_cannot_run_here_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path)
    assert main(["test", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "2 passed" in told.out
    assert f"not run: {tmp_path / 'small_mission_test.gd'}: they are not in a Godot project" in told.err
    (tmp_path / "project.godot").write_text("config_version=5\n", encoding="utf-8")
    assert main(["test", str(tmp_path), "--kind", "gdscript", "--godot", "/none/godot"]) == 2
    assert "/none/godot is not a program that can be run" in capsys.readouterr().err
    assert main(["test", str(tmp_path), "--kind", "gdscript", "--godot", sys.executable]) == 2
    assert "the add-on is not in this project" in capsys.readouterr().err


def test_tests_of_the_addon_itself_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = tmp_path / "addons" / "sexp_runtime" / "demo"
    fill(tmp_path / "missions")
    fill(demo)
    fill(tmp_path / ".cache")
    assert main(["test", str(tmp_path), "--kind", "plain", "--kind", "python"]) == 0
    assert "2 passed" in capsys.readouterr().out
    assert main(["test", str(demo), "--kind", "plain", "--kind", "python"]) == 0
    assert "2 passed" in capsys.readouterr().out


def test_a_failing_python_test_fails_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, patience=1)
    report = tmp_path / "report.xml"
    assert main(["test", str(tmp_path), "--kind", "plain", "--kind", "python", "--junit", str(report)]) == 1
    out = capsys.readouterr().out
    assert f"failed  {tmp_path / 'small_mission_test.py'}: test_python" in out
    assert 'event "Two" has not come true by 1.000 s' in out and "1 passed, 1 failed" in out
    suite = Xml.parse(report).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


def test_a_python_file_that_breaks_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path)
    (tmp_path / "small_mission_test.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    assert main(["test", str(tmp_path), "--kind", "python"]) == 2
    assert "nothing_of_that_name" in capsys.readouterr().out


@pytest.mark.engine
def test_all_three_kinds_run_and_cover_the_same_mission(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = (
        '[autoload]\n\nSexpRuntime="*res://addons/sexp_runtime/sexp_runtime.gd"\n\n'
        '[python]\n\nmodules=PackedStringArray("sexp_runtime.bridge.runtime")\n'
    )
    project = make_project(tmp_path / "game", settings)
    fill(project / "missions")
    code = main(["test", str(project / "missions"), "--godot", engine(), "--coverage"])
    out = capsys.readouterr().out
    assert code == 0, out
    assert "3 passed" in out and re.search(r"passed  \S*/missions/small_mission_test\.gd: test_gdscript", out)
    assert re.findall(r"small\.fs2: 2 of 2 \(100%\), (\d) runs", out) == ["3"]


def test_watch_runs_again_after_a_change(tmp_path: Path) -> None:
    fill(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "sexp_runtime", "test", str(tmp_path), "--watch", "--kind", "plain"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as watching:  # fmt: skip
        try:
            assert watching.stdout is not None
            seen = list(iter(watching.stdout.readline, "waiting for a change; Ctrl+C ends\n"))
            assert "1 passed" in seen[-1]
            mission = tmp_path / "small.fs2"
            time.sleep(0.02)
            mission.write_text(mission.read_text(encoding="utf-8").replace("elapsed 2", "elapsed 9"), encoding="utf-8")
            seen = list(iter(watching.stdout.readline, "waiting for a change; Ctrl+C ends\n"))
            assert f"changed: {mission}\n" in seen and "1 failed" in seen[-1]
        finally:
            watching.kill()
