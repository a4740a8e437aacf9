"""A histogram with logarithmic buckets: quantiles of durations over all and over the latest values, each in O(1)."""

from __future__ import annotations

import re
import struct
import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from typing import Final

_BATCH: Final = 256  #: number of values buffered before they are sorted into buckets
#: Offsets of the upper 16 bits of a floating-point number in memory: the first byte, the second.
_UPPER, _LOWER = (7, 6) if sys.byteorder == "little" else (0, 1)


def counted(values: array[float]) -> dict[int, int]:
    """Return how many of the values (type "d", 0 or more) fall into each bucket, with 16 buckets per doubling.

    The upper 16 bits of a value are its bucket: the exponent and the first four bits of the fraction. Reading them
    needs no Python code per value, as long as most values share the first byte, which is the same from 2 to 131,000.
    """
    packed = values.tobytes()
    upper, lower = packed[_UPPER::8], packed[_LOWER::8]
    usual = max(set(upper), key=upper.count, default=0)
    found = Counter({usual << 8 | low: number for low, number in Counter(lower).items()})
    for other in re.finditer(b"[^" + re.escape(bytes((usual,))) + b"]", upper, re.DOTALL):
        low = lower[other.start()]
        found[usual << 8 | low] -= 1
        found[other[0][0] << 8 | low] += 1
    return +found


def bucket_top(bucket: int) -> float:
    """Return the largest number that falls into the bucket."""
    top: float
    (top,) = struct.unpack(">d", struct.pack(">H", bucket) + b"\xff" * 6)
    return top


class Histogram:
    """Durations in nanoseconds: counts over the whole mission, and the latest values for a sliding window.

    `window` is the number of latest values that `recent=True` uses, 1 or more. Memory is fixed: a counter for each of
    about 1,000 buckets at most, and the values of the window. Values are sorted into the buckets in batches, so that
    recording one costs little more than storing it.
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
        self._latest = array("d")
        self._fresh = array("d")
        self._count = 0
        self._total = 0.0
        self._largest = 0.0

    def record(self, value: float) -> None:
        """Count one value, in nanoseconds; a negative one counts as 0."""
        self._fresh.append(value if value > 0 else 0.0)
        if len(self._fresh) >= _BATCH:
            self._settle()

    def extend(self, values: Iterable[float]) -> None:
        """Count values in their order of arrival, in nanoseconds, 0 or more."""
        self._settle()
        batch = array("d", values)
        if not batch:
            return
        table, found = self._all, counted(batch)
        for bucket, number in found.items():
            table[bucket] = table.get(bucket, 0) + number
        self._latest = (self._latest + batch)[-self._window :]
        self._count += len(batch)
        self._total += sum(batch)
        if bucket_top(max(found)) > self._largest:
            self._largest = max(self._largest, max(batch))

    def _settle(self) -> None:
        """Count the values recorded singly since the last call."""
        if self._fresh:
            fresh, self._fresh = self._fresh, array("d")
            self.extend(fresh)

    @property
    def latest(self) -> float:
        """The latest value in nanoseconds, 0 without any."""
        for values in (self._fresh, self._latest):
            if values:
                return values[-1]
        return 0.0

    @property
    def count(self) -> int:
        """How many values there are."""
        return self._count + len(self._fresh)

    @property
    def total(self) -> float:
        """The sum of all values in nanoseconds."""
        self._settle()
        return self._total

    @property
    def largest(self) -> float:
        """The largest value in nanoseconds, 0 without any."""
        self._settle()
        return self._largest

    def quantile(self, share: float, *, recent: bool = False) -> float:
        """Return a value (nanoseconds) that at least `share` (0..1) of the values do not exceed; 0 without values.

        For the latest values it is exact. For all values it is the top of a bucket: up to 6.25 % above the exact one,
        but never above the largest value recorded.
        """
        return self._quantiles((share,), recent)[0]

    def _quantiles(self, shares: tuple[float, ...], recent: bool) -> list[float]:
        """Return a quantile for each share, from one pass over the values."""
        self._settle()
        count = len(self._latest) if recent else self._count
        if not count:
            return [0.0] * len(shares)
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

    def buckets(self) -> list[tuple[float, int]]:
        """Return (largest value of the bucket in nanoseconds, count) for every bucket in use."""
        self._settle()
        return [(bucket_top(bucket), number) for bucket, number in sorted(self._all.items())]
