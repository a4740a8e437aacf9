"""`test`: play the tests of missions in folders: plain files, Python with pytest, and GDScript with Godot."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Final

from sexp_runtime.commands.check import mission_files
from sexp_runtime.files import write_text
from sexp_runtime.testing import coverage as covering
from sexp_runtime.testing.checking import mission_errors
from sexp_runtime.testing.coverage_report import coverage_html, coverage_lcov, coverage_text
from sexp_runtime.testing.finding import find_files
from sexp_runtime.testing.junit import write_junit
from sexp_runtime.testing.plain_file import SUFFIX
from sexp_runtime.testing.processes import (
    GDSCRIPT_SUFFIX,
    PYTHON_SUFFIX,
    NotRunError,
    by_project,
    find_godot,
    run_gdscript,
    run_python,
)
from sexp_runtime.testing.run import Result, plain_files, run_files

#: Seconds between two looks at the files, for `--watch`.
INTERVAL: Final = 0.5
#: Endings of files whose change starts the tests again.
_WATCHED: Final = (".fs2", ".tbm", ".toml", ".py", ".gd", ".tscn")
_KINDS: Final = ("plain", "python", "gdscript")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("places", nargs="+", metavar="FOLDER", type=Path, help="folders, or files of tests")
    parser.add_argument("--kind", action="append", choices=_KINDS, help="run only tests of this kind; can be repeated")
    parser.add_argument("--sexp-check", action="store_true", help="check all mission files (.fs2) there for errors too")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the results to FILE as JUnit XML")
    parser.add_argument("--coverage", action="store_true", help="report which parts of the missions no test reached")
    parser.add_argument("--coverage-html", metavar="FILE", type=Path, help="write the coverage to FILE as a page")
    parser.add_argument("--coverage-lcov", metavar="FILE", type=Path, help="write the coverage to FILE in LCOV form")
    parser.add_argument("--godot", metavar="PROGRAM", help="the engine (default: $GODOT, tools/godot, or on the PATH)")
    parser.add_argument("--watch", action="store_true", help="run again whenever a file there changes, until Ctrl+C")
    parser.add_argument("--quiet", action="store_true", help="print only failures and errors, and the totals")
    parser.epilog = (
        f"Tests are files *{SUFFIX}, *{PYTHON_SUFFIX} and *{GDSCRIPT_SUFFIX}. Python needs pytest, GDScript needs"
        " Godot; files that cannot run here are listed, and the others run. Exit code: 0 all passed, 1 a test failed,"
        " 2 a test or file could not be used, or there are none."
    )


def run(args: argparse.Namespace) -> int:
    """Play the tests; 0 if all passed, 1 if one failed, 2 if one could not be used or there are none."""
    if not args.watch:
        return _once(args)
    while True:
        before = _stamps(args.places)
        _once(args)
        print("waiting for a change; Ctrl+C ends", flush=True)
        while (now := _stamps(args.places)) == before:
            time.sleep(INTERVAL)
        changed = sorted(path for path in {**before, **now} if before.get(path) != now.get(path))
        print(f"\nchanged: {', '.join(str(path) for path in changed[:5])}", flush=True)


def _once(args: argparse.Namespace) -> int:
    """Play all tests once and return the exit code."""
    began = perf_counter()
    results: list[Result] = []
    coverage = covering.Coverage() if args.coverage or args.coverage_html or args.coverage_lcov else None
    covering.collect(coverage)
    try:
        for result in _results(args, coverage):
            results.append(result)
            _print(result, quiet=args.quiet)
    finally:
        covering.collect(None)
    if args.junit is not None:
        write_junit(args.junit, results)
    if not results:
        places = ", ".join(str(place) for place in args.places)
        print(f"sexp test: no *{SUFFIX}, *{PYTHON_SUFFIX} or *{GDSCRIPT_SUFFIX} to run in {places}", file=sys.stderr)
        return 2
    if coverage is not None:
        _write_coverage(args, coverage)
    counted = Counter(result.outcome for result in results)
    words = [f"{counted[word]} {word}" for word in ("passed", "failed", "error", "skipped") if counted[word]]
    print(f"{', '.join(words)} in {perf_counter() - began:.1f} s")
    if counted["error"]:
        return 2
    return 1 if counted["failed"] else 0


def _results(args: argparse.Namespace, coverage: covering.Coverage | None) -> Iterator[Result]:
    """Yield the results of all kinds of tests."""
    kinds = args.kind or _KINDS
    plain = [one for one in args.places if one.is_dir() or not one.name.endswith((PYTHON_SUFFIX, GDSCRIPT_SUFFIX))]
    if "plain" in kinds:
        yield from run_files(plain_files(plain))
    python = find_files(args.places, PYTHON_SUFFIX) if "python" in kinds else []
    if python:
        try:
            yield from run_python(python, coverage)
        except NotRunError as missing:
            _not_run(python, missing)
    if "gdscript" in kinds:
        for project, files in by_project(find_files(args.places, GDSCRIPT_SUFFIX)):
            try:
                if project is None:
                    raise NotRunError("they are not in a Godot project")
                yield from run_gdscript(project, files, find_godot(args.godot, project), coverage)
            except NotRunError as missing:
                _not_run(files, missing)
    if args.sexp_check:
        for path in mission_files([str(place) for place in args.places if place.is_dir()]):
            if path.is_file():
                yield _check(path)


def _not_run(files: list[Path], reason: NotRunError) -> None:
    shown = ", ".join(str(file) for file in files[:3]) + (", ..." if len(files) > 3 else "")
    print(f"sexp test: not run: {shown}: {reason}", file=sys.stderr)


def _write_coverage(args: argparse.Namespace, coverage: covering.Coverage) -> None:
    print(coverage_text(coverage))
    if args.coverage_html is not None:
        write_text(args.coverage_html, coverage_html(coverage))
    if args.coverage_lcov is not None:
        write_text(args.coverage_lcov, coverage_lcov(coverage))


def _stamps(places: list[Path]) -> dict[Path, tuple[int, int]]:
    """Return time and size of each file whose change starts the tests again."""
    found: dict[Path, tuple[int, int]] = {}
    for place in places:
        inside = (one for end in _WATCHED for one in place.rglob(f"*{end}")) if place.is_dir() else iter((place,))
        for path in inside:
            try:
                stat = path.stat()
            except OSError:
                continue
            found[path] = (stat.st_mtime_ns, stat.st_size)
    return found


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
