"""The cached engine beside the naive one: idle, dirty and busy frames, real missions with battles, memory."""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tracemalloc
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / "python"), str(Path(__file__).parent)]

from _blame import blame, lines  # noqa: E402
from _busy import busy  # noqa: E402
from _missions import AIMS, play  # noqa: E402
from _synthetic import MOVING, VARIABLES, build, build_moving, in_python  # noqa: E402
from _timing import by_turns  # noqa: E402

from sexp_runtime import loops  # noqa: E402
from sexp_runtime.events.cached import CachedEventManager  # noqa: E402
from sexp_runtime.rules.manager import MissionEventManager  # noqa: E402

#: The targets: each number, by its name below, is at most this.
GOALS = {
    "idle_share_1000": 1 / 100,
    "idle_us_1000": 5.0,
    "idle_growth": 1.3,
    "dirty_ratio": 1.5,
    "mass_dirty_ratio": 1.1,
    "moving_ratio": 1.1,
    "moving_ratio_pairs": 1.1,
    "busy_ratio_worst": 1.1,
    **AIMS,
    "worst_later_ms": AIMS["worst_ms"],
    "memory_mb": 10.0,
    "memory_error": 0.1,
}


def synthetic(*counts: int) -> list[dict[str, float]]:
    """Idle, dirty and mass-dirty frames of so many formulas of 15 nodes, for each of the counts."""
    sides = []
    for count in counts:
        managers = [build(count, engine) for engine in ("cached", "plain", "compiled")]
        for manager in managers:
            for _ in range(3):
                manager.frame()
        sides.append(managers)
    idle = by_turns(*((managers[0].frame, 2000) for managers in sides))
    return [
        {"idle_us": us, **_dirty(*managers, count)} for us, managers, count in zip(idle, sides, counts, strict=True)
    ]


def _dirty(
    cached: MissionEventManager, plain: MissionEventManager, naive: MissionEventManager, count: int
) -> dict[str, float]:
    """Dirty and mass-dirty frames, with the innermost loops in C and in Python, and the same without a cache."""
    assert isinstance(cached, CachedEventManager) and isinstance(plain, CachedEventManager)
    untouched = naive.world.variables
    tick = 0

    def write(table: Any) -> None:
        nonlocal tick
        tick += 1
        for index in range(0, VARIABLES, VARIABLES // 5):
            table.set_number(index, tick % 90 + 1)

    def write_and_run(manager: CachedEventManager) -> None:
        write(manager.world.variables)
        manager.frame()

    def everything(manager: CachedEventManager) -> None:
        manager.events.table.dirty.flags[:] = b"\x01" * count
        manager.timers.pending[0] = 1
        manager.frame()

    sample = cached.events.evaluators[:: max(1, count // 100)]

    def evaluate() -> None:
        for evaluator in sample:
            evaluator()

    before = cached.counters.evaluations, cached.counters.frames
    # The writes alone are made without readers: no formula of the naive world has edges.
    both, both_plain, alone, evaluated = by_turns(
        (lambda: write_and_run(cached), 200),
        (in_python(lambda: write_and_run(plain)), 200),
        (lambda: write(untouched), 500),
        (evaluate, 300),
        rounds=31,  # each is short: what disturbs one must not count
    )
    dirty = (cached.counters.evaluations - before[0]) / (cached.counters.frames - before[1])
    frames = max(3, 20_000 // count)
    naive_us, mass_us, mass_plain_us = by_turns(
        (naive.frame, frames), (lambda: everything(cached), frames), (lambda: everything(plain), frames)
    )
    return {
        "naive_us": naive_us,
        "dirty": dirty,
        "dirty_us": (both - alone) / dirty,
        "dirty_plain_us": (both_plain - alone) / dirty,
        "bare_us": evaluated / len(sample),
        "naive_formula_us": naive_us / count,
        "mass_us": mass_us,
        "mass_plain_us": mass_plain_us,
    }


def moving(count: int) -> dict[str, float]:
    """Frames of so many formulas when everything moves, with a cache and without.

    They compare one distance, or the distances of as many pairs of ships.
    """
    cached, naive = build_moving(count, "cached"), build_moving(count, "compiled")
    cached_pairs, naive_pairs = (build_moving(count, engine, pairs=True) for engine in ("cached", "compiled"))
    tick = 0

    def fly(manager: MissionEventManager) -> None:
        nonlocal tick
        tick += 1
        world = manager.world
        for number in range(MOVING + 1):
            world.move_ship(world.ships[f"ship {number}"], (1000.0 * number, float(tick), 0.0))
        world.clock.advance_to(world.clock.us + 16_667)
        manager.frame()

    one_us, naive_us, pairs_us, naive_pairs_us = by_turns(
        (lambda: fly(cached), 50),
        (lambda: fly(naive), 50),
        (lambda: fly(cached_pairs), 50),
        (lambda: fly(naive_pairs), 50),
    )
    return {
        "one_us": one_us,
        "naive_us": naive_us,
        "pairs_us": pairs_us,
        "naive_pairs_us": naive_pairs_us,
    }


def memory(path: Path) -> dict[str, float]:
    """The bytes that the engine reports for a mission, and those that tracemalloc measures while it is built."""
    from sexp_runtime.events.cached_cues import CachedCueManager
    from sexp_runtime.mission.reader import load_mission
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World

    mission = load_mission(path).mission
    world = World(mission, mission.dialect, 1)
    context = EvaluationContext(world, dialect=mission.dialect)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    cues = CachedCueManager(world, mission, context)
    events = CachedEventManager(world, context)
    cues.load()
    for _ in range(3):
        world.clock.advance_to(world.clock.us + 16_667)
        cues.frame()
        events.frame()
    gc.collect()
    seen = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    said = sum(events.nbytes().values()) + sum(cues.nbytes().values())
    formulas = len(world.events) + len(world.goals) + len(cues.cues)
    return {"said": said, "seen": seen, "formulas": formulas}


def main() -> int:
    """Measure, print a table with the goals, and write the numbers as JSON with `--json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--missions", type=Path, default=PROJECT.parent / "shared" / "missions" / "wc-saga",
                        help="folder of missions to play (default: the WC Saga ones beside the project)")  # fmt: skip
    parser.add_argument("--only", type=int, metavar="N", help="play the first N missions only, 0 for none")
    parser.add_argument("--seconds", type=float, default=600.0, help="mission time of each (default: 600)")
    parser.add_argument("--fps", type=float, default=60.0, help="frames per second (default: 60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--brief", action="store_true",
                        help="do not play missions that miss an aim again to find what in them does")  # fmt: skip
    parser.add_argument(
        "--plot", metavar="FILE", help="write a page that plots the missions' frame times to FILE (.html)"
    )
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE, - for standard output")
    args = parser.parse_args()
    small, large = synthetic(1000, 10_000)
    flying = moving(100)
    everything = busy(200)
    results: dict[str, Any] = {
        "synthetic_1000": small, "synthetic_10000": large, "moving_100": flying, "busy_200": everything,
    }  # fmt: skip
    busy_ratios = {name: found["cached_us"] / found["naive_us"] for name, found in everything.items()}
    summary = {
        "idle_us_1000": small["idle_us"],
        "idle_share_1000": small["idle_us"] / small["naive_us"],
        "idle_growth": large["idle_us"] / small["idle_us"],
        "dirty_ratio": small["dirty_us"] / small["bare_us"],
        "dirty_ratio_plain": small["dirty_plain_us"] / small["bare_us"],
        "dirty_to_naive": small["dirty_us"] / small["naive_formula_us"],
        "mass_dirty_ratio": small["mass_us"] / small["naive_us"],
        "mass_dirty_ratio_plain": small["mass_plain_us"] / small["naive_us"],
        "moving_ratio": flying["one_us"] / flying["naive_us"],
        "moving_ratio_pairs": flying["pairs_us"] / flying["naive_pairs_us"],
        "busy_ratio": statistics.median(busy_ratios.values()),
        "busy_ratio_worst": max(busy_ratios.values()),
    }
    missions = sorted(args.missions.glob("*.fs2"))
    if not missions:
        print(f"no missions are played or weighed: there are none in {args.missions} (--missions)", file=sys.stderr)
    played = []
    for path in missions[: args.only]:
        found = play(path, args.seconds, args.fps, args.seed)
        played.append(found)
        print(_line(found), file=sys.stderr)
        if found["misses"] and not args.brief:
            found["blame"] = blame(path, args.fps, args.seed, found)
        del found["slow_frames"]
    if played:
        results["missions"] = played
        summary |= {
            "evaluations_share": sum(m["evaluations"] for m in played) / sum(m["requests"] for m in played),
            "median_share": statistics.median(m["median_us"] / m["naive_median_us"] for m in played),
            "p99_share": statistics.median(m["p99_us"] / m["naive_p99_us"] for m in played),
            "worst_ms": max(m["worst_us"] for m in played) / 1000,
            "worst_later_ms": max((m["worst_later"]["us"] for m in played if m["worst_later"]), default=0.0) / 1000,
        }
    blamed = [found for found in played if "blame" in found]
    if blamed:
        summary["of_which_act"] = sum(m["blame"]["must_run"] for m in blamed) / sum(m["evaluations"] for m in blamed)
    if missions:
        weighed = [(memory(path), path) for path in missions]
        held, largest = max(weighed, key=lambda found: found[0]["said"])
        # Python's own table of interned names grows by a megabyte at once now and then; never twice in a row.
        held = min(held, memory(largest), key=lambda found: found["seen"])
        results["memory"] = held
        summary |= {"memory_mb": held["said"] / 1e6, "memory_error": abs(held["said"] - held["seen"]) / held["seen"]}
    results["summary"] = summary
    if loops.LANGUAGE != "c":
        print("the innermost loops are those in Python: no others are compiled or wanted here", file=sys.stderr)
    out = sys.stderr if args.json == "-" else sys.stdout
    print("everything changes in every frame, cached to naive:", file=out)
    for name, ratio in busy_ratios.items():
        print(f"  {name:22} {ratio:10.2f}", file=out)
    for found in played:
        if "blame" in found:
            print(*lines(found), sep="\n", file=out)
    if played:
        for name, aim in AIMS.items():
            missed = [found["mission"].split("-")[0] for found in played if name in found["misses"]]
            print(f"{name} above {aim:.3g} in {len(missed)} of {len(played)} missions: {', '.join(missed)}", file=out)
    for name, value in summary.items():
        goal = GOALS.get(name)
        verdict = "" if goal is None else f"   goal <= {goal:.4g}: {'met' if value <= goal else 'MISSED'}"
        print(f"{name:22} {value:12.4f}{verdict}", file=out)
    if args.plot and played:
        _plot(played, args.plot)
    if args.json == "-":
        print(json.dumps(results))
    elif args.json:
        Path(args.json).write_text(json.dumps(results) + "\n", encoding="utf-8")
    return 0


def _line(found: dict[str, Any]) -> str:
    return (
        f"{found['mission'][:24]:24} {found['formulas']:5d} formulas, {found['frames']:6d} frames, evaluations "
        f"{100 * found['evaluations'] / max(1, found['requests']):5.2f} %, median {found['median_us']:7.1f} of "
        f"{found['naive_median_us']:7.1f} us, p99 {found['p99_us']:7.1f} of {found['naive_p99_us']:7.1f} us, "
        f"worst {found['worst_us']:7.1f} us"
    )


def _plot(played: list[dict[str, Any]], file: str) -> None:
    from sexp_runtime.analysis.plots import Plots, cell, table

    plots = Plots()
    keys = {"naive_median_us": "naive", "p99_us": "cached, 99th percentile", "median_us": "cached"}
    data = [list(range(1, len(played) + 1)), *([found[key] for found in played] for key in keys)]
    body = plots.add("mission", "microseconds a frame", data, list(keys.values()), log=True, points=True, unit="us")
    rows = [cell(number, "d") + cell(found["mission"]) for number, found in enumerate(played, 1)]
    page = plots.page("Frame times", body + table([("number", False), ("mission", True)], rows))
    Path(file).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
