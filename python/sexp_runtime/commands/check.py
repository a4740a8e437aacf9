"""`check`: errors and warnings of mission files, for people or as JSON."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.progress import track
from sexp_runtime.mission.campaign_check import check_campaign
from sexp_runtime.mission.fixes import fix_file
from sexp_runtime.mission.reader import MissionLoad, load_mission
from sexp_runtime.mission.validator import validate_mission
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.operators.own_tables import read_tables, tables_beside
from sexp_runtime.syntax.diagnostics import CODES, Diagnostic, make_diagnostic
from sexp_runtime.syntax.dialect import Dialect

#: How the names of campaign files end.
CAMPAIGN: Final = ".fc2"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "missions", nargs="*", metavar="MISSION", help="mission (.fs2) and campaign files (.fc2), or folders"
    )
    parser.add_argument("--json", metavar="FILE", help="write everything to FILE as JSON (- for standard output)")
    parser.add_argument(
        "--dialect",
        choices=("auto", "fso", "wcs"),
        default="auto",
        help="auto (the default) takes wcs if a formula has an operator that only WCS knows or the AI profile is "
        "one of Saga's, else fso",
    )
    parser.add_argument("--errors-only", action="store_true", help="leave warnings out")
    parser.add_argument(
        "--fix",
        action="store_true",
        help="correct problems with one right answer in the files (misspelt names, retired operators), then check them",
    )
    parser.add_argument("--codes", action="store_true", help="list all codes with their meaning and stop")
    parser.epilog = "Exit code: 0 no errors, 1 errors, 2 a file could not be read."


def run(args: argparse.Namespace) -> int:
    """Check the missions; return 0 without errors, 1 with errors, 2 if a file could not be read."""
    if args.codes:
        return _print_codes(args.json)
    if not args.missions:
        print("sexp check: name a mission file or a folder", file=sys.stderr)
        return 2
    files = mission_files(args.missions, campaigns=True)
    dialect = None if args.dialect == "auto" else Dialect(args.dialect)
    quiet = args.json == "-"
    errors = warnings = unreadable = 0
    summaries: list[dict[str, Any]] = []
    shown: list[dict[str, Any]] = []
    fixed: list[str] = []
    for file in track(files, "checking"):
        if args.fix and Path(file).suffix.lower() != CAMPAIGN:
            try:
                fixed += [f"{file}:{fix}" for fix in fix_file(file, dialect)]
            except (OSError, ValueError) as error:
                print(f"sexp check: {file} is not corrected: {error}", file=sys.stderr)
        if Path(file).suffix.lower() == CAMPAIGN:
            found, summary = _check_campaign(file)
            unreadable += summary is None
            summaries += [summary] if summary is not None and args.json else []
        else:
            load = load_mission(file, dialect=dialect)
            found = list(load.diagnostics)
            if args.json:
                summaries.append(_summary(file, load))
            if load.is_readable:
                own = OwnOperators()
                for line in read_tables(own, tables_beside(Path(file))):
                    print(line, file=sys.stderr)
                found += validate_mission(load.mission, own.rows())
            else:
                unreadable += 1
        found.sort(key=_place)
        errors += sum(problem.is_error for problem in found)
        warnings += sum(not problem.is_error for problem in found)
        if args.errors_only:
            found = [problem for problem in found if problem.is_error]
        if not quiet:
            for problem in found:
                print(problem)
        if args.json:
            shown += [problem.as_dict() for problem in found]
    if not quiet:
        for line in fixed:
            print(f"fixed {line}")
    result = {
        "files": len(files),
        "fixed": fixed,
        "errors": errors,
        "warnings": warnings,
        "unreadable": unreadable,
        "missions": summaries,
        "diagnostics": shown,
    }
    if args.json:
        write_json(args.json, result, indent=1)
    if not quiet:
        print(f"{_count(len(files), 'file')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}")
    if unreadable:
        return 2
    return 1 if errors else 0


def _check_campaign(file: Path) -> tuple[list[Diagnostic], dict[str, Any] | None]:
    """Return the problems of a campaign file and its summary, None if it cannot be read."""
    try:
        load = check_campaign(file)
    except OSError as error:
        return [make_diagnostic("E201", error.strerror or str(error), file=str(file))], None
    campaign = load.campaign
    return load.diagnostics, {
        "file": str(file),
        "readable": bool(campaign.missions),
        "name": campaign.name,
        "campaign": [mission.file for mission in campaign.missions],
        "formulas": sum(1 for _ in campaign.formulas()),
    }


def mission_files(names: list[str], *, campaigns: bool = False) -> list[Path]:
    """Return the named files, and for a folder all .fs2 files in it and below, sorted; an empty folder is kept.

    campaigns: whether a folder's .fc2 files are returned, too.
    """
    files: list[Path] = []
    for name in names:
        path = Path(name)
        ends = (".fs2", CAMPAIGN) if campaigns else (".fs2",)
        found = (one for end in ends for one in path.rglob(f"*{end}")) if path.is_dir() else ()
        inside = sorted(one for one in found if one.is_file())
        files += inside or [path]
    return files


def _place(problem: Diagnostic) -> tuple[int, int]:
    return problem.line, problem.column


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _summary(file: Path, load: MissionLoad) -> dict[str, Any]:
    mission = load.mission
    return {
        "file": str(file),
        "readable": load.is_readable,
        "name": mission.name,
        "dialect": mission.dialect.value,
        "variables": len(mission.variables),
        "containers": len(mission.containers),
        "ships": len(mission.ships),
        "wings": len(mission.wings),
        "events": len(mission.events),
        "goals": len(mission.goals),
        "messages": len(mission.messages),
        "waypoint_paths": len(mission.waypoints),
        "reinforcements": len(mission.reinforcements),
        "formulas": sum(1 for _ in mission.formulas()),
    }


def _print_codes(target: str | None) -> int:
    if target:
        write_json(target, CODES, indent=1)
    if target != "-":
        for code, meaning in sorted(CODES.items(), key=lambda item: item[0][1:]):
            print(f"{code}  {meaning}")
    return 0
