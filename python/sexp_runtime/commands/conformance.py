"""`conformance`: run observed test cases against an engine and report those that differ."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.progress import track
from sexp_runtime.conformance import CaseError, CaseResult, read_cases, run_case
from sexp_runtime.conformance_engines import ENGINE_NAMES, engine
from sexp_runtime.syntax.dialect import Dialect


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", nargs="+", type=Path, help="JSON-lines file of cases")
    parser.add_argument("--engine", choices=ENGINE_NAMES, default="cached", help="engine to test (default: cached)")
    parser.add_argument("--group", action="append", help="run only cases of this group (repeatable)")
    parser.add_argument("--id", action="append", dest="ids", help="run only this case (repeatable)")
    parser.add_argument(
        "--dialect", choices=[str(dialect) for dialect in Dialect], default="fso", help="dialect of the cases"
    )
    parser.add_argument("--show", type=int, default=10, metavar="N", help="differences to print at most (default: 10)")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON to FILE, - for standard output")


def run(args: argparse.Namespace) -> int:
    """Run the cases; 0 if all pass, 1 if some differ, 2 if the cases cannot be read."""
    dialect = Dialect(args.dialect)
    chosen = engine(args.engine)
    results: list[CaseResult] = []
    try:
        cases = [
            case
            for path in args.file
            for case in read_cases(path)
            if (not args.group or case.get("group") in args.group) and (not args.ids or case["id"] in args.ids)
        ]
    except (CaseError, UnicodeDecodeError) as error:
        print(f"sexp conformance: {error}", file=sys.stderr)
        return 2
    for case in track(cases, "cases"):
        results.append(run_case(case, chosen, dialect))
    failed = [result for result in results if not result.passed]
    report = {"passed": len(results) - len(failed), "failed": [result.id for result in failed]}
    if args.json:
        write_json(args.json, report)
    if args.json != "-":
        _print_summary(results, failed, args.engine, args.show)
    return 1 if failed or not results else 0


def _print_summary(results: list[CaseResult], failed: list[CaseResult], engine_name: str, show: int) -> None:
    total = Counter(result.group for result in results)
    wrong = Counter(result.group for result in failed)
    for group in sorted(total):
        note = f", {wrong[group]} differ" if wrong[group] else ""
        print(f"  {group:14} {total[group]:5}{note}")
    for result in failed[:show]:
        print(f"{result.id} ({result.group}): {'; '.join(result.problems)}")
    if len(failed) > show:
        print(f"... and {len(failed) - show} more")
    print(f"{len(results) - len(failed)} of {len(results)} cases pass on the {engine_name} engine")
