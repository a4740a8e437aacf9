"""The numbers of the engine's monitors, computed at the end of frames so that reading them costs nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, Final

#: Seconds of wall time between two readings of the session's counters.
SAMPLE_INTERVAL: Final = 0.25
#: Rates, means and maxima are over about this many seconds of wall time.
WINDOW: Final = 1.0
#: After this many seconds without a frame the mission counts as paused: rates and times are 0.
IDLE_AFTER: Final = 2.0

_COUNTERS: Final = ("evaluations", "invalidations", "evictions", "hits", "requests")


class _Sample:
    """Counters at a moment, with the frames since the sample before it (times in microseconds)."""

    __slots__ = ("at", "counters", "frames", "largest_us", "total_us")

    def __init__(self, at: float, counters: tuple[int, ...], frames: int, total_us: float, largest_us: float) -> None:
        self.at = at
        self.counters = counters
        self.frames = frames
        self.total_us = total_us
        self.largest_us = largest_us


class MonitorSnapshot:
    """What the custom monitors show. `frame` is called at the end of each frame; the properties are plain reads.

    `read_statistics` returns the session's statistics and is called at most four times a second; `clock` gives wall
    time in seconds. All numbers are finite and never negative, and 0 before the first frame.
    """

    __slots__ = (
        "_clock",
        "_frame_max_us",
        "_frame_us",
        "_frames",
        "_hit_rate",
        "_largest_us",
        "_last_frame",
        "_last_sample",
        "_per_second",
        "_read_statistics",
        "_samples",
        "_total_us",
        "cache_bytes",
        "cached_expressions",
    )  # fmt: skip

    def __init__(
        self, read_statistics: Callable[[], Mapping[str, Any]], clock: Callable[[], float] = perf_counter
    ) -> None:
        self._read_statistics = read_statistics
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Reset everything, as when another mission is loaded."""
        self._samples: deque[_Sample] = deque()
        self._frames = 0
        self._total_us = 0.0
        self._largest_us = 0.0
        self._last_frame = -1e9
        self._last_sample = -1e9
        self._hit_rate = 0.0
        self._per_second = dict.fromkeys(_COUNTERS, 0.0)
        self._frame_us = 0.0
        self._frame_max_us = 0.0
        self.cache_bytes = 0
        self.cached_expressions = 0

    def frame(self, spent_us: float) -> None:
        """Record a frame that took `spent_us` microseconds."""
        self._frames += 1
        self._total_us += spent_us
        if spent_us > self._largest_us:
            self._largest_us = spent_us
        now = self._clock()
        self._last_frame = now
        if now - self._last_sample >= SAMPLE_INTERVAL:
            self._sample(now)

    def _sample(self, now: float) -> None:
        statistics = self._read_statistics()
        counters = tuple(int(statistics.get(name, 0)) for name in _COUNTERS)
        samples = self._samples
        samples.append(_Sample(now, counters, self._frames, self._total_us, self._largest_us))
        self._last_sample = now
        self._frames, self._total_us, self._largest_us = 0, 0.0, 0.0
        while len(samples) > 2 and now - samples[1].at >= WINDOW:
            samples.popleft()
        first, last = samples[0], samples[-1]
        passed = last.at - first.at
        gained = dict(
            zip(_COUNTERS, (max(0, b - a) for a, b in zip(first.counters, last.counters, strict=True)), strict=True)
        )
        if passed > 0:
            self._per_second = {name: count / passed for name, count in gained.items()}
        if gained["requests"]:
            self._hit_rate = min(1.0, gained["hits"] / gained["requests"])
        else:
            self._hit_rate = min(1.0, max(0.0, float(statistics.get("hit_rate", 0.0))))
        counted = list(samples)[1:] or list(samples)
        frames = sum(sample.frames for sample in counted)
        self._frame_us = sum(sample.total_us for sample in counted) / frames if frames else 0.0
        self._frame_max_us = max(sample.largest_us for sample in counted)
        self.cache_bytes = max(0, int(statistics.get("cache_bytes", 0)))
        self.cached_expressions = max(0, int(statistics.get("cached_expressions", 0)))

    def _awake(self) -> bool:
        return self._clock() - self._last_frame < IDLE_AFTER

    @property
    def hit_rate(self) -> float:
        """Share of requests answered from cache in the last second, or since the start if there were none: 0 to 1."""
        return self._hit_rate

    @property
    def evaluations_per_second(self) -> float:
        """Evaluations a second of wall time."""
        return self._per_second["evaluations"] if self._awake() else 0.0

    @property
    def invalidations_per_second(self) -> float:
        """Cached results a second that a changed fact invalidated."""
        return self._per_second["invalidations"] if self._awake() else 0.0

    @property
    def evictions_per_second(self) -> float:
        """Cached results a second that were evicted because a bound was reached."""
        return self._per_second["evictions"] if self._awake() else 0.0

    @property
    def frame_time_us(self) -> float:
        """Mean time of a frame in the last second, microseconds."""
        return self._frame_us if self._awake() else 0.0

    @property
    def frame_time_max_us(self) -> float:
        """Longest frame in the last second, microseconds."""
        return self._frame_max_us if self._awake() else 0.0
