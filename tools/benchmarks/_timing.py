"""Times several works in turns, so that a temporarily slow machine affects all of them equally."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence


def by_turns(
    *works: tuple[Callable[[], object], int],
    rounds: int = 9,
    average: Callable[[Sequence[float]], float] = statistics.median,
) -> list[float]:
    """Microseconds of CPU time per call of each of the works, called so often in a round: an average of the rounds."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for times, (work, calls) in zip(found, works, strict=True):
            start = time.thread_time_ns()
            for _ in range(calls):
                work()
            times.append((time.thread_time_ns() - start) / calls / 1000)
    return [average(times) for times in found]
