"""The pass: what is evaluated in every frame becomes hot, costs no bookkeeping, and is let rest again in time."""

from __future__ import annotations

import random as std_random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from sexp_runtime import kernel
from sexp_runtime.events import passes
from sexp_runtime.events.answers import Answers
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.cached_cues import CachedCueManager
from sexp_runtime.events.explain import explain
from sexp_runtime.loops import HOT
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world.world import World
from support.cached_events import DEFAULTS, make
from support.equivalence import build, check_mission
from support.fuzzing import in_fast
from support.random_missions import EventPlan, MissionPlan, parse, random_mission


@pytest.fixture(autouse=True)
def without_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have formulas evaluated as where nothing is compiled: with the kernel hardly any becomes hot."""
    monkeypatch.setattr(kernel, "LANGUAGE", "python")


STAMPED = {**DEFAULTS, "repeat": -1, "trigger": -1, "uses_trigger": True}


@pytest.fixture
def concluded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every evaluation of which something was noted, by its owner."""
    found: list[str] = []
    conclude = Answers._conclude

    def note(answers: Answers, index: int, *rest: Any) -> bool:
        found.append(answers.formulas[index].owner)
        return conclude(answers, index, *rest)

    monkeypatch.setattr(Answers, "_conclude", note)
    return found


def play(manager: Any, frames: int, change: Callable[[World, int], None], us: int = 16_667) -> int:
    """Make frames, with a change before each; return how many evaluations they took."""
    before = manager.counters.evaluations
    for number in range(frames):
        manager.world.clock.advance_to(manager.world.clock.us + us)
        change(manager.world, number)
        manager.frame()
    return int(manager.counters.evaluations - before)


def damage(world: World, number: int) -> None:
    world.set_ship(world.ships["red"], "hull", 50.0 + number % 40)


def nothing(world: World, number: int) -> None:
    """Leave everything as it is."""


@pytest.mark.parametrize("kind", ["event", "goal"])
def test_what_changes_in_every_frame_is_noted_only_now_and_then(kind: str, concluded: list[str]) -> None:
    text = '( < ( hits-left "Red" ) 10 )'
    manager, _ = make(f"( when {text} ( do-nothing ) )") if kind == "event" else make(goals=(text,))
    assert play(manager, 60, damage) == 60
    concluded.clear()
    assert play(manager, 240, damage) == 240
    assert 1 <= len(concluded) <= 12
    assert manager.counters.requests == manager.counters.hits + manager.counters.evaluations == 300


def test_it_rests_again_in_time() -> None:
    manager, _ = make('( when ( < ( hits-left "Red" ) 10 ) ( do-nothing ) )')
    play(manager, 30, damage)  # half a second
    assert play(manager, 40, nothing) <= 33
    assert play(manager, 600, nothing) == 0
    play(manager, 600, damage)
    assert play(manager, 125, nothing) <= 122  # two seconds at most, however long it had been so
    assert play(manager, 600, nothing) == 0


def test_a_few_frames_make_nothing_hot(concluded: list[str]) -> None:
    manager, _ = make('( when ( < ( hits-left "Red" ) 10 ) ( do-nothing ) )')
    for _ in range(40):
        assert play(manager, 4, damage) <= 5
        assert play(manager, 4, nothing) == 0
    assert len(concluded) == manager.counters.evaluations


def test_what_comes_true_while_hot_comes_true_at_once() -> None:
    manager, actions = make('( when ( < ( hits-left "Red" ) 10 ) ( modify-variable @a[0] 5 ) )')
    play(manager, 60, damage)
    assert manager._first_pass.ready[0] == HOT
    play(manager, 1, lambda world, number: world.set_ship(world.ships["red"], "hull", 5.0) and None)
    assert manager.world.events[0].done and len(actions) == 1
    assert manager.events.table.values[0] == 1


def test_what_is_known_to_be_false_while_hot_fails_at_once() -> None:
    text = '( when ( < ( hits-left "Red" ) 10 ) ( do-nothing ) )'
    manager, _ = make(text, goals=('( < ( hits-left "Red" ) 10 )',))
    play(manager, 60, damage)
    assert manager._first_pass.ready[0] == manager._goals.row.ready[0] == HOT

    def destroy(world: World, number: int) -> None:
        world.self_destruct(world.ships["red"])
        world.finish_death(world.ships["red"])

    plan = MissionPlan(events=[EventPlan(text, DEFAULTS)], goals=['( < ( hits-left "Red" ) 10 )'])
    naive, _ = build(plan, "compiled")
    play(naive, 60, damage)
    for each in (manager, naive):
        play(each, 2, destroy)
    assert manager.world.events[0].done is naive.world.events[0].done
    assert manager.world.goals[0].status == naive.world.goals[0].status


def test_an_event_with_a_stamp_becomes_hot_in_its_own_pass(concluded: list[str]) -> None:
    plan = MissionPlan(
        dialect=Dialect.WCS, events=[EventPlan('( when ( < ( hits-left "Red" ) 10 ) ( do-nothing ) )', STAMPED)]
    )
    manager, _ = build(plan, "cached")
    assert isinstance(manager, CachedEventManager)
    manager.world.events[0].timestamp = 1
    manager.world.touch_event(0)
    play(manager, 60, damage)
    concluded.clear()
    assert play(manager, 240, damage) == 240
    assert manager._repeat_pass.ready[0] == HOT and 1 <= len(concluded) <= 12


def test_cues_become_hot_and_ships_leave_when_they_should() -> None:
    world = World(None)
    ship, watched = world.add_ship("Leaver"), world.add_ship("Red")
    cue = parse('( < ( hits-left "Red" ) 10 )', Dialect.FSO)
    ship.departure = SimpleNamespace(cue=cue, delay=0, location="hyperspace")
    world.arrive(ship, initial=True)
    world.arrive(watched, initial=True)
    cues = CachedCueManager(world, None, EvaluationContext(world))
    cues.load()
    assert play(cues, 120, damage) == 120
    assert cues._pass.ready[0] == HOT
    world.set_ship(watched, "hull", 5.0)
    play(cues, 1, nothing)
    assert ship.status.name == "EXITED"
    assert cues.counters.requests == cues.counters.hits + cues.counters.evaluations == 121


def test_a_hot_formula_that_raises_is_reported_and_goes_on() -> None:
    manager, _ = make('( when ( < ( hits-left "Red" ) 10 ) ( do-nothing ) )')
    play(manager, 60, damage)

    def fail() -> int:
        raise RuntimeError("not today")

    usual, manager.events.evaluators[0] = manager.events.evaluators[0], fail
    errors = manager.counters.errors
    play(manager, 5, damage)
    assert manager.counters.errors == errors + 5
    manager.events.evaluators[0] = usual
    play(manager, 300, damage)
    assert manager.counters.errors == errors + 5
    play(manager, 1, lambda world, number: world.set_ship(world.ships["red"], "hull", 5.0) and None)
    assert manager.world.events[0].done


def test_it_is_said_why_a_hot_formula_was_evaluated() -> None:
    manager, _ = make(
        '( when ( < ( hits-left "Red" ) 10 ) ( do-nothing ) )',
        "( when ( < ( mission-time-msecs ) -1 ) ( do-nothing ) )",
        "( every-time ( true ) ( do-nothing ) )",
    )
    play(manager, 60, damage)
    assert list(manager._first_pass.ready) == [HOT] * 3
    for index, cause in enumerate(("fact", "time", "unsettled")):
        found = explain(manager, None, "event", index)
        assert found.cause == cause and not found.cached
        assert found.evaluated_at == pytest.approx(1.0, abs=0.001)


def test_an_event_that_acts_on_the_one_it_waits_for_is_not_bypassed_in_its_turn() -> None:
    chained = {**DEFAULTS, "chain_delay_ms": 0, "repeat": 2}
    plan = MissionPlan(
        events=[
            EventPlan("( when ( true ) ( do-nothing ) )", {**DEFAULTS, "repeat": 5}),
            EventPlan('( when ( > @d[0] 5 ) ( reset-event "E0" ) )', chained),
        ],
        frames=[[("time", 100_000)], [("time", 100_000)], [("time", 100_000), ("number", 3, 9)], [("time", 100_000)]],
    )
    check_mission(plan, ("interpreted", "compiled", "cached", "pre_evaluated", "checked"))


@pytest.mark.parametrize("part", range(2))
def test_the_law_holds_for_missions_whose_formulas_are_hot_at_once(part: int) -> None:
    for seed in range(30_000 + part * 150, 30_000 + part * 150 + in_fast(150)):
        plan = random_mission(std_random.Random(seed), wcs=seed % 5 == 0, drawing=seed % 2 == 0)
        plan.seed = 3 * plan.seed  # see check_mission
        with mock.patch.object(passes, "MAX_HOT_US", 10**9):
            check_mission(plan, ("interpreted", "cached", "evicted", "pre_evaluated"))


def test_a_profiler_sees_hot_formulas_too(concluded: list[str]) -> None:
    manager, _ = make('( when ( < ( hits-left "Red" ) 10 ) ( do-nothing ) )')
    play(manager, 60, damage)
    told: list[int] = []
    manager.profiler = SimpleNamespace(formula=lambda kind, index, *rest: told.append(index))
    concluded.clear()
    play(manager, 20, damage)
    assert told == [0] * 20 and len(concluded) == 20
    manager.profiler = None
    play(manager, 20, damage)
    assert len(told) == 20
