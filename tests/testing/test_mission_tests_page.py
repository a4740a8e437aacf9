"""The page *Test your mission*, executed: its plain file, its Python tests, its failure, its command of the CI job."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.testing import MissionTest, MissionTestFailure
from sexp_runtime.testing.plain_file import VERBS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "addons/sexp_runtime/docs/mission-tests.md").read_text(encoding="utf-8")
MISSION = ROOT / "addons/sexp_runtime/demo/patrol/patrol.fs2"


def block(language: str, begin: str = "") -> str:
    """Return the page's one block of code in a language that begins with a text."""
    (found,) = re.findall(rf"^```{language}\n({re.escape(begin)}.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(MISSION, tmp_path / "patrol.fs2")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_plain_file_passes_with_the_command_of_the_ci_job(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "patrol.mission-test.toml").write_text(block("toml"), encoding="utf-8")
    (command,) = re.findall(r"- run: sexp (test .*)", block("yaml"))
    assert main(shlex.split(command)) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1].startswith("5 passed")
    assert (folder / "missions.xml").is_file()
    assert block("sh").split()[1:] == ["test", "."]
    assert main(["test", ".", "--coverage"]) == 0
    begin = "coverage of"
    assert (
        block("text", begin) == begin + capsys.readouterr().out.partition(begin)[2].rpartition("\n4 passed")[0] + "\n"
    )


def test_the_python_tests_pass(folder: Path) -> None:
    names: dict[str, object] = {}
    exec(compile(block("python"), "mission-tests.md", "exec"), names)
    tests = [found for name, found in names.items() if name.startswith("test_") and callable(found)]
    assert len(tests) == 2
    for test in tests:
        test(MissionTest)


@pytest.mark.parametrize("language, suffix", [("python", "py"), ("gdscript", "gd")])
def test_the_tests_of_the_page_are_the_demos_own(language: str, suffix: str) -> None:
    # test_demo_missions.py runs the one, tests/engine/addon/test_mission_tests.py the other.
    assert block(language) == (MISSION.parent / f"patrol_mission_test.{suffix}").read_text(encoding="utf-8")


def test_the_failure_is_what_is_printed(folder: Path) -> None:
    with MissionTest("patrol.fs2") as test:
        test.advance(2)
        test.ship("Hauler 2").hull = 65
        with pytest.raises(MissionTestFailure) as caught:
            test.expect.event("Hauler hurt", within=1)
    assert str(caught.value) + "\n" == block("text", "event")


def test_every_word_of_a_plain_file_is_explained() -> None:
    for verb, (_, others) in VERBS.items():
        for word in (verb, *others):
            assert re.search(rf"`{word}\b", PAGE), word
