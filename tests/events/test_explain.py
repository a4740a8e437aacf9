"""Explanations name value, cause, facts with their values, and the next moment at which time could change something."""

from __future__ import annotations

import pytest

from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.explain import FactTimes, explain
from support.equivalence import build
from support.random_missions import EventPlan, MissionPlan

FIELDS = {"repeat": 1, "trigger": 1, "uses_trigger": False, "interval_ms": 1000, "chain_delay_ms": -1}


def manager_of(*formulas: str) -> CachedEventManager:
    """Return a cached manager of events with these formulas."""
    manager, _ = build(MissionPlan(events=[EventPlan(text, dict(FIELDS)) for text in formulas]), "cached")
    assert isinstance(manager, CachedEventManager)
    return manager


def step(manager: CachedEventManager, us: int) -> None:
    """Make a frame at a moment."""
    manager.world.clock.advance_to(us)
    manager.frame()


def test_the_first_evaluation_and_the_facts_waited_for() -> None:
    manager = manager_of('( when ( and ( = @a[0] 7 ) ( is-in-mission "Blue" ) ) ( do-nothing ) )')
    found = explain(manager, None, "event", "e0")
    assert found.evaluated_at is None and not found.cached
    step(manager, 100_000)
    found = explain(manager, None, "event", "E0")
    assert found.value == 0 and found.cached
    assert found.cause == "first evaluation" and found.evaluated_at == pytest.approx(0.1)
    assert found.facts["variable a"] == "'0'"
    assert found.facts["status of ship Blue"] == "not yet"
    assert found.due_at is None
    assert "waits for" in str(found)


def test_a_changed_fact_is_named_as_the_cause() -> None:
    manager = manager_of("( when ( and ( = @a[0] 7 ) ( = @b[0] 8 ) ) ( do-nothing ) )")
    times = FactTimes(manager.world)
    step(manager, 100_000)
    manager.world.variables.set_number(1, 8)
    step(manager, 200_000)
    found = explain(manager, None, "event", 0, times)
    assert found.cause == "fact" and found.cause_facts == ["variable b"]
    assert found.evaluated_at == pytest.approx(0.2)
    times.detach()
    assert manager.world.facts.observer is None


def test_a_delay_says_when_it_is_due() -> None:
    manager = manager_of("( when ( has-time-elapsed 5 ) ( do-nothing ) )")
    step(manager, 100_000)
    assert explain(manager, None, "event", "E0").due_at == pytest.approx(5.0)
    step(manager, 5_000_000)
    found = explain(manager, None, "event", "E0")
    assert found.cause == "time" and found.value == 1 and found.state["done"]


def test_draws_without_an_evaluation_are_recorded() -> None:
    manager = manager_of('( when ( is-event-true-delay "E9" ( rand-multiple 2 3 ) ) ( do-nothing ) )')
    for us in (100_000, 200_000, 900_000):
        step(manager, us)
    found = explain(manager, None, "event", 0)
    assert found.cached and found.evaluated_at == pytest.approx(0.1)
    assert found.state["random numbers drawn in each frame without effect"] == 1
    assert manager.world.rng.draws == 3


def test_the_text_says_what_has_come_of_the_event_and_what_a_chain_waits_for() -> None:
    chained = dict(FIELDS, chain_delay_ms=2000)
    twice = dict(FIELDS, repeat=2)
    plan = [
        EventPlan("( when ( = @a[0] 7 ) ( do-nothing ) )", dict(FIELDS)),
        EventPlan("( when ( true ) ( do-nothing ) )", chained),
        EventPlan("( when ( true ) ( do-nothing ) )", twice),
        EventPlan("( when ( false ) ( do-nothing ) )", dict(FIELDS)),
    ]
    manager, _ = build(MissionPlan(events=plan), "cached")
    assert isinstance(manager, CachedEventManager)

    def text(index: int) -> str:
        return str(explain(manager, None, "event", index))

    step(manager, 100_000)
    names = [event.name for event in manager.world.events]
    assert text(0).startswith(f'event "{names[0]}": value 0, has not come true yet\n')
    assert f'  chained: waits until event "{names[0]}" has come true, then 2 s\n  never evaluated' in text(1)
    assert "has come true once, 1 repeat left" in text(2) and "next turn: at " in text(2)
    assert text(3).startswith(f'event "{names[3]}": value 0 (for good), has failed: it cannot come true any more\n')
    manager.world.variables.set_number(0, 7)
    step(manager, 1_200_000)
    assert "has come true once, no repeats left" in text(0) and "has come true 2 times, no repeats left" in text(2)
    assert f'  chained: event "{names[0]}" came true at 1.200 s, 2 s before this one\'s turn' in text(1)
    step(manager, 3_300_000)
    assert "value 1" in text(1) and "has come true once" in text(1)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        explain(manager_of("( true )"), None, "event", "nobody")
