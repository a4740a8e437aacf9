"""Plays missions on the naive and the cached engine in turns: the time of each frame, and the worst frames."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession

#: What each mission is to keep to: evaluations of those that the naive engine makes, frame times of the naive
#: engine's, and the worst frame in milliseconds; at most this.
AIMS = {"evaluations_share": 0.03, "median_share": 1 / 30, "p99_share": 1 / 5, "worst_ms": 1.0}
#: How often the cached engine plays a battle at most.
MOST_PLAYS = 5


@dataclass(slots=True)
class Frame:
    """One frame: its number from 0, mission time in seconds, CPU microseconds of cues and events, and what ran in it.

    `gc_rounds` are the generations that the garbage collector went through in it, `gc_us` what that took.
    """

    number: int
    at: float
    us: float
    cues_us: float
    events_us: float
    evaluations: int
    gc_rounds: list[int]
    gc_us: float


class FrameTimes:
    """The CPU time that cues and events take in each frame of a session, the garbage collector included.

    What looking at the clock takes is taken out. By number of the frame: `us` is the time of both, `cues_us` that of
    the cues, `at` the mission time in seconds, `evaluations` what ran; `collected` has the garbage collector's rounds
    and their microseconds, of frames in which it ran.
    """

    def __init__(self, session: MissionSession) -> None:
        self.us: list[float] = []
        self.cues_us: list[float] = []
        self.at: list[float] = []
        self.evaluations: list[int] = []
        self.collected: dict[int, tuple[list[int], float]] = {}
        self._session = session
        self._counters = session.cues.counters, session.manager.counters
        self._run_cues, self._run_events = session.cues.frame, session.manager.frame
        self._inside = False
        self._evaluated = 0
        self._cues_ns = 0.0
        self._gc_rounds: list[int] = []
        self._gc_ns = self._gc_began = 0
        self._clock_ns = clock_ns()
        session.cues.frame = self._cues  # type: ignore[method-assign]
        session.manager.frame = self._events  # type: ignore[method-assign]
        gc.callbacks.append(self._collected)

    def close(self) -> None:
        """Stop listening to the garbage collector."""
        gc.callbacks.remove(self._collected)

    def frame(self, number: int) -> Frame:
        """Return all data of a frame."""
        us, cues_us = self.us[number], self.cues_us[number]
        rounds, gc_us = self.collected.get(number, ([], 0.0))
        return Frame(number, self.at[number], us, cues_us, us - cues_us, self.evaluations[number], rounds, gc_us)

    def _cues(self) -> None:
        self._evaluated = sum(part.evaluations for part in self._counters)
        if self._gc_rounds:
            self._gc_rounds.clear()
            self._gc_ns = 0
        self._inside = True
        start = time.thread_time_ns()
        self._run_cues()
        self._cues_ns = max(0.0, time.thread_time_ns() - start - self._clock_ns)
        self._inside = False

    def _events(self) -> None:
        self._inside = True
        start = time.thread_time_ns()
        self._run_events()
        taken = max(0.0, time.thread_time_ns() - start - self._clock_ns)
        self._inside = False
        if self._gc_rounds:
            self.collected[len(self.us)] = list(self._gc_rounds), self._gc_ns / 1000
        self.us.append((self._cues_ns + taken) / 1000)
        self.cues_us.append(self._cues_ns / 1000)
        self.at.append(self._session.mission_time)
        self.evaluations.append(sum(part.evaluations for part in self._counters) - self._evaluated)

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if not self._inside:
            return
        if phase == "start":
            self._gc_began = time.thread_time_ns()
        else:
            self._gc_ns += time.thread_time_ns() - self._gc_began
            self._gc_rounds.append(info["generation"])


def worst_frame(plays: Sequence[FrameTimes], after: float = 0.0) -> Frame | None:
    """Return the frame that took longest of those after so many seconds of mission time, None if there are none.

    A frame's time is that of the quickest of the plays, which are of the same battle. So other programs on the machine
    do not count.
    """
    numbers = [number for number, at in enumerate(plays[0].at) if at > after]
    if not numbers:
        return None
    quickest = list(map(min, zip(*(play.us for play in plays), strict=True)))
    worst = max(numbers, key=quickest.__getitem__)
    return min(plays, key=lambda play: play.us[worst]).frame(worst)


def clock_ns() -> float:
    """Return the nanoseconds that two readings of the clock add to the code between them."""
    clock = time.thread_time_ns
    found = []
    for _ in range(1001):
        first = clock()
        found.append(clock() - first)
    return statistics.median(found)


def play(path: Path, seconds: float, fps: float, seed: int) -> dict[str, Any]:
    """One mission on the naive engine over compiled formulas and on the cached one, the same battle.

    It is played for so many seconds of mission time, or until it ends: frames after that would cost nothing. The
    engines run in turns of a second each, so that other programs on the machine slow both. With turns of one frame,
    the naive engine would clear the processor's caches for the cached one. Times are CPU microseconds of cues and
    events together, the simulator left out, the garbage collector included. All but the worst frames is of the
    cached engine's first play; for those it plays the battle twice, and again while one is above the aim,
    `MOST_PLAYS` times in all. `slow_frames` are the numbers of the frames from the 99th percentile on, `misses` the
    aims that are missed.
    """
    sides = [_side(path, engine, seed) for engine in ("compiled", "cached", "cached")]
    step_us = round(1_000_000 / fps)
    left = round(seconds * fps)
    while left > 0 and not sides[0][0].world.mission_over:
        turn = min(left, round(fps))
        for session, _times in sides:
            _take_turn(session, turn, step_us)
        left -= turn
    (naive, slow), (cached, fast), *_again = sides
    counted = cached.counters()
    assert counted["requests"] == naive.counters()["requests"], f"{path.name}: the engines differ"
    plays = [times for _session, times in sides[1:]]
    worst = worst_frame(plays)
    while worst is not None and worst.us > 1000 * AIMS["worst_ms"] and len(plays) < MOST_PLAYS:
        session, times = _side(path, "cached", seed)
        _take_turn(session, len(fast.us), step_us)
        sides.append((session, times))
        plays.append(times)
        worst = worst_frame(plays)
    assert worst is not None
    later = worst_frame(plays, after=1.0)
    p99 = quantile(fast.us, 0.99)
    numbers: dict[str, Any] = {
        "mission": path.stem,
        "formulas": len(cached.world.events) + len(cached.world.goals) + len(cached.cues.cues),
        "frames": len(fast.us),
        "ended": cached.world.mission_over,
        "requests": counted["requests"],
        "evaluations": evaluations(cached),
        "naive_median_us": statistics.median(slow.us),
        "naive_p99_us": quantile(slow.us, 0.99),
        "median_us": statistics.median(fast.us),
        "p99_us": p99,
        "plays": len(plays),
        "worst_us": worst.us,
        "worst": _beside(worst, slow),
        "worst_later": None if later is None else _beside(later, slow),
        "slow_frames": [number for number, us in enumerate(fast.us) if us >= p99],
    }
    numbers["misses"] = _misses(numbers)
    for session, times in sides:
        times.close()
        session.close()
    return numbers


def _side(path: Path, engine: str, seed: int) -> tuple[MissionSession, FrameTimes]:
    session = MissionSession.load(path, engine=engine, seed=seed, scenario=True, monitor=Mode.OFF, freeze_gc=True)
    return session, FrameTimes(session)


def _beside(frame: Frame, naive: FrameTimes) -> dict[str, Any]:
    """Return a frame as plain values, with what the naive engine took for it in its one play.

    That is no ratio: the frame's own time is that of the quickest of several plays.
    """
    return {**asdict(frame), "naive_us": naive.us[frame.number]}


def _take_turn(session: MissionSession, frames: int, step_us: int) -> None:
    for _ in range(frames):
        session.step_us(step_us)
        if session.world.mission_over:
            return


def evaluations(session: MissionSession) -> int:
    """Return how many evaluations a session has made, those before its first frame included."""
    counted = session.counters()
    return counted["evaluations"] + counted["pre_evaluations"]


def _misses(numbers: dict[str, Any]) -> dict[str, float]:
    """Return the targets that a mission misses, with the measured values."""
    measured = {
        "evaluations_share": numbers["evaluations"] / max(1, numbers["requests"]),
        "median_share": numbers["median_us"] / numbers["naive_median_us"],
        "p99_share": numbers["p99_us"] / numbers["naive_p99_us"],
        "worst_ms": numbers["worst_us"] / 1000,
    }
    return {name: value for name, value in measured.items() if value > AIMS[name]}


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
