"""Coverage: what is counted, the reports, and that tests of all kinds add to the same numbers."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.session import MissionSession
from sexp_runtime.testing import MissionTest
from sexp_runtime.testing import coverage as covering
from sexp_runtime.testing.coverage import Coverage
from sexp_runtime.testing.coverage_report import coverage_html, coverage_lcov, coverage_text
from support.small_missions import mission, ship

ROOT = Path(__file__).resolve().parents[2]
EVENTS = (
    ('( when ( has-time-elapsed 1 ) ( send-message "#Command" "High" "Hail" ) )', "One"),
    ('( when ( has-time-elapsed 50 ) ( do-nothing ) )', "Late"),
    ("( when ( has-time-elapsed 1 ) ( if-then-else ( > @Count[0] 3 ) ( do-nothing ) ( end-mission ) ) )", "Choice"),
    ('( cond ( ( key-pressed "1" ) ( do-nothing ) ) ( ( key-pressed "2" ) ( end-mission ) ) )', "Cond"),
    ("( when ( has-time-elapsed 1 ) ( switch @Count[0] ( do-nothing ) ( do-nothing ) ) )", "Switch"),
    ('( when-argument ( any-of "Heron" "Barge" ) ( < ( hits-left "<argument>" ) 50 ) ( do-nothing ) )', "Form"),
    ('( when-argument ( number-of 1 "Alpha" "Beta" ) ( true ) ( do-nothing ) )', "Constant"),
)  # fmt: skip


def text() -> str:
    return mission(
        EVENTS,
        ships=[ship("Barge"), ship("Late", cue="( has-time-elapsed 50 )")],
        variables=['\t0\t"Count"\t"0"\t"number"'],
    )


@pytest.fixture
def covered() -> Iterator[Coverage]:
    coverage = Coverage()
    covering.collect(coverage)
    yield coverage
    covering.collect(None)


def play(source: str | Path, count: int = 0, hurt: str = "") -> None:
    with MissionTest(source) as test:
        test["Count"] = count
        test.advance(0.5)
        if hurt:
            test.ship(hurt).hull = 20
        test.advance(1.5)


def reached(coverage: Coverage) -> dict[str, int]:
    (one,) = coverage.missions.values()
    return {f"{point.kind} {point.text}": point.count for point in one.points}


def test_events_branches_candidates_actions_and_cues_are_counted(covered: Coverage) -> None:
    play(text(), hurt="Barge")
    found = reached(covered)
    assert {name: count for name, count in found.items() if not name.startswith("action")} == {
        'event event "One"': 1, 'event event "Late"': 0, 'event event "Choice"': 1, 'event event "Cond"': 0,
        'event event "Switch"': 1, 'event event "Form"': 1, 'event event "Constant"': 1,
        'cue arrival cue of ship "Late"': 0,
        "branch if-then-else true: ( > @Count[0] 3 )": 0, "branch if-then-else false: ( > @Count[0] 3 )": 1,
        'branch cond true: ( key-pressed "1" )': 0, 'branch cond true: ( key-pressed "2" )': 0,
        "branch switch 0: ( do-nothing )": 1, "branch switch 1: ( do-nothing )": 0,
        'candidate when-argument candidate "Heron"': 0, 'candidate when-argument candidate "Barge"': 1,
        'candidate when-argument candidate "Alpha"': 1, 'candidate when-argument candidate "Beta"': 1,
    }  # fmt: skip
    (one,) = covered.missions.values()
    actions = [point.count > 0 for point in one.points if point.kind == "action"]
    assert actions == [True, False, False, True, False, False, True, False, True, True]


def test_runs_add_up_and_merge(covered: Coverage) -> None:
    play(text())
    assert reached(covered)["branch if-then-else true: ( > @Count[0] 3 )"] == 0
    play(text(), count=9)
    (one,) = covered.missions.values()
    assert one.runs == 2
    assert reached(covered)["branch if-then-else true: ( > @Count[0] 3 )"] == 1
    again = Coverage.from_dict(covered.as_dict())
    again.merge(covered)
    assert reached(again) == {name: 2 * count for name, count in reached(covered).items()}


def test_another_version_of_a_mission_is_another_row(covered: Coverage) -> None:
    play(text())
    play(text().replace("has-time-elapsed 50", "has-time-elapsed 60"))
    assert len(covered.missions) == 2


def test_nothing_is_counted_without_a_wish() -> None:
    with MissionTest(text()) as test:
        assert (covering.active(), test.session.engine) == (None, "cached")
    with pytest.raises(ValueError, match="engine 'naive'"):
        Coverage().watch(MissionSession.load(text()))


def test_reports_name_what_was_not_reached_with_its_line(covered: Coverage, tmp_path: Path) -> None:
    path = tmp_path / "small.fs2"
    path.write_text(text(), encoding="utf-8")
    play(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    told = coverage_text(covered)
    assert "events 4 of 7, cues 0 of 1, branches 2 of 6, candidates 2 of 4" in told
    found = re.search(r'never: .*small\.fs2:(\d+): event "Late"', told)
    assert found and "has-time-elapsed 50" in lines[int(found[1]) - 1]
    tracefile = coverage_lcov(covered)
    assert f"SF:{path}\n" in tracefile and 'FNDA:0,event "Late"\n' in tracefile and f"DA:{found[1]},0\n" in tracefile
    assert "BRF:10\nBRH:4\n" in tracefile and tracefile.endswith("end_of_record\n")
    page = coverage_html(covered)
    assert f"l{found[1]}' class='missed'" in page and "http" not in page
    assert "<td>4 of 7</td><td></td><td>0 of 1</td><td>2 of 6</td><td>2 of 4</td>" in page


def test_the_command_adds_up_plain_and_python_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "small.fs2").write_text(text(), encoding="utf-8")
    plain = '[[test]]\n[[test.step]]\nexpect_event = "One"\nwithin = 2\n'
    (tmp_path / "small.mission-test.toml").write_text(plain, encoding="utf-8")
    (tmp_path / "small_mission_test.py").write_text(
        "def test_a(mission):\n    test = mission('small.fs2')\n    test.press('2')\n    test.advance(1)\n"
        "    assert test.ended\n", encoding="utf-8",
    )  # fmt: skip
    page, tracefile = tmp_path / "c.html", tmp_path / "c.info"
    code = main(["test", str(tmp_path), "--coverage-html", str(page), "--coverage-lcov", str(tracefile)])
    out = capsys.readouterr().out
    assert code == 0, out
    assert "2 passed" in out and re.search(r"small\.fs2: \d+ of 28 \(\d+%\), 2 runs", out)
    assert page.stat().st_size > 1000 and 'FNDA:1,event "Cond"' in tracefile.read_text(encoding="utf-8")


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_pytest_reports_coverage_from_all_its_workers(tmp_path: Path, workers: tuple[str, ...]) -> None:
    (tmp_path / "small.fs2").write_text(text(), encoding="utf-8")
    (tmp_path / "test_small.py").write_text(
        "import pytest\n@pytest.mark.parametrize('count', range(4))\ndef test_a(mission, count):\n"
        "    test = mission('small.fs2')\n    test.advance(2)\n    assert test.came_true('One')\n", encoding="utf-8",
    )  # fmt: skip
    counts = tmp_path / "counts.json"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "sexp_runtime.testing.plugin", "-p", "no:cacheprovider", "--rootdir",
         str(tmp_path), f"--sexp-coverage={counts}", *workers, str(tmp_path)],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT / "python"), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (one,) = Coverage.read(counts).missions.values()
    assert one.runs == 4 and f"({one.share:.0%}), 4 runs" in done.stdout


def test_control_characters_of_a_mission_are_no_part_of_the_page(tmp_path: Path) -> None:
    path = tmp_path / "esc.fs2"
    source = mission([('( when ( has-time-elapsed 50 ) ( send-message "a\x9b" "High" "b" ) )', "Red\x1b[31m")])
    path.write_text(source + "\n; a\tb \x07\x7f\n", encoding="utf-8")
    coverage = Coverage()
    with MissionSession.load(path, engine="naive") as session:
        coverage.watch(session)
        session.step_us(16_667)
    page = coverage_html(coverage)
    assert "Red\ufffd[31m" in page and "a\tb" in page
    assert not [char for char in page if not char.isprintable() and char not in "\n\t"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_the_page_are_those_of_the_mission(tmp_path: Path, end: str, encoding: str) -> None:
    path = tmp_path / "lines.fs2"
    source = "; a\x0cb\u2028c\x85d\x1ce\n" + mission([("( when ( has-time-elapsed 50 ) ( do-nothing ) )", "Late")])
    path.write_bytes(source.replace("\n", end).encode(encoding))
    coverage = Coverage()
    with MissionSession.load(path, engine="naive") as session:
        coverage.watch(session)
        session.step_us(16_667)
    (one,) = coverage.missions.values()
    late = next(point.line for point in one.points if point.text == 'event "Late"')
    page = coverage_html(coverage)
    assert re.findall(r"<i>(\d+)</i><b>0</b>\$Formula: \( when \( has-time-elapsed 50", page) == [str(late)]
    assert page.count("<span id=") == source.count("\n")
