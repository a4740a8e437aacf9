"""The law as a check: a mission is played on several engines, and everything is compared after each frame."""

from __future__ import annotations

import random as std_random
from types import SimpleNamespace
from typing import Any
from unittest import mock

from sexp_runtime.events import passes
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.formulas import compiling
from sexp_runtime.loops import plain
from sexp_runtime.rules.formula import interpreted
from sexp_runtime.rules.manager import MissionEventManager
from sexp_runtime.rules.naive import NaiveEventManager
from sexp_runtime.rules.trace import compare, snapshot
from support.random_missions import MissionPlan, apply, build_context, build_world, parse


def build(plan: MissionPlan, engine: str) -> tuple[MissionEventManager, list[Any]]:
    """Return an event manager of the mission, and the list its actions go to."""
    world = build_world(plan)
    actions: list[Any] = []
    context = build_context(plan, world, actions)
    for event, made in zip(world.events, plan.events, strict=True):
        event.definition = SimpleNamespace(formula=parse(made.formula, plan.dialect, f'event "{event.name}"'))
    for goal, text in zip(world.goals, plan.goals, strict=True):
        goal.definition = SimpleNamespace(formula=parse(text, plan.dialect, f'goal "{goal.name}"'))
    if engine in ("cached", "evicted", "pre_evaluated"):
        # Every other mission is pre-evaluated and then scanned by the loops in Python.
        scan = plain.Scan if engine == "pre_evaluated" and plan.seed % 2 else passes.Scan
        with mock.patch.object(passes, "Scan", scan):
            manager = CachedEventManager(world, context, training=plan.training)
        if engine == "pre_evaluated":
            manager.pre_evaluate()
        return manager, actions
    if engine == "checked":
        return CachedEventManager(world, context, verify_every=7, training=plan.training), actions
    if engine == "visited":
        return CachedEventManager(world, context, on_request=lambda kind, index: None, training=plan.training), actions
    make = compiling(context) if engine == "compiled" else interpreted
    return NaiveEventManager(world, context, make, training=plan.training), actions


def evict(manager: MissionEventManager, random: std_random.Random) -> None:
    """Drop cached values at random."""
    assert isinstance(manager, CachedEventManager)
    for row in (manager.events, manager.goals):
        for index in range(len(row.table)):
            if row.table.facts[index] is not None and random.randrange(3) == 0:
                row.table.touch(index)


def check_mission(
    plan: MissionPlan, engines: tuple[str, ...] = ("interpreted", "compiled", "cached", "pre_evaluated")
) -> int:
    """Run a mission in several engines and compare everything after each frame; return how many evaluations failed.

    Formulas become hot at once, soon, or as soon as usual.
    """
    with mock.patch.object(passes, "HOT_AFTER_US", (0, 40_000, passes.HOT_AFTER_US)[plan.seed % 3]):
        return _check_mission(plan, engines)


def _check_mission(plan: MissionPlan, engines: tuple[str, ...]) -> int:
    sides = [build(plan, engine) for engine in engines]
    draw = std_random.Random(plan.seed)
    for number, steps in enumerate(plan.frames):
        seen = []
        for engine, (manager, actions) in zip(engines, sides, strict=True):
            for step in steps:
                apply(manager.world, step)
            if engine == "evicted":
                evict(manager, draw)
            manager.frame()
            if isinstance(manager, CachedEventManager):
                manager.check_valid()
            seen.append(snapshot(manager, actions))
        for engine, other in zip(engines[1:], seen[1:], strict=True):
            differences = compare(seen[0], other, sides[0][0])
            assert not differences, f"{engine}, frame {number}: {differences[:3]}\n{plan.describe()}"
    for engine, (manager, _) in zip(engines, sides, strict=True):
        counters = manager.counters
        if engine in ("cached", "visited", "evicted", "pre_evaluated"):
            assert 0 <= counters.evaluations <= counters.requests, engine
        if engine == "checked":
            assert isinstance(manager, CachedEventManager)
            assert counters.stale_results == 0, (manager.stale, plan.describe())
    return sides[0][0].counters.errors
