"""The command line of tools/package: which files to make, in what order."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from _setup.console import Progress, SetupError
from _setup.python_env import interpreter_of, is_version
from _setup.state import PROJECT

from .archives import write_checksums
from .source import copy_source
from .wheels import build_sdist, build_wheel

#: The Pythons that releases are made for.
PYTHONS = ("3.11", "3.12", "3.13")
KINDS = ("wheels", "sdist")


def parser() -> argparse.ArgumentParser:
    """Return the arguments of tools/package."""
    made = argparse.ArgumentParser(
        prog="tools/package",
        description="Makes the files of a release from the files that git tracks, and their SHA256SUMS. "
        "The same inputs give the same bytes. addons/sexp_runtime/docs/building.md says what is needed.",
    )
    made.add_argument("kinds", nargs="*", metavar="KIND", help=f"what to make: {', '.join(KINDS)} (default: all)")
    made.add_argument("--python", action="append", metavar="X.Y", help="for this Python only (may be repeated)")
    made.add_argument("--out", type=Path, default=PROJECT / "dist", metavar="FOLDER", help="where to (default: dist)")
    return made


def main(arguments: Sequence[str]) -> int:
    """Make what is asked for; return the exit status (2: something is missing or wrong, which is said)."""
    options = parser().parse_args(arguments)
    try:
        make(options.kinds or list(KINDS), options.python or list(PYTHONS), options.out)
    except SetupError as problem:
        print(f"tools/package: {problem}", file=sys.stderr)
        return 2
    return 0


def make(kinds: Sequence[str], pythons: Sequence[str], out: Path) -> None:
    """Make files of these kinds for these Pythons in the folder `out`, which holds nothing else afterwards."""
    for kind in kinds:
        if kind not in KINDS:
            raise SetupError(f"{kind} is nothing that is made: {', '.join(KINDS)} are.")
    for version in pythons:
        if not is_version(version):
            raise SetupError(f"--python takes a version like 3.12, not {version}.")
    progress = Progress()
    interpreters = [interpreter_of(version) for version in pythons]
    with tempfile.TemporaryDirectory(prefix="sexp-package-") as place:
        work, made = Path(place), Path(place) / "dist"
        made.mkdir()
        source = copy_source(work / "source")
        jobs: list[tuple[str, Callable[[], Path]]] = []
        if "sdist" in kinds:
            jobs.append(("source distribution", partial(build_sdist, progress, source, interpreters[0], made)))
        if "wheels" in kinds:
            for one in interpreters:
                jobs.append((f"wheel for Python {one.version_text}", partial(build_wheel, progress, source, one, made)))
        for what, work_on in jobs:
            progress.step(what, partial(_show, work_on))
        write_checksums(made)
        _replace(made, out)


def _show(make_file: Callable[[], Path]) -> None:
    path = make_file()
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB", flush=True)


def _replace(made: Path, out: Path) -> None:
    """Put the finished files in place of those of an earlier run."""
    try:
        if out.exists():
            shutil.rmtree(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, out)
    except OSError as error:
        raise SetupError(f"{out} cannot be written: {error}") from error
