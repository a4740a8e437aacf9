"""Hints: each rule speaks where its problem was planted, and only there."""

from __future__ import annotations

from sexp_runtime.monitor.hints import Evidence, PerformanceHints, Watched, gather
from sexp_runtime.session import MissionSession
from support.planted import MISSION, hints_of, planted_hints


def test_each_planted_problem_is_found_where_it_is() -> None:
    (clock,) = hints_of("clock-polling")
    assert clock.owner == 'event "polls the clock"'
    assert clock.rewritten == "( when ( has-time-elapsed 25 ) ( do-nothing ) )"
    assert clock.safe
    assert (clock.line, clock.column) == (19, 18)
    (constant,) = hints_of("constant-part")
    assert constant.owner == 'event "constant part"'
    assert {hint.owner for hint in hints_of("chatty-fact")} >= {'event "same one"', 'event "same two"'}
    assert all(hint.evidence["fact"] == "variable a" for hint in hints_of("chatty-fact"))
    (shared,) = hints_of("repeated-expression")
    assert len(shared.evidence["formulas"]) == 3
    (never,) = hints_of("never-fires")
    assert never.owner == 'event "never"'
    (often,) = hints_of("every-time")
    assert often.owner == 'event "writes a"'


def test_what_costs_nothing_gets_no_hint() -> None:
    assert not [hint for hint in planted_hints() if hint.owner == 'event "quiet"']


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
