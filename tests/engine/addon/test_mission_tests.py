"""Mission tests in the engine: the words in GDScript, the runner, its report and exit codes."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from support.godot.game import Run, run
from support.words_mission import words_mission

pytestmark = pytest.mark.engine
RUNNER = "addons/sexp_runtime/testing/run.gd"
TESTS = "tests/engine/addon/mission_tests"


def run_tests(*arguments: str, data: Path) -> Run:
    """Run mission tests in this project; user:// is in the folder `data`."""
    user = data / "godot" / "app_userdata" / "SEXP Runtime"
    user.mkdir(parents=True, exist_ok=True)
    (user / "words.fs2").write_text(words_mission(), encoding="utf-8")
    return run("--fixed-fps", "60", "-s", RUNNER, "--", *arguments, env={"XDG_DATA_HOME": str(data)})


def test_every_word_does_what_it_says(tmp_path: Path) -> None:
    done = run_tests(f"{TESTS}/words.gd", data=tmp_path)
    assert done.status == 0, done.output
    assert "4 passed in" in done.output
    done.assert_clean()


def test_the_tests_of_the_demo_pass_with_their_nodes(tmp_path: Path) -> None:
    environment = {"XDG_DATA_HOME": str(tmp_path), "SEXP_TEST_ARGUMENTS": "res://addons/sexp_runtime/demo"}
    done = run("--fixed-fps", "60", "-s", RUNNER, env=environment)
    assert done.status == 0, done.output
    assert "error" not in done.output and " passed in" in done.output
    done.assert_clean()


def test_each_failure_is_reported_with_its_reason(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    done = run_tests(f"{TESTS}/going_wrong.gd", f"--junit={report}", "--timeout=1", "--quiet", data=tmp_path)
    assert done.status == 1, done.output
    assert done.lines("passed") == [] and "7 failed in" in done.output
    suite = Xml.parse(report).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("7", "7", "0")
    reasons = {}
    for case in suite:
        failure = case.find("failure")
        assert failure is not None
        reasons[case.get("name")] = str(failure.text)
    wanted = {
        "test_an_expectation_fails": "= 0 misses by 6",
        "test_a_script_error": "script error: Invalid call. Nonexistent function 'missing",
        "test_a_name_that_is_wrong": "the mission has no event 'Hauler hurd'; did you mean 'Hauler hurt'?",
        "test_nothing_is_expected": "the test expects nothing",
        "test_time_stands_still": "mission time does not advance at 0.000 s",
        "test_a_mission_that_is_missing": "res://none.fs2: the mission is not loaded: File not found",
        "test_it_never_ends": "the test took longer than 1",
    }
    assert reasons.keys() == wanted.keys()
    for name, text in wanted.items():
        assert text in reasons[name], name


def test_scenes_that_load_their_mission_themselves_are_covered(tmp_path: Path) -> None:
    counts = tmp_path / "counts.json"
    done = run_tests("res://addons/sexp_runtime/demo/patrol", f"--coverage={counts}", data=tmp_path)
    assert done.status == 0 and counts.is_file(), done.output
    arguments = f"res://addons/sexp_runtime/demo\n--coverage={counts}\n--only=with_nodes"
    environment = {"XDG_DATA_HOME": str(tmp_path), "SEXP_TEST_ARGUMENTS": arguments}
    done = run("--fixed-fps", "60", "-s", RUNNER, env=environment)
    assert done.status == 0 and "1 passed in" in done.output, done.output
    assert "lantern_run.fs2" in counts.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text, told",
    [
        ("extends SexpMissionTest\nfunc test_a() -> void:\n\tnot_there()\n", "the script cannot be loaded"),
        ("extends Node\nfunc test_a() -> void:\n\tpass\n", "does not extend SexpMissionTest"),
        ("extends SexpMissionTest\n", "has no method test_*"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "broken.gd"
    file.write_text(text, encoding="utf-8")
    done = run_tests(str(file), data=tmp_path)
    assert done.status == 2 and told in done.output and "1 error in" in done.output, done.output


def test_wrong_use_is_told(tmp_path: Path) -> None:
    assert "unknown option --junt" in run_tests("--junt=a.xml", data=tmp_path).output
    done = run_tests("res://nowhere", data=tmp_path)
    assert done.status == 2 and "there is no file or folder res://nowhere" in done.output
    done = run_tests("res://addons/sexp_runtime/icons", data=tmp_path)
    assert done.status == 2 and "no test in files *_mission_test.gd" in done.output
