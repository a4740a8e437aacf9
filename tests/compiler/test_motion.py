"""Comparisons of positions: judged again no later than the objects could have changed the outcome."""

from __future__ import annotations

import random as std_random
from typing import Any

import pytest

from sexp_runtime import kernel
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.syntax.dialect import Dialect
from support.equivalence import build, check_mission
from support.fuzzing import in_fast
from support.random_missions import EventPlan, Formulas, MissionPlan, apply, random_frame


@pytest.fixture(autouse=True, params=["interpreter", "kernel"])
def evaluated_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have formulas interpreted, as where nothing is compiled, and evaluated by programs of the kernel."""
    if request.param == "interpreter":
        monkeypatch.setattr(kernel, "LANGUAGE", "python")
    elif kernel.LANGUAGE != "c":
        pytest.skip("the kernel is not compiled")
    return str(request.param)


FIELDS = {"repeat": 1, "trigger": 1, "uses_trigger": False, "interval_ms": 1000, "chain_delay_ms": -1}


def mission(seed: int, *, hot: bool = False) -> MissionPlan:
    """Return a mission of nothing but comparisons of positions, in which ships fly, turn, jump, dock and speed up.

    A hot one has 60 frames a second for two and a half, in which mostly the ship moves that has no speed bound.
    """
    random = std_random.Random(seed)
    make = Formulas(random, wcs=seed % 2 == 1)
    plan = MissionPlan(seed=seed + 1, dialect=Dialect.WCS if make.wcs else Dialect.FSO)
    for _ in range(8):
        text = make.moving()
        while make.chance(40):  # operators of one kind in each other, too
            other = make.moving() if make.chance(50) else f"( = @b[0] {make.small()} )"
            parts = [text, other, make.moving()]
            make.r.shuffle(parts)
            text = f"( {make.pick(['and', 'and', 'or'])} {' '.join(parts)} )"
        if make.chance(20):
            text = f"( not {text} )"
        kind = make.pick(["when", "when", "every-time", "when-argument", "every-time-argument"])
        if kind.endswith("argument"):
            text = text.replace(f'"{make.pick(["Red", "Blue", "Wolf 1"])}"', '"<argument>"')
            kind += f' ( {make.pick(["any-of", "every-of", "random-multiple-of"])} "Red" "Blue" "Wolf 1" "Green" )'
        plan.events.append(EventPlan(f"( {kind} {text} ( modify-variable @a[0] ( + @a[0] 1 ) ) )", dict(FIELDS)))
    for number in range(150 if hot else 60):
        steps: list[tuple[Any, ...]] = [("time", 16_667 if hot else make.pick([16_667, 33_333, 50_000, 100_000]))]
        if hot and make.chance(90):
            steps.append(("move", "Blue", 100 + number * make.r.randrange(5)))
        if make.chance(4 if hot else 60):
            steps += [step for step in random_frame(make) if step[0] in ("turn", "bound", "dock", "move", "arrive")]
        if make.chance(5):
            steps.append((make.pick(["vanish", "depart"]), make.pick(["Blue", "Green", "Wolf 1", "Wolf 2"]), 0))
        if make.chance(30):
            steps.append(("number", 1, make.r.randrange(6)))
        if make.chance(30):
            steps.append(("turn", make.pick(["Red", "Blue", "Green", "Wolf 1"]), make.r.randrange(3), make.chance(50)))
        plan.frames.append(steps)
    plan.frames[0] += [("arrive", name, 0) for name in ("Blue", "Green", "Wolf 2") if make.chance(70)]
    return plan


@pytest.mark.parametrize("part", range(4))
def test_moving_ships_change_outcomes_at_the_right_frame(part: int) -> None:
    for seed in range(part * 40, part * 40 + in_fast(20)):
        check_mission(mission(seed), ("interpreted", "cached", "checked"))


@pytest.mark.parametrize("part", range(2))
def test_ships_without_bound_change_outcomes_at_the_right_frame(part: int) -> None:
    for seed in range(part * 20, part * 20 + in_fast(20)):
        check_mission(mission(seed, hot=True), ("interpreted", "cached", "checked", "evicted"))


def test_bounds_that_come_are_noticed_in_time(evaluated_by: str) -> None:
    plan = MissionPlan()
    plan.events.append(EventPlan('( when ( < ( distance "Red" "Path:1" ) 5 ) ( do-nothing ) )', dict(FIELDS)))
    manager, _ = build(plan, "cached")
    world = manager.world

    def evaluations(frames: int) -> int:
        before = manager.counters.evaluations
        for _ in range(frames):
            apply(world, ("time", 16_667))
            manager.frame()
        return manager.counters.evaluations - before

    apply(world, ("bound", "Red", None))
    evaluations(1)
    assert evaluations(100) == 0  # nothing moves
    red = world.ships["red"]
    x, y, z = red.position
    world.move_ship(red, (x + 1.0, y, z))
    assert evaluations(10) == 1
    apply(world, ("bound", "Red", 0.5))
    if evaluated_by == "kernel":  # the interpreter waits for each movement
        assert evaluations(60) <= 2


def test_a_turning_ship_at_rest_is_noticed() -> None:
    plan = MissionPlan()
    text = '( when ( < ( distance "Wolf 1" "Red" ) 288 ) ( modify-variable @a[0] 5 ) )'
    plan.events.append(EventPlan(text, dict(FIELDS)))
    plan.frames = [[("time", 100_000), ("bound", "Red", 0.0), ("bound", "Wolf 1", 0.0)], [("time", 100_000)]]
    plan.frames += [[("time", 100_000), ("turn", "Red", 0, turned)] for turned in (True, False, True)]
    plan.frames += [[("time", 100_000), ("turn", "Wolf 1", 0, turned)] for turned in (True, False, True)]
    check_mission(plan, ("interpreted", "cached"))


def test_a_ship_without_bound_that_is_moved_while_time_is_paused_is_noticed() -> None:
    plan = MissionPlan()
    for kind in ("when", "every-time"):
        text = f'( {kind} ( > ( distance "Blue" "Path:1" ) 5500 ) ( modify-variable @a[0] ( + @a[0] 1 ) ) )'
        plan.events.append(EventPlan(text, dict(FIELDS)))
    plan.frames = [[("time", 100_000), ("arrive", "Blue", 0), ("bound", "Blue", None)], [("time", 100_000)]]
    plan.frames += [[("time", 0), ("move", "Blue", place)] for place in (9000, 0, 9000, 0)]
    check_mission(plan, ("interpreted", "cached", "checked"))


@pytest.mark.parametrize("wcs", [False, True])
@pytest.mark.parametrize(
    "condition",
    [
        '( > ( get-object-x "Red" ) ( + ( distance "Blue" "Wolf 1" ) 40 ) )',  # 0 in each pass: nothing is remembered
        '( > ( - ( get-object-x "Red" ) ( get-object-x "Green" ) ) 60 )',  # in WCS what is no number counts as 0
        '( < ( + ( get-object-x "Red" ) 2147483600 ) 0 )',  # wraps on the way
        '( > ( get-object-x "Red" ) ( - ( get-object-x "Green" ) -60 ) )',
    ],
)
def test_what_is_no_number_does_not_stop_the_other_side(condition: str, wcs: bool) -> None:
    plan = MissionPlan(dialect=Dialect.WCS if wcs else Dialect.FSO)
    plan.events.append(EventPlan(f"( every-time {condition} ( modify-variable @a[0] ( + @a[0] 1 ) ) )", dict(FIELDS)))
    plan.events.append(EventPlan(f"( when {condition} ( modify-variable @b[0] ( + @b[0] 1 ) ) )", dict(FIELDS)))
    plan.frames = [[("time", 100_000), ("arrive", "Blue", 0), ("vanish", "Wolf 1", 0), ("turn", "Red", 0, True)]]
    plan.frames += [[("time", 100_000)] for _ in range(40)]
    check_mission(plan, ("interpreted", "cached"))


@pytest.mark.parametrize(
    ("condition", "idle", "watching"),
    [
        ('( and ( = @b[0] 1 ) ( < ( distance "Wolf 1" "Red" ) 288 ) )', 0, 1),
        ('( not ( or ( > ( distance "Wolf 1" "Red" ) 200 ) ( = @b[0] 0 ) ) )', 0, 1),
        # An outer operator of the same kind judges what moves in an inner one.
        ('( and ( = @b[0] 1 ) ( and ( < ( distance "Wolf 1" "Red" ) 288 ) ( < @c[0] 9 ) ) )', 0, 1),
        ('( and ( and ( < ( distance "Wolf 1" "Red" ) 288 ) ( < @c[0] 9 ) ) ( = @b[0] 1 ) )', 0, 1),
        (
            '( and ( and ( < @c[0] 9 ) ( and ( < ( distance "Wolf 1" "Red" ) 288 ) ( = @b[0] 1 ) ) ) ( < @c[0] 9 ) )',
            0,
            1,
        ),
        ('( not ( or ( = @b[0] 0 ) ( or ( > ( distance "Wolf 1" "Red" ) 200 ) ( > @c[0] 9 ) ) ) )', 0, 1),
    ],
)
def test_programs_wait_for_what_moves_only_while_it_decides(
    condition: str, idle: int, watching: int, evaluated_by: str
) -> None:
    plan = MissionPlan()
    plan.events.append(EventPlan(f"( when {condition} ( do-nothing ) )", dict(FIELDS)))
    manager, _ = build(plan, "cached")
    assert isinstance(manager, CachedEventManager)
    apply(manager.world, ("number", 1, idle))
    apply(manager.world, ("number", 2, 0))

    def evaluations() -> int:
        before = manager.counters.evaluations
        for place in range(310, 330):  # near where it flips, and with no bound: judged in every frame
            for step in (("time", 16_667), ("bound", "Wolf 1", None), ("move", "Wolf 1", place)):
                apply(manager.world, step)
            manager.frame()
        return manager.counters.evaluations - before

    evaluations()
    assert evaluations() == (0 if evaluated_by == "kernel" else 20)
    apply(manager.world, ("number", 1, watching))
    assert evaluations() == 20


@pytest.mark.parametrize(
    ("comparison", "dialect"),
    [
        ('( > ( - ( get-object-x "<argument>" ) ( get-object-x "Red" ) ) 500 )', Dialect.FSO),
        ('( > ( get-object-x "<argument>" ) ( + 500 ( get-object-x "Red" ) ) )', Dialect.WCS),
    ],
)
def test_candidates_wait_less_when_what_they_have_in_common_may_fly_faster(comparison: str, dialect: Dialect) -> None:
    formula = f'( every-time-argument ( any-of "Green" "Blue" ) {comparison} ( modify-variable @a[0] ( + @a[0] 1 ) ) )'
    plan = MissionPlan(events=[EventPlan(formula, {**FIELDS, "repeat": -1, "interval_ms": 0})], dialect=dialect)
    start = [("arrive", "Green", 0), ("arrive", "Blue", 0), ("bound", "Blue", 0.0), ("bound", "Red", 0.0)]
    plan.frames = [[("time", 100_000)] for _ in range(24)]
    plan.frames[0] += [*start, ("turn", "Red", 0, False)]
    plan.frames[4].append(("bound", "Red", 500.0))
    check_mission(plan)


@pytest.mark.parametrize(
    "root", ["when", "every-time", 'when-argument ( any-of "Green" )', 'every-time-argument ( any-of "Green" )']
)
def test_a_condition_among_the_actions_does_not_wait_as_long_as_that_of_the_formula(root: str) -> None:
    nested = '( when ( < ( get-object-x "Wolf 1" ) 150 ) ( modify-variable @b[0] ( + @b[0] 1 ) ) )'
    name = "<argument>" if "any-of" in root else "Green"
    formula = f'( {root} ( < ( distance-to-center "{name}" "Blue" ) 5000 ) {nested} )'
    plan = MissionPlan(events=[EventPlan(formula, {**FIELDS, "repeat": -1, "interval_ms": 0})])
    plan.frames = [[("time", 100_000)] for _ in range(20)]
    plan.frames[0] += [("arrive", "Green", 0), ("arrive", "Blue", 0), ("bound", "Blue", 0.0), ("bound", "Green", 0.0)]
    plan.frames[0] += [("bound", "Wolf 1", 200.0), ("turn", "Wolf 1", 0, False)]
    check_mission(plan)
