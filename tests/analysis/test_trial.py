"""Trials: rewritten texts are proved, measured, withdrawn where they do not hold, and applied to a running mission."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sexp_runtime.analysis.trial import apply_live, rewritten_text, try_hint
from sexp_runtime.cli import main
from sexp_runtime.session import MissionSession
from support.planted import MISSION, hints_of


def test_a_rewritten_formula_is_proved_and_its_saving_measured() -> None:
    (clock,) = hints_of("clock-polling")
    trial = try_hint(MISSION.encode(), clock, seconds=20, seed=1, fps=30)
    assert trial.equal
    assert trial.evaluations_after < trial.evaluations_before
    assert trial.stands


def test_a_rewritten_formula_that_does_something_else_is_withdrawn() -> None:
    (clock,) = hints_of("clock-polling")
    wrong = replace(clock, rewritten="( when ( has-time-elapsed 3 ) ( do-nothing ) )")
    trial = try_hint(MISSION.encode(), wrong, seconds=10, seed=1, fps=30)
    assert not trial.equal
    assert not trial.stands


def test_a_saving_that_does_not_show_is_withdrawn() -> None:
    (clock,) = hints_of("clock-polling")
    same = replace(clock, rewritten="( when ( >= ( mission-time ) 25 ) ( do-nothing ) )")
    trial = try_hint(MISSION.encode(), same, seconds=5, seed=1, fps=30)
    assert trial.equal
    assert trial.evaluations_after == trial.evaluations_before


def test_a_hint_is_applied_to_a_running_mission() -> None:
    (clock,) = hints_of("clock-polling")
    plain, live = (MissionSession.load(MISSION, seed=1, scenario=True, freeze_gc=False) for _ in range(2))
    for frame in range(1800):
        if frame == 60:
            apply_live(live, clock)
        plain.step_us(16_667)
        live.step_us(16_667)
        assert plain.digest() == live.digest(), frame
    assert live.world.event("polls the clock").result == 1  # type: ignore[union-attr]  # it is in the mission
    assert live.counters()["evaluations"] < plain.counters()["evaluations"]
    with pytest.raises(ValueError, match="no text"):
        apply_live(live, hints_of("never-fires")[0])
    naive = MissionSession.load(MISSION, engine="naive", freeze_gc=False)
    with pytest.raises(ValueError, match="cached engine"):
        apply_live(naive, clock)


def test_only_the_formula_changes_in_the_file() -> None:
    (clock,) = hints_of("clock-polling")
    content = MISSION.replace("Planted", "Plant\xe9").encode("latin-1")
    session = MissionSession.load(content, engine="naive", freeze_gc=False)
    changed = rewritten_text(content, clock, session)
    session.close()
    assert changed.replace(b"( has-time-elapsed 25 )", b"( >= ( mission-time ) 25 )") == content
    with pytest.raises(ValueError, match="no formula"):
        rewritten_text(content, replace(clock, owner='event "other"'), session)


def test_the_command_writes_a_mission_that_does_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "planted.fs2").write_text(MISSION)
    out = tmp_path / "out.fs2"
    arguments = ["hints", str(tmp_path / "planted.fs2"), "--seconds", "20", "--fps", "30", "--apply", str(out)]
    assert main(arguments) == 0
    assert "the same results" in capsys.readouterr().out
    assert "has-time-elapsed 25" in out.read_text()
    assert main(["hints", str(tmp_path / "absent.fs2")]) == 2
