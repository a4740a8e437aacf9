"""Histogram: bucket edges, quantiles against sorting, the sliding window."""

from __future__ import annotations

import math
import sys
from array import array
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.monitor.histogram import Histogram, bucket_top, counted


@given(st.one_of(st.integers(0, 1 << 40).map(float), st.floats(0, 1e12)))
def test_a_value_lies_in_its_bucket_and_the_bucket_is_narrow(value: float) -> None:
    (bucket,) = counted(array("d", [value]))
    top = bucket_top(bucket)
    assert value <= top
    if value > sys.float_info.min:
        assert top < value * (1 + 1 / 16)
    assert list(counted(array("d", [value, top]))) == [bucket]
    assert min(counted(array("d", [math.nextafter(top, math.inf)]))) > bucket


@given(st.lists(st.one_of(st.integers(2, 200_000).map(float), st.floats(0, 1e12)), max_size=300))
def test_counting_a_batch_is_counting_its_values(values: list[float]) -> None:
    one_by_one: Counter[int] = Counter()
    for value in values:
        one_by_one.update(counted(array("d", [value])))
    assert counted(array("d", values)) == one_by_one


@given(st.lists(st.integers(1, 10**10), min_size=1, max_size=300), st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0]))
def test_quantiles_are_those_of_sorting_within_a_bucket(values: list[int], share: float) -> None:
    histogram = Histogram(window=50)
    for value in values:
        histogram.record(value)
    for sample, recent in ((values, False), (values[-50:], True)):
        exact = sorted(sample)[max(0, math.ceil(round(share * len(sample), 6)) - 1)]
        found = histogram.quantile(share, recent=recent)
        assert exact <= found <= exact * (1 + 1 / 16) or found == max(values)
        assert found >= exact
    assert histogram.largest == max(values)
    assert sum(number for _, number in histogram.buckets()) == len(values)


def test_the_window_forgets_and_the_mission_does_not() -> None:
    histogram = Histogram(window=10)
    histogram.record(1_000_000)
    for _ in range(10):
        histogram.record(10)
    assert histogram.quantile(1.0, recent=True) == 10
    assert histogram.quantile(1.0) == 1_000_000
    assert histogram.summary()["max"] == 1000.0
    histogram.clear()
    assert histogram.quantile(0.5) == 0
    assert histogram.summary()["mean"] == 0.0


def test_a_window_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="window"):
        Histogram(window=0)
