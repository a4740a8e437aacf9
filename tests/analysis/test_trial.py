"""Trials: rewritten texts are proved, measured, withdrawn where they do not hold, and applied to a running mission."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sexp_runtime.analysis.trial import Recorded, Simulated, Trial, apply_live, check_live, rewritten_text, try_on
from sexp_runtime.cli import main
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession
from support.planted import MISSION, hints_of


def test_a_rewritten_formula_is_proved_and_its_saving_measured() -> None:
    (clock,) = hints_of("clock-polling")
    trial = try_on(Simulated(MISSION.encode(), 20, 1, 30), clock)
    assert trial.equal
    assert trial.evaluations_after < trial.evaluations_before
    assert trial.is_confirmed


def test_a_rewritten_formula_that_does_something_else_is_withdrawn() -> None:
    (clock,) = hints_of("clock-polling")
    wrong = replace(clock, rewritten="( when ( has-time-elapsed 3 ) ( do-nothing ) )")
    trial = try_on(Simulated(MISSION.encode(), 10, 1, 30), wrong)
    assert not trial.equal
    assert not trial.is_confirmed


def test_a_saving_that_does_not_show_is_withdrawn() -> None:
    (clock,) = hints_of("clock-polling")
    same = replace(clock, rewritten="( when ( >= ( mission-time ) 25 ) ( do-nothing ) )")
    trial = try_on(Simulated(MISSION.encode(), 5, 1, 30), same)
    assert trial.equal
    assert trial.evaluations_after == trial.evaluations_before


def test_less_time_has_to_be_plain_but_fewer_evaluations_are_counted_exactly() -> None:
    (clock,) = hints_of("clock-polling")
    same_evaluations = Trial(clock, 600, True, 600, 600, 100.0, 95.0)
    assert not same_evaluations.is_confirmed
    assert replace(same_evaluations, us_after=85.0).is_confirmed
    assert not replace(same_evaluations, evaluations_after=590).is_confirmed
    assert replace(same_evaluations, evaluations_after=580, us_after=110.0).is_confirmed
    assert not replace(same_evaluations, evaluations_after=601, us_after=50.0).is_confirmed


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


def test_a_rewritten_formula_is_tried_on_a_recording(tmp_path: Path) -> None:
    (clock,) = hints_of("clock-polling")
    path = tmp_path / "run.rec"
    session = MissionSession.load(MISSION, seed=1, scenario=True, freeze_gc=False, record_to=path)
    for frame in range(1200):
        if frame == 600:
            session.set_variable("b", 77)  # which no simulated run would do
        session.step_us(16_667)
    session.close()
    stage = Recorded(path)
    trial = try_on(stage, clock)
    assert (trial.frames, trial.equal, trial.is_confirmed) == (1200, True, True)
    assert trial.evaluations_after < trial.evaluations_before
    quiet = replace(clock, owner='event "quiet"', line=clock.line, rewritten="( when ( false ) ( do-nothing ) )")
    place = next(event.formula for event in session.mission.events if event.name == "quiet")
    assert place is not None
    quiet = replace(quiet, line=place.root.line, column=place.root.column)
    assert not try_on(stage, quiet).equal


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ('( and ( >= ( mission-time ) 25 ) ( < ( hits-left "Nobody" ) 50 ) )', "was no number"),
        ("( and ( has-time-elapsed 0 ) ( >= ( mission-time ) 25 ) )", ""),
        ("( and ( > ( rand 1 9 ) 0 ) ( >= ( mission-time ) 25 ) )", "what rand has drawn"),
        ("( and ( is-true-for-duration 1000 ( true ) ) ( >= ( mission-time ) 25 ) )", "is-true-for-duration"),
        ('( and ( is-destroyed-delay 0 "Alpha 1" ) ( >= ( mission-time ) 25 ) )', "is decided"),
    ],
)
def test_a_formula_that_remembers_something_keeps_it(condition: str, words: str) -> None:
    (clock,) = hints_of("clock-polling")
    text = MISSION.replace("( >= ( mission-time ) 25 )", condition)
    session = MissionSession.load(text, seed=1, freeze_gc=False, monitor=Mode.FULL)  # so that all is remembered
    hint = replace(clock, column=session.mission.events[0].formula.root.column)  # type: ignore[union-attr]
    for frame in range(60):
        if frame == 30:
            session.world.destroy(session.world.ships["alpha 1"])
        session.step_us(16_667)
    if words:
        with pytest.raises(ValueError, match=words):
            check_live(session, hint)
    else:
        assert check_live(session, hint) == ("event", 0)


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


def test_the_command_takes_a_recording_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "bug.rec", tmp_path / "out.fs2"
    session = MissionSession.load(MISSION, seed=1, scenario=True, freeze_gc=False, record_to=path)
    for _ in range(600):
        session.step_us(16_667)
    session.close()
    assert main(["hints", str(path), "--apply", str(out)]) == 0
    told = capsys.readouterr().out
    assert 'tried event "polls the clock": confirmed' in told and "the same results" in told
    assert "has-time-elapsed 25" in out.read_text()
    path.write_bytes(path.read_bytes()[:20])
    assert main(["hints", str(path)]) == 2
    assert "damaged" in capsys.readouterr().err
