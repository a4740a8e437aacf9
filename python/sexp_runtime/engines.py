"""The engines by name: what evaluates a mission's events, goals and cues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sexp_runtime.events.cached_formulas import compiled
from sexp_runtime.rules.cues import CueManager
from sexp_runtime.rules.formula import interpreted
from sexp_runtime.rules.manager import MissionEventManager
from sexp_runtime.rules.naive import FormulaFactory, NaiveEventManager

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.ships import Ship
    from sexp_runtime.world.world import World

#: naive: interpreter, every formula on every pass, the oracle. compiled: the same passes over compiled formulas.
#: cached: compiled formulas, evaluated only where something changed.
ENGINES: Final = ("naive", "compiled", "cached")


@dataclass(slots=True)
class Engine:
    """What processes a mission: `cues` steps 2 and 3 of a frame, `events` the goal and event pass (F0)."""

    name: str
    events: MissionEventManager
    cues: CueManager


def make_engine(
    name: str,
    world: World,
    mission: Mission,
    context: EvaluationContext,
    *,
    leave: Callable[[Ship], None] | None = None,
    seed: int = 1,
    verify_every: int = 0,
) -> Engine:
    """Return the engine of that name over a world; ValueError for a name that is not in ENGINES.

    `leave` is told of ships that are to depart (see CueManager); `verify_every` has the cached engine check one in so
    many of its cached answers, 0 for none.
    """
    training = mission.info.is_training
    if name == "cached":
        from sexp_runtime.events.cached import CachedEventManager
        from sexp_runtime.events.cached_cues import CachedCueManager

        cached_cues = CachedCueManager(world, mission, context, leave=leave, seed=seed)
        events = CachedEventManager(
            world, context, training=training, mission=mission.name, verify_every=verify_every
        )  # fmt: skip
        return Engine(name, events, cached_cues)
    if name not in ENGINES:
        raise ValueError(f"there is no engine {name!r}; there are {', '.join(ENGINES)}")
    make: FormulaFactory = interpreted if name == "naive" else compiled
    cues = CueManager(
        world, mission, context, lambda expression: make(expression, context, expression.owner), leave=leave, seed=seed
    )
    return Engine(name, NaiveEventManager(world, context, make, training=training), cues)
