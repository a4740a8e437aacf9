"""The command line of tools/package: which files to make, in what order."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from _setup.console import Progress, SetupError
from _setup.python_env import interpreter_of, is_version
from _setup.state import PROJECT

from . import zig
from .addon import Parts, with_python, without_python
from .archives import CHECKSUMS, write_checksums
from .binding import Binding
from .linux_python import VERSION as BUNDLED
from .source import copy_source
from .wheels import build_sdist, build_wheels

#: The Pythons that releases are made for.
PYTHONS = ("3.11", "3.12", "3.13")
#: The kinds of files.
KINDS = ("wheels", "sdist", "linux", "windows", "no-python")


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
    """Make the requested files; return the exit status (2: something is missing or wrong, with a message)."""
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
    if out.exists() and not (out.is_dir() and ((out / CHECKSUMS).is_file() or not any(out.iterdir()))):
        raise SetupError(f"{out} holds something else than a release: name another folder with --out.")
    if set(kinds) & {"linux", "windows"} and BUNDLED not in pythons:
        raise SetupError(f"The zips with a Python in them need --python {BUNDLED}, which they carry.")
    unknown = sorted(set(pythons) - set(PYTHONS))
    if unknown:
        raise SetupError(f"Releases are made for Python {', '.join(PYTHONS)}, not for {', '.join(unknown)}.")
    base = interpreter_of(BUNDLED)
    with tempfile.TemporaryDirectory(prefix="sexp-package-") as place:
        work, made = Path(place), Path(place) / "dist"
        made.mkdir()
        source = copy_source(work / "source")
        parts = Parts(progress, source, work, base, pythons, Binding(source, work))
        if "sdist" in kinds:
            build = partial(build_sdist, progress, source, base, made)
            _show(progress.step("source distribution", build))
        if "wheels" in kinds:
            for wheel in progress.step("wheels", partial(build_wheels, parts, made)):
                _show(wheel)
        zips = {
            "linux": ("add-on for Linux", partial(with_python, parts, zig.LINUX, made)),
            "windows": ("add-on for Windows", partial(with_python, parts, zig.WINDOWS, made)),
            "no-python": ("add-on without Python", partial(without_python, parts, made)),
        }
        if set(kinds) & set(zips):
            progress.step("sources of the binding", partial(parts.binding.generate, progress, base))
        for kind, (what, make_zip) in zips.items():
            if kind in kinds:
                _show(progress.step(what, make_zip))
        write_checksums(made)
        _replace(made, out)


def _show(path: Path) -> None:
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB", flush=True)


def _replace(made: Path, out: Path) -> None:
    """Replace the files of an earlier run by the finished files."""
    try:
        if out.exists():
            shutil.rmtree(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, out)
    except OSError as error:
        raise SetupError(f"{out} cannot be written: {error}") from error
