"""`tools/test --sanitize`: the binding, the loops and the kernel under AddressSanitizer and UBSan, in a copy.

The copy in `.setup/sanitize` has builds of its own, so that the ordinary ones stay as they are. Only what changed is
copied and compiled again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .console import Progress, SetupError
from .project import Ready
from .state import PROJECT, make_folder

COPY = PROJECT / ".setup" / "sanitize"
#: What is copied: the code, its builds' inputs and the tests.
PARTS = (
    "addons",
    "python",
    "tests",
    "tools",
    "requirements",
    "pyproject.toml",
    "setup.py",
    "project.godot",
    "README.md",
)
#: What is not: builds and caches of the original. `addons/pythonscript/build.py` is a file and is copied.
LEFT = ("__pycache__", "*.so", "*.pyc", "_api.dat", "python.cfg", ".godot")
#: The tests without arguments: those of the compiled code, and of the binding inside headless Godot.
TESTS = (
    "tests/sanitize", "tests/kernel", "tests/compiler/test_programs.py", "tests/loops",
    "tests/events/test_equivalence.py",
    "tests/engine/binding/test_inside.py", "tests/engine/binding/test_start_and_end.py",
)  # fmt: skip
FLAGS = ("-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")
#: The engine opens extensions with RTLD_DEEPBIND, by which they would miss the sanitizer's malloc.
WITHOUT_DEEPBIND = """\
#define _GNU_SOURCE
#include <dlfcn.h>
void *dlopen(const char *name, int flags) {
    void *(*next)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
    return next(name, flags & ~RTLD_DEEPBIND);
}
"""


def prepare(progress: Progress, ready: Ready) -> dict[str, str]:
    """Brings the copy and its builds up to date; returns the variables for its tests. Raises SetupError."""
    make_folder(COPY)
    progress.step("copying the project for the sanitizers", _copy)
    tools = make_folder(COPY / ".tools")
    compiler = _compiler(tools)
    environment = dict(ready.environment(), CC=str(compiler), PYTHONPATH=str(COPY / "python"))
    loops = [str(ready.python), str(COPY / "python" / "sexp_runtime" / "loops" / "build.py")]
    binding = [str(ready.python), str(COPY / "addons" / "pythonscript" / "build.py")]
    binding += ["--godot", str(ready.engine.executable)]
    progress.step("compiling loops and kernel with ASan and UBSan", lambda: _run(loops, environment))
    progress.step("compiling the binding with ASan and UBSan", lambda: _run(binding, environment))
    del environment["CC"]
    return environment | variables(tools)


def variables(tools: Path) -> dict[str, str]:
    """The variables that load the sanitizers into Python and Godot. A finding ends the process with status 66."""
    library = _output(["gcc", "-print-file-name=libasan.so"])
    if not os.path.isabs(library):
        raise SetupError("gcc has no libasan.so. On Debian: apt-get install libasan8 libubsan1")
    source, shim = tools / "without_deepbind.c", tools / "without_deepbind.so"
    source.write_text(WITHOUT_DEEPBIND, encoding="utf-8")
    _run(["gcc", "-shared", "-fPIC", "-O1", str(source), "-o", str(shim)], dict(os.environ))
    return {
        "LD_PRELOAD": f"{shim} {library}",
        # Python and the engine keep memory until the process ends, so LeakSanitizer cannot tell theirs from ours.
        "ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1:exitcode=66:verify_asan_link_order=0",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=66",
        "PYTHONMALLOC": "malloc",
        "SEXP_SANITIZE": "1",
    }


def _copy() -> None:
    for name in PARTS:
        source, target = PROJECT / name, COPY / name
        if source.is_dir():
            _mirror(source, target)
        elif source.is_file():
            _mirror_file(source, target)


def _mirror(source: Path, target: Path) -> None:
    """Copies what changed, and removes Python and C sources that are gone, of which tests would run."""
    ignored = shutil.ignore_patterns(*LEFT)
    for where, folders, names in os.walk(source):
        left = ignored(where, [*folders, *names])
        folders[:] = [name for name in folders if name not in left and not _is_build(Path(where) / name)]
        to = target / Path(where).relative_to(source)
        to.mkdir(parents=True, exist_ok=True)
        for name in names:
            if name not in left:
                _mirror_file(Path(where) / name, to / name)
        for path in to.iterdir():
            if path.suffix in (".py", ".pyx", ".pxi", ".gd", ".c", ".h") and path.name not in names:
                path.unlink()


def _is_build(path: Path) -> bool:
    return path.parent == PROJECT / "addons" / "pythonscript" and path.name in ("build", "bin")


def _mirror_file(source: Path, target: Path) -> None:
    try:
        old, new = target.stat(), source.stat()
        if (old.st_size, old.st_mtime_ns) == (new.st_size, new.st_mtime_ns):
            return
    except FileNotFoundError:
        pass
    shutil.copy2(source, target)


def _compiler(tools: Path) -> Path:
    """A script that compiles with the sanitizers, whatever flags the builds give."""
    script = tools / "cc"
    text = f'#!/bin/sh\nexec gcc "$@" {" ".join(FLAGS)}\n'
    if not script.is_file() or script.read_text(encoding="utf-8") != text:
        script.write_text(text, encoding="utf-8")
        script.chmod(0o755)
    return script


def _output(command: Sequence[str]) -> str:
    try:
        return subprocess.run(list(command), capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError("the sanitizers need gcc. On Debian: apt-get install gcc") from error


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    with tempfile.TemporaryFile() as log:
        done = subprocess.run(list(command), stdout=log, stderr=subprocess.STDOUT, env=environment, check=False)
        if done.returncode:
            log.seek(0)
            tail = "\n".join(log.read().decode("utf-8", "replace").splitlines()[-30:])
            raise SetupError(f"{' '.join(command)} failed:\n{tail}")
