"""Compiles the loops and the kernel for the Python that runs this file, beside their source: `python build.py`.

Needs Cython, a C compiler ($CC or gcc) and Python's headers. Prints the path of what was made; a problem is one line on
standard error and exit status 1, and leaves no module behind: one made from other sources would be worse than none.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
SOURCE: Final = HERE / "native.pyx"
#: Contracted multiplications and additions would round otherwise than Python's.
FLAGS: Final = ("-shared", "-fPIC", "-O2", "-g0", "-fvisibility=hidden", "-ffp-contract=off")
#: Seconds after which a compiler is stopped.
TIMEOUT: Final = 300


class BuildError(Exception):
    """The loops cannot be compiled; the text says why, in one line."""


def build(source: Path = SOURCE) -> Path:
    """Compile the loops and put the module beside their source, by one rename; return its path. Raises BuildError."""
    for old in source.parent.glob("native.*.so"):
        old.unlink()
    module = source.with_name(f"native{sysconfig.get_config_var('EXT_SUFFIX')}")
    compiler = (os.environ.get("CC") or "gcc").split()
    beside = module.with_name(f"{module.name}.{os.getpid()}.new")
    with tempfile.TemporaryDirectory(prefix="sexp-loops-") as folder:
        code, built = Path(folder) / "native.c", Path(folder) / "native.so"
        _run([sys.executable, "-m", "cython", "-3", "--module-name", "sexp_runtime.loops.native", source, "-o", code])
        sources = runpy.run_path(str(HERE / "sources.py"))["checksum"](source.parent)
        _run([*compiler, *FLAGS, f'-DSEXP_SOURCES="{sources}"', "-I", sysconfig.get_path("include"), code, "-o", built])
        try:
            shutil.copyfile(built, beside)
            os.replace(beside, module)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise BuildError(f"{module} cannot be written: {error.strerror}") from error
    return module


def _run(command: Sequence[str | Path]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT, check=False)
    except FileNotFoundError:
        raise BuildError(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise BuildError(f"{command[0]} did not end within {TIMEOUT} s") from None
    if done.returncode:
        output = (done.stdout + done.stderr).splitlines()
        reasons = [line.strip() for line in output if "error" in line.lower() or "no module" in line.lower()]
        what = "Cython" if "cython" in command else command[0]
        raise BuildError(reasons[0] if reasons else f"{what} failed, exit status {done.returncode}")


def main() -> int:
    """Build, and print the result or the problem; return the exit status."""
    try:
        print(build())
    except (BuildError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
