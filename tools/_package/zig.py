"""The C compiler for other systems than this machine's: zig, of which PyPI has a build."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _setup.console import SetupError
from _setup.state import cache_folder, make_folder

#: Seconds after which a compiler is given up.
TIMEOUT = 900


@dataclass(frozen=True)
class Target:
    """A system that is compiled for: zig's name, the name in files of the add-on, endings of its libraries."""

    zig: str
    system: str
    library: str
    module: str
    flags: tuple[str, ...] = ()


LINUX = Target("x86_64-linux-gnu.2.17", "linux.x86_64", ".so", ".so", ("-fPIC",))
WINDOWS = Target("x86_64-windows-gnu", "windows.x86_64", ".dll", ".pyd", ("-DMS_WIN64",))
#: Without -O zig builds for finding faults, with checks that need a library of its own.
FLAGS = (
    *("-O2", "-g0", "-DNDEBUG", "-fvisibility=hidden", "-fno-strict-aliasing", "-fwrapv", "-ffp-contract=off"),
    "-fno-sanitize=undefined",
)


def command(target: Target) -> list[str]:
    """Return the beginning of a command that compiles for `target`."""
    return [sys.executable, "-m", "ziglang", "cc", "-target", target.zig, *FLAGS, *target.flags]


def environment(moment: int) -> dict[str, str]:
    """Return this process's variables, with zig's cache beside the project's others."""
    cache = make_folder(cache_folder() / "zig")
    return {
        **os.environ,
        "ZIG_GLOBAL_CACHE_DIR": str(cache),
        "ZIG_LOCAL_CACHE_DIR": str(cache),
        "SOURCE_DATE_EPOCH": str(moment),
        "PYTHONHASHSEED": "0",  # Cython's C depends on the order of sets
    }


def compile_library(
    target: Target, sources: Sequence[Path], output: Path, includes: Sequence[Path], more: Sequence[str], moment: int
) -> None:
    """Compile C sources into one shared library, without names of symbols that only a debugger reads."""
    line = [*command(target), "-shared", "-s"]
    for folder in includes:
        line += ["-I", str(folder)]
    line += [*map(str, sources), "-o", str(output), *more]
    run(f"compiling {output.name}", line, environment(moment))


def run(what: str, arguments: Sequence[str], variables: Mapping[str, str], folder: Path | None = None) -> str:
    """Run a command and return what it printed. Raises SetupError with the end of that where it fails."""
    try:
        done = subprocess.run(
            arguments,
            env=dict(variables),
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"{what} failed: {error}") from error
    output = done.stdout + done.stderr
    if done.returncode:
        tail = "\n".join("    " + line for line in output.strip().splitlines()[-25:])
        raise SetupError(f"{what} failed, exit status {done.returncode}:\n{tail}")
    return output
