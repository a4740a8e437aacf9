"""Counters that every engine keeps, under the same names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class EngineCounters:
    """Plain counts since the mission started.

    `requests` are evaluations that the naive engine makes, `evaluations` those really made, `hits` the difference;
    `invalidations` marks set by facts, `permanents` slots retired for good, `errors` exceptions of operators,
    `stale_results` wrong answers found by a self-check. `rehearsals` are evaluations made before the first frame, which
    nobody had requested yet.
    """

    frames: int = 0
    requests: int = 0
    evaluations: int = 0
    hits: int = 0
    invalidations: int = 0
    permanents: int = 0
    errors: int = 0
    stale_results: int = 0
    rehearsals: int = 0
