"""Profiling a run: a session played by the simulator, with its report and per-second series collected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sexp_runtime.analysis.series import Series
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession


@dataclass(slots=True)
class Profile:
    """The profile of one run: the report (monitor.report), the series, and time by call stack (full mode)."""

    report: dict[str, Any]
    series: Series
    stacks: dict[tuple[str, ...], int]


def profile_run(
    mission: str | Path,
    *,
    seconds: float,
    seed: int,
    engine: str = "cached",
    mode: Mode = Mode.SAMPLED,
    fps: int = 60,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Profile:
    """Play a mission for some seconds of mission time and return its profile.

    `progress` is called about once a second of mission time with the frames made and the total. Raises OSError and
    ValueError as MissionSession.load does.
    """
    session = MissionSession.load(mission, engine=engine, seed=seed, scenario=True, monitor=mode, freeze_gc=True)
    try:
        series = Series(session.counters, lambda: sum(session.memory().values()))
        session.on_event_satisfied.append(lambda name, _: series.fired(session.mission_time, "event", name, "true"))
        session.on_event_failed.append(lambda name, _: series.fired(session.mission_time, "event", name, "failed"))
        session.on_goal_changed.append(lambda name, status: series.fired(session.mission_time, "goal", name, status))
        frames = round(seconds * fps)
        for frame in session.play(frames, fps):
            series.frame(session.mission_time, session.monitor.last_frame_ns)
            if frame % fps == 0:
                progress(frame, frames)
        series.finish(session.mission_time)
        progress(frames, frames)
        return Profile(session.report(), series, dict(session.monitor.stacks))
    finally:
        session.close()
