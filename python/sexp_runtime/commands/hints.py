"""`hints`: play a mission or a recording, advise on expressions that cost too much, prove and apply the advice."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from sexp_runtime.analysis.trial import Recorded, Simulated, Stage, apply_confirmed, try_on
from sexp_runtime.commands.options import finite_number, positive_int
from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.tables import wrapped
from sexp_runtime.files import write_whole
from sexp_runtime.mission.source import MAX_BYTES, read_regular
from sexp_runtime.monitor.hints import Hint, PerformanceHints
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.monitor.recording import is_recording


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("missions", type=Path, nargs="+", metavar="MISSION", help="mission files or recordings")
    parser.add_argument("--seconds", type=finite_number, default=120.0, help="mission time to watch (default 120)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the battle and of random operators (default 1)")
    parser.add_argument("--fps", type=positive_int, default=60, help="frames a second (default 60)")
    parser.epilog = "A recording has its own length, seed and frames."
    parser.add_argument("--try", dest="try_them", action="store_true", help="prove and measure rewritten formulas")
    parser.add_argument("--apply", type=Path, metavar="OUT.fs2", help="write the mission with the proved ones applied")
    parser.add_argument("--most", type=int, default=20, help="hints to show a mission (default 20)")
    parser.add_argument("--json", metavar="FILE", help="write hints and trials as JSON, - for standard output")


def run(args: argparse.Namespace) -> int:
    """Run the command: 1 if an applied mission did not prove equal, 2 for a mission that cannot be loaded."""
    if args.apply and len(args.missions) != 1:
        print("sexp hints: --apply takes one mission", file=sys.stderr)
        return 2
    results = []
    code = 0
    for path in args.missions:
        try:
            result = _mission(path, args)
        except (OSError, ValueError) as error:
            print(f"sexp hints: {path}: {error}", file=sys.stderr)
            code = 2
            continue
        results.append(result)
        if result.get("applied") and not result["applied"]["equal"]:
            code = max(code, 1)
        if args.json != "-":
            _show(result, args.most)
    if args.json != "-" and len(results) > 1:
        kinds = Counter(hint["kind"] for result in results for hint in result["hints"])
        print("all: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    if args.json:
        write_json(args.json, results)
    return code


def _mission(path: Path, args: argparse.Namespace) -> dict[str, Any]:
    stage: Stage
    if is_recording(path):
        stage = Recorded(path)
        name = stage.file or path.name
    else:
        name = path.name
        stage = Simulated(read_regular(path, MAX_BYTES), args.seconds, args.seed, args.fps)
    hints = watch(stage, name)
    result: dict[str, Any] = {"mission": str(path), "hints": [hint.as_dict() for hint in hints]}
    if args.try_them or args.apply:
        trials = [try_on(stage, hint) for hint in hints if hint.rewritten and hint.safe]
        result["trials"] = [trial.as_dict() for trial in trials]
        if args.apply:
            content, equal, whole = apply_confirmed(stage, trials)
            result["applied"] = {"equal": equal, "hints": sum(trial.is_confirmed for trial in trials), **whole}
            if equal:
                write_whole(args.apply, content)
    return result


def watch(stage: Stage, name: str) -> list[Hint]:
    """Play a mission of that file name on the cached engine, monitored in full mode, and return the hints."""
    session, step = stage.play(stage.content, engine="cached", monitor=Mode.FULL)
    try:
        while step() and not session.world.mission_over:
            pass
        hints = PerformanceHints().analyze(session)
        for hint in hints:
            if hint.line:
                hint.file = name
        return hints
    finally:
        session.close()


def _show(result: dict[str, Any], most: int) -> None:
    count = len(result["hints"])
    print(f"{result['mission']}: {count} hint{'' if count == 1 else 's'}" + ("" if count else ", no formula took time"))
    for hint in result["hints"][:most]:
        place = f"{hint['file']}:{hint['line']}:{hint['column']}: " if hint["line"] else ""
        _say("  ", f"{place}{hint['kind']} [{hint['owner']}]: {hint['message']}")
        if hint["part"]:
            _say("      ", f"in {hint['part']}")
        _say("      ", hint["change"])
        if hint["saving"]:
            _say("      ", f"up to {hint['saving']:.1f} evaluations a second fewer: {_numbers(hint['evidence'])}")
    if len(result["hints"]) > most:
        print(f"  ... and {len(result['hints']) - most} more; --most N lists them")
    for trial in result.get("trials", ()):
        reason = f" ({trial['reason']})" if trial["reason"] else ""
        verdict = "confirmed" if trial["confirmed"] else f"withdrawn{reason}"
        _say(
            "  ",
            f"tried {trial['owner']}: {verdict}; {trial['evaluations_before']:,} -> {trial['evaluations_after']:,}"
            f" evaluations, {trial['us_before']:,.0f} -> {trial['us_after']:,.0f} us",
        )
    applied = result.get("applied")
    if applied:
        same = "the same results" if applied["equal"] else "OTHER RESULTS: nothing was written"
        _say(
            "  ",
            f"applied {applied['hints']}: {same}; {applied['evaluations_before']:,} -> {applied['evaluations_after']:,}"
            f" evaluations, {applied['us_before']:,} -> {applied['us_after']:,} us of frames",
        )


def _say(indent: str, text: str) -> None:
    print("\n".join(wrapped(indent, text)))


def _numbers(evidence: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in evidence.items() if isinstance(value, int | float))
