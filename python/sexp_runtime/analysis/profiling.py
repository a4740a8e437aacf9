"""Profiling a run: a session played by the simulator, with its report and per-second series collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sexp_runtime.analysis.costs import FormulaCost, formula_costs
from sexp_runtime.analysis.series import Series
from sexp_runtime.monitor.hints import Hint, PerformanceHints
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession

#: Takes the frames being made and their number, and yields them, for instance to draw a progress bar.
Progress = Callable[[Iterable[int], int], Iterator[int]]
#: Number of formulas whose parts a closer look measures.
COSTLIEST: Final = 8


@dataclass(slots=True)
class Profile:
    """The profile of one run: the report (monitor.report), the series, and time by call stack (full mode).

    A closer look adds the parts of the costliest formulas, and the hints.
    """

    report: dict[str, Any]
    series: Series
    stacks: dict[tuple[str, ...], int] = field(default_factory=dict)
    costs: list[FormulaCost] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)


def _silent(frames: Iterable[int], total: int) -> Iterator[int]:
    yield from frames


def profile_run(
    mission: str | Path,
    *,
    seconds: float,
    seed: int,
    engine: str = "cached",
    mode: Mode = Mode.SAMPLED,
    fps: int = 60,
    closer: bool = False,
    progress: Progress = _silent,
) -> Profile:
    """Play a mission for some seconds of mission time and return its profile.

    closer: whether to play the same run again with every operator timed. That gives the parts of the costliest
    formulas, the operators and the hints, and leaves the measurements of the first run undisturbed. Raises OSError and
    ValueError as MissionSession.load does.
    """
    frames = round(seconds * fps)
    session = MissionSession.load(mission, engine=engine, seed=seed, scenario=True, monitor=mode, freeze_gc=True)
    try:
        series = Series(session.counters, lambda: sum(session.memory().values()))
        session.on_event_satisfied.append(lambda name, _: series.fired(session.mission_time, "event", name, "true"))
        session.on_event_failed.append(lambda name, _: series.fired(session.mission_time, "event", name, "failed"))
        session.on_goal_changed.append(lambda name, status: series.fired(session.mission_time, "goal", name, status))
        for _ in progress(session.play(frames, fps), frames):
            series.frame(session.mission_time, session.monitor.last_frame_ns)
        series.finish(session.mission_time)
        profile = Profile(session.report(), series, dict(session.monitor.stacks))
    finally:
        session.close()
    if closer:
        _look_closer(profile, mission, frames, seed, engine, fps, progress)
    return profile


def _look_closer(
    profile: Profile, mission: str | Path, frames: int, seed: int, engine: str, fps: int, progress: Progress
) -> None:
    session = MissionSession.load(mission, engine=engine, seed=seed, scenario=True, monitor=Mode.OFF, freeze_gc=True)
    try:
        session.monitor.operators_every = 1
        session.monitor.mode = Mode.FULL
        for _ in progress(session.play(frames, fps), frames):
            pass
        report = session.report()
        rows = profile.report["formulas"] or report["formulas"]
        profile.costs = formula_costs(session, [(row["kind"], row["index"]) for row in rows[:COSTLIEST]])
        profile.report["operators"] = profile.report["operators"] or report["operators"]
        profile.hints = PerformanceHints().analyze(session)
        for hint in profile.hints:
            hint.file = Path(hint.file).name
    finally:
        session.close()
