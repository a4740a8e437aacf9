"""Compiles the runtime's innermost loops when they changed; without a compiler the Python versions are used."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .console import Progress
from .state import PROJECT, digest_of_files, identity, locked, read_stamp, write_stamp

SCRIPT = PROJECT / "python" / "sexp_runtime" / "loops" / "build.py"
KERNEL = SCRIPT.parents[1] / "kernel"
STAMP = PROJECT / ".setup" / "loops.json"


def build_loops(progress: Progress, python: Path) -> None:
    """Brings the compiled loops up to date for this python. Reports a failure once; it is not an error."""
    mark = _mark(python)
    if _is_current(mark):
        return
    with locked(STAMP.parent, progress):
        if _is_current(mark):
            return
        progress.step("compiling the innermost loops", lambda: _build(progress, python, mark))


def _mark(python: Path) -> str:
    """A digest of the build's inputs."""
    compiler = os.environ.get("CC") or "gcc"
    sources = digest_of_files(
        [SCRIPT, *map(SCRIPT.with_name, ("native.pyx", "sources.py")), *sorted(KERNEL.glob("*.pxi"))]
    )
    packages = identity(python.parents[1] / "sexp-setup.json")
    return f"{sources} {compiler} {shutil.which(compiler.split()[0])} {python} {packages}"


def _is_current(mark: str) -> bool:
    stamp = read_stamp(STAMP)
    module = stamp.get("module")
    return stamp.get("mark") == mark and (not module or Path(module).is_file())


def _build(progress: Progress, python: Path, mark: str) -> None:
    done = subprocess.run([str(python), str(SCRIPT)], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        progress.say(f"they cannot be compiled ({reason}): the runtime uses those in Python, which are slower")
    write_stamp(STAMP, {"mark": mark, "module": done.stdout.strip()})
