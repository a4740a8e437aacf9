"""The observed cases of section L, where they are at hand, and the harness that runs them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.cli import main
from sexp_runtime.commands import conformance as command
from sexp_runtime.conformance import CaseError, microseconds, read_cases, run_case
from sexp_runtime.conformance_engines import ENGINE_NAMES, engine

FOLDER = Path(os.environ.get("SEXP_REFERENCE", Path(__file__).resolve().parents[3] / "shared" / "reference"))
FILES = ("conformance.jsonl", pytest.param("conformance-random.jsonl", marks=pytest.mark.slow))


@pytest.mark.parametrize("name", ENGINE_NAMES)
@pytest.mark.parametrize("file", FILES)
def test_observed_cases(file: str, name: str) -> None:
    path = FOLDER / file
    if not path.exists():
        pytest.skip(f"no folder of observed cases at {FOLDER} (set SEXP_REFERENCE)")
    chosen = engine(name)
    failed = {result.id: result.problems for case in read_cases(path) if not (result := run_case(case, chosen)).passed}
    assert not failed


def case(**fields: Any) -> dict[str, Any]:
    return {"id": "own-1", "group": "own", "expr": "", "given": {}, "expect": 1, **fields}


OWN_CASES = [
    case(expr="( + 1 2 )", expect=3),
    case(expr="( / 1 0 )", expect="NAN"),
    case(expr="( mission-time-msecs )", given={"time": 1.1}, expect=1099),
    case(
        expr='( is-destroyed-delay 2 "X" )',
        given={
            "ships": {"X": {"status": "present"}},
            "log": [[3.0, "ship-destroyed", "X", ""]],
            "time": 0,
            "steps": [{}, {"time": 3, "ships": {"X": {"status": "death-roll"}}}, {"time": 5}],
        },
        expect="KNOWN_TRUE",
        expect_seq=[0, 0, "KNOWN_TRUE"],
    ),
    case(
        expr='( modify-variable "@s[]" &Q& ( Remove_Last ) )',
        given={"variables": {"s": ""}, "containers": {"Q": {"list": ["a", "b"]}}},
        after={"variables": {"s": "b"}, "containers": {"Q": ["a"]}},
    ),
    case(
        given={
            "mission_events": [
                {"formula": "( when ( has-time-elapsed 1 ) ( do-nothing ) )", "name": "A"},
                {"formula": "( when ( true ) ( do-nothing ) )", "name": "B", "chained": 1},
            ],
            "frames": [0, 1, 2, 3],
        },
        expect=[[0, 1], [2]],
        after={"events": {"A": {"result": 1, "done": True, "timestamp": 1}}},
    ),
    case(
        expr='( is-previous-goal-true "M" "G" )',
        given={"campaign": {"missions": {"M": {"goals": {"G": "failed"}}}}},
        expect="KNOWN_FALSE",
    ),
]


@pytest.mark.parametrize("name", ENGINE_NAMES)
def test_own_cases(name: str) -> None:
    for own in OWN_CASES:
        assert run_case(own, engine(name)).problems == []


@pytest.mark.parametrize(
    "wrong",
    [
        case(expr="( + 1 2 )", expect=4),
        case(expr="( + 1 2 )", expect="NAN"),
        case(expr="( + 1", expect=1),
        case(expr="( mission-time )", given={"steps": [{"time": 1}, {"time": 2}]}, expect=2, expect_seq=[1, 1]),
        case(expr="( do-nothing )", given={"variables": {"n": 1}}, after={"variables": {"n": 2}}),
        case(expr="( do-nothing )", given={"containers": {"L": {"list": []}}}, after={"containers": {"L": ["a"]}}),
        case(expr="( do-nothing )", after={"weather": "rain"}),
        case(expr="( do-nothing )", given={"ships": {"A": {"status": "present", "colour": "red"}}}),
        case(given={"mission_events": [{"formula": "( true )", "name": "A"}], "frames": [0]}, expect=[[]]),
    ],
)
def test_differences_are_found(wrong: dict[str, Any]) -> None:
    assert run_case(wrong, engine("naive")).problems


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.jsonl"
    good, bad = case(expr="( true )", expect="KNOWN_TRUE"), case(id="own-2", expr="( true )", expect=0)
    path.write_text(json.dumps(good) + "\n\n", encoding="utf-8")
    assert main(["conformance", str(path), "--engine", "naive", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == {"passed": 1, "failed": []}
    path.write_text(json.dumps(good) + "\n" + json.dumps(bad) + "\n", encoding="utf-8")
    assert main(["conformance", str(path), "--engine", "naive", "--json", "-"]) == 1
    assert json.loads(capsys.readouterr().out) == {"passed": 1, "failed": ["own-2"]}
    assert main(["conformance", str(path), "--engine", "naive"]) == 1
    assert "1 of 2 cases pass on the naive engine" in capsys.readouterr().out
    path.write_text("not json\n", encoding="utf-8")
    assert main(["conformance", str(path)]) == 2
    assert f"{path}:1" in capsys.readouterr().err
    assert command.__doc__


def test_lines_that_are_no_cases(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text("[1, 2]\n", encoding="utf-8")
    with pytest.raises(CaseError, match=":1: not a test case"):
        list(read_cases(path))


def test_times_are_whole_microseconds() -> None:
    assert microseconds(8.811) == 8_811_000
    assert microseconds(0.1 + 0.2) == 300_000


class TestEval:
    """The `eval` command."""

    def test_value_status_and_actions(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["eval", "( + @n[0] 2 )", "--var", "n=3"]) == 0
        assert capsys.readouterr().out == "5\n"
        assert main(["eval", "( / 1 0 )"]) == 0
        assert capsys.readouterr().out == "0 NAN\n"
        assert main(["eval", '( modify-variable "@s[]" "x" )', "--var", "s=old", "--json", "-"]) == 0
        report = json.loads(capsys.readouterr().out)
        assert report["value"] == 1
        assert report["variables"] == {"s": "x"}
        assert report["actions"] == [["modify-variable", "s", "x"]]

    @pytest.mark.parametrize("text", ["", "hello", "( + 1", "( no-such-thing 1 )", "( )", "(" * 5000])
    def test_bad_text(self, text: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["eval", text]) == 1
        assert "error" in capsys.readouterr().err

    def test_wrong_use(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["eval", "( true )", "--var", "n"]) == 2
        assert main(["eval", "( true )", "--time", "-1"]) == 2
        assert main(["eval", "( true )", "--mission", "nowhere.fs2"]) == 2
        assert "nowhere.fs2" in capsys.readouterr().err
