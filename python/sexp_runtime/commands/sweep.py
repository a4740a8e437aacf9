"""`sweep`: play missions with many seeds; how often and when each event and goal came true, and what never did."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from sexp_runtime.analysis.sweep import Sweep, Task, compare, make_task, merge, summary
from sexp_runtime.analysis.sweep_backends import ClusterError, play_here, play_on_dask
from sexp_runtime.analysis.sweep_page import sweep_page
from sexp_runtime.commands.options import positive_int
from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.progress import track_some
from sexp_runtime.commands.tables import wrapped
from sexp_runtime.files import write_text

#: Most seeds of one sweep.
MOST_SEEDS: Final = 100_000
#: The word before files of runs; without it, the arguments are missions.
MERGE: Final = "merge"


def seed_range(text: str) -> range:
    """Return the seeds of `FIRST:LAST` (both included) or of one number; raises ArgumentTypeError."""
    match = re.fullmatch(r"(\d{1,9})(?::(\d{1,9}))?", text)
    found = range(int(match[1]), int(match[2] or match[1]) + 1) if match else range(0)
    if not 0 < len(found) <= MOST_SEEDS:
        raise argparse.ArgumentTypeError(f"{text!r}: expected FIRST:LAST, at most {MOST_SEEDS} seeds")
    return found


def shard(text: str) -> tuple[int, int]:
    """Return number and count of a shard `2/8`; raises ArgumentTypeError."""
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise argparse.ArgumentTypeError(f"{text!r}: expected NUMBER/COUNT, such as 1/8")
    return int(match[1]), int(match[2])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "missions", nargs="+", metavar="MISSION", type=Path,
        help=f"mission file (.fs2); or the word {MERGE} and files that --json wrote, to join their runs",
    )  # fmt: skip
    parser.add_argument("--seeds", type=seed_range, default=range(1, 21), metavar="A:B", help="seeds (default: 1:20)")
    parser.add_argument("--seconds", type=positive_int, default=300, help="mission time of a run (default: 300)")
    parser.add_argument("--fps", type=positive_int, default=60, help="frames per second of mission time (default: 60)")
    parser.add_argument("--dialect", choices=("auto", "fso", "wcs"), default="auto", help="dialect (default: auto)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=positive_int, default=1, metavar="N", help="processes (default: 1)")
    where.add_argument("--dask", metavar="ADDRESS", help="play on the Dask cluster whose scheduler is at ADDRESS")
    parser.add_argument("--shard", type=shard, default=(1, 1), metavar="I/N", help="play only the I-th of N parts")
    parser.add_argument(
        "--against", metavar="FILE", type=Path,
        help="compare with another version of the mission (.fs2), or with runs that --json wrote",
    )  # fmt: skip
    parser.add_argument("--json", metavar="FILE", help="write the runs as JSON to FILE, - for standard output")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write a page with tables and plots to FILE")
    parser.epilog = (
        "A run depends on mission, seed and settings, not on where it is played: `sexp run MISSION --seed N` plays it"
        " again. Exit code: 0, or 2 for what cannot be read or played."
    )


def run(args: argparse.Namespace) -> int:
    """Play all missions with all seeds, or join runs; 0, or 2 if something could not be read or played."""
    code = 0
    sweeps: list[Sweep] = []
    seconds: list[float | None] = []
    if str(args.missions[0]) == MERGE:
        try:
            sweeps = merge([sweep for path in args.missions[1:] for sweep in read_sweeps(path)])
        except (OSError, ValueError) as error:
            return _complain(args.missions[-1], error)
        if not sweeps:
            return _complain(MERGE, ValueError("name files that `sexp sweep --json` wrote"))
        seconds = [None] * len(sweeps)
    else:
        for mission in args.missions:
            began = perf_counter()
            try:
                sweeps.append(_swept(args, make_task(mission, **_settings(args)), mission.stem))
            except (OSError, ValueError, ClusterError, ImportError) as error:
                code = _complain(mission, error)
                continue
            seconds.append(perf_counter() - began)
    differences: dict[str, list[dict[str, Any]]] = {}
    if args.against is not None and sweeps:
        try:
            differences = _compared(args, sweeps)
        except (OSError, ValueError, ClusterError) as error:
            code = _complain(args.against, error)
    if args.html is not None and sweeps:
        write_text(args.html, sweep_page(sweeps, differences))
    if args.json:
        write_json(args.json, [sweep.as_dict() for sweep in sweeps])
    if args.json != "-":
        for sweep, took in zip(sweeps, seconds, strict=True):
            print_summary(sweep, took)
        for title, rows in differences.items():
            print_differences(title, rows)
    return code


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    return {"seconds": args.seconds, "fps": args.fps, "dialect": args.dialect}


def _complain(subject: object, error: Exception) -> int:
    print(f"sexp sweep: {subject}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
    return 2


def _swept(args: argparse.Namespace, task: Task, label: str) -> Sweep:
    """Play this shard's seeds of a mission."""
    number, count = args.shard
    seeds: Sequence[int] = args.seeds[number - 1 :: count]
    if not seeds:
        raise ValueError(f"shard {number}/{count} has no seeds")
    runs: Iterator[dict[str, Any]]
    runs = play_on_dask(task, seeds, args.dask) if args.dask else play_here(task, seeds, args.jobs)
    return Sweep.of(task, list(track_some(runs, len(seeds), label)))


def read_sweeps(path: Path) -> list[Sweep]:
    """Return the sweeps in a file that `--json` wrote; raises OSError, or ValueError for another file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise ValueError(f"{path} holds no runs of a sweep")
    return [Sweep.from_dict(row) for row in data]


def _compared(args: argparse.Namespace, sweeps: Sequence[Sweep]) -> dict[str, list[dict[str, Any]]]:
    """Compare each sweep with the other version; return the rows by title."""
    found = {}
    if args.against.suffix.lower() == ".json":
        olds = {old.settings["mission"]: old for old in read_sweeps(args.against)}
    else:
        old = _swept(args, make_task(args.against, **_settings(args)), args.against.stem)
        olds = {sweep.settings["mission"]: old for sweep in sweeps}
    for sweep in sweeps:
        name = sweep.settings["mission"]
        if name not in olds:
            raise ValueError(f"it has no runs of {name}")
        found[f"{name}, compared with {args.against.name}"] = compare(olds[name], sweep)
    return found


def print_summary(sweep: Sweep, seconds: float | None) -> None:
    """Print the rows as a table."""
    found = summary(sweep)
    took = "" if seconds is None else f" in {seconds:.1f} s"
    head = (
        f"{sweep.settings['mission']}: {found['runs']} runs of {sweep.settings['seconds']} s{took};"
        f" the mission ended in {found['ended_share']:.0%}"
    )
    print("\n".join(wrapped("", head)))
    print("    share     first      median        last   (seeds of first and last)")
    for kind in ("event", "goal"):
        for row in found[f"{kind}s"]:
            if not row["share"]:
                continue
            failed = f", failed in {row['failed_share']:.0%}" if row.get("failed_share") else ""
            print(
                f"  {row['share']:7.1%} {row['min']:8.2f} s {row['median']:9.2f} s {row['max']:9.2f} s"
                f"   {kind} {row['name']}{failed} ({row['min_seed']}, {row['max_seed']})"
            )
    if found["never"]:
        print("\n".join(wrapped("  ", f"never true: {', '.join(found['never'])}")))
    costs = ", ".join(f"{name} {low:.0f} to {high:.0f}" for name, (low, _, high) in found["frame_us"].items())
    print("\n".join(wrapped("  ", f"frame in microseconds, simulator included, over the runs: {costs}")))
    worst = ", ".join(f"{name}: seed {seed}" for name, seed in found["worst"].items())
    print("\n".join(wrapped("  ", f"worst: {worst}")))
    for odd in found["odd"]:
        print("\n".join(wrapped("  ", f"odd: seed {odd['seed']}: {', '.join(odd['reasons'][:4])}")))
    print(f"  again: {sweep.replay_command(found['worst']['slowest'])}")


def print_differences(title: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print what differs between two versions."""
    print(f"{title}: {len(rows)} events and goals differ" if rows else f"{title}: no difference in any run")
    for row in rows:
        shares = " -> ".join("absent" if share is None else f"{share:.1%}" for share in (row["old"], row["new"]))
        times = " -> ".join(
            "never" if time is None else f"{time:.2f} s" for time in (row["old_median"], row["new_median"])
        )
        seeds = f", seeds {', '.join(str(seed) for seed in row['seeds'])}" if row["seeds"] else ""
        print(f"  {row['kind']} {row['name']}: {shares}; median {times}; {row['differ']} runs differ{seeds}")
