"""A histogram with logarithmic buckets: quantiles of durations over all and over the latest values, O(1) each."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import accumulate
from typing import Final

_SUB_BITS: Final = 4  #: 16 buckets an octave: a bucket is at most 1/16 (6.25 %) wide
_SUB: Final = 1 << _SUB_BITS
_LARGEST: Final = (1 << 40) - 1  #: longer than 18 minutes in nanoseconds counts as that
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
    """Durations in nanoseconds: counts over the whole mission and over a sliding window of the latest values.

    `window` is the number of latest values that `quantile(..., recent=True)` looks at, 1 or more. Memory is fixed:
    two tables of some 600 counters and one 2-byte number for each value of the window.
    """

    __slots__ = ("_all", "_at", "_latest", "_recent", "_window", "count", "largest", "total")

    def __init__(self, window: int = 1024) -> None:
        if window < 1:
            raise ValueError(f"window must be at least 1, not {window}")
        self._window = window
        self.clear()

    def clear(self) -> None:
        """Forget every value."""
        self._all = array("Q", bytes(8 * _BUCKETS))
        self._recent = array("L", bytes(array("L").itemsize * _BUCKETS))
        self._latest = array("H")
        self._at = 0
        self.count = 0
        self.total = 0
        self.largest = 0

    def record(self, value: int) -> None:
        """Count one value, in nanoseconds."""
        bucket = bucket_of(value)
        self._all[bucket] += 1
        self._recent[bucket] += 1
        latest = self._latest
        if len(latest) < self._window:
            latest.append(bucket)
        else:
            at = self._at
            self._recent[latest[at]] -= 1
            latest[at] = bucket
            self._at = at + 1 if at + 1 < self._window else 0
        self.count += 1
        self.total += value
        if value > self.largest:
            self.largest = value

    def quantile(self, share: float, *, recent: bool = False) -> int:
        """Return a value (nanoseconds) that at least `share` (0..1) of the values do not exceed; 0 without values.

        It is the top of a bucket, so up to 6.25 % above the exact one, and never above the largest value recorded.
        """
        return self._quantiles((share,), recent)[0]

    def _quantiles(self, shares: tuple[float, ...], recent: bool) -> list[int]:
        """Return a quantile for each share, from one pass over the table."""
        count = len(self._latest) if recent else self.count
        if not count:
            return [0] * len(shares)
        seen = list(accumulate(self._recent if recent else self._all))
        found = []
        for share in shares:
            wanted = max(1, min(count, -(-round(share * count * 1_000_000) // 1_000_000)))
            found.append(min(bucket_top(bisect_left(seen, wanted)), self.largest))
        return found

    def summary(self, *, recent: bool = False) -> dict[str, float]:
        """Return p50, p90, p99, p999, max and mean in microseconds, and the count of values."""
        count = len(self._latest) if recent else self.count
        values = self._quantiles((0.5, 0.9, 0.99, 0.999, 1.0), recent)
        report = dict(zip(("p50", "p90", "p99", "p999", "max"), (value / 1000 for value in values), strict=True))
        if not recent:
            report["max"] = self.largest / 1000
            report["mean"] = self.total / self.count / 1000 if self.count else 0.0
        report["count"] = count
        return report

    def buckets(self) -> list[tuple[int, int]]:
        """Return (largest value of the bucket in nanoseconds, count) for every bucket in use."""
        return [(bucket_top(bucket), number) for bucket, number in enumerate(self._all) if number]
