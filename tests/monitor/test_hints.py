"""Hints: each rule speaks where its problem was planted, and only there; rewritten texts are proved and applied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.monitor.hints import Evidence, Hint, PerformanceHints, Watched, gather
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.monitor.trial import apply_live, rewritten_text, try_hint
from sexp_runtime.session import MissionSession

SHARED = "( and ( > @a[0] 3 ) ( < @a[0] 9 ) ( > @b[0] 100 ) )"
MISSION = f"""#Mission Info
$Version: 24.2
$Name: Planted
#Sexp_variables
$Variables:
(
	0	"a"	"0"	"number"
	1	"b"	"0"	"number"
)
#Objects
$Name: Alpha 1
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Arrival Cue: ( true )
$Departure Cue: ( false )
+Flags: ( "player-start" )
#Events
$Formula: ( when ( >= ( mission-time ) 25 ) ( do-nothing ) )
+Name: polls the clock
$Formula: ( when ( and ( true ) ( = @a[0] -1 ) ) ( do-nothing ) )
+Name: constant part
$Formula: ( every-time ( true ) ( modify-variable @a[0] ( mod ( + @a[0] 1 ) 10 ) ) )
+Name: writes a
$Formula: ( when {SHARED} ( do-nothing ) )
+Name: same one
$Formula: ( when {SHARED} ( do-nothing ) )
+Name: same two
$Formula: ( when {SHARED} ( do-nothing ) )
+Name: same three
$Formula: ( when ( and ( = @a[0] 5 ) ( false ) ) ( do-nothing ) )
+Name: never
$Formula: ( when ( = @b[0] 77 ) ( do-nothing ) )
+Name: quiet
#Goals
#End
"""


@pytest.fixture(scope="module")
def hints() -> list[Hint]:
    session = MissionSession.load(MISSION, seed=1, scenario=True, monitor=Mode.FULL, freeze_gc=False)
    for _ in range(1200):
        session.step_us(16_667)
    found = PerformanceHints().analyze(session)
    session.close()
    return found


def of_kind(hints: list[Hint], kind: str) -> list[Hint]:
    return [hint for hint in hints if hint.kind == kind]


def test_each_planted_problem_is_found_where_it_is(hints: list[Hint]) -> None:
    (clock,) = of_kind(hints, "clock-polling")
    assert clock.owner == 'event "polls the clock"'
    assert clock.rewritten == "( when ( has-time-elapsed 25 ) ( do-nothing ) )"
    assert clock.safe
    assert (clock.line, clock.column) == (19, 18)
    (constant,) = of_kind(hints, "constant-part")
    assert constant.owner == 'event "constant part"'
    assert {hint.owner for hint in of_kind(hints, "chatty-fact")} >= {'event "same one"', 'event "same two"'}
    assert all(hint.evidence["fact"] == "variable a" for hint in of_kind(hints, "chatty-fact"))
    (shared,) = of_kind(hints, "repeated-expression")
    assert len(shared.evidence["formulas"]) == 3
    (never,) = of_kind(hints, "never-fires")
    assert never.owner == 'event "never"'
    (often,) = of_kind(hints, "every-time")
    assert often.owner == 'event "writes a"'


def test_what_costs_nothing_gets_no_hint(hints: list[Hint]) -> None:
    assert not [hint for hint in hints if hint.owner == 'event "quiet"']


def test_a_rewritten_formula_is_proved_and_its_saving_measured(hints: list[Hint]) -> None:
    (clock,) = of_kind(hints, "clock-polling")
    trial = try_hint(MISSION.encode(), clock, seconds=20, seed=1, fps=30)
    assert trial.equal
    assert trial.evaluations_after < trial.evaluations_before
    assert trial.stands


def test_a_rewritten_formula_that_does_something_else_is_withdrawn(hints: list[Hint]) -> None:
    (clock,) = of_kind(hints, "clock-polling")
    wrong = replace(clock, rewritten="( when ( has-time-elapsed 3 ) ( do-nothing ) )")
    trial = try_hint(MISSION.encode(), wrong, seconds=10, seed=1, fps=30)
    assert not trial.equal
    assert not trial.stands


def test_a_saving_that_does_not_show_is_withdrawn(hints: list[Hint]) -> None:
    (clock,) = of_kind(hints, "clock-polling")
    same = replace(clock, rewritten="( when ( >= ( mission-time ) 25 ) ( do-nothing ) )")
    trial = try_hint(MISSION.encode(), same, seconds=5, seed=1, fps=30)
    assert trial.equal
    assert trial.evaluations_after == trial.evaluations_before


def test_a_hint_is_applied_to_a_running_mission(hints: list[Hint]) -> None:
    (clock,) = of_kind(hints, "clock-polling")
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
        apply_live(live, of_kind(hints, "never-fires")[0])
    naive = MissionSession.load(MISSION, engine="naive", freeze_gc=False)
    with pytest.raises(ValueError, match="cached engine"):
        apply_live(naive, clock)


def test_only_the_formula_changes_in_the_file(hints: list[Hint]) -> None:
    (clock,) = of_kind(hints, "clock-polling")
    content = MISSION.replace("Planted", "Plant\xe9").encode("latin-1")
    session = MissionSession.load(content, engine="naive", freeze_gc=False)
    changed = rewritten_text(content, clock, session)
    session.close()
    assert changed.replace(b"( has-time-elapsed 25 )", b"( >= ( mission-time ) 25 )") == content
    with pytest.raises(ValueError, match="no formula"):
        rewritten_text(content, replace(clock, owner='event "other"'), session)


def test_cache_rules_speak_of_evictions_and_of_what_is_never_hit() -> None:
    session = MissionSession.load(MISSION, cache_entries=8, freeze_gc=False)
    for number in range(200):
        session.evaluate(f"( + @b[0] {number % 20} )")
        session.step_us(16_667)
    kinds = {hint.kind for hint in PerformanceHints().analyze(session)}
    assert "cache-too-small" in kinds
    session.close()
    session = MissionSession.load(MISSION, freeze_gc=False)
    for number in range(40):
        session.evaluate(f"( + @b[0] {number} )")
        session.step_us(16_667)
    kinds = {hint.kind for hint in PerformanceHints().find(gather(session))}
    assert "never-hit" in kinds
    assert "cache-too-small" not in kinds
    session.close()


def test_positions_without_a_bound_are_named() -> None:
    session = MissionSession.load(MISSION, freeze_gc=False)
    formula = session.mission.events[0].formula
    assert formula is not None
    moved = Watched("event", 0, formula, 600, 600.0, {"ship alpha 1 position": 590, "time": 10})
    evidence = Evidence(600, 10.0, [moved], {}, frozenset({"alpha 1"}), session.report()["cache"], [])
    kinds = {hint.kind for hint in PerformanceHints().find(evidence)}
    assert "position-without-bound" in kinds
    evidence.unbounded = frozenset()
    assert "position-without-bound" not in {hint.kind for hint in PerformanceHints().find(evidence)}
    session.close()


def test_the_command_writes_a_mission_that_does_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "planted.fs2").write_text(MISSION)
    out = tmp_path / "out.fs2"
    arguments = ["hints", str(tmp_path / "planted.fs2"), "--seconds", "20", "--fps", "30", "--apply", str(out)]
    assert main(arguments) == 0
    assert "the same results" in capsys.readouterr().out
    assert "has-time-elapsed 25" in out.read_text()
    assert main(["hints", str(tmp_path / "absent.fs2")]) == 2
