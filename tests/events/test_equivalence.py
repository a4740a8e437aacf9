"""The law: naive-interpreted, naive-compiled and cached engines agree in every frame of random missions."""

from __future__ import annotations

import os
import random as std_random
import time
from functools import partial
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sexp_runtime import kernel
from sexp_runtime.world.quotas import Quotas
from sexp_runtime.world.world import World
from support import random_missions
from support.equivalence import build, check_mission
from support.fuzzing import examples, in_fast
from support.random_missions import random_mission


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_the_compiled_engine_has_programs_and_the_interpreted_one_none() -> None:
    plan = random_mission(std_random.Random(1))
    programs = {
        engine: sum(getattr(formula, "program", None) is not None for formula in build(plan, engine)[0].event_formulas)
        for engine in ("interpreted", "compiled")
    }
    assert programs["interpreted"] == 0 < programs["compiled"]


@settings(max_examples=examples(200), suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.booleans())
def test_random_missions_found_by_hypothesis(random: std_random.Random, wcs: bool) -> None:
    check_mission(random_mission(random, events=4, frames=8, wcs=wcs))


@pytest.mark.parametrize("part", range(4))
def test_random_missions(part: int) -> None:
    for seed in range(part * 400, part * 400 + in_fast(200)):
        check_mission(random_mission(std_random.Random(seed), wcs=seed % 5 == 0))


def test_self_check_eviction_and_visiting_every_slot_change_nothing() -> None:
    for seed in range(10_000, 10_000 + in_fast(200)):
        check_mission(random_mission(std_random.Random(seed)), ("interpreted", "checked", "visited", "evicted"))


def test_missions_that_draw_much() -> None:
    for seed in range(20_000, 20_000 + in_fast(300)):
        check_mission(
            random_mission(std_random.Random(seed), wcs=seed % 5 == 0, drawing=True),
            ("interpreted", "cached", "checked", "visited", "evicted", "pre_evaluated"),
        )


@pytest.mark.timeout(0)
@pytest.mark.skipif(os.environ.get("SEXP_FUZZ") != "long", reason="set SEXP_FUZZ=long for 100,000 missions")
@pytest.mark.parametrize("part", range(1, 5))
def test_random_missions_long(part: int) -> None:
    first = int(os.environ.get("SEXP_SEED") or time.time_ns() % 1_000_000_000) + part * 25_000
    print(f"SEXP_SEED={first - part * 25_000}", flush=True)
    for number, seed in enumerate(range(first, first + 25_000), 1):
        if number % 1000 == 0:
            print(f"part {part}: {number:,} missions", flush=True)
        check_mission(random_mission(std_random.Random(seed), wcs=seed % 5 == 0, drawing=seed % 4 == 3))


@pytest.mark.parametrize("steps", [3, 20, 90])
def test_missions_whose_evaluations_exceed_their_budget(steps: int) -> None:
    ended = 0
    with mock.patch.object(random_missions, "World", partial(World, quotas=Quotas(steps=steps))):
        for seed in range(30_000 + steps, 30_000 + steps + in_fast(200)):
            plan = random_mission(std_random.Random(seed), wcs=seed % 5 == 0, drawing=seed % 4 == 3)
            ended += check_mission(
                plan, ("interpreted", "compiled", "cached", "checked", "visited", "evicted", "pre_evaluated")
            )
    assert ended > 20
