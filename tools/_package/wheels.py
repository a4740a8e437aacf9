"""Wheels with compiled modules, one for each Python, and the source distribution."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from _setup.console import Progress
from _setup.environments import cached_environment, plain_environment
from _setup.python_env import Interpreter

from . import zig
from .addon import Parts
from .archives import normalise_tar
from .binding import PythonTarget
from .source import Source

#: The oldest C library that wheels work with (manylinux2014).
PLATFORM = "manylinux_2_17_x86_64"


def build_wheels(parts: Parts, target: Path) -> list[Path]:
    """Build the wheel for each Python into the folder `target`; return their paths.

    setuptools builds one wheel without compiled modules. Each of the others is that one with the modules for a Python.
    auditwheel refuses a wheel that needs more of the system than PLATFORM has.
    """
    wanted = [(zig.LINUX, python) for python in parts.python_targets(zig.LINUX, parts.versions)]
    natives = parts.compile_natives(wanted)
    with tempfile.TemporaryDirectory(prefix="sexp-wheel-") as place:
        work = Path(place)
        variables = {**plain_environment(), **zig.environment(parts.source.moment)}
        variables["PATH"] = f"{Path(sys.executable).parent}:{variables.get('PATH', '')}"
        pure = build_pure_wheel(parts, work, variables)
        return [
            build_wheel(pure, python, natives[system.system, python.version], work, variables, target)
            for system, python in wanted
        ]


def build_pure_wheel(parts: Parts, work: Path, variables: dict[str, str]) -> Path:
    """Build a wheel without compiled modules; return its path."""
    python = cached_environment(parts.progress, parts.base, "build")
    tree = work / "source"
    shutil.copytree(parts.source.folder, tree, ignore=shutil.ignore_patterns("*.pyx"))
    command = [str(python), "-m", "build", "--wheel", "--no-isolation", "--outdir", str(work / "pure"), str(tree)]
    zig.run("Building the wheel", command, variables)
    (wheel,) = (work / "pure").glob("*.whl")
    return wheel


def build_wheel(
    pure: Path, python: PythonTarget, modules: dict[str, Path], work: Path, variables: dict[str, str], target: Path
) -> Path:
    """Add the compiled modules for one Python to the wheel without any; return the path of the new wheel."""
    place = work / python.tag
    wheel = [sys.executable, "-m", "wheel"]
    zig.run("Unpacking the wheel", [*wheel, "unpack", str(pure), "--dest", str(place / "tree")], variables)
    (tree,) = (place / "tree").iterdir()
    for name, module in modules.items():
        shutil.copy(module, tree / name)
    (metadata,) = tree.glob("*.dist-info/WHEEL")
    text = metadata.read_text(encoding="utf-8").replace("Root-Is-Purelib: true", "Root-Is-Purelib: false")
    tag = f"cp{python.tag}-cp{python.tag}-linux_x86_64"
    metadata.write_text(re.sub(r"^Tag: .*$", f"Tag: {tag}", text, flags=re.MULTILINE), encoding="utf-8")
    (place / "raw").mkdir()
    zig.run("Packing the wheel", [*wheel, "pack", str(tree), "--dest-dir", str(place / "raw")], variables)
    (raw,) = (place / "raw").glob("*.whl")
    command = [sys.executable, "-m", "auditwheel", "repair", "--plat", PLATFORM, "--only-plat"]
    zig.run("Checking the wheel", [*command, "--wheel-dir", str(place / "wheels"), str(raw)], variables)
    (made,) = (place / "wheels").glob("*.whl")
    return Path(shutil.copy(made, target / made.name))


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
