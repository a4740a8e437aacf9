"""profile, timeline, record and replay on the demo mission."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sexp_runtime.cli import COMMANDS, main

DEMO = next((Path(__file__).parents[2] / "addons" / "sexp_runtime" / "demo").glob("*.fs2"))


def test_profile_writes_every_kind_of_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = {name: tmp_path / f"out.{name}" for name in ("html", "speedscope", "csv", "json")}
    arguments = ["profile", str(DEMO), "--seconds", "12", "--fps", "30"]
    for name, path in outputs.items():
        arguments += [f"--{name}", str(path)]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "hit rate" in out and "Cost by formula" in out
    assert max(len(line) for line in out.splitlines() if not line.startswith("wrote")) <= 80
    page = outputs["html"].read_text(encoding="utf-8")
    assert page.count('<div id="plot') == 4 and "<h2>Hints</h2>" in page and "part by part" in page
    flames = json.loads(outputs["speedscope"].read_text())
    assert any(frame["name"] == "when" for frame in flames["shared"]["frames"])
    rows = list(csv.DictReader(outputs["csv"].open()))
    assert sum(int(row["frames"]) for row in rows) == 360
    report = json.loads(outputs["json"].read_text())
    assert report["frames"] == 360
    assert report["counters"]["hits"] + report["counters"]["evaluations"] == report["counters"]["requests"]


def test_timeline_shows_each_evaluation_with_its_cause(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["timeline", str(DEMO), "convoy under way", "--seconds", "12", "--fps", "30", "--json", "-"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["cause"].startswith("log ")  # the first evaluation was made while loading
    assert rows[-1]["value"] == 1
    assert len(rows) < 20
    assert main(["timeline", str(DEMO), "no such event at all"]) == 1


def test_record_and_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "demo.rec"
    assert main(["record", str(DEMO), str(out), "--seconds", "20", "--fps", "30"]) == 0
    assert main(["replay", str(out)]) == 0
    assert main(["replay", str(out), "--engine", "naive"]) == 0
    capsys.readouterr()
    assert main(["replay", str(out), "--diff", "--json", "-"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["frames"], result["mismatches"]) == (600, 0)
    assert result["evaluations_cached"] < result["evaluations_naive"] / 10
    out.write_bytes(out.read_bytes()[:-500])
    assert main(["replay", str(out)]) == 1
    out.write_bytes(b"something else")
    assert main(["replay", str(out)]) == 2
    assert main(["replay", str(tmp_path / "absent.rec")]) == 2


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert "usage: sexp" in capsys.readouterr().out
