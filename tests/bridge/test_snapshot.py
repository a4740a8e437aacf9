"""The monitors' numbers: finite, never negative, per second, and nothing while nothing happens."""

from __future__ import annotations

import math
from typing import Any

from sexp_runtime.bridge.snapshot import MonitorSnapshot

NAMES = (
    "hit_rate", "evaluations_per_second", "invalidations_per_second", "frame_time_us", "frame_time_max_us",
    "cache_bytes", "cached_expressions", "evictions_per_second",
)  # fmt: skip


class Bench:
    """A snapshot with a clock and counters set by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.statistics: dict[str, Any] = {
            "evaluations": 0, "invalidations": 0, "evictions": 0, "hits": 0, "requests": 0, "hit_rate": 0.0,
            "cache_bytes": 4096, "cached_expressions": 7,
        }  # fmt: skip
        self.asked = 0
        self.snapshot = MonitorSnapshot(self.read, lambda: self.now)

    def read(self) -> dict[str, Any]:
        self.asked += 1
        return self.statistics

    def run(self, frames: int, **gains: int) -> None:
        for _frame in range(frames):
            self.now += 1 / 60
            for name, gain in gains.items():
                self.statistics[name] += gain
            self.snapshot.frame(50.0)

    def values(self) -> list[float]:
        return [getattr(self.snapshot, name) for name in NAMES]


def test_all_numbers_are_zero_before_the_first_frame() -> None:
    assert Bench().values() == [0.0] * 8


def test_rates_are_per_second_of_wall_time() -> None:
    bench = Bench()
    bench.run(180, evaluations=2, invalidations=3, requests=20, hits=18)
    assert math.isclose(bench.snapshot.evaluations_per_second, 120, rel_tol=0.01)
    assert math.isclose(bench.snapshot.invalidations_per_second, 180, rel_tol=0.01)
    assert math.isclose(bench.snapshot.hit_rate, 0.9)
    assert bench.snapshot.frame_time_us == 50.0
    assert (bench.snapshot.cache_bytes, bench.snapshot.cached_expressions) == (4096, 7)


def test_the_longest_frame_is_shown_for_a_second_and_then_forgotten() -> None:
    bench = Bench()
    bench.run(60)
    bench.snapshot.frame(900.0)
    bench.run(30)
    assert bench.snapshot.frame_time_max_us == 900.0
    bench.run(120)
    assert bench.snapshot.frame_time_max_us == 50.0


def test_statistics_are_read_four_times_a_second_and_never_by_the_getters() -> None:
    bench = Bench()
    bench.run(600)
    assert 36 <= bench.asked <= 42
    asked = bench.asked
    for _read in range(100):
        bench.values()
    assert bench.asked == asked


def test_a_paused_mission_has_no_rates() -> None:
    bench = Bench()
    bench.run(120, evaluations=5)
    bench.now += 3.0
    assert bench.snapshot.evaluations_per_second == 0.0
    assert bench.snapshot.frame_time_us == bench.snapshot.frame_time_max_us == 0.0
    assert bench.snapshot.cached_expressions == 7


def test_counters_that_start_again_never_give_negative_rates() -> None:
    bench = Bench()
    bench.run(120, evaluations=5, requests=10, hits=5)
    bench.statistics.update(evaluations=0, requests=0, hits=0)
    bench.run(20)
    assert all(value >= 0.0 and math.isfinite(value) for value in bench.values())
