"""The command `sweep`: shares and first times over seeds, the same whichever process plays them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.commands.sweep import summary
from support.small_missions import mission as text_of


def test_rows_count_runs_and_order_times() -> None:
    runs = [
        {"seed": seed, "ended": seed == 2, "events": [{"name": "E", "first": first}, {"name": "F", "first": None}],
         "goals": [{"name": "G", "first": None, "failed": seed == 1}]}
        for seed, first in ((1, 4.0), (2, None), (3, 1.0), (4, 2.0))
    ]  # fmt: skip
    found = summary(runs)
    assert found["events"][0] == {
        "name": "E", "share": 0.75, "min": 1.0, "median": 2.0, "max": 4.0, "min_seed": 3, "max_seed": 1,
    }  # fmt: skip
    assert found["never"] == ["F", "G"]
    assert (found["ended_share"], found["goals"][0]["failed_share"]) == (0.25, 0.25)


def test_two_processes_give_what_one_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "luck.fs2"
    formula = "( when ( = ( rand-multiple 1 4 ) 1 ) ( do-nothing ) )"
    path.write_text(
        text_of([(formula, "Luck"), ("( when ( has-time-elapsed 2 ) ( do-nothing ) )", "Two"),
                 ("( when ( has-time-elapsed 9 ) ( do-nothing ) )", "Nine")]),
        encoding="utf-8",
    )  # fmt: skip
    results = []
    for jobs in ("1", "2"):
        out = tmp_path / f"{jobs}.json"
        assert main(["sweep", str(path), "--seeds", "1:4", "--seconds", "3", "--jobs", jobs, "--json", str(out)]) == 0
        results.append(json.loads(out.read_text(encoding="utf-8")))
    assert results[0] == results[1]
    (found,) = results[0]
    assert [row["share"] for row in found["events"]] == [1, 1, 0]
    assert found["events"][1]["min"] == found["events"][1]["max"] == pytest.approx(2, abs=0.05)
    assert found["never"] == ["Nine"]
    assert "never true: Nine" in capsys.readouterr().out


def test_an_unreadable_mission_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", str(tmp_path / "none.fs2")]) == 2
    assert "none.fs2: No such file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["sweep", "x.fs2", "--seeds", "5:1"])
