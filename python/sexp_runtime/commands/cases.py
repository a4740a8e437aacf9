"""`cases`: play mission cases on an engine and report those that differ."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.progress import track
from sexp_runtime.conformance import CaseError, CaseResult, read_cases
from sexp_runtime.conformance_missions import is_mission_case, run_mission_case
from sexp_runtime.engines import ENGINES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("file", nargs="+", type=Path, help="JSON-lines file of cases")
    parser.add_argument("--engine", choices=ENGINES, default="cached", help="engine to test (default: cached)")
    parser.add_argument("--id", action="append", dest="ids", help="play only this case (repeatable)")
    parser.add_argument("--rule", action="append", help="play only cases of this rule or chapter (repeatable)")
    parser.add_argument("--mission", action="store_true", help="print the missions of the cases instead")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON to FILE, - for standard output")
    parser.epilog = "Exit code: 0 all pass, 1 some differ, 2 the cases cannot be read. Campaign cases are left out."


def run(args: argparse.Namespace) -> int:
    """Play the cases; 0 if all pass, 1 if some differ, 2 if the cases cannot be read."""
    try:
        cases = [
            case
            for path in args.file
            for case in read_cases(path)
            if is_mission_case(case)
            and (not args.ids or case["id"] in args.ids)
            and (not args.rule or any(_of_rule(str(case.get("rule", "")), rule) for rule in args.rule))
        ]
    except (CaseError, UnicodeDecodeError) as error:
        print(f"sexp cases: {error}", file=sys.stderr)
        return 2
    if args.mission:
        for case in cases:
            print(case["mission"])
        return 0
    results: list[CaseResult] = []
    for case in track(cases, "cases"):
        result = run_mission_case(case, args.engine)
        results.append(result)
        if not result.passed and args.json != "-":
            print(f"{result.id} {case.get('rule', '')} {case.get('title', '')}")
            for problem in result.problems:
                print(f"    {problem}")
    failed = {result.id: result.problems for result in results if not result.passed}
    if args.json:
        write_json(args.json, {"engine": args.engine, "passed": len(results) - len(failed), "failed": failed}, indent=1)
    if args.json != "-":
        print(f"{len(results) - len(failed)} of {len(results)} cases pass on the {args.engine} engine")
    return 1 if failed or not results else 0


def _of_rule(rule: str, wanted: str) -> bool:
    """Whether a rule is the wanted one or belongs to its chapter: M12.3 belongs to M12, M1 does not."""
    return rule == wanted or rule.startswith(wanted + ".")
