"""Compiles the runtime's innermost loops to C; where that cannot be done the same loops in Python stand in."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .console import Progress
from .state import PROJECT, digest_of_files, identity, locked, read_stamp, write_stamp

FOLDER = PROJECT / "python" / "sexp_runtime" / "loops"
STAMP = PROJECT / ".setup" / "loops.json"
#: Run by the project's python: where its C headers are, and how the name of an extension module ends.
PROBE = "import sysconfig; print(sysconfig.get_path('include')); print(sysconfig.get_config_var('EXT_SUFFIX'))"
FLAGS = ("-shared", "-fPIC", "-O2", "-g0", "-fvisibility=hidden")
STAND_IN = "the runtime uses the same loops in Python, which are slower"


def build_loops(progress: Progress, python: Path) -> None:
    """Brings the compiled loops up to date for this python. What hinders that is said once, and is no error."""
    mark = _mark(python)
    if _is_current(mark):
        return
    with locked(STAMP.parent, progress):
        if _is_current(mark):
            return
        for old in FOLDER.glob("native.*.so"):  # made from other sources: better none than that
            old.unlink()
        stamp = {"mark": mark, "module": ""}
        if shutil.which(_compiler()[0]):
            progress.step("compiling the innermost loops", lambda: stamp.update(_compile(progress, python)))
        else:
            progress.say(f"the innermost loops are not compiled, {_compiler()[0]} is missing: {STAND_IN}")
        write_stamp(STAMP, stamp)


def _compiler() -> list[str]:
    return (os.environ.get("CC") or "gcc").split()


def _mark(python: Path) -> str:
    """What the build depends on."""
    source = digest_of_files([FOLDER / "native.pyx", Path(__file__).resolve()])
    compiler = shutil.which(_compiler()[0])
    return f"{source} {os.environ.get('CC', '')} {compiler} {python} {identity(python.parents[1] / 'sexp-setup.json')}"


def _is_current(mark: str) -> bool:
    stamp = read_stamp(STAMP)
    module = stamp.get("module")
    return stamp.get("mark") == mark and (not module or (FOLDER / module).is_file())


def _compile(progress: Progress, python: Path) -> dict[str, str]:
    """Makes the extension module and puts it in place by one rename; returns its name, nothing where that failed."""
    with tempfile.TemporaryDirectory(prefix="sexp-loops-") as folder:
        code, built = Path(folder) / "native.c", Path(folder) / "native.so"
        try:
            include, suffix = _run([str(python), "-c", PROBE]).split()
            name = ["--module-name", "sexp_runtime.loops.native"]
            _run([str(python), "-m", "cython", "-3", *name, "-o", str(code), str(FOLDER / "native.pyx")])
            _run([*_compiler(), *FLAGS, "-I", include, str(code), "-o", str(built)])
            module = FOLDER / f"native{suffix}"
            beside = module.with_name(f"{module.name}.{os.getpid()}.new")
            shutil.copyfile(built, beside)
            os.replace(beside, module)
        except (OSError, ValueError, subprocess.SubprocessError) as problem:
            progress.say(f"the innermost loops cannot be compiled ({_reason(problem)}): {STAND_IN}")
            return {}
    return {"module": module.name}


def _reason(problem: Exception) -> str:
    """What went wrong, in one line: a compiler's first error, if it is one."""
    if not isinstance(problem, subprocess.CalledProcessError):
        return str(problem)
    lines = [line.strip() for line in problem.stderr.splitlines() if "error" in line.lower()]
    return lines[0] if lines else f"{Path(problem.cmd[0]).name} failed, exit status {problem.returncode}"


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=True, timeout=300).stdout
