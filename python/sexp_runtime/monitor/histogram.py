"""A histogram with logarithmic buckets: quantiles of durations over all and over the latest values, O(1) each."""

from __future__ import annotations

import math
import struct
import sys
from array import array
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

BATCH: Final = 512  #: values kept before they are sorted in
#: Where the upper 16 bits of a 64-bit floating-point number are, among its four parts of 16 bits.
_UPPER: Final = 3 if sys.byteorder == "little" else 0


def buckets_of(values: Sequence[int]) -> array[int]:
    """Return the bucket of each value: exact below 16, then 16 buckets to each doubling; those of negatives are < 0.

    A bucket is what the upper 16 bits of the value as a floating-point number say: sign, exponent, and the first four
    bits of the fraction. Reading them off for many values at once costs no Python code for each.
    """
    return array("h", struct.pack(f"{len(values)}d", *values))[_UPPER::4]


def bucket_top(bucket: int) -> int:
    """Return the largest whole number that falls into the bucket, 0 for one of negatives."""
    if bucket < 0:
        return 0
    beyond: float
    (beyond,) = struct.unpack(">d", struct.pack(">h6x", bucket + 1))
    return math.ceil(beyond) - 1


class Histogram:
    """Durations in nanoseconds: counts over the whole mission, and the latest values for a sliding window.

    `window` is the number of latest values that `recent=True` looks at, 1 or more. Memory is fixed: a counter for each
    of at most some 1,000 buckets and the values of the window. Values are sorted into the buckets in batches, so that
    recording one costs little more than keeping it.
    """

    __slots__ = ("_all", "_count", "_fresh", "_largest", "_latest", "_total", "_window", "keep")

    def __init__(self, window: int = 1024) -> None:
        if window < 1:
            raise ValueError(f"window must be at least 1, not {window}")
        self._window = window
        self.clear()

    def clear(self) -> None:
        """Forget every value."""
        self._all: Counter[int] = Counter()
        self._latest: deque[int] = deque(maxlen=self._window)
        self._fresh: list[int] = []
        #: Counts one value as `record` does, for a caller in a hurry who calls `settle` once in `BATCH` values.
        self.keep: Callable[[int], None] = self._fresh.append
        self._count = 0
        self._total = 0
        self._largest = 0

    def record(self, value: int) -> None:
        """Count one value, in nanoseconds."""
        self._fresh.append(value)
        if len(self._fresh) >= BATCH:
            self.settle()

    def settle(self) -> None:
        """Sort the values that came since the last time into the buckets."""
        fresh = self._fresh
        if not fresh:
            return
        self._all.update(buckets_of(fresh))  # counts without a call of Python code for each
        self._latest.extend(fresh)
        self._count += len(fresh)
        self._total += sum(fresh)
        self._largest = max(self._largest, max(fresh))
        fresh.clear()

    @property
    def latest(self) -> int:
        """The latest value in nanoseconds, 0 without any."""
        for values in (self._fresh, self._latest):
            if values:
                return values[-1]
        return 0

    @property
    def count(self) -> int:
        """How many values there are."""
        return self._count + len(self._fresh)

    @property
    def total(self) -> int:
        """The sum of all values in nanoseconds."""
        self.settle()
        return self._total

    @property
    def largest(self) -> int:
        """The largest value in nanoseconds, 0 without any."""
        self.settle()
        return self._largest

    def quantile(self, share: float, *, recent: bool = False) -> int:
        """Return a value (nanoseconds) that at least `share` (0..1) of the values do not exceed; 0 without values.

        Of the latest values it is exact; of all it is the top of a bucket, so up to 6.25 % above the exact one, and
        never above the largest value recorded.
        """
        return self._quantiles((share,), recent)[0]

    def _quantiles(self, shares: tuple[float, ...], recent: bool) -> list[int]:
        """Return a quantile for each share, from one pass over the values."""
        self.settle()
        count = len(self._latest) if recent else self._count
        if not count:
            return [0] * len(shares)
        ranks = [max(1, min(count, -(-round(share * count * 1_000_000) // 1_000_000))) for share in shares]
        if recent:
            ordered = sorted(self._latest)
            return [ordered[rank - 1] for rank in ranks]
        buckets = sorted(self._all)
        seen = list(accumulate(self._all[bucket] for bucket in buckets))
        return [min(bucket_top(buckets[bisect_left(seen, rank)]), self._largest) for rank in ranks]

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
        self.settle()
        return [(bucket_top(bucket), number) for bucket, number in sorted(self._all.items())]
