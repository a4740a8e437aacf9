"""A histogram with logarithmic buckets: quantiles of durations over all and over the latest values, O(1) each."""

from __future__ import annotations

import math
import struct
import sys
from array import array
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

_BATCH: Final = 256  #: values kept before they are sorted in
#: Where the upper 16 bits of a floating-point number stand in memory: the first byte, the second.
_UPPER, _LOWER = (7, 6) if sys.byteorder == "little" else (0, 1)


def counted(values: Sequence[int]) -> dict[int, int]:
    """Return how many of the values, 0 or more, fall into each bucket: exact below 16, then 16 to each doubling.

    A bucket is what the upper 16 bits of the value as a floating-point number say: the exponent and the first four bits
    of the fraction. Reading them off costs no Python code for each value.
    """
    packed = array("d", values).tobytes()
    upper, lower = packed[_UPPER::8], packed[_LOWER::8]
    first = upper[0] if values else 0
    if upper.count(first) == len(values):  # all of one magnitude, as most often: the lower half tells them apart
        base = first << 8
        return {base | low: lower.count(low) for low in set(lower)}
    return Counter(high << 8 | low for high, low in zip(upper, lower, strict=True))


def bucket_top(bucket: int) -> int:
    """Return the largest whole number that falls into the bucket."""
    beyond: float
    (beyond,) = struct.unpack(">d", struct.pack(">H6x", bucket + 1))
    return math.ceil(beyond) - 1


class Histogram:
    """Durations in nanoseconds: counts over the whole mission, and the latest values for a sliding window.

    `window` is the number of latest values that `recent=True` looks at, 1 or more. Memory is fixed: a counter for each
    of at most some 1,000 buckets and the values of the window. Values are sorted into the buckets in batches, so that
    recording one costs little more than keeping it.
    """

    __slots__ = ("_all", "_count", "_fresh", "_largest", "_latest", "_total", "_window")

    def __init__(self, window: int = 1024) -> None:
        if window < 1:
            raise ValueError(f"window must be at least 1, not {window}")
        self._window = window
        self.clear()

    def clear(self) -> None:
        """Forget every value."""
        self._all: dict[int, int] = {}
        self._latest: deque[int] = deque(maxlen=self._window)
        self._fresh: list[int] = []
        self._count = 0
        self._total = 0
        self._largest = 0

    def record(self, value: int) -> None:
        """Count one value, in nanoseconds; a negative one counts as 0."""
        self._fresh.append(value if value > 0 else 0)
        if len(self._fresh) >= _BATCH:
            self._settle()

    def extend(self, values: Sequence[int]) -> None:
        """Count values in the order in which they came, in nanoseconds, 0 or more."""
        self._settle()
        if not values:
            return
        table, found = self._all, counted(values)
        for bucket, number in found.items():
            table[bucket] = table.get(bucket, 0) + number
        self._latest.extend(values)
        self._count += len(values)
        self._total += sum(values)
        if bucket_top(max(found)) > self._largest:
            self._largest = max(self._largest, max(values))

    def _settle(self) -> None:
        """Count the values that were recorded one by one since the last time."""
        if self._fresh:
            fresh, self._fresh = self._fresh, []
            self.extend(fresh)

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
        self._settle()
        return [(bucket_top(bucket), number) for bucket, number in sorted(self._all.items())]
