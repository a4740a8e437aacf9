"""Hints: each rule speaks where its problem was planted, and only there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sexp_runtime.monitor.calls import PartTime
from sexp_runtime.monitor.evidence import gather
from sexp_runtime.monitor.hints import Hint, PerformanceHints, costliest
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession
from support.planted import MISSION, SHARED, hints_of, lane, planted_hints
from support.small_missions import mission, ship


def test_each_planted_problem_is_found_where_it_is() -> None:
    (clock,) = hints_of("clock-polling")
    assert clock.owner == 'event "polls the clock"'
    assert clock.rewritten == "( when ( has-time-elapsed 25 ) ( do-nothing ) )"
    assert clock.safe
    assert (clock.line, clock.column, clock.part) == (19, 18, "( >= ( mission-time ) 25 )")
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
    assert often.part == "( modify-variable @a[0] ( mod ( + @a[0] 1 ) 10 ) )"
    assert {hint.part for hint in hints_of("chatty-fact")} == {"( > @a[0] 3 )", "( = @a[0] -1 )"}
    assert (never.part, constant.part, shared.part) == ("( false )", "( and ( true ) ( = @a[0] -1 ) )", SHARED)


def test_every_hint_on_a_formula_names_a_part_that_is_in_the_file() -> None:
    lines = MISSION.splitlines()
    for hint in planted_hints():
        assert hint.part and lines[hint.line - 1][hint.column - 1 :].startswith(hint.part), hint


def test_the_costliest_formula_is_named_first_with_its_costly_part() -> None:
    quiet = mission([('( when ( < ( hits-left "Barge" ) 20 ) ( do-nothing ) )', "Only")], ships=[ship("Barge")])
    for text in (quiet, MISSION):
        session = MissionSession.load(text, monitor=Mode.FULL, freeze_gc=False)
        for frame in range(300):
            if text == quiet:
                session.world.change_ship(session.world.ships["barge"], "hull", 300.0 - frame)
            session.step_us(16_667)
        found = PerformanceHints().analyze(session)
        session.close()
        (first,) = [hint for hint in found if hint.kind == "costliest"]
        assert found[0] is first and not first.rewritten and first.part.startswith("( ")
        assert re.search(
            r"the costliest formula: \d+% of the time of all, [\d,]+ evaluations of [\d.]+ us", first.message
        )
        if text == quiet:
            assert first.owner == 'event "Only"' and {hint.kind for hint in found} == {"costliest", "chatty-fact"}


def test_the_costly_part_is_the_smallest_with_most_of_the_time() -> None:
    session = MissionSession.load(MISSION, monitor=Mode.FULL, freeze_gc=False)
    evidence = gather(session)
    session.close()
    writes = next(one for one in evidence.formulas if one.expression.owner == 'event "writes a"')
    root = writes.expression.root
    places = {node.operator: (node.line, node.column) for node in root.walk() if node.operator}
    nanoseconds = {"every-time": 1000, "true": 10, "modify-variable": 900, "mod": 700, "+": 400}
    writes.parts = {places[name]: PartTime(10, spent, 0) for name, spent in nanoseconds.items()}
    writes.evaluations, writes.total_us, writes.causes = 10, 1.0, {"unsettled": 9}
    (hint,) = costliest(replace(evidence, formulas=[writes]))
    assert hint.part == "( mod ( + @a[0] 1 ) 10 )" and "this part takes 70% of its time" in hint.message
    assert "9 of them because of unsettled" in hint.message and "interval" in hint.change
    writes.parts = {place: PartTime(10, 0, 0) for place in places.values()}  # quicker than the clock's resolution
    (hint,) = costliest(replace(evidence, formulas=[writes]))
    assert hint.part.startswith("( every-time") and "this part" not in hint.message


def measured(text: str, seconds: int = 20) -> tuple[float, list[Hint]]:
    """Return evaluations per second of a simulated run of a mission, and its hints."""
    session = MissionSession.load(text, seed=1, scenario=True, monitor=Mode.FULL, freeze_gc=False)
    for _ in range(seconds * 60):
        session.step_us(16_667)
    found = PerformanceHints().analyze(session)
    evaluations = session.counters()["evaluations"]
    session.close()
    return evaluations / seconds, found


TICK = ("( every-time ( true ) ( modify-variable @a[0] ( mod ( + @a[0] 1 ) 10 ) ) )", "writes")
SELDOM = (
    "( when ( true ) ( modify-variable @a[0] ( mod ( + @a[0] 1 ) 10 ) ) )",
    "writes\n+Repeat Count: -1\n+Interval: 5",
)
READS = ("( when ( = @a[0] -1 ) ( do-nothing ) )", "reads")
TIMES = "( is-true-for-duration 90000 ( > ( rand-multiple 1 9 ) 1 ) )"
REMEMBERS = (f'( when ( and ( > ( hits-left "Heron" ) 200 ) {TIMES} ) ( do-nothing ) )', "remembers")
AFTER_GATE = (f"( when {TIMES} ( do-nothing ) )", "remembers\n+Chained: 0")
GATE = ('( when ( > ( hits-left "Heron" ) 200 ) ( do-nothing ) )', "gate")
LONG = "( and ( > @a[0] 3 ) ( < @a[0] 9 ) ( = @b[0] 100 ) )"
SAME = [(f"( when {LONG} ( do-nothing ) )", f"same {number}") for number in range(3)]
ASKS = [SAME[0], *(('( when ( is-event-true-delay "same 0" 0 ) ( do-nothing ) )', f"asks {at}") for at in range(2))]
CLOCK = ("( when ( >= ( mission-time ) 90 ) ( do-nothing ) )", "clock")
WAITS = ("( when ( has-time-elapsed 90 ) ( do-nothing ) )", "clock")


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("every-time", [TICK], [SELDOM]),
        ("chatty-fact", [TICK, READS], [SELDOM, READS]),
        ("never-at-rest", [REMEMBERS], [GATE, AFTER_GATE]),
        ("repeated-expression", [TICK, *SAME], [TICK, *ASKS]),
        ("clock-polling", [CLOCK], [WAITS]),
    ],
)
def test_what_a_hint_promises_is_what_following_it_gains(
    kind: str, before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    variables = ['\t0\t"a"\t"0"\t"number"', '\t1\t"b"\t"0"\t"number"']
    spent, hints = measured(mission(before, variables=variables))
    left, _ = measured(mission(after, variables=variables))
    promised = [hint.saving for hint in hints if hint.kind == kind]
    assert promised, [hint.kind for hint in hints]
    assert 0.75 * promised[0] <= spent - left, (spent, left, promised)


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
