"""`diff` and `explain` from the command line, on the demo mission and on one whose engine is made to go wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.commands import diff
from sexp_runtime.events.cached import CachedEventManager

DEMO = Path(__file__).parents[2] / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"


@pytest.mark.parametrize("extra", [[], ["--evict"], ["--engine", "compiled"]])
def test_the_engines_agree_on_the_demo_mission(extra: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(DEMO), "--frames", "300", "--fps", "20", "--json", "-", *extra]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["frames"] == 300 and found["mismatches"] == 0
    assert found["naive_evaluations"] == found["requests"]
    if not extra:
        assert found["cached_evaluations"] < found["requests"] / 10
    assert (found["evicted"] > 0) is ("--evict" in extra)


def test_a_difference_is_found_and_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    right = CachedEventManager.advance_event

    def wrong(self: CachedEventManager, event: object) -> None:
        right(self, event)  # type: ignore[arg-type]
        if event.done:  # type: ignore[attr-defined]
            event.count += 1  # type: ignore[attr-defined]

    monkeypatch.setattr(CachedEventManager, "advance_event", wrong)
    assert main(["diff", str(DEMO), "--frames", "600", "--fps", "20"]) == 1
    printed = capsys.readouterr().out
    assert "1 mismatches" in printed and "count" in printed and "frame" in printed


def test_unreadable_missions_and_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(tmp_path / "none.fs2"), "--frames", "1"]) == 2
    assert main(["diff", str(DEMO), "--frames", "0"]) == 2
    assert "sexp diff" in capsys.readouterr().err


def test_compare_engines_takes_text() -> None:
    result = diff.compare_engines(DEMO.read_text(encoding="utf-8"), frames=20)
    assert result.frames == 20 and not result.differences


def test_explain_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    from sexp_runtime.mission.reader import load_mission

    name = load_mission(DEMO).mission.events[0].name
    assert main(["explain", str(DEMO), name, "--at", "3", "--fps", "20", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["owner"] == f'event "{name}"' and found["time"] == pytest.approx(3.0)
    assert found["cause"] in ("first evaluation", "fact", "time", "unsettled")
    assert main(["explain", str(DEMO), name, "--at", "3", "--fps", "20"]) == 0
    assert "last evaluated at" in capsys.readouterr().out


def test_explain_proposes_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(DEMO), "no such event at all", "--at", "0.1"]) == 1
    assert "there is no event" in capsys.readouterr().err
