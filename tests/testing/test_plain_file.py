"""Plain files of tests: what they may say, how mistakes are reported, the command and the plugin that play them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from sexp_runtime.cli import main
from sexp_runtime.testing.plain_file import PlainFileError, read_plain_file
from support.small_missions import mission as text_of

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
[[test]]
name = "In time"
seeds = "1:3"
[[test.step]]
expect_event = "Two"
time = 2
[[test]]
name = "Too late"
[[test.step]]
expect_event = "Two"
within = 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = text_of([("( when ( has-time-elapsed 2 ) ( do-nothing ) )", "Two")])
    (tmp_path / "small.fs2").write_text(text, encoding="utf-8")
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "small.mission-test.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_command_plays_each_test_with_each_seed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, GOOD)
    report = folder / "report.xml"
    assert main(["test", str(folder), "--junit", str(report)]) == 1
    out = capsys.readouterr().out
    assert "3 passed, 1 failed" in out
    assert f"{folder / 'small.mission-test.toml'}:10: test 'Too late', step 1: event \"Two\" has not come true" in out
    suite = Xml.parse(report).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "0")
    assert [case.get("name") for case in suite] == [
        "In time [seed 1]", "In time [seed 2]", "In time [seed 3]", "Too late",
    ]  # fmt: skip
    failure = suite[3].find("failure")
    assert failure is not None and "has-time-elapsed 2" in str(failure.text)


def test_a_file_that_passes_and_a_folder_without_tests(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(folder)]) == 2
    assert "no *.mission-test.toml" in capsys.readouterr().err
    write(folder, GOOD.partition('[[test]]\nname = "Too late"')[0])
    assert main(["test", str(folder), "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("3 passed in ")


def test_missions_are_checked_on_demand(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = text_of([('( when ( is-destroyed-delay 1 "Nobody" ) ( do-nothing ) )', "Bad")])
    (folder / "bad.fs2").write_text(bad, encoding="utf-8")
    assert main(["test", str(folder), "--sexp-check"]) == 1
    out = capsys.readouterr().out
    assert "1 passed, 1 failed" in out and "bad.fs2" in out and "Nobody" in out


@pytest.mark.parametrize(
    "text, told",
    [
        ("[[test]\n", r"small.mission-test.toml: .*line 1"),
        ("", "no test"),
        ("seed = 1\n[[test]]\n", "unknown key 'seed'"),
        ('[[test]]\nname = "A"\n', "expects nothing"),
        ('[[test]]\n[[test.step]]\n\n[[test.step]]\nexpect_evnt = "Two"\n', r"toml:2: .*step 1: is empty"),
        ('# a\u2028b\x85c\n[[test]]\n[[test.step]]\nx = 1\n', r"toml:3: test 'test 1', step 1: unknown key 'x'"),
        ('[[test]]\n[[test.step]]\nexpect_evnt = "Two"\n', r"toml:2: test 'test 1', step 1: unknown key 'expect_evnt'"),
        ('[[test]]\n[[test.step]]\nexpect_event = 7\n', "expect_event must be a text, not 7"),
        ('[[test]]\n[[test.step]]\nexpect_event = "Two"\nwithin = "5"\n', "within must be a whole number or a number"),
        ('[[test]]\n[[test.step]]\nexpect_event = "Two"\nwithin = nan\n', "within must be 0 or more seconds"),
        ('[[test]]\n[[test.step]]\nexpect_event = "Two"\npress = "1"\n', "a step has one verb, not"),
        ('[[test]]\n[[test.step]]\nuntil = "Two"\nat = 1\n', "one of at, wait and until"),
        ('[[test]]\n[[test.step]]\nexpect_variable = "A"\n', "needs 'value'"),
        ('seeds = "5:1"\n[[test]]\n[[test.step]]\nuntil = "Two"\n', "seeds must be"),
        ("test = 3\n", "test must be a list, not 3"),
        ("test = [3]\n", "expected a table, not 3"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_reported_with_its_place(folder: Path, text: str, told: str) -> None:
    with pytest.raises(PlainFileError, match=told):
        read_plain_file(write(folder, text))


@pytest.mark.parametrize(
    "text, told",
    [
        ('[[test]]\n[[test.step]]\nexpect_event = "Too"\n', "the mission has no event 'Too'; did you mean 'Two'?"),
        ('[[test]]\n[[test.step]]\nat = 1\ndestroy = "Hero"\n[[test.step]]\nuntil = "Two"\n', "no ship 'Hero'"),
        ('mission = "none.fs2"\n[[test]]\n[[test.step]]\nuntil = "Two"\n', "none.fs2: No such file"),
        ('[[test]]\n[[test.step]]\nwait = 3\n[[test.step]]\nat = 1\n[[test.step]]\nuntil = "Two"\n', "past 1 s"),
    ],
)
def test_a_test_that_cannot_be_played_is_an_error(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    write(folder, text)
    assert main(["test", str(folder)]) == 2
    out = capsys.readouterr().out
    assert told in out and "1 error" in out and "Traceback" not in out


def test_pytest_collects_plain_files_and_missions(folder: Path) -> None:
    write(folder, GOOD)
    (folder / "test_small.py").write_text(
        'def test_two(mission):\n    mission("small.fs2").run_until("Two", timeout=1)\n', encoding="utf-8"
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "sexp_runtime.testing.plugin", "-p", "no:cacheprovider",
         "--sexp-check", "--rootdir", str(folder), str(folder)],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT / "python")}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert run.returncode == 1, run.stdout + run.stderr
    assert "2 failed, 4 passed" in run.stdout
    assert 'event "Two" has not come true by 1.000 s' in run.stdout
    assert "expect.py" not in run.stdout
