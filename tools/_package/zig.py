"""The C compiler for other systems than this machine's: zig, of which PyPI has a build."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _setup.console import SetupError
from _setup.state import cache_folder, make_folder

#: Seconds after which a compiler is given up.
TIMEOUT = 900
#: How many compiled libraries are kept from earlier runs: a release has some twenty.
MOST_KEPT = 60


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
    """Compile C sources into one shared library, without names of symbols that only a debugger reads.

    What was compiled from the same sources, headers and flags before is copied, unless SEXP_COMPILE_ANEW is set.
    """
    line = [*command(target), "-shared", "-s"]
    # Programs for Windows hold a time.
    flags = [*line[1:], *([str(moment)] if target is WINDOWS else [])]
    kept = cache_folder() / "compiled" / _digest([*flags, *map(str, sources), *more], sources, includes)
    if kept.is_file() and "SEXP_COMPILE_ANEW" not in os.environ:
        os.utime(kept)
        shutil.copy(kept, output)  # with its permissions
        return
    for folder in includes:
        line += ["-I", str(folder)]
    line += [*map(str, sources), "-o", str(output), *more]
    run(f"compiling {output.name}", line, environment(moment))
    _keep(output, kept)


def _digest(arguments: Sequence[str], sources: Sequence[Path], includes: Sequence[Path]) -> str:
    """Return a digest of all that a compiled library depends on: arguments, and the contents of files."""
    digest = hashlib.sha256(importlib.metadata.version("ziglang").encode())
    headers = [header for source in sources for header in sorted(source.parent.glob("*.h"))]
    headers += [header for folder in includes for header in sorted(folder.rglob("*.h"))]
    for part in [*arguments, *map(str, headers)]:
        option, equals, name = part.rpartition("=")
        path = Path(name)
        is_file = path.is_absolute() and path.is_file()
        digest.update((option + equals + (path.name if is_file else name)).encode() + b"\0")
        digest.update(path.read_bytes() if is_file else b"")
    return digest.hexdigest()


def _keep(output: Path, kept: Path) -> None:
    """Keep a compiled library for later runs, and of all that are kept the last MOST_KEPT, if the disk lets us."""
    with contextlib.suppress(OSError):  # full, or another process tidies up, too
        folder = make_folder(kept.parent)
        beside = kept.with_name(f"{kept.name}.{os.getpid()}.{output.name}")
        shutil.copy(output, beside)
        os.replace(beside, kept)
        for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[MOST_KEPT:]:
            old.unlink()


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
