"""`record`: play a mission with the simulator and write every external change of each frame to one file."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from sexp_runtime.commands.options import finite_number, positive_int
from sexp_runtime.commands.output import write_json
from sexp_runtime.engines import ENGINES
from sexp_runtime.session import MissionSession


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("mission", type=Path, help="the mission file")
    parser.add_argument("output", type=Path, help="the recording to write")
    parser.add_argument("--seconds", type=finite_number, default=60.0, help="mission time to play (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the battle and of random operators (default 1)")
    parser.add_argument("--fps", type=positive_int, default=60, help="frames a second (default 60)")
    parser.add_argument("--engine", choices=ENGINES, default="cached", help="the engine (default cached)")
    parser.add_argument("--json", metavar="FILE", help="write the numbers as JSON, - for standard output")


def run(args: argparse.Namespace) -> int:
    """Run the command; 2 for a mission that cannot be loaded."""
    try:
        session = MissionSession.load(
            args.mission, engine=args.engine, seed=args.seed, scenario=True, record_to=args.output
        )  # fmt: skip
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    began = time.perf_counter()
    try:
        for _ in session.play(round(args.seconds * args.fps), args.fps):
            pass
    finally:
        made = session.counters()["frames"]
        session.close()
    numbers = {
        "mission": str(args.mission), "output": str(args.output), "frames": made,
        "bytes": args.output.stat().st_size, "seconds": round(time.perf_counter() - began, 3),
    }  # fmt: skip
    if args.json:
        write_json(args.json, numbers)
    else:
        print(f"{args.output}: {made:,} frames, {numbers['bytes']:,} bytes")
    return 0
