"""`test`: play the tests of missions, plain files `*.mission-test.toml` in folders."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

from sexp_runtime.commands.check import mission_files
from sexp_runtime.testing.checking import mission_errors
from sexp_runtime.testing.junit import write_junit
from sexp_runtime.testing.plan import SUFFIX
from sexp_runtime.testing.run import Result, plan_files, run_files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("places", nargs="+", metavar="FOLDER", type=Path, help=f"folders, or files *{SUFFIX}")
    parser.add_argument("--sexp-check", action="store_true", help="check all mission files (.fs2) there for errors too")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the results to FILE as JUnit XML")
    parser.add_argument("--quiet", action="store_true", help="print only what went wrong, and the sum")
    parser.epilog = "Exit code: 0 all passed, 1 a test failed, 2 a test or file could not be used, or there are none."


def run(args: argparse.Namespace) -> int:
    """Play the tests; 0 if all passed, 1 if one failed, 2 if one could not be used or there are none."""
    began = perf_counter()
    results: list[Result] = []
    files = plan_files(args.places)
    for result in run_files(files):
        results.append(result)
        _print(result, quiet=args.quiet)
    if args.sexp_check:
        for path in mission_files([str(place) for place in args.places if place.is_dir()]):
            if path.is_file():
                result = _check(path)
                results.append(result)
                _print(result, quiet=args.quiet)
    if args.junit is not None:
        write_junit(args.junit, results)
    if not results:
        print(f"sexp test: no *{SUFFIX} in {', '.join(str(place) for place in args.places)}", file=sys.stderr)
        return 2
    counted = Counter(result.outcome for result in results)
    words = [f"{counted[word]} {word}" for word in ("passed", "failed", "error") if counted[word]]
    print(f"{', '.join(words)} in {perf_counter() - began:.1f} s")
    if counted["error"]:
        return 2
    return 1 if counted["failed"] else 0


def _check(path: Path) -> Result:
    began = perf_counter()
    errors = mission_errors(path)
    return Result(path, "check", "failed" if errors else "passed", perf_counter() - began, "\n".join(errors))


def _print(result: Result, *, quiet: bool) -> None:
    if result.outcome == "passed" and quiet:
        return
    print(f"{result.outcome:<6}  {result.file}: {result.title} ({result.seconds:.2f} s)", flush=True)
    if result.text:
        print("\n".join(f"        {line}".rstrip() for line in result.text.splitlines()), flush=True)
