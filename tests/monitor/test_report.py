"""Reports: plain values, and the difference of two is what happened between them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sexp_runtime.cache.contract import CacheInfo
from sexp_runtime.monitor.performance import Mode, SexpPerformanceMonitor
from sexp_runtime.monitor.report import build_report, difference


class FakeSession:
    """A session whose numbers the test sets."""

    mission_name = "Test"
    engine = "cached"
    mission_time = 0.0

    def __init__(self) -> None:
        self.monitor = SexpPerformanceMonitor([], mode=Mode.FULL)
        self.numbers = {"requests": 0, "hits": 0, "evaluations": 0}

    def counters(self) -> dict[str, int]:
        return self.numbers

    def cache_info(self) -> CacheInfo:
        hits = self.numbers["hits"]
        return CacheInfo(hits, 1, 10, 1, 1000, 100, 1, 0, 0, 0, 0, {"size": hits})

    def memory(self) -> dict[str, int]:
        return {"slots": 10}

    def owner_of(self, kind: str, index: int) -> str:
        return f'{kind} "{index}"'

    def frame(self, formula: int, hits: int) -> None:
        self.monitor.begin_frame()
        self.monitor.formula("event", formula, 2_000, 1, "first evaluation")
        self.monitor.enter("and")
        self.monitor.leave("and")
        self.monitor.end_frame()
        self.numbers = {
            "requests": self.numbers["requests"] + hits + 1,
            "hits": self.numbers["hits"] + hits,
            "evaluations": self.numbers["evaluations"] + 1,
        }
        self.mission_time += 0.5


def test_a_report_is_plain_and_adds_up() -> None:
    session = FakeSession()
    session.frame(1, 9)
    session.frame(2, 9)
    report: dict[str, Any] = json.loads(json.dumps(build_report(session)))
    assert report["frames"] == 2
    assert report["hit_rate"] == 0.9
    assert [row["owner"] for row in report["formulas"]] == ['event "1"', 'event "2"']
    assert report["formulas"][0]["mean_us"] == 2.0
    assert report["calls"] == [{"caller": "", "callee": "and", "calls": 2}]
    assert len(build_report(session, most=1)["formulas"]) == 1


def test_an_empty_report_has_finite_numbers() -> None:
    report = build_report(FakeSession())
    assert report["hit_rate"] == 0.0
    assert report["frame_time_us"]["p99"] == 0.0


def test_the_difference_is_what_happened_between() -> None:
    session = FakeSession()
    session.frame(1, 9)
    earlier = build_report(session)
    session.frame(2, 4)
    session.frame(1, 0)
    between = difference(earlier, build_report(session))
    assert between["frames"] == 2
    assert between["mission_time"] == 1.0
    assert between["counters"]["requests"] == 6
    assert between["hit_rate"] == pytest.approx(4 / 6)
    assert {row["index"]: row["evaluations"] for row in between["formulas"]} == {1: 1, 2: 1}
    assert between["cache"]["evictions"] == {"size": 4}
    nothing = difference(build_report(session), build_report(session))
    assert (nothing["frames"], nothing["formulas"], nothing["hit_rate"]) == (0, [], 0.0)


def test_reports_that_do_not_belong_together_are_refused() -> None:
    session = FakeSession()
    session.frame(1, 1)
    report = build_report(session)
    with pytest.raises(ValueError, match="earlier"):
        difference(report, {**report, "frames": 0})
    with pytest.raises(ValueError, match="one mission"):
        difference(report, {**report, "mission": "Other"})
