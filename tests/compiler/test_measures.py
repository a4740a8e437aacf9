"""Distances that formulas have in common: measured once, followed wherever they change, let go with the formulas."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from events.random_missions import MissionPlan, build_context, build_world, parse
from sexp_runtime import kernel
from sexp_runtime.cache.slots import TimerQueue
from sexp_runtime.events.cached_formulas import CachedFormulas
from sexp_runtime.operators import motion
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.places import Spot
from sexp_runtime.world.world import World


@pytest.fixture(autouse=True)
def without_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have formulas evaluated as where nothing is compiled: the kernel evaluates what moves at every move."""
    monkeypatch.setattr(kernel, "LANGUAGE", "python")


POSITION = ("ship", "red", "position")


@pytest.fixture
def world() -> World:
    """A world in which "Red" and "Wolf 1" are there, 300 metres apart, and nothing bounds the speed of "Red"."""
    world = build_world(MissionPlan())
    world.set_ship(world.ships["red"], "speed_bound", None)
    return world


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every distance that was measured."""
    found: list[float] = []
    measure = motion._shown_distance

    def measuring(ctx: EvaluationContext, a: Spot, b: Spot) -> float:
        found.append(measure(ctx, a, b))
        return found[-1]

    monkeypatch.setattr(motion, "_shown_distance", measuring)
    return found


def formulas(world: World, texts: Sequence[str]) -> CachedFormulas:
    """Return cached formulas of some texts."""
    plan = MissionPlan()
    context = build_context(plan, world, [])
    expressions = [parse(text, context.dialect) for text in texts]
    return CachedFormulas(context, TimerQueue(world.facts), expressions, [f"F{n}" for n in range(len(texts))])


def values(row: CachedFormulas) -> list[int]:
    """Return all values as they are in the next frame."""
    clock = row.ctx.world.clock
    clock.advance_to(clock.us + 16_667)
    row.timers.expire(clock.us)
    return [row.value(index) for index in range(len(row.formulas))]


def nearer_than(*limits: int, other: str = "Wolf 1") -> list[str]:
    """Return one comparison for each limit in metres."""
    return [f'( < ( distance "Red" "{other}" ) {limit} )' for limit in limits]


def test_a_distance_is_measured_once_for_all_formulas_until_something_moves(
    world: World, measured: list[float]
) -> None:
    row = formulas(world, nearer_than(200, 400, 600))
    assert values(row) == [0, 1, 1]
    assert len(measured) == 1
    world.move_ship(world.ships["red"], (-200.0, 0.0, 0.0))
    assert values(row) == [0, 0, 1]
    assert len(measured) == 2
    world.move_ship(world.ships["green"], (7.0, 7.0, 7.0))
    before = row.evaluations
    assert values(row) == [0, 0, 1]
    assert row.evaluations == before  # they wait for positions that did not change
    assert len(measured) == 2


def test_a_formula_that_reads_a_distance_twice_has_it_in_common_with_itself(
    world: World, measured: list[float]
) -> None:
    row = formulas(world, [f"( and {' '.join(nearer_than(400, 500))} )"])
    assert values(row) == [1]
    assert len(measured) == 1


def test_one_formula_alone_waits_for_no_position(world: World, measured: list[float]) -> None:
    world.set_ship(world.ships["red"], "speed_bound", 10.0)
    row = formulas(world, nearer_than(400))
    assert values(row) == [1]
    assert POSITION not in world.facts.readers
    row.forget(0)
    assert values(row) == [1]
    assert len(measured) == 2


def test_formulas_that_retire_let_go_of_what_they_had_in_common(world: World, measured: list[float]) -> None:
    world.set_ship(world.ships["red"], "speed_bound", 10.0)
    row = formulas(world, nearer_than(200, 400))
    assert values(row) == [0, 1]
    assert POSITION in world.facts.readers
    row.release(0)
    assert POSITION not in world.facts.readers
    world.move_ship(world.ships["red"], (150.0, 0.0, 0.0), jump=True)
    row.revive(0)
    assert values(row) == [1, 1]
    assert POSITION in world.facts.readers
    row.close()
    assert not world.facts.readers


def test_another_formula_in_the_slot_has_other_things_in_common(world: World, measured: list[float]) -> None:
    row = formulas(world, nearer_than(200, 400))
    assert values(row) == [0, 1]
    row.replace(0, parse(nearer_than(400, other="Path:1")[0], row.ctx.dialect))
    world.move_ship(world.ships["red"], (290.0, 40.0, 0.0))
    assert values(row) == [1, 1]
    row.close()
    assert not world.facts.readers


def test_a_ship_that_did_not_exist_is_followed_from_the_moment_it_does(world: World) -> None:
    row = formulas(world, nearer_than(200, 400, other="Late"))
    assert values(row) == [0, 0]
    late = world.add_ship("Late")
    world.arrive(late, (300.0, 0.0, 0.0))
    assert values(row) == [0, 1]
    world.move_ship(late, (100.0, 0.0, 0.0), jump=True)
    assert values(row) == [1, 1]


def test_the_self_check_measures_again(world: World, measured: list[float]) -> None:
    row = formulas(world, nearer_than(200, 400))
    assert values(row) == [0, 1]
    world.ships["red"].position = (290.0, 0.0, 0.0)  # told to nobody
    assert values(row) == [0, 1]
    row.forget(0)
    assert values(row) == [1, 1]
    assert len(measured) == 2


def test_an_error_leaves_nothing_to_be_used_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = formulas(world, nearer_than(200, 400))
    with monkeypatch.context() as broken:
        broken.setattr(motion, "_shown_distance", lambda ctx, a, b: 1 / 0)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                row.value(0)
    assert values(row) == [0, 1]
