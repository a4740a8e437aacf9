"""What is evaluated while a mission loads is not evaluated in its first frame, and nothing ever comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sexp_runtime.events.answers import CAUSE_FACT, CAUSE_FIRST
from sexp_runtime.mission.model import Mission, VariableDef
from sexp_runtime.session import MissionSession
from sexp_runtime.session_settings import SessionSettings
from sexp_runtime.values import FALSE, TRUE, UNKNOWN
from sexp_runtime.world.world import World
from support.cached_events import DEFAULTS, evaluations_of, make, run
from support.cue_missions import GO, LEAVE, ship
from support.equivalence import check_mission
from support.random_missions import EventPlan, MissionPlan


def first_frame(manager: Any) -> int:
    """Make the first frame, and return how many formulas it evaluates."""
    before = manager.counters.evaluations
    run(manager, 0.1)
    return int(manager.counters.evaluations - before)


def destroy_red(world: World) -> None:
    world.self_destruct(world.ships["red"])
    world.finish_death(world.ships["red"])


def bring_blue(world: World) -> None:
    world.arrive(world.ships["blue"])


@pytest.mark.parametrize(
    "text",
    [
        "( when ( = @a[0] 7 ) ( do-nothing ) )",
        '( when ( and ( = @a[0] 7 ) ( is-destroyed-delay 0 "Red" ) ) ( do-nothing ) )',
        '( when ( > ( distance "Wolf 1" "Red" ) 90000 ) ( do-nothing ) )',
        "( every-time ( = @a[0] 7 ) ( do-nothing ) )",
        '( every-time-argument ( any-of "Red" "Wolf 1" ) ( is-destroyed-delay 0 "<argument>" ) ( do-nothing ) )',
    ],
)
def test_what_is_false_before_the_first_frame_is_not_evaluated_in_it(text: str) -> None:
    plain, _ = make(text)
    assert first_frame(plain) == 1
    manager, actions = make(text)
    manager.pre_evaluate()
    assert manager.counters.pre_evaluations == 1
    assert manager.counters.requests == manager.counters.evaluations == 0
    assert first_frame(manager) == 0
    assert manager.counters.requests == manager.counters.hits == 1
    assert manager.events.cause_of(0) == CAUSE_FIRST and manager.events.table.evaluated_us[0] == 0
    manager.world.variables.set_number(0, 7)
    destroy_red(manager.world)
    run(manager, 0.3)
    assert bool(actions) is ("( distance" not in text)


@pytest.mark.parametrize(
    "text",
    [
        "( when ( true ) ( modify-variable @a[0] 5 ) )",
        "( when ( has-time-elapsed 0 ) ( when ( true ) ( modify-variable @a[0] 5 ) ) )",
        "( every-time ( true ) ( modify-variable @a[0] 5 ) )",
        '( every-time-argument ( any-of "Red" "Wolf 1" ) ( true ) ( modify-variable @a[0] 5 ) )',
        '( when-argument ( any-of "Red" "Wolf 1" ) ( true ) ( modify-variable @a[0] 5 ) )',
        "( cond ( ( true ) ( modify-variable @a[0] 5 ) ) )",
    ],
)
def test_actions_wait_for_the_first_frame(text: str) -> None:
    manager, actions = make(text)
    manager.pre_evaluate()
    assert manager.world.variables.numbers[0] != 5
    assert actions == [] and manager.counters.pre_evaluations == 0 and manager.context.effects == 0
    assert manager.context.candidate is None and manager.context.applicable == []
    run(manager, 0.1)
    assert manager.world.variables.numbers[0] == 5


def test_draws_wait_for_the_first_frame() -> None:
    manager, _ = make(
        "( when ( = ( rand-multiple 1 6 ) 7 ) ( do-nothing ) )", "( when ( = ( rand 1 6 ) 7 ) ( do-nothing ) )"
    )
    manager.pre_evaluate()
    assert manager.world.rng.draws == manager.counters.pre_evaluations == 0
    run(manager, 0.1)
    assert manager.world.rng.draws == 2


def remembered(manager: Any) -> list[tuple[object, ...]]:
    """Return what all nodes of all formulas remember; ordinary statuses make no difference to anybody.

    As what a candidate was read, a program remembers by itself until an action asks for it.
    """
    for formula in manager.events.formulas:
        if formula.program is not None:
            formula.program.to_nodes()
    return [
        (
            UNKNOWN if node.status in (TRUE, FALSE) else node.status,
            node.lookup,
            node.looked_up,
            node.cache[0] if node.cache and formula.program is None else None,
        )
        for formula in manager.events.formulas
        for node in formula.walk()
    ]


LEAVES_SOMETHING = [
    '( when ( >= ( distance "Blue" "Red" ) 1 ) ( do-nothing ) )',  # no number: Blue is not there yet
    '( when-argument ( any-of "Red" "Wolf 1" ) ( is-destroyed-delay 0 "<argument>" ) ( modify-variable @a[0] 5 ) )',
    '( when-argument ( every-of "Red" "Blue" ) ( > ( distance "<argument>" "Wolf 1" ) 90000 ) ( do-nothing ) )',
    # Read as a number as long as "Red" is there, which then is no ship any more (D7).
    '( when-argument ( any-of "Red" "Wolf 1" ) '
    '( or ( and ( not ( is-destroyed-delay 0 "Red" ) ) ( = ( + "<argument>" 0 ) 3 ) ) '
    '( is-destroyed-delay 0 "<argument>" ) ) ( modify-variable @a[0] 5 ) )',
]


@pytest.mark.parametrize("text", LEAVES_SOMETHING)
def test_a_pre_evaluation_leaves_on_the_nodes_what_the_first_frames_would(text: str) -> None:
    plain, _ = make(text)
    pre_evaluated, _ = make(text)
    pre_evaluated.pre_evaluate()
    assert pre_evaluated.counters.pre_evaluations == 1
    for time in (0.1, 0.2, 0.3):
        run(plain, time)
        run(pre_evaluated, time)
        assert remembered(pre_evaluated) == remembered(plain)
        assert pre_evaluated.counters.requests == plain.counters.requests
    assert pre_evaluated.counters.evaluations == 0 and plain.counters.evaluations > 0


@pytest.mark.parametrize("text", LEAVES_SOMETHING)
@pytest.mark.parametrize("change", [destroy_red, bring_blue])
@pytest.mark.parametrize("frame", [0, 1, 2])
def test_what_a_pre_evaluation_left_is_taken_back_for_an_evaluation_in_the_first_frame(
    text: str, change: Callable[[World], None], frame: int
) -> None:
    plain, actions = make(text)
    pre_evaluated, same = make(text)
    pre_evaluated.pre_evaluate()
    for number in range(4):
        for manager in (plain, pre_evaluated):
            if number == frame:
                change(manager.world)
            run(manager, 0.1 * (number + 1))
        assert remembered(pre_evaluated) == remembered(plain), number
        assert actions == same and pre_evaluated.counters.requests == plain.counters.requests


def test_a_pre_evaluation_without_result_leaves_nothing() -> None:
    manager, _ = make(
        '( when-argument ( any-of "Red" "Wolf 1" ) ( >= ( distance "<argument>" "Wolf 1" ) 0 ) ( do-nothing ) )',
        '( when ( not ( >= ( distance "Blue" "Red" ) 1 ) ) ( do-nothing ) )',
        "( false )",
    )
    before = remembered(manager)
    manager.pre_evaluate()
    assert manager.counters.pre_evaluations == 0
    assert remembered(manager)[:-1] == before[:-1]  # the last is the node that all formulas share
    assert first_frame(manager) == 3
    assert manager.world.events[2].done  # known false from its turn on, not before


def test_a_check_in_the_first_frame_finds_what_was_pre_evaluated() -> None:
    manager, _ = make(*LEAVES_SOMETHING)
    manager.self_check.every = 1
    manager.pre_evaluate()
    run(manager, 0.1)
    run(manager, 0.2)
    assert manager.counters.stale_results == 0 and manager.counters.evaluations > 0


def test_what_changes_before_the_first_frame_is_seen_in_it() -> None:
    manager, actions = make("( when ( = @a[0] 7 ) ( do-nothing ) )", "( when ( has-time-elapsed 1 ) ( do-nothing ) )")
    manager.pre_evaluate()
    assert manager.counters.pre_evaluations == 2
    manager.world.variables.set_number(0, 7)
    assert first_frame(manager) == 1
    assert manager.events.cause_of(0) == CAUSE_FACT and len(actions) == 1
    run(manager, 0.9)
    assert len(actions) == 1
    run(manager, 1.2)
    assert len(actions) == 2
    assert evaluations_of(manager) == 0


def test_a_chained_event_is_known_to_wait() -> None:
    chained = {**DEFAULTS, "chain_delay_ms": 0}
    manager, actions = make("( when ( = @a[0] 7 ) ( do-nothing ) )", ("( when ( true ) ( do-nothing ) )", chained))
    manager.pre_evaluate()
    assert manager.world.events[1].bypassed and not manager.events.table.wake.flags[1]
    assert first_frame(manager) == 0 and manager.counters.requests == 1
    manager.world.variables.set_number(0, 7)
    run(manager, 0.5)
    assert len(actions) == 2


def play(engine: str, *, leave_at_once: bool = False) -> MissionSession:
    mission = Mission(ships=[ship("A", departure=LEAVE), ship("B", GO), ship("C", departure="( true )"), ship("D")])
    mission.variables = [VariableDef(0, "Go", "0"), VariableDef(1, "Leave", "0")]
    session = MissionSession(mission, SessionSettings(engine=engine, freeze_gc=False))
    if leave_at_once:
        session.world.variables.set_number(1, 1)
    return session


def test_cues_known_to_be_false_rest_from_the_start() -> None:
    cached, naive = play("cached"), play("naive")
    before = cached.cues.counters.evaluations
    for number in range(3):
        for session in (cached, naive):
            session.step(0.1)
        assert cached.cues.counters.evaluations - before == 1, number  # C leaves
        assert cached.counters()["requests"] == naive.counters()["requests"]
    assert [one.status for one in cached.world.ships.values()] == [one.status for one in naive.world.ships.values()]


def test_a_cue_that_comes_true_before_the_first_frame_is_seen_in_it() -> None:
    for engine in ("cached", "naive"):
        session = play(engine, leave_at_once=True)
        assert session.world.ships["a"].status.value == "present"
        session.step(0.1)
        assert session.world.ships["a"].status.value == "exited", engine


def test_what_a_formula_remembers_of_its_pre_evaluation_is_forgotten_with_it() -> None:
    condition = '( > ( + ( get-object-x "Red" ) 0 ) ( max ( get-object-z "Blue" ) ) )'
    plan = MissionPlan(events=[EventPlan(f"( when {condition} ( modify-variable @b[0] 1 ) )", DEFAULTS)])
    plan.frames = [[("time", 100_000)], [("time", 100_000)]]  # evaluated after all: the side that is a number moves
    plan.frames += [[("time", 100_000), ("arrive", "Blue", 0), ("move", "Red", 9000)], [("time", 100_000)]]
    check_mission(plan, ("interpreted", "cached", "pre_evaluated"))
