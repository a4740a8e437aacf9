"""`profile`: play a mission with the simulator and show where evaluation time goes."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sexp_runtime.analysis.page import profile_page
from sexp_runtime.analysis.profiling import Profile, profile_run
from sexp_runtime.analysis.speedscope import speedscope_file
from sexp_runtime.commands.options import finite_number, positive_int
from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.progress import track_some
from sexp_runtime.commands.tables import text_table
from sexp_runtime.engines import ENGINES
from sexp_runtime.files import write_text
from sexp_runtime.monitor.performance import Mode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("mission", type=Path, help="the mission file")
    parser.add_argument("--seconds", type=finite_number, default=600.0, help="mission time to play (default 600)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the battle and of random operators (default 1)")
    parser.add_argument("--fps", type=positive_int, default=60, help="frames a second (default 60)")
    parser.add_argument("--engine", choices=ENGINES, default="cached", help="the engine (default cached)")
    parser.add_argument(
        "--mode", choices=[mode.value for mode in Mode if mode is not Mode.OFF], default=None,
        help="how closely to measure (default sampled; full with --speedscope)",
    )  # fmt: skip
    parser.add_argument("--most", type=int, default=15, help="rows of each table (default 15)")
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="write a page with plots, the costliest formulas and hints"
    )
    parser.add_argument("--speedscope", type=Path, metavar="FILE", help="write a flame graph file")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the per-second numbers as CSV")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON, - for standard output")


def run(args: argparse.Namespace) -> int:
    """Run the command; 2 for a mission that cannot be loaded."""
    mode = Mode(args.mode) if args.mode else Mode.FULL if args.speedscope else Mode.SAMPLED
    try:
        profile = _profile(args, mode)
        if args.html:
            write_text(args.html, profile_page(profile))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if args.speedscope:
        content = speedscope_file(profile.report["mission"], profile.stacks)
        write_text(args.speedscope, json.dumps(content))
    if args.csv:
        _write_csv(args.csv, profile)
    if args.json:
        write_json(args.json, profile.report)
    if args.json != "-":
        _show(profile.report, args.most)
        for path in (args.html, args.speedscope, args.csv):
            if path:
                print(f"wrote {path}")
    return 0


def _profile(args: argparse.Namespace, mode: Mode) -> Profile:
    return profile_run(
        args.mission, seconds=args.seconds, seed=args.seed, engine=args.engine, mode=mode, fps=args.fps,
        closer=args.html is not None,
        progress=lambda frames, total: track_some(frames, total, f"playing {args.mission.name}"),
    )  # fmt: skip


def _write_csv(path: Path, profile: Profile) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer: csv.DictWriter[str] | None = None
        for row in profile.series.intervals:
            fields: dict[str, Any] = {**asdict(row), "hit_rate": row.hit_rate}
            if writer is None:
                writer = csv.DictWriter(file, list(fields))
                writer.writeheader()
            writer.writerow(fields)


def _show(report: dict[str, Any], most: int) -> None:
    times, counters = report["frame_time_us"], report["counters"]
    print(
        f"{report['mission']}: {report['mission_time']:.0f} s, {report['frames']:,} frames\n"
        f"frame time  median {times['p50']:.1f} us, p99 {times['p99']:.1f} us, worst {times['max']:.0f} us\n"
        f"hit rate    {report['hit_rate']:.2%} ({counters['evaluations']:,} evaluations"
        f" for {counters['requests']:,} requests)\n"
        f"memory      {sum(report['memory'].values()) / 1e6:.2f} MB\n"
        f"measured    {report['sampled_frames']:,} frames closely ({report['mode']})"
    )
    tables: list[tuple[str, str, list[tuple[str, str, str]]]] = [
        ("formulas", "Cost by formula", [
            ("owner", "formula", ""), ("evaluations", "evaluations", ",d"), ("total_us", "total us", ",.0f"),
            ("mean_us", "mean us", ".2f"), ("last_cause", "last cause", ""),
        ]),
        ("operators", "Cost by operator", [
            ("name", "operator", ""), ("calls", "calls", ",d"), ("self_us", "self us", ",.0f"),
            ("inclusive_us", "inclusive us", ",.0f"),
        ]),
        ("causes", "Causes of evaluation", [("cause", "cause", ""), ("evaluations", "evaluations", ",d")]),
        ("slowest", "Slowest evaluations", [
            ("owner", "formula", ""), ("us", "us", ".1f"), ("time", "at second", ".2f"), ("cause", "cause", ""),
        ]),
    ]  # fmt: skip
    for key, title, columns in tables:
        if report[key]:
            print("\n".join((title, *text_table(report[key][:most], columns))))
