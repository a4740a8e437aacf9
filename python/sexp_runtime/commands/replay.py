"""`replay`: reproduce a recorded run, and with --diff compare the naive and the cached engine on it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.commands.output import write_json
from sexp_runtime.engines import ENGINES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("recording", type=Path, help="the file that `record` or a game wrote")
    parser.add_argument("--engine", choices=ENGINES, help="the engine (default: the recorded one)")
    parser.add_argument("--diff", action="store_true", help="run both naive and cached and compare each frame")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON, - for standard output")


def run(args: argparse.Namespace) -> int:
    """Run the command: 1 if the run was not reproduced or the file is damaged, 2 if it is no recording."""
    try:
        result = _diff(args.recording) if args.diff else _replay(args.recording, args.engine)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if args.json:
        write_json(args.json, result)
    else:
        for name, value in result.items():
            print(f"{name}: {value}")
    return 1 if result["mismatches"] or result["damage"] else 0


def _replay(path: Path, engine: str | None) -> dict[str, Any]:
    replay = Replay(path, engine=engine)
    for _ in replay.run():
        pass
    counters = replay.session.counters()
    result = {
        "engine": replay.session.engine, "frames": replay.frames, "damage": replay.damage,
        "mismatches": len(replay.mismatches), "first_mismatches": replay.mismatches[:10],
        "requests": counters["requests"], "evaluations": counters["evaluations"], "digest": replay.session.digest(),
    }  # fmt: skip
    replay.session.close()
    return result


def _diff(path: Path) -> dict[str, Any]:
    naive, cached = Replay(path, engine="naive"), Replay(path, engine="cached")
    different = []
    while naive.step() and cached.step():
        if naive.session.digest() != cached.session.digest():
            different.append(naive.frames)
    result = {
        "engine": "naive and cached", "frames": naive.frames, "damage": naive.damage,
        "mismatches": len(different), "first_mismatches": different[:10],
        "evaluations_naive": naive.session.counters()["evaluations"],
        "evaluations_cached": cached.session.counters()["evaluations"],
    }  # fmt: skip
    naive.session.close()
    cached.session.close()
    return result
