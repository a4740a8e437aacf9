"""The compiled parts of the add-on for one system: the loader, and the binding for each Python."""

from __future__ import annotations

import importlib.util
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from _setup.console import Progress, SetupError
from _setup.environments import cached_environment
from _setup.python_env import Interpreter

from . import zig
from .source import Source


@dataclass(frozen=True)
class PythonTarget:
    """A target Python: its version like 3.11, headers, and the library to link if one is needed."""

    version: str
    include: Path
    import_library: Path | None = None

    @property
    def tag(self) -> str:
        """The version without its point: 311."""
        return self.version.replace(".", "")

    def module(self, target: zig.Target) -> str:
        """Return the ending of compiled modules."""
        return f".cp{self.tag}-win_amd64.pyd" if target is zig.WINDOWS else f".cpython-{self.tag}-x86_64-linux-gnu.so"


class Binding:
    """The generated sources of the binding, for one engine, and what is compiled from them."""

    def __init__(self, source: Source, work: Path) -> None:
        self.source = source
        self.work = work
        self.addon = source.folder / "addons" / "pythonscript"
        self.generated = self.addon / "build"

    def generate(self, progress: Progress, interpreter: Interpreter) -> None:
        """Get the interface from the engine ($GODOT); write the binding's C source and its API description."""
        script = _load(self.addon / "build.py")
        self.generated.mkdir(exist_ok=True)
        try:
            script.dump_engine(Path(os.environ["GODOT"]), progress.say)
            script.describe_api(progress.say)
        except script.BuildError as problem:
            raise SetupError(str(problem)) from problem
        python = cached_environment(progress, interpreter, "build")
        command = [str(python), "-m", "cython", "-3", "-o", str(self.generated / "_core.c"), "src/_core.pyx"]
        zig.run("Generating the binding", command, zig.environment(self.source.moment), self.addon)

    def compile_cores(self, wanted: list[tuple[zig.Target, PythonTarget]]) -> None:
        """Compile the extension module of the package `godot` for several Pythons, one on each core."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda one: self.compile_core(*one), wanted))

    def compile_core(self, target: zig.Target, python: PythonTarget) -> Path:
        """Compile the extension module of the package `godot` for one Python, once; return its path."""
        output = self.work / f"_core{python.module(target)}"
        if output.exists():
            return output
        includes = [python.include, self.generated, self.addon / "src"]
        more = ["-Wno-incompatible-pointer-types", "-Wno-incompatible-pointer-types-discards-qualifiers"]
        more += [str(python.import_library)] if python.import_library else []
        zig.compile_library(target, [self.generated / "_core.c"], output, includes, more, self.source.moment)
        return output

    def compile_loader(self, target: zig.Target, pythons: list[PythonTarget], folder: Path) -> Path:
        """Compile the loader for all these Pythons; return its path."""
        loader = self.addon / "loader"
        platform = "platform_windows.c" if target is zig.WINDOWS else "platform_posix.c"
        objects = []
        for python in pythons:
            name = "start_" + python.version.replace(".", "_")
            built = self.work / f"{name}.{target.system}.o"
            command = [*zig.command(target), "-c", f"-DPYTHON_STARTER={name}", "-I", str(python.include)]
            command += [str(loader / "start.c"), "-o", str(built)]
            zig.run(f"Compiling {name}", command, zig.environment(self.source.moment))
            objects.append(built)
        starters = " ".join(f"STARTER({python.version.replace('.', ', ')})" for python in pythons)
        output = folder / f"libpythonscript.{target.system}{target.library}"
        definitions = [f"-DPYTHON_STARTERS={starters}", f'-DPYTHON_BUNDLE="{bundle_name(target)}"']
        sources = [loader / "loader.c", loader / "home.c", loader / platform, *objects]
        zig.compile_library(target, sources, output, [self.generated], definitions, self.source.moment)
        return output


def bundle_name(target: zig.Target) -> str:
    """Return the name of the folder with Python (addons/pythonscript/README.md)."""
    return f"pythonscript.{target.system}"


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("pythonscript_build", path)
    assert spec is not None and spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
