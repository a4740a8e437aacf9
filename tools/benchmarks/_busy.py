"""Missions in which everything changes in every frame: what the cached engine costs where nothing can be saved."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from _synthetic import MOVING, condition, parse, world_with_ships, world_with_variables
from _timing import by_turns

from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.cached_cues import CachedCueManager
from sexp_runtime.events.formulas import compiling
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.cues import CueManager
from sexp_runtime.rules.naive import NaiveEventManager
from sexp_runtime.world.world import World

#: What formulas read, by what changes it. Each is false, and each of its evaluations might be the one that is not.
FORMULAS: dict[str, Callable[[int], str]] = {
    "variables": condition,
    "hull": lambda number: f'( < ( hits-left "Ship {number % MOVING}" ) {-1 - number % 50} )',
    "distance": lambda number: f'( < ( distance "Ship {number % MOVING}" "Ship {_other(number)}" ) {-1 - number % 9} )',
    "clock": lambda number: f"( > ( mission-time-msecs ) {2_000_000_000 + number} )",
    "draw": lambda number: f"( < ( rand-multiple 1 10 ) {-number} )",
}
#: Whole formulas of events: with candidates, and with actions that run in every frame.
FORMS: dict[str, Callable[[int], str]] = {
    "candidates": lambda number: (
        f'( when-argument ( any-of "Ship {number % MOVING}" "Ship {_other(number)}" ) '
        '( < ( hits-left "<argument>" ) -1 ) ( do-nothing ) )'
    ),
    "acting": lambda number: f'( every-time ( > ( hits-left "Ship {number % MOVING}" ) -1 ) ( do-nothing ) )',
}
#: Whose formulas they are: events that wait to come true, events that repeat in every frame, goals, departures.
KINDS = ("event", "repeating", "goal", "cue")
#: Frames before the clock starts, half a second: what is evaluated in all of them is known to be so.
WARM_UP = 30


def _other(number: int) -> int:
    return (number + 1 + number // MOVING) % MOVING


def busy(count: int, rounds: int = 48, frames: int = 5) -> dict[str, dict[str, float]]:
    """Microseconds of a frame with so many formulas of one kind, by kind and what they read, for both engines.

    The changes themselves are not counted, marking their readers is. The averages are means of four seconds of mission
    time: the frames in which the engine looks whether anything could rest are in them. Raises RuntimeError if one of
    the engines has not evaluated all formulas in every frame.
    """
    found: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        for name, text in (FORMULAS | FORMS if kind in ("event", "repeating") else FORMULAS).items():
            (cached, one), (naive, other) = (_mission(kind, count, text, cached=cached) for cached in (True, False))
            idle = _changes(_world())
            for work in (cached, naive):
                for _ in range(WARM_UP):
                    work()
            before = [engine.counters.evaluations for engine in (one, other)]
            cached_us, naive_us, changes_us = by_turns(
                (cached, frames), (naive, frames), (idle, frames), rounds=rounds, average=statistics.fmean
            )
            for engine, evaluations in zip((one, other), before, strict=True):
                if engine.counters.evaluations - evaluations != count * rounds * frames:
                    raise RuntimeError(f"{kind}, {name}: {engine.counters}")
            found[f"{kind}, {name}"] = {"cached_us": cached_us - changes_us, "naive_us": naive_us - changes_us}
    return found


def _world() -> World:
    return world_with_ships(world_with_variables())


def _changes(world: World) -> Callable[[], None]:
    """Return what lets a sixtieth of a second pass and changes all that formulas read."""
    ships, variables = list(world.ships.values()), world.variables
    tick = 0

    def change() -> None:
        nonlocal tick
        tick += 1
        world.clock.advance_to(world.clock.us + 16_667)
        for ship in ships:
            world.set_ship(ship, "hull", 50.0 + tick % 40)
            world.move_ship(ship, (ship.position[0], float(tick), 0.0))
        for index in range(len(variables)):
            variables.set_number(index, tick % 90 + 1)

    return change


def _mission(kind: str, count: int, text: Callable[[int], str], *, cached: bool) -> tuple[Callable[[], None], Any]:
    """Return what makes a frame of so many formulas of one kind, with all that they read changed; and the engine."""
    world = _world()
    context = EvaluationContext(world)
    for number in range(count):
        formula = text(number)
        if kind == "goal":
            world.add_goal(f"goal {number}").definition = SimpleNamespace(formula=parse(formula))
        elif kind == "cue":
            ship = world.add_ship(f"Leaving {number}")
            ship.departure = SimpleNamespace(cue=parse(formula), delay=0, location="hyperspace")
            world.arrive(ship, initial=True)
        else:
            whole = formula if formula.startswith(("( when", "( every")) else f"( when {formula} ( do-nothing ) )"
            event = world.add_event(f"event {number}", repeat=-1, interval_ms=0)
            event.definition = SimpleNamespace(formula=parse(whole))
    engine = _engine(kind, world, context, cached=cached)
    if kind == "repeating":
        for event in world.events:  # has come true once
            event.timestamp = 1
            world.touch_event(event.index)
    change = _changes(world)

    def work() -> None:
        change()
        engine.frame()

    return work, engine


def _engine(kind: str, world: World, context: EvaluationContext, *, cached: bool) -> Any:
    if kind != "cue":
        return CachedEventManager(world, context) if cached else NaiveEventManager(world, context, compiling(context))
    make = compiling(context)
    cues = (
        CachedCueManager(world, None, context)
        if cached
        else CueManager(world, None, context, lambda expression: make(expression, context, ""))
    )
    cues.load()
    return cues
