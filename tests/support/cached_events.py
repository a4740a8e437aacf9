"""Small sets of events on the cached engine, and how often each was evaluated."""

from __future__ import annotations

from typing import Any

from sexp_runtime.events.cached import CachedEventManager
from support.equivalence import build
from support.random_missions import EventPlan, MissionPlan

DEFAULTS = {"repeat": 1, "trigger": 1, "uses_trigger": False, "interval_ms": 1000, "chain_delay_ms": -1}


def make(*events: Any, goals: tuple[str, ...] = (), engine: str = "cached") -> tuple[CachedEventManager, list[Any]]:
    """Return a cached manager of events given as texts, or as pairs of text and fields; and its action log."""
    plan = MissionPlan(goals=list(goals))
    for event in events:
        text, fields = (event, {}) if isinstance(event, str) else event
        plan.events.append(EventPlan(text, {**DEFAULTS, **fields}))
    manager, actions = build(plan, engine)
    return manager, actions  # type: ignore[return-value]


def run(manager: Any, seconds: float, fps: int = 10) -> None:
    """Make frames up to a moment."""
    world = manager.world
    while world.clock.us < seconds * 1e6:
        world.clock.advance_to(world.clock.us + 1_000_000 // fps)
        manager.frame()


def evaluations_of(manager: CachedEventManager, frames: int = 1) -> int:
    """Return how many formulas are evaluated in the next frames, with time standing still."""
    before = manager.counters.evaluations
    for _ in range(frames):
        manager.frame()
    return manager.counters.evaluations - before
