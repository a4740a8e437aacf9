"""Hints: each rule speaks where its problem was planted, and only there."""

from __future__ import annotations

import pytest

from sexp_runtime.monitor.hints import PerformanceHints, gather
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession
from support.planted import MISSION, hints_of, lane, planted_hints


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


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ('( < ( distance "Alpha 1" "Beta 1" ) 20 )', "alpha 1"),
        ('( < ( distance "Beta 1" "Gamma" ) 20 )', "gamma"),  # a wing, for the ship in it
        ('( is-facing "Beta 1" "Alpha 1" 10 )', "alpha 1"),  # positions read otherwise
        ('( < ( hits-left "Alpha 1" ) 20 )', ""),
    ],
)
def test_positions_without_a_bound_are_named(condition: str, named: str) -> None:
    session = MissionSession.load(lane(condition), monitor=Mode.FULL, freeze_gc=False)
    world = session.world
    world.set_ship(world.ships["beta 1"], "speed_bound", 5.0)
    for bound in (None, 30.0):
        for name in ("alpha 1", "gamma 1"):
            world.set_ship(world.ships[name], "speed_bound", bound)
        session.monitor.reset()
        for number in range(300):
            for name in ("alpha 1", "gamma 1"):
                world.move_ship(world.ships[name], (0.0, 500.0, number / 10))
            session.step_us(16_667)
        found = [hint for hint in PerformanceHints().analyze(session) if hint.kind == "position-without-bound"]
        assert bool(found) == (bool(named) and bound is None)
        assert all(named in hint.evidence["unbounded"] for hint in found)
    session.close()
