"""The report that the command line, the overlay, the editor tab and GDScript read: its creation and comparison.

Version 1 is a dictionary of plain values (numbers, texts, lists, dictionaries), documented in docs/report-format.md:
`version`, `mission`, `engine`, `loops`, `mode`, `mission_time` (s), `frames`, `sampled_frames`, `operators_every`,
`frame_time_us`, `frame_time_recent_us`, `counters`, `hit_rate`, `cache`, `memory`, `formulas`, `operators`, `calls`,
`causes`, `slowest`, `over_budget`.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

from sexp_runtime import loops
from sexp_runtime.cache.contract import CacheInfo
from sexp_runtime.monitor.performance import SexpPerformanceMonitor

REPORT_VERSION: Final = 1
#: Counters of an engine that every report carries.
COUNTERS: Final = ("requests", "evaluations", "hits", "invalidations", "permanents", "errors", "stale_results")


class Reported(Protocol):
    """The source of a report; a session implements it."""

    mission_name: str
    monitor: SexpPerformanceMonitor

    @property
    def engine(self) -> str:
        """The engine's name."""

    @property
    def is_interpreting(self) -> bool:
        """Whether the engine interprets every formula, so that its operators are visible in every evaluation."""

    @property
    def mission_time(self) -> float:
        """Seconds of mission time."""

    def counters(self) -> dict[str, int]:
        """The sums of the engines' counters."""

    def cache_info(self) -> CacheInfo:
        """The expression cache's counters."""

    def slots(self) -> int:
        """How many formulas have a slot with a cached result."""

    def memory(self) -> dict[str, int]:
        """Bytes held, by part."""

    def owner_of(self, kind: str, index: int) -> str:
        """The name of a formula, as `event "Name"`."""


def build_statistics(session: Reported) -> dict[str, Any]:
    """Return the numbers of a session that monitors show; times are microseconds."""
    counted = session.counters()
    info = session.cache_info()
    requests = counted["requests"] + info.hits + info.misses
    hits = counted["hits"] + info.hits
    times = session.monitor.frame_times
    return {
        "frames": counted["frames"],
        "requests": requests,
        "evaluations": counted["evaluations"] + info.misses,
        "hits": hits,
        "hit_rate": hits / requests if requests else 0.0,
        "invalidations": counted["invalidations"] + info.invalidations,
        "evictions": sum(info.evictions.values()),
        "cached_expressions": info.currsize + session.slots(),
        "errors": counted["errors"] + info.errors,
        "stale_results": counted["stale_results"],
        "frame_time_us": {
            "last": session.monitor.last_frame_ns / 1000,
            "median": times.quantile(0.5) / 1000,
            "p99": times.quantile(0.99) / 1000,
            "max": times.largest / 1000,
        },
    }


def build_report(session: Reported, *, most: int | None = None) -> dict[str, Any]:
    """Return the current report of a session; lists are cut to `most` rows, None for all."""
    monitor = session.monitor
    counters = session.counters()
    requests = counters.get("requests", 0)
    info = session.cache_info()
    formulas = sorted(monitor.formulas.values(), key=lambda row: -row.total_ns)
    operators = sorted(monitor.operators.values(), key=lambda row: -row.self_ns)
    causes = sorted(monitor.causes.items(), key=lambda item: (-item[1], item[0]))
    calls = sorted(monitor.calls.items(), key=lambda item: (-item[1], item[0]))
    return {
        "version": REPORT_VERSION,
        "mission": session.mission_name,
        "engine": session.engine,
        "loops": loops.LANGUAGE,
        "mode": monitor.mode.value,
        "mission_time": session.mission_time,
        "frames": monitor.frames,
        "sampled_frames": monitor.sampled_frames,
        "operators_every": 1 if session.is_interpreting else monitor.operators_every,
        "frame_time_us": monitor.frame_times.summary(),
        "frame_time_recent_us": monitor.frame_times.summary(recent=True),
        "counters": {name: counters.get(name, 0) for name in COUNTERS},
        "hit_rate": counters.get("hits", 0) / requests if requests else 0.0,
        "cache": {
            "hits": info.hits, "misses": info.misses, "hit_rate": info.hit_rate, "currsize": info.currsize,
            "maxsize": info.maxsize, "bytes": info.bytes, "max_bytes": info.max_bytes,
            "invalidations": info.invalidations, "expirations": info.expirations, "refusals": info.refusals,
            "errors": info.errors, "evictions": info.evictions,
        },
        "memory": session.memory(),
        "formulas": [
            {
                "kind": row.kind, "index": row.index, "owner": session.owner_of(row.kind, row.index),
                "evaluations": row.evaluations, "total_us": row.total_ns / 1000,
                "mean_us": row.total_ns / 1000 / row.evaluations, "max_us": row.largest_ns / 1000,
                "last_value": row.last_value, "last_cause": row.last_cause,
                "causes": dict(sorted(row.causes.items(), key=lambda item: (-item[1], item[0]))[:8]),
            }
            for row in formulas[:most]
        ],
        "operators": [
            {
                "name": row.name, "calls": row.calls, "self_us": row.self_ns / 1000,
                "inclusive_us": row.inclusive_ns / 1000,
            }
            for row in operators[:most]
        ],
        "calls": [{"caller": pair[0], "callee": pair[1], "calls": number} for pair, number in calls[:most]],
        "causes": [{"cause": cause, "evaluations": number} for cause, number in causes[:most]],
        "slowest": [
            {"owner": owner, "us": ns / 1000, "cause": cause, "time": time}
            for ns, _serial, owner, cause, time in sorted(monitor.slowest, reverse=True)[:most]
        ],
        "over_budget": {"count": monitor.overrun_count, "latest": list(monitor.overruns[:most])},
    }  # fmt: skip


def difference(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """Return the difference of two reports of one session: counts and totals subtracted, row by row.

    Quantiles, sizes and latest values cannot be subtracted and are those of the later report. Raises ValueError for
    reports of different versions or missions, and if the earlier one is not earlier (a reset between them).
    """
    if earlier["version"] != later["version"] or earlier["mission"] != later["mission"]:
        raise ValueError("the reports are not of one mission and version")
    if earlier["frames"] > later["frames"]:
        raise ValueError("the first report is not the earlier one, or the monitor was reset between them")
    result = dict(later)
    for name in ("frames", "sampled_frames", "mission_time"):
        result[name] = later[name] - earlier[name]
    result["counters"] = {name: number - earlier["counters"][name] for name, number in later["counters"].items()}
    requests = result["counters"]["requests"]
    result["hit_rate"] = result["counters"]["hits"] / requests if requests else 0.0
    cache = dict(later["cache"])
    for name in ("hits", "misses", "invalidations", "expirations", "refusals", "errors"):
        cache[name] -= earlier["cache"][name]
    lookups = cache["hits"] + cache["misses"]
    cache["hit_rate"] = cache["hits"] / lookups if lookups else 0.0
    cache["evictions"] = {
        cause: number - earlier["cache"]["evictions"].get(cause, 0) for cause, number in cache["evictions"].items()
    }
    result["cache"] = cache
    result["formulas"] = _rows(earlier["formulas"], later["formulas"], ("kind", "index"), ("evaluations", "total_us"))
    for row in result["formulas"]:
        row["mean_us"] = row["total_us"] / row["evaluations"]
    result["operators"] = _rows(
        earlier["operators"], later["operators"], ("name",), ("calls", "self_us", "inclusive_us")
    )
    result["calls"] = _rows(earlier["calls"], later["calls"], ("caller", "callee"), ("calls",))
    result["causes"] = _rows(earlier["causes"], later["causes"], ("cause",), ("evaluations",))
    return result


def _rows(
    earlier: list[dict[str, Any]], later: list[dict[str, Any]], keys: tuple[str, ...], amounts: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Subtract rows with equal keys; omits rows without any change."""
    before = {tuple(row[key] for key in keys): row for row in earlier}
    rows = []
    for row in later:
        old = before.get(tuple(row[key] for key in keys))
        if old is not None:
            row = {**row, **{amount: row[amount] - old[amount] for amount in amounts}}
        if row[amounts[0]]:
            rows.append(row)
    return rows
