"""The evidence for hints: what a monitored run has shown of each formula, of operators and of the cache."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sexp_runtime.cache.expression_cache import ExpressionCache
from sexp_runtime.mission.model import Mission
from sexp_runtime.monitor.calls import PartTime
from sexp_runtime.monitor.performance import SexpPerformanceMonitor
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world.world import World


@dataclass(slots=True)
class Watched:
    """One formula with its measurements.

    Times are in microseconds. `causes` maps each cause to its number of evaluations. `parts` holds the times of the
    parts by line and column where operators were measured.
    """

    kind: str
    index: int
    expression: SexpExpression
    evaluations: int = 0
    total_us: float = 0.0
    largest_us: float = 0.0
    causes: dict[str, int] = field(default_factory=dict)
    came_true: int = 0
    done: bool = False
    parts: dict[tuple[int, int], PartTime] = field(default_factory=dict)

    @property
    def mean_us(self) -> float:
        """Mean time of an evaluation in microseconds, 0 without any."""
        return self.total_us / self.evaluations if self.evaluations else 0.0

    @property
    def steady_us(self) -> float:
        """Total time without that of the slowest evaluation, which other load on the machine may have disturbed."""
        return self.total_us - self.largest_us if self.evaluations > 1 else self.total_us


@dataclass(slots=True)
class Evidence:
    """The measurements of a run: its length, its formulas, each operator's cost (microseconds), the cache's counters.

    `unbounded` are the keys of ships without speed bound, and of wings that have such ships.
    """

    frames: int
    seconds: float
    formulas: list[Watched]
    operator_us: dict[str, float]
    unbounded: frozenset[str]
    cache: dict[str, Any]
    never_hit: list[str]

    def per_second(self, evaluations: int) -> float:
        """Return a number of evaluations as a rate in mission time."""
        return evaluations / self.seconds if self.seconds else 0.0


class Observed(Protocol):
    """The source of evidence; a session implements it."""

    mission: Mission
    world: World
    cache: ExpressionCache
    monitor: SexpPerformanceMonitor

    def report(self) -> dict[str, Any]:
        """The performance report, with every row."""


def gather(session: Observed) -> Evidence:
    """Return the evidence of a session monitored in full or sampled mode."""
    report = session.report()
    scale = report["frames"] / report["sampled_frames"] if report["sampled_frames"] else 1.0
    rows = {(row["kind"], row["index"]): row for row in report["formulas"]}
    formulas = []
    for kind, index, expression in _expressions(session):
        row = rows.get((kind, index))
        watched = Watched(kind, index, expression, parts=session.monitor.parts(kind, index))
        if row is not None:
            watched.evaluations = round(row["evaluations"] * scale)
            watched.total_us, watched.largest_us = row["total_us"] * scale, row["max_us"]
            watched.causes = {cause: round(count * scale) for cause, count in row["causes"].items()}
        if kind == "event":
            state = session.world.events[index]
            watched.came_true, watched.done = state.count, state.done
        formulas.append(watched)
    hot = {key for key, hits in session.cache.hottest(session.cache.currsize) if hits}
    return Evidence(
        frames=report["frames"],
        seconds=report["mission_time"],
        formulas=formulas,
        operator_us={row["name"]: row["self_us"] / row["calls"] for row in report["operators"] if row["calls"]},
        unbounded=frozenset(_unbounded(session.world)),
        cache=report["cache"],
        never_hit=[key[1] for key in session.cache if key not in hot and isinstance(key, tuple) and len(key) == 3],
    )


def _unbounded(world: World) -> Iterable[str]:
    for ship in world.ships.values():
        if ship.speed_bound is None:
            yield ship.key
            if ship.wing is not None:
                yield ship.wing


def _expressions(session: Observed) -> Iterable[tuple[str, int, SexpExpression]]:
    for index, event in enumerate(session.mission.events):
        if event.formula is not None:
            yield "event", index, event.formula
    for index, goal in enumerate(session.mission.goals):
        if goal.formula is not None:
            yield "goal", index, goal.formula
