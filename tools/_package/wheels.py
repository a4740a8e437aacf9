"""Wheels with compiled modules, one for each Python, and the source distribution."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from _setup.console import Progress
from _setup.environments import cached_environment, plain_environment
from _setup.python_env import Interpreter

from . import zig
from .archives import normalise_tar
from .source import Source

#: The oldest C library that wheels work with (manylinux2014).
PLATFORM = "manylinux_2_17_x86_64"


def build_wheel(progress: Progress, source: Source, interpreter: Interpreter, target: Path) -> Path:
    """Build the wheel for one Python into the folder `target`; return its path.

    auditwheel refuses one that needs more of the system than PLATFORM has.
    """
    python = cached_environment(progress, interpreter, "build")
    with tempfile.TemporaryDirectory(prefix="sexp-wheel-") as place:
        work = Path(place)
        tree = work / "source"
        shutil.copytree(source.folder, tree)
        compiler = zig.compiler_script(zig.LINUX, work)
        variables = {**plain_environment(), **zig.environment(source.moment)}
        variables |= {"CC": str(compiler), "LDSHARED": f"{compiler} -shared", "CFLAGS": "-g0", "LDFLAGS": "-s"}
        zig.run(
            "Building the wheel",
            [str(python), "-m", "build", "--wheel", "--no-isolation", "--outdir", str(work / "raw"), str(tree)],
            variables,
        )
        (raw,) = (work / "raw").glob("*.whl")
        check_compiled(raw)
        variables["PATH"] = f"{Path(sys.executable).parent}:{variables.get('PATH', '')}"
        command = [sys.executable, "-m", "auditwheel", "repair", "--plat", PLATFORM, "--only-plat"]
        zig.run("Checking the wheel", [*command, "--wheel-dir", str(work / "wheels"), str(raw)], variables)
        (wheel,) = (work / "wheels").glob("*.whl")
        return Path(shutil.copy(wheel, target / wheel.name))


def check_compiled(wheel: Path) -> None:
    """Raise SetupError for a wheel with a `native.pyx` that was not compiled: setuptools only warns."""
    import zipfile

    from _setup.console import SetupError

    names = zipfile.ZipFile(wheel).namelist()
    for twin in (name for name in names if name.endswith("/native.pyi")):
        if not any(name.startswith(twin.removesuffix("pyi")) and name.endswith(".so") for name in names):
            raise SetupError(f"{wheel.name} holds no compiled {twin.removesuffix('.pyi')}: its compiler failed.")


def build_sdist(progress: Progress, source: Source, interpreter: Interpreter, target: Path) -> Path:
    """Build the source distribution into the folder `target`; return its path."""
    python = cached_environment(progress, interpreter, "build")
    with tempfile.TemporaryDirectory(prefix="sexp-sdist-") as place:
        work = Path(place)
        tree = work / "source"
        shutil.copytree(source.folder, tree)
        command = [str(python), "-m", "build", "--sdist", "--no-isolation", "--outdir", str(work), str(tree)]
        zig.run("Building the source distribution", command, {**plain_environment(), **zig.environment(source.moment)})
        (archive,) = work.glob("*.tar.gz")
        normalise_tar(archive, source.moment)
        return Path(shutil.copy(archive, target / archive.name))
