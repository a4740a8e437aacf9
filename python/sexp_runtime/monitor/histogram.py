"""A histogram with logarithmic buckets: quantiles of durations over all and over the latest values, O(1) each."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter, deque
from itertools import accumulate
from typing import Final

_SUB_BITS: Final = 4  #: 16 buckets an octave: a bucket is at most 1/16 (6.25 %) wide
_SUB: Final = 1 << _SUB_BITS
_LARGEST: Final = (1 << 40) - 1  #: longer than 18 minutes in nanoseconds counts as that
_BATCH: Final = 256  #: values kept before they are sorted in
_BUCKETS: Final = (40 - _SUB_BITS + 1) * _SUB


def bucket_of(value: int) -> int:
    """Return the bucket of a value: exact below 16, then 16 buckets to each doubling; negatives count as 0."""
    if value < _SUB:
        return max(value, 0)
    shift = min(value, _LARGEST).bit_length() - _SUB_BITS - 1
    return (shift << _SUB_BITS) + (min(value, _LARGEST) >> shift)


def bucket_top(bucket: int) -> int:
    """Return the largest value that falls into the bucket."""
    if bucket < 2 * _SUB:
        return bucket
    shift = (bucket >> _SUB_BITS) - 1
    return (((bucket & (_SUB - 1)) + _SUB + 1) << shift) - 1


class Histogram:
    """Durations in nanoseconds: counts over the whole mission, and the latest values for a sliding window.

    `window` is the number of latest values that `recent=True` looks at, 1 or more. Memory is fixed: a table of some 600
    counters and the values of the window. Values are sorted into the table in batches, so that recording one costs
    little more than keeping it.
    """

    __slots__ = ("_all", "_count", "_fresh", "_largest", "_latest", "_total", "_window")

    def __init__(self, window: int = 1024) -> None:
        if window < 1:
            raise ValueError(f"window must be at least 1, not {window}")
        self._window = window
        self.clear()

    def clear(self) -> None:
        """Forget every value."""
        self._all = array("Q", bytes(8 * _BUCKETS))
        self._latest: deque[int] = deque(maxlen=self._window)
        self._fresh: list[int] = []
        self._count = 0
        self._total = 0
        self._largest = 0

    def record(self, value: int) -> None:
        """Count one value, in nanoseconds."""
        fresh = self._fresh
        fresh.append(value)
        if len(fresh) >= _BATCH:
            self._settle()

    def _settle(self) -> None:
        """Sort the values that came since the last time into the table."""
        fresh = self._fresh
        if not fresh:
            return
        table = self._all
        for bucket, number in Counter(map(bucket_of, fresh)).items():
            table[bucket] += number
        self._latest.extend(fresh)
        self._count += len(fresh)
        self._total += sum(fresh)
        self._largest = max(self._largest, max(fresh))
        fresh.clear()

    @property
    def count(self) -> int:
        """How many values there are."""
        return self._count + len(self._fresh)

    @property
    def total(self) -> int:
        """The sum of all values in nanoseconds."""
        self._settle()
        return self._total

    @property
    def largest(self) -> int:
        """The largest value in nanoseconds, 0 without any."""
        self._settle()
        return self._largest

    def quantile(self, share: float, *, recent: bool = False) -> int:
        """Return a value (nanoseconds) that at least `share` (0..1) of the values do not exceed; 0 without values.

        Of the latest values it is exact; of all it is the top of a bucket, so up to 6.25 % above the exact one, and
        never above the largest value recorded.
        """
        return self._quantiles((share,), recent)[0]

    def _quantiles(self, shares: tuple[float, ...], recent: bool) -> list[int]:
        """Return a quantile for each share, from one pass over the values."""
        self._settle()
        count = len(self._latest) if recent else self._count
        if not count:
            return [0] * len(shares)
        ranks = [max(1, min(count, -(-round(share * count * 1_000_000) // 1_000_000))) for share in shares]
        if recent:
            ordered = sorted(self._latest)
            return [ordered[rank - 1] for rank in ranks]
        seen = list(accumulate(self._all))
        return [min(bucket_top(bisect_left(seen, rank)), self._largest) for rank in ranks]

    def summary(self, *, recent: bool = False) -> dict[str, float]:
        """Return p50, p90, p99, p999, max and mean in microseconds, and the count of values."""
        values = self._quantiles((0.5, 0.9, 0.99, 0.999, 1.0), recent)
        report = dict(zip(("p50", "p90", "p99", "p999", "max"), (value / 1000 for value in values), strict=True))
        if not recent:
            report["max"] = self._largest / 1000
            report["mean"] = self._total / self._count / 1000 if self._count else 0.0
        report["count"] = len(self._latest) if recent else self._count
        return report

    def buckets(self) -> list[tuple[int, int]]:
        """Return (largest value of the bucket in nanoseconds, count) for every bucket in use."""
        self._settle()
        return [(bucket_top(bucket), number) for bucket, number in enumerate(self._all) if number]
