"""`sweep`: play missions with many seeds; how often and when each event and goal came true, and what never did."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

from sexp_runtime.commands.options import positive_int
from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.progress import track_some
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession

#: Most seeds of one sweep.
MOST_SEEDS: Final = 100_000


def seed_range(text: str) -> range:
    """Return the seeds that `FIRST:LAST` or one number says, both ends included; raises ArgumentTypeError."""
    match = re.fullmatch(r"(\d{1,9})(?::(\d{1,9}))?", text)
    found = range(int(match[1]), int(match[2] or match[1]) + 1) if match else range(0)
    if not 0 < len(found) <= MOST_SEEDS:
        raise argparse.ArgumentTypeError(f"{text!r}: seeds are FIRST:LAST, at most {MOST_SEEDS} of them")
    return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("missions", nargs="+", metavar="MISSION", type=Path, help="mission file (.fs2)")
    parser.add_argument("--seeds", type=seed_range, default=range(1, 21), metavar="A:B", help="seeds (default: 1:20)")
    parser.add_argument("--seconds", type=positive_int, default=300, help="mission time of a run (default: 300)")
    parser.add_argument("--fps", type=positive_int, default=60, help="frames per second of mission time (default: 60)")
    parser.add_argument("--jobs", type=positive_int, default=1, metavar="N", help="processes (default: 1)")
    parser.add_argument("--dialect", choices=("auto", "fso", "wcs"), default="auto", help="dialect (default: auto)")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON to FILE, - for standard output")
    parser.epilog = "`sexp run MISSION --seed N` plays a run again. Exit code: 0, or 2 for unreadable missions."


def run(args: argparse.Namespace) -> int:
    """Play all missions with all seeds; 0, or 2 if a mission could not be read."""
    results: list[dict[str, Any]] = []
    code = 0
    for mission in args.missions:
        began = perf_counter()
        play = partial(play_once, str(mission), frames=args.seconds * args.fps, fps=args.fps, dialect=args.dialect)
        try:
            MissionSession.load(mission, dialect=args.dialect, monitor=Mode.OFF).close()
            runs = list(track_some(_played(play, args.seeds, args.jobs), len(args.seeds), mission.stem))
        except (OSError, ValueError) as error:
            print(f"sexp sweep: {mission}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
            code = 2
            continue
        result = {"mission": mission.name, "seconds": args.seconds, **summary(runs)}
        results.append(result)
        if args.json != "-":
            print_summary(result, perf_counter() - began)
    if args.json:
        write_json(args.json, results, indent=1)
    return code


def _played(play: Any, seeds: Sequence[int], jobs: int) -> Iterator[dict[str, Any]]:
    """Yield the run of each seed in the order of the seeds, whichever process plays it."""
    if jobs == 1:
        yield from map(play, seeds)
        return
    with ProcessPoolExecutor(min(jobs, len(seeds)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(play, seeds)


def play_once(path: str, seed: int, *, frames: int, fps: float, dialect: str) -> dict[str, Any]:
    """Play a simulated battle with one seed; return when each event and goal first came true, seconds by index.

    The same mission and seed give the same result in any process.
    """
    with MissionSession.load(path, seed=seed, scenario=True, dialect=dialect, monitor=Mode.OFF) as session:
        events: dict[int, float] = {}
        goals: dict[str, float] = {}

        def came_true(name: str, index: int) -> None:
            events.setdefault(index, session.mission_time)

        def changed(name: str, status: str) -> None:
            goals.setdefault(f"{name.lower()} {status}", session.mission_time)

        session.on_event_satisfied.append(came_true)
        session.on_goal_changed.append(changed)
        for _ in session.play(frames, fps):
            pass
        world = session.world
        return {
            "seed": seed,
            "ended": world.mission_over,
            "seconds": session.mission_time,
            "events": [{"name": one.name, "first": events.get(one.index)} for one in world.events],
            "goals": [
                {
                    "name": one.name,
                    "first": goals.get(f"{one.key} complete") if one.status == "complete" else None,
                    "failed": one.status == "failed",
                }
                for one in world.goals
            ],
        }


def summary(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what runs of one mission have in common: rows of events and goals, and the names of what never came true.

    `share` is that of the runs in which it came true, 0 to 1; `min`, `median` and `max` are first times in seconds.
    """
    events, goals = _rows(runs, "events"), _rows(runs, "goals")
    for index, row in enumerate(goals):
        row["failed_share"] = sum(one["goals"][index]["failed"] for one in runs) / len(runs)
    return {
        "runs": len(runs),
        "ended_share": sum(one["ended"] for one in runs) / len(runs),
        "events": events,
        "goals": goals,
        "never": [row["name"] for row in (*events, *goals) if not row["share"]],
    }


def _rows(runs: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    rows = []
    for index, first in enumerate(runs[0][kind]):
        times = sorted(
            (one[kind][index]["first"], one["seed"]) for one in runs if one[kind][index]["first"] is not None
        )
        row: dict[str, Any] = {"name": first["name"], "share": len(times) / len(runs)}
        if times:
            row |= {
                "min": times[0][0], "median": median(time for time, _ in times), "max": times[-1][0],
                "min_seed": times[0][1], "max_seed": times[-1][1],
            }  # fmt: skip
        rows.append(row)
    return rows


def print_summary(result: dict[str, Any], seconds: float) -> None:
    """Print the rows as a table."""
    print(
        f"{result['mission']}: {result['runs']} runs of {result['seconds']} s in {seconds:.1f} s;"
        f" the mission ended in {100 * result['ended_share']:.0f} %"
    )
    print("    share     first      median        last   (seeds of first and last)")
    for kind in ("event", "goal"):
        for row in result[f"{kind}s"]:
            if not row["share"]:
                continue
            failed = f", failed in {100 * row['failed_share']:.0f} %" if row.get("failed_share") else ""
            print(
                f"  {100 * row['share']:5.1f} % {row['min']:8.2f} s {row['median']:9.2f} s {row['max']:9.2f} s"
                f"   {kind} {row['name']}{failed} ({row['min_seed']}, {row['max_seed']})"
            )
    if result["never"]:
        print(f"  never true: {', '.join(result['never'])}")
