"""The cached engine, case by case: what wrong caches get wrong, exact counts, retirement, self-check, memory."""

from __future__ import annotations

import gc
import sys
import tracemalloc
import weakref
from typing import Any

import pytest

from sexp_runtime import kernel
from sexp_runtime.events.answers import CAUSE_FIRST, CAUSE_NEVER
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.operators.registry import MEANINGS, Trait, operator
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.parser import SexpParser
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.syntax.tree import SexpExpression
from support.cached_events import DEFAULTS, evaluations_of, make, run
from support.equivalence import build
from support.random_missions import EventPlan, MissionPlan, symbols

# -- the wrong answers of a comparable cache ----------


def test_a_variable_changed_after_a_cached_read() -> None:
    manager, _ = make("( when ( = @a[0] 7 ) ( do-nothing ) )")
    run(manager, 1)
    assert evaluations_of(manager, 5) == 0
    manager.world.variables.set_number(0, 7)
    manager.frame()
    assert manager.world.events[0].done


def test_an_equal_write_sets_no_flag() -> None:
    manager, _ = make("( when ( = @a[0] 7 ) ( do-nothing ) )")
    run(manager, 1)
    manager.world.variables.set_number(0, manager.world.variables.number(0))
    assert evaluations_of(manager) == 0


def test_ship_state_changes_are_seen() -> None:
    manager, _ = make('( when ( < ( hits-left "Red" ) 50 ) ( do-nothing ) )')
    run(manager, 1)
    assert evaluations_of(manager, 3) == 0
    manager.world.set_ship(manager.world.ships["red"], "hull", 20.0)
    manager.frame()
    assert manager.world.events[0].done


def test_a_ship_named_by_a_variable_is_followed() -> None:
    manager, _ = make('( when ( is-in-mission "@s[x]" ) ( do-nothing ) )')
    world = manager.world
    world.variables.set_text(4, "Blue")
    run(manager, 0.5)
    assert evaluations_of(manager, 3) == 0
    world.arrive(world.ships["green"])
    assert evaluations_of(manager) == 0  # Green is of no interest
    world.variables.set_text(4, "Wolf 2")
    manager.frame()
    world.arrive(world.ships["wolf 2"])
    manager.frame()
    assert world.events[0].done


def test_time_inside_a_larger_expression_does_not_freeze() -> None:
    manager, actions = make("( when ( > ( + ( mission-time ) 0 ) 2 ) ( do-nothing ) )")
    run(manager, 2.9)
    assert not actions
    assert manager.counters.evaluations <= 4  # once a second
    run(manager, 3.1)
    assert manager.world.events[0].done and manager.world.clock.seconds == 3


def test_a_random_draw_inside_a_larger_expression_is_made_in_every_frame() -> None:
    manager, _ = make("( when ( > ( + ( rand-multiple 0 9 ) 0 ) 100 ) ( do-nothing ) )")
    run(manager, 2)
    assert manager.world.rng.draws == 20


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_a_draw_that_cannot_matter_is_made_without_an_evaluation() -> None:
    taunt = (
        '( every-time-argument ( random-multiple-of "Red" "Blue" "Wolf 1" ) '
        '( and ( has-departed-delay 0 "<argument>" ) ( = @b[0] 1 ) ) ( modify-variable @a[0] 77 ) )'
    )
    waiting = '( when ( is-event-true-delay "E3" ( rand-multiple 2 3 ) ) ( do-nothing ) )'
    judge = "( every-time ( = @d[0] 3 ) ( modify-variable @c[0] ( rand-multiple 0 1000 ) ) )"
    trigger = "( when ( = @d[0] 4 ) ( do-nothing ) )"
    sides = {engine: make(taunt, waiting, judge, trigger, engine=engine)[0] for engine in ("interpreted", "cached")}
    cached = sides["cached"]
    seen: dict[str, list[int]] = {}
    for engine, manager in sides.items():
        numbers = manager.world.variables.numbers
        seen[engine] = []
        run(manager, 1)
        for step in (0, 1, 3, 1, 4, 1):  # draws of the judge come between those that do not matter
            manager.world.variables.set_number(3, step)
            before = manager.world.rng.draws
            manager.frame()
            seen[engine] += [manager.world.rng.draws - before, numbers[2]]
    assert seen["cached"] == seen["interpreted"]
    run(cached, 1.9)  # the judge acted in every frame, so that it takes a while until it is allowed to rest
    assert evaluations_of(cached, 10) == 0
    before, evaluated = cached.world.rng.draws, cached.counters.evaluations
    run(cached, cached.world.clock.us / 1e6 + 1.0)  # E3 has been true for less than the shortest delay
    assert cached.counters.requests == cached.counters.hits + cached.counters.evaluations
    assert cached.world.rng.draws == before + 2 * 10
    assert cached.counters.evaluations == evaluated
    run(cached, cached.world.clock.us / 1e6 + 2)
    assert cached.world.events[1].done


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_a_form_rests_while_none_of_its_candidates_is_applicable() -> None:
    names = " ".join(f'"Name {number}"' for number in range(29))
    taunt = (
        f'( every-time-argument ( random-multiple-of {names} "Wolf 2" ) ( is-destroyed-delay 0 "<argument>" ) '
        "( modify-variable @a[0] ( + @a[0] 1 ) ) )"
    )
    sides = [make(taunt, engine=engine)[0] for engine in ("cached", "interpreted")]
    cached = sides[0]
    for manager in sides:
        run(manager, 0.2)
    evaluated = cached.counters.evaluations
    for manager in sides:
        run(manager, 1.2)
    assert cached.counters.evaluations == evaluated <= 2  # no candidate is applicable: it is idle, and goes on drawing
    for _ in range(2):
        assert len({manager.world.rng.draws for manager in sides}) == 1
        for manager in sides:
            world = manager.world
            world.arrive(world.ships["wolf 2"])
            world.self_destruct(world.ships["wolf 2"])
            for _ in range(200):
                manager.frame()
    assert cached.world.variables.numbers[0] == sides[1].world.variables.numbers[0] > 0


def test_actions_are_never_answered_from_cache() -> None:
    manager, actions = make("( every-time ( true ) ( do-nothing ) )")
    run(manager, 2)
    assert len(actions) == 20


def test_only_one_branch_runs() -> None:
    manager, actions = make("( if-then-else ( = @a[0] 0 ) ( modify-variable @b[0] 5 ) ( modify-variable @c[0] 6 ) )")
    run(manager, 0.5)
    variables = manager.world.variables
    assert (variables.number(1), variables.number(2)) == (5, 2)
    assert len([name for name, _ in actions if name == "modify-variable"]) == 1


def test_nothing_runs_before_the_first_frame() -> None:
    manager, actions = make("( when ( true ) ( modify-variable @b[0] 5 ) )")
    assert not actions and manager.world.variables.number(1) == 1
    assert manager.counters.evaluations == 0


def test_repeats_and_intervals_are_counted_once() -> None:
    manager, actions = make(("( when ( true ) ( do-nothing ) )", {"repeat": 3, "interval_ms": 500}))
    run(manager, 0.4)
    assert len(actions) == 1
    run(manager, 0.6)
    assert len(actions) == 2
    run(manager, 5)
    assert len(actions) == 3 and manager.world.events[0].done


def test_a_busy_event_does_not_starve_later_ones() -> None:
    manager, _ = make("( every-time ( true ) ( modify-variable @a[0] ( + @a[0] 1 ) ) )", "( = @a[0] 8 )")
    run(manager, 1)
    assert manager.world.events[1].done and manager.world.events[1].result == 1


def test_a_write_by_an_event_is_seen_by_later_ones_at_once_and_by_earlier_ones_in_the_next_frame() -> None:
    manager, _ = make(
        "( when ( = @b[0] 9 ) ( do-nothing ) )",
        "( when ( = @a[0] 5 ) ( modify-variable @b[0] 9 ) )",
        "( when ( = @b[0] 9 ) ( do-nothing ) )",
    )
    run(manager, 0.3)
    manager.world.variables.set_number(0, 5)
    manager.frame()
    assert [event.done for event in manager.world.events] == [False, True, True]
    manager.frame()
    assert manager.world.events[0].done


@pytest.fixture
def moody() -> Any:
    """An operator that raises until it is switched off."""
    mood = {"raises": True, "calls": 0}

    @operator("moody-test-operator")
    def moody_operator(ctx: Any, node: Any) -> int:
        mood["calls"] += 1
        if mood["raises"]:
            raise RuntimeError("not today")
        return 1

    yield mood
    del MEANINGS["moody-test-operator"]


def parse_with(name: str, text: str) -> SexpExpression:
    """Parse a text that uses one more operator."""
    known = symbols(MissionPlan().dialect)
    parser = SexpParser(Symbols({*known.operators, name}, variables=known.variables))
    expression = parser.parse(text).expression
    assert expression is not None
    return expression


def test_a_passing_error_does_not_remove_an_event(moody: Any) -> None:
    manager, _ = make("( when ( = @a[0] 0 ) ( do-nothing ) )", "( = @a[0] 99 )")
    expression = parse_with("moody-test-operator", "( when ( = ( moody-test-operator ) 1 ) ( do-nothing ) )")
    manager.replace_formula("event", 0, expression)
    run(manager, 0.5)
    assert moody["calls"] == 5 and manager.counters.errors == 5
    assert manager.context.warning_count == 1
    moody["raises"] = False
    manager.frame()
    assert manager.world.events[0].done


def test_an_event_that_keeps_resetting_itself_becomes_false_again() -> None:
    fields = {**DEFAULTS, "repeat": -1, "trigger": -1, "uses_trigger": True}  # in WCS it then gets no stamp
    text = '( when ( > @d[0] 2 ) ( reset-event "E0" ) )'
    plan = MissionPlan(dialect=Dialect.WCS, events=[EventPlan(text, fields)])
    for engine in ("interpreted", "cached"):
        manager, _ = build(plan, engine)
        results = []
        for value in (3, 3, 1, 1):
            manager.world.variables.set_number(3, value)
            manager.frame()  # time stands still
            manager.frame()
            results.append(manager.world.events[0].result)
        assert results == [1, 1, 0, 0], engine
        assert manager.world.events[0].timestamp is None


def test_a_volatile_operator_is_evaluated_in_every_frame() -> None:
    calls: list[int] = []

    @operator("volatile-test-operator", traits=Trait.VOLATILE)
    def volatile(ctx: Any, node: Any) -> int:
        calls.append(1)
        return 0

    try:
        manager, _ = make("( true )")
        expression = parse_with("volatile-test-operator", "( when ( = ( volatile-test-operator ) 1 ) ( do-nothing ) )")
        manager.replace_formula("event", 0, expression)
        run(manager, 1)
        assert len(calls) == 10
    finally:
        del MEANINGS["volatile-test-operator"]


# -- counting and cost ----------


def test_requests_count_what_the_naive_engine_evaluates() -> None:
    events = [
        "( when ( = @a[0] 7 ) ( do-nothing ) )",
        ("( when ( = @b[0] 7 ) ( do-nothing ) )", {"chain_delay_ms": 0}),
        ("( when ( true ) ( do-nothing ) )", {"repeat": 5, "interval_ms": 300}),
    ]
    cached, _ = make(*events, goals=('( is-event-true "E0" )',))
    naive, _ = make(*events, goals=('( is-event-true "E0" )',), engine="interpreted")
    for manager in (cached, naive):
        run(manager, 3)
    assert cached.counters.requests == naive.counters.requests == naive.counters.evaluations
    assert cached.counters.requests == cached.counters.hits + cached.counters.evaluations
    assert cached.counters.evaluations < 15


def test_done_events_drop_their_edges_and_a_reset_takes_them_up() -> None:
    manager, _ = make("( when ( = @a[0] 7 ) ( do-nothing ) )", '( when ( = @b[0] 7 ) ( reset-event "E0" ) )')
    world = manager.world
    world.variables.set_number(0, 7)
    run(manager, 0.3)
    assert world.events[0].done and not manager.events.facts(0)
    assert manager.counters.permanents == 1
    world.variables.set_number(0, 1)
    world.variables.set_number(1, 7)
    run(manager, 0.6)
    assert not world.events[0].done and ("var", 0) in manager.events.facts(0)
    world.variables.set_number(0, 7)
    manager.frame()
    assert world.events[0].done


def test_events_that_are_done_together_drop_their_edges_one_after_the_other() -> None:
    both = "( when ( = @a[0] 7 ) ( do-nothing ) )"
    manager, _ = make(both, both, both, '( when ( = @b[0] 7 ) ( reset-event "E1" ) )')
    variables = manager.world.variables
    manager.frame()
    variables.set_number(0, 7)
    held = []
    for _ in range(4):
        manager.frame()
        held.append(sum(bool(manager.events.facts(index)) for index in range(3)))
        if len(held) == 1:
            assert all(manager.world.events[index].done for index in range(3))
    assert held == [3, 2, 1, 0]
    assert evaluations_of(manager, 2) == 0


def test_an_event_reset_before_it_dropped_its_edges_keeps_them() -> None:
    manager, _ = make(
        "( when ( = @a[0] 7 ) ( do-nothing ) )",
        '( when ( = @a[0] 7 ) ( modify-variable @a[0] 1 ) ( reset-event "E0" ) )',
    )
    variables = manager.world.variables
    manager.frame()
    variables.set_number(0, 7)
    for _ in range(4):
        manager.frame()
    assert not manager.world.events[0].done and ("var", 0) in manager.events.facts(0)
    assert not manager.events.facts(1)
    variables.set_number(0, 7)
    manager.frame()
    assert manager.world.events[0].done


def test_the_first_frame_finds_what_is_known_before_it() -> None:
    waits = "( when ( > @a[0] 5000 ) ( do-nothing ) )"
    acts = "( when ( true ) ( modify-variable @b[0] 7 ) )"
    manager, actions = make(
        waits, (waits, {"chain_delay_ms": 0}), acts, "( when ( has-time-elapsed 9 ) ( do-nothing ) )"
    )
    table = manager.events.table
    assert not table.facts[1]  # bypassed until the one before comes true
    manager.world.clock.advance_to(100_000)
    manager.frame()
    assert [manager.events.cause_of(index) for index in range(4)] == [
        CAUSE_FIRST,
        CAUSE_NEVER,
        CAUSE_FIRST,
        CAUSE_FIRST,
    ]
    assert manager.counters.requests == manager.counters.evaluations == 3
    assert manager.counters.invalidations == 0
    assert [event.bypassed for event in manager.world.events] == [False, True, False, False]
    assert [name for name, _ in actions] == ["modify-variable"]
    manager.world.variables.set_number(0, 5001)
    manager.world.clock.advance_to(200_000)
    manager.frame()
    assert [event.result for event in manager.world.events[:2]] == [1, 1]


def test_a_bypassed_event_is_left_alone_until_its_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    chained = {**DEFAULTS, "chain_delay_ms": 1000}
    manager, _ = make("( when ( = @b[0] 9 ) ( do-nothing ) )", ("( when ( > @a[0] 5 ) ( do-nothing ) )", chained))
    run(manager, 1)
    visited: list[int] = []
    process = manager._process
    monkeypatch.setattr(
        manager, "_process", lambda event, *result: (visited.append(event.index), process(event, *result))
    )
    for value in range(20):  # a chatty fact
        manager.world.variables.set_number(0, value)
        manager.frame()
    assert not visited and not manager.events.facts(1)
    manager.world.variables.set_number(1, 9)
    run(manager, 1.5)
    assert manager.world.events[0].done and not manager.world.events[1].done
    manager.world.variables.set_number(0, 2)
    run(manager, 3)
    assert not manager.world.events[1].done and manager.events.facts(1)
    manager.world.variables.set_number(0, 8)
    manager.frame()
    assert manager.world.events[1].done


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_positions_are_judged_when_the_speed_allows_a_change() -> None:
    manager, _ = make('( when ( < ( distance-to-center "Red" "Wolf 1" ) 100 ) ( do-nothing ) )')
    world = manager.world
    red = world.ships["red"]
    world.set_ship(red, "speed_bound", 50.0)
    world.set_ship(world.ships["wolf 1"], "speed_bound", 0.0)
    run(manager, 0.2)
    before = manager.counters.evaluations
    while world.clock.us < 10_000_000 and not world.events[0].done:
        world.clock.advance_to(world.clock.us + 20_000)
        world.move_ship(red, (red.position[0] + 1.0, 0.0, 0.0))
        manager.frame()
    assert red.position[0] == pytest.approx(201.0)
    assert manager.counters.evaluations - before < 25  # of 201 frames
    world.move_ship(red, (1000.0, 0.0, 0.0), jump=True)


# -- self-check and memory ----------


def test_the_self_check_finds_a_missed_fact() -> None:
    hidden = {"value": 0}

    @operator("hidden-test-operator")  # reads something and says nothing of it
    def hidden_operator(ctx: Any, node: Any) -> int:
        return hidden["value"]

    try:
        manager, _ = make("( true )", engine="checked")
        expression = parse_with("hidden-test-operator", "( when ( = ( hidden-test-operator ) 3 ) ( do-nothing ) )")
        manager.replace_formula("event", 0, expression)
        manager.flush_formula("event", 0)
        run(manager, 2)
        assert manager.counters.stale_results == 0
        hidden["value"] = 3
        run(manager, 4)
        assert manager.counters.stale_results == 1
        assert 'event "E0"' in manager.stale[0]
        assert manager.world.events[0].done  # the fresh result is used
    finally:
        del MEANINGS["hidden-test-operator"]


def big_plan(count: int = 60) -> MissionPlan:
    """Return a mission of many events of several kinds."""
    plan = MissionPlan()
    for number in range(count):
        condition = f'( and ( is-destroyed-delay {number} "Blue" ) ( < ( hits-left "Red" ) {number} ) )'
        if number % 2:
            condition = f"( and ( > @a[0] {number + 40} ) ( < ( + @b[0] @c[0] ) 3 ) )"
        plan.events.append(EventPlan(f"( when {condition} ( do-nothing ) )", dict(DEFAULTS)))
    return plan


def test_memory_is_accounted_for_within_ten_percent() -> None:
    from types import SimpleNamespace

    from support.random_missions import build_context, build_world, parse

    plan = big_plan()
    world = build_world(plan)
    context = build_context(plan, world, [])
    for event, made in zip(world.events, plan.events, strict=True):
        event.definition = SimpleNamespace(formula=parse(made.formula))
    build(plan, "cached")  # loads what is loaded at the first use
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        manager = CachedEventManager(world, context)
        run(manager, 0.5)
        gc.collect()
        seen = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    said = sum(manager.nbytes().values())
    assert abs(said - seen) <= 0.1 * seen, (said, seen, manager.nbytes())


def test_a_mission_unloaded_leaves_nothing() -> None:
    manager, _ = build(big_plan(), "cached")
    assert isinstance(manager, CachedEventManager)
    world = manager.world
    run(manager, 1)
    assert world.facts.readers
    gone = [weakref.ref(each) for each in (manager, manager.events, manager.goals)]
    manager.close()
    assert not world.facts.readers
    del manager
    gc.collect()
    assert not any(ref() for ref in gone)


def test_an_idle_frame_allocates_nothing() -> None:
    manager, _ = build(big_plan(), "cached")
    run(manager, 1)
    manager.frame()
    before = sys.getallocatedblocks()
    for _ in range(200):
        manager.frame()
    assert sys.getallocatedblocks() - before < 20
