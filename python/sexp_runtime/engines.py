"""The engines by name; an engine evaluates a mission's events, goals and cues."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from sexp_runtime.events.answers import Answers
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.cached_cues import CachedCueManager
from sexp_runtime.events.explain import Explanation, FactTimes, explain
from sexp_runtime.events.formulas import compiling
from sexp_runtime.rules.cue import Cue, CueSeed
from sexp_runtime.rules.cues import CueManager
from sexp_runtime.rules.formula import interpreted
from sexp_runtime.rules.manager import MissionEventManager
from sexp_runtime.rules.naive import FormulaFactory, NaiveEventManager
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.mission_state import Kind

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.mission_changes import WorldChanges
    from sexp_runtime.world.ships import Ship
    from sexp_runtime.world.world import World

#: naive: interpreter, every formula on every pass, the oracle. compiled: the same passes over programs.
#: cached: programs, evaluated only where something changed.
ENGINES: Final = ("naive", "compiled", "cached")


@dataclass(slots=True)
class Engine:
    """Processes a mission: `cues` makes steps 2 and 3 of a frame, `events` the passes over goals and events (F0).

    `is_interpreting` says that every evaluation walks the nodes. `rows` are the slots of cached results, by kind of
    formula; empty for an engine that keeps none. `explain_slot` explains one by kind and name; None where there are
    none.
    """

    name: str
    events: MissionEventManager
    cues: CueManager
    is_interpreting: bool = False
    rows: Mapping[Kind, Answers] = field(default_factory=dict)
    explain_slot: Callable[[str, str | int, FactTimes | None], Explanation] | None = None

    @property
    def waits_for(self) -> dict[str, Sequence[Collection[FactKey] | None]]:
        """The facts that each formula waits for, by kind and index, kept up to date; empty without cached results."""
        return {kind: row.table.facts for kind, row in self.rows.items()}

    def slots(self) -> int:
        """Return how many formulas have a cached value now."""
        return sum(row.held() for row in self.rows.values())

    def explain(self, kind: str, name: str | int, times: FactTimes | None = None) -> Explanation:
        """Explain why an event, goal or cue has its value (see events.explain); RuntimeError without cached results."""
        if self.explain_slot is None:
            raise RuntimeError(f"the engine {self.name!r} keeps no results to explain")
        return self.explain_slot(kind, name, times)

    def close(self) -> None:
        """Remove what the engine has registered with the world."""
        self.events.close()
        self.cues.close()


def make_engine(
    name: str,
    world: World,
    mission: Mission,
    context: EvaluationContext,
    *,
    leave: Callable[[Ship], None] | None = None,
    seed: int = 1,
    verify_every: int = 0,
    seeds: Iterable[CueSeed] | None = None,
) -> Engine:
    """Return the engine of that name over a world; ValueError for a name that is not in ENGINES.

    `leave` gets each ship that is to depart, `seeds` are the cues (see CueManager); `verify_every` has the cached
    engine check one in so many of its cached answers, 0 for none.
    """
    training = mission.info.is_training
    context.budget.share(mission.formulas())
    if name == "cached":
        cached_cues = CachedCueManager(world, mission, context, leave=leave, seed=seed, seeds=seeds)
        events = CachedEventManager(world, context, training=training, verify_every=verify_every)
        rows = {Kind.EVENT: events.events, Kind.GOAL: events.goals, Kind.CUE: cached_cues.answers}
        return Engine(name, events, cached_cues, False, rows, partial(explain, events, cached_cues))
    if name not in ENGINES:
        raise ValueError(f"there is no engine {name!r}; there are {', '.join(ENGINES)}")
    make: FormulaFactory = interpreted if name == "naive" else compiling(context)
    cues = CueManager(
        world, mission, context, lambda expression: make(expression, context, expression.owner),
        leave=leave, seed=seed, seeds=seeds,
    )  # fmt: skip
    return Engine(name, NaiveEventManager(world, context, make, training=training), cues, name == "naive")


def renew_engine(
    old: Engine,
    world: World,
    mission: Mission,
    context: EvaluationContext,
    changes: WorldChanges,
    cues: Sequence[tuple[CueSeed, Cue | None]],
    *,
    leave: Callable[[Ship], None] | None = None,
    verify_every: int = 0,
) -> Engine:
    """Return an engine of the same kind over a world that has taken a changed mission; `old` is closed.

    Formulas that have not changed keep what they remember, cues their delays. `cues` has for each cue the same one of
    `old`, None for one that is new or has changed (see `rules.renewal`).
    """
    seeds = [seed for seed, _ in cues]
    new = make_engine(old.name, world, mission, context, leave=leave, verify_every=verify_every, seeds=seeds)
    new.cues.continue_from(old.cues, [before for _, before in cues])
    new.events.continue_from(old.events, changes.kept_events, changes.kept_goals)
    old.close()
    context.changed_statuses.clear()
    context.unsettled = False
    return new
