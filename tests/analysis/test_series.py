"""Series: intervals add up to the run, firings are bounded."""

from __future__ import annotations

from sexp_runtime.analysis.series import Series


def test_intervals_add_up_to_the_run() -> None:
    counters = {"requests": 0, "evaluations": 0, "hits": 0, "invalidations": 0}
    series = Series(lambda: counters, lambda: 1000)
    for frame in range(1, 301):
        counters = {name: number + frame % 3 for name, number in counters.items()}
        series.frame(frame / 60, 1000 * frame)
    series.finish(5.0)
    assert sum(row.frames for row in series.intervals) == 300
    assert sum(row.requests for row in series.intervals) == counters["requests"]
    assert max(row.frame_max_us for row in series.intervals) == 300.0
    assert [row.time for row in series.intervals] == sorted(row.time for row in series.intervals)
    assert 5 <= len(series.intervals) <= 6


def test_nothing_requested_is_nothing_missed() -> None:
    series = Series(dict, lambda: 0)
    series.frame(0.1, 5)
    series.finish(0.1)
    series.finish(0.1)
    assert [row.hit_rate for row in series.intervals] == [1.0]


def test_firings_are_bounded() -> None:
    series = Series(dict, lambda: 0, most_firings=2)
    for number in range(5):
        series.fired(float(number), "event", "E", "true")
    assert (len(series.firings), series.firings_dropped) == (2, 3)
