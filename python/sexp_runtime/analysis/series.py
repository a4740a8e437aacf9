"""Series: data of each second of a run, collected for plots and tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sexp_runtime.monitor.histogram import Histogram

_AMOUNTS: Final = ("requests", "evaluations", "hits", "invalidations")


@dataclass(slots=True)
class Interval:
    """One interval of a run: `time` is its end in seconds of mission time, frame times are in microseconds."""

    time: float
    frames: int
    frame_median_us: float
    frame_p99_us: float
    frame_max_us: float
    requests: int
    evaluations: int
    hits: int
    invalidations: int
    memory_bytes: int

    @property
    def hit_rate(self) -> float:
        """Hits as a share of requests, 0..1; 1 without requests, because nothing was missed."""
        return self.hits / self.requests if self.requests else 1.0


@dataclass(slots=True)
class Firing:
    """One change of an event or goal: `outcome` is "true", "failed", "complete" ..."""

    time: float
    kind: str
    name: str
    outcome: str


@dataclass(slots=True)
class Series:
    """Collects intervals and firings of a run; feed it with `frame` after every frame.

    `counters` returns the engines' counters, `memory` the bytes held. At most `most_firings` firings are kept, later
    ones are counted in `firings_dropped`.
    """

    counters: Callable[[], dict[str, int]]
    memory: Callable[[], int]
    every: float = 1.0
    most_firings: int = 20_000
    intervals: list[Interval] = field(default_factory=list)
    firings: list[Firing] = field(default_factory=list)
    firings_dropped: int = 0
    _times: Histogram = field(default_factory=lambda: Histogram(window=1))
    _before: dict[str, int] = field(default_factory=dict)
    _next: float = 0.0

    def frame(self, mission_time: float, frame_ns: float) -> None:
        """Record a frame that ended at a mission time (seconds) and took `frame_ns` nanoseconds."""
        self._times.record(frame_ns)
        if not self._next:
            self._next = mission_time + self.every
        if mission_time >= self._next:
            self._close(mission_time)

    def fired(self, mission_time: float, kind: str, name: str, outcome: str) -> None:
        """Record a change of an event or goal."""
        if len(self.firings) < self.most_firings:
            self.firings.append(Firing(mission_time, kind, name, outcome))
        else:
            self.firings_dropped += 1

    def finish(self, mission_time: float) -> None:
        """Close the last interval, if a frame fell into it."""
        if self._times.count:
            self._close(mission_time)

    def _close(self, mission_time: float) -> None:
        now = self.counters()
        spent = {name: now.get(name, 0) - self._before.get(name, 0) for name in _AMOUNTS}
        times = self._times
        self.intervals.append(
            Interval(
                time=mission_time, frames=times.count, frame_median_us=times.quantile(0.5) / 1000,
                frame_p99_us=times.quantile(0.99) / 1000, frame_max_us=times.largest / 1000,
                memory_bytes=self.memory(), **spent,
            )
        )  # fmt: skip
        self._before = dict(now)
        self._next = mission_time + self.every
        times.clear()
