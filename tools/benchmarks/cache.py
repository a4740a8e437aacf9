"""ExpressionCache: a hit beside dict.get, functools.lru_cache and cachetools; put with eviction; whole evaluations."""

from __future__ import annotations

import argparse
import functools
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "python"))

from sexp_runtime.cache.expression_cache import ExpressionCache  # noqa: E402
from sexp_runtime.session import MissionSession  # noqa: E402
from sexp_runtime.world.facts import FactBoard  # noqa: E402

MISSION = """#Mission Info
$Version: 24.2
$Name: Bench
#Sexp_variables
$Variables:
(
	0	"a"	"0"	"number"
	1	"b"	"0"	"number"
)
#Events
#End
"""
EXPRESSION = "( and ( > ( + @a[0] 1 ) 0 ) ( or ( < @b[0] 5 ) ( = @a[0] @b[0] ) ) ( not ( = @a[0] 99 ) ) )"
ROUNDS = 9


class Clock:
    """A stopped clock."""

    us = 0


def nanoseconds(work: Callable[[], object], operations: int) -> float:
    """Return the processor time in nanoseconds of one of the operations that one call of work makes."""
    began = time.process_time_ns()
    work()
    return (time.process_time_ns() - began) / operations


def by_turns(works: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """Return the median nanoseconds of each, measured by turns so that other load falls on all alike."""
    samples: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, (work, operations) in works.items():
            samples[name].append(nanoseconds(work, operations))
    return {name: statistics.median(values) for name, values in samples.items()}


def measure_hits(entries: int) -> dict[str, float]:
    """Return nanoseconds of a hit by kind of cache."""
    keys = [(number, f"( > @v{number}[0] {number} )", None) for number in range(entries)]
    hot = keys[:: max(1, entries // 500)] * 20
    plain = dict.fromkeys(keys, 1)
    cache = ExpressionCache(FactBoard(), Clock(), maxsize=entries, max_bytes=1 << 30)
    for key in keys:
        cache.put(key, 1, facts=[("var", key[0] % 100)])
    memo = functools.lru_cache(maxsize=entries)(lambda key: 1)
    for key in keys:
        memo(key)

    def loop(read: Callable[[Any], object]) -> Callable[[], None]:
        def run() -> None:
            for key in hot:
                read(key)

        return run

    works: dict[str, tuple[Callable[[], object], int]] = {
        "dict.get": (loop(plain.get), len(hot)),
        "ExpressionCache.get": (loop(cache.get), len(hot)),
        "functools.lru_cache": (loop(memo), len(hot)),
    }
    try:
        import cachetools
    except ImportError:
        pass
    else:
        other: Any = cachetools.LRUCache(entries)
        other.update(plain)
        works["cachetools.LRUCache.get"] = (loop(other.get), len(hot))
    return by_turns(works)


def measure_puts(entries: int) -> dict[str, float]:
    """Return nanoseconds of a put into a full cache, each evicting one entry with two facts."""
    cache = ExpressionCache(FactBoard(), Clock(), maxsize=entries, max_bytes=1 << 30)
    for number in range(entries):
        cache.put((number,), 1, facts=[("var", number % 250), ("ship", f"s{number % 200}", "hull")])
    number = entries
    count = 5_000

    def run() -> None:
        nonlocal number
        for _ in range(count):
            cache.put((number,), 1, facts=[("var", number % 250), ("ship", f"s{number % 200}", "hull")])
            number += 1

    result = by_turns({"put with eviction": (run, count)})
    cache.check_valid()
    return result


def measure_evaluate() -> dict[str, float]:
    """Return nanoseconds of evaluate(text) on a hit, after a change, and without a cached form of the text."""
    session, other = MissionSession.load(MISSION), MissionSession.load(MISSION)
    numbers = iter(range(10**9))
    session.evaluate(EXPRESSION)

    def hit() -> None:
        for _ in range(1_000):
            session.evaluate(EXPRESSION)

    def changed() -> None:
        for number in range(1_000):
            session.set_variable("b", number % 7)
            session.evaluate(EXPRESSION)

    def new_text() -> None:
        for _ in range(50):
            other.evaluate(f"( > ( + @a[0] @b[0] ) {next(numbers)} )")

    return by_turns(
        {"evaluate, hit": (hit, 1_000), "evaluate, changed": (changed, 1_000), "evaluate, new": (new_text, 50)}
    )


def main() -> int:
    """Measure and print a table; --json FILE writes the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers as JSON")
    args = parser.parse_args()
    results: dict[str, Any] = {}
    for entries in (1_000, 100_000):
        hits = measure_hits(entries)
        base = hits["dict.get"]
        print(f"hit, {entries:,} entries")
        for name, ns in hits.items():
            print(f"  {name:<26} {ns:8.1f} ns  {ns / base:5.2f} times dict.get")
        puts = measure_puts(entries)
        print(f"  {'put with eviction':<26} {puts['put with eviction'] / 1000:8.2f} us")
        results[str(entries)] = {
            "ns": {**hits, **puts},
            "hit_ratio": hits["ExpressionCache.get"] / base,
            "goals": {"hit_ratio": 6.0, "put_us": 10.0},
        }
    whole = measure_evaluate()
    for name, ns in whole.items():
        print(f"{name:<28} {ns / 1000:8.2f} us")
    results["evaluate_ns"] = whole
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
