"""Plays missions on the naive and the cached engine by turns: the time of each frame, and what the worst were."""

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

    What looking at the clock takes is taken out. `us` has all frames, `worst` is the worst of them, `worst_later` the
    worst after the first second of the mission. With `beside`, which has played the same frames before, the worst
    frames are judged by the quicker of both plays: whatever else the machine did fell on one of them only.
    """

    def __init__(self, session: MissionSession, beside: FrameTimes | None = None) -> None:
        self.us: list[float] = []
        #: Of each frame, microseconds of its cues; of some, the garbage collector's rounds and their microseconds.
        self.cues_us: list[float] = []
        self.collected: dict[int, tuple[list[int], float]] = {}
        self.worst: Frame | None = None
        self.worst_later: Frame | None = None
        self._session = session
        self._beside = beside
        self._counters = session.cues.counters, session.manager.counters
        self._run_cues, self._run_events = session.cues.frame, session.manager.frame
        self._inside = False
        self._evaluations = 0
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

    def _cues(self) -> None:
        self._evaluations = sum(part.evaluations for part in self._counters)
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
        number = len(self.us)
        self.us.append((self._cues_ns + taken) / 1000)
        self.cues_us.append(self._cues_ns / 1000)
        if self._gc_rounds:
            self.collected[number] = list(self._gc_rounds), self._gc_ns / 1000
        beside = self._beside
        quicker = self if beside is None or self.us[number] <= beside.us[number] else beside
        us = quicker.us[number]
        if self.worst is None or us > self.worst.us:
            self.worst = self._frame(quicker, number)
        if self._session.mission_time > 1 and (self.worst_later is None or us > self.worst_later.us):
            self.worst_later = self._frame(quicker, number)

    def _frame(self, play: FrameTimes, number: int) -> Frame:
        rounds, gc_us = play.collected.get(number, ([], 0.0))
        return Frame(
            number=number,
            at=self._session.mission_time,
            us=play.us[number],
            cues_us=play.cues_us[number],
            events_us=play.us[number] - play.cues_us[number],
            evaluations=sum(part.evaluations for part in self._counters) - self._evaluations,
            gc_rounds=rounds,
            gc_us=gc_us,
        )

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if not self._inside:
            return
        if phase == "start":
            self._gc_began = time.thread_time_ns()
        else:
            self._gc_ns += time.thread_time_ns() - self._gc_began
            self._gc_rounds.append(info["generation"])


def clock_ns() -> float:
    """Return the nanoseconds that two looks at the clock add to what is between them."""
    clock = time.thread_time_ns
    found = []
    for _ in range(1001):
        first = clock()
        found.append(clock() - first)
    return statistics.median(found)


def play(path: Path, seconds: float, fps: float, seed: int) -> dict[str, Any]:
    """One mission on the naive engine over compiled formulas and on the cached one, the same battle.

    It is played for so many seconds of mission time, or until it ends: frames after that would cost nothing. The
    engines take turns of a second each, so that what else the machine does falls on both; frame by frame, the naive
    one, which goes through everything, would leave nothing of the other in the processor's caches.
    Times are CPU microseconds of cues and events together, the simulator left out, the garbage collector included. The
    cached engine plays the battle twice, for the worst frames (see FrameTimes); all else is of its first play.
    `slow_frames` are the numbers of the frames from the 99th percentile on, `misses` the aims that are missed.
    """
    sides: list[tuple[MissionSession, FrameTimes]] = []
    for engine in ("compiled", "cached", "cached"):
        session = MissionSession.load(path, engine=engine, seed=seed, scenario=True, monitor=Mode.OFF)
        sides.append((session, FrameTimes(session, beside=sides[1][1] if len(sides) == 2 else None)))
    left = round(seconds * fps)
    while left > 0 and not sides[0][0].world.mission_over:
        turn = min(left, round(fps))
        for session, _times in sides:
            _take_turn(session, turn, round(1_000_000 / fps))
        left -= turn
    (naive, slow), (cached, fast), (_, again) = sides
    counted = cached.counters()
    assert counted["requests"] == naive.counters()["requests"], f"{path.name}: the engines differ"
    assert again.worst is not None
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
        "worst_us": again.worst.us,
        "worst": _beside(again.worst, slow),
        "worst_later": None if again.worst_later is None else _beside(again.worst_later, slow),
        "slow_frames": [number for number, us in enumerate(fast.us) if us >= p99],
    }
    numbers["misses"] = _misses(numbers)
    for session, times in sides:
        times.close()
        session.close()
    return numbers


def _beside(frame: Frame, naive: FrameTimes) -> dict[str, Any]:
    """Return a frame as plain values, with the time that the naive engine took for it."""
    return {**asdict(frame), "naive_us": naive.us[frame.number]}


def _take_turn(session: MissionSession, frames: int, step_us: int) -> None:
    for _ in range(frames):
        session.step_us(step_us)
        if session.world.mission_over:
            return


def evaluations(session: MissionSession) -> int:
    """Return how many evaluations a session has made, those before its first frame included."""
    counted = session.counters()
    return counted["evaluations"] + counted["rehearsals"]


def _misses(numbers: dict[str, Any]) -> dict[str, float]:
    """Return the aims that a mission misses, with what was measured."""
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
