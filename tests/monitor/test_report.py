"""Reports: plain values, and the difference of two is what happened between them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sexp_runtime.monitor.report import build_report, difference
from support.sessions import FakeSession


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
