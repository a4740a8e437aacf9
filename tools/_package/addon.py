"""The add-on's zips: all files are under addons/, as in a project."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from _setup.console import Progress
from _setup.environments import cached_environment
from _setup.python_env import Interpreter

from . import linux_python, windows_python, zig
from .archives import write_zip
from .binding import Binding, PythonTarget, bundle_name
from .msgpack_wheel import unpack_msgpack
from .source import Source

#: Files that are needed only to build the add-on from source.
LEFT_OUT = (
    "addons/pythonscript/.gitignore",
    "addons/pythonscript/api_description.py",
    "addons/pythonscript/build.py",
    "addons/pythonscript/loader/",
    "addons/pythonscript/requirements.txt",
    "addons/pythonscript/src/",
)
BIN = "addons/pythonscript/bin"
#: The engine loads the library by it. A clone has its text only, because a project without a library must not have it.
EXTENSION = "addons/pythonscript/pythonscript.gdextension"
NAME = "sexp-runtime"


@dataclass
class Parts:
    """What zips and wheels consist of: the compiled parts by system and Python.

    `base` is the one Python that is run: it generates C, and compiles Python files for the bundled Python.
    """

    progress: Progress
    source: Source
    work: Path
    base: Interpreter
    versions: Sequence[str]
    binding: Binding

    def python_targets(self, target: zig.Target, versions: Iterable[str]) -> list[PythonTarget]:
        """Return what is compiled against for these Pythons."""
        if target is zig.WINDOWS:
            return [windows_python.development_files(self.progress, version) for version in versions]
        return [linux_python.development_files(self.progress, version) for version in versions]

    def bytecode(self, folder: Path, *, in_place: bool) -> None:
        """Compile a folder's Python files ahead; `in_place` leaves the compiled files alone, without their sources."""
        python = cached_environment(self.progress, self.base, "build")
        command = [str(python), "-m", "compileall", "-q", "-s", str(folder), "--invalidation-mode", "unchecked-hash"]
        command += ["-b"] if in_place else []
        zig.run("Compiling Python files", [*command, str(folder)], {**zig.environment(0), "PYTHONHASHSEED": "0"})
        if in_place:
            for path in folder.rglob("*.py"):
                path.unlink()

    def fill_site(self, site: Path, systems: Sequence[zig.Target], versions: Sequence[str]) -> None:
        """Fill a folder of packages: `godot`, `sexp_runtime`, `msgpack`, with compiled modules for these systems."""
        site.mkdir(parents=True)
        shutil.copytree(
            self.source.folder / "python" / "godot", site / "godot", ignore=shutil.ignore_patterns(".gitignore")
        )
        runtime = self.source.folder / "python" / "sexp_runtime"
        shutil.copytree(
            runtime, site / "sexp_runtime", ignore=shutil.ignore_patterns("*.pyx", "*.pxi", "*.pxd", "build.py")
        )
        wanted = [(target, python) for target in systems for python in self.python_targets(target, versions)]
        self.binding.compile_cores(wanted)
        natives = self.compile_natives(wanted)
        for target, python in wanted:
            shutil.copy(self.binding.compile_core(target, python), site / "godot")
            for place, module in natives[target.system, python.version].items():
                shutil.copy(module, site / place)
            unpack_msgpack(site, python.version, target)

    def compile_natives(
        self, wanted: Sequence[tuple[zig.Target, PythonTarget]]
    ) -> dict[tuple[str, str], dict[str, Path]]:
        """Compile the runtime's `native.pyx` files, each once: their modules by system, Python and place in a site."""
        codes = {source: self.native_code(source) for source in sorted((self.source.folder / "python").rglob("*.pyx"))}
        found: dict[tuple[str, str], dict[str, Path]] = {}
        jobs = []
        for target, python in wanted:
            modules = found.setdefault((target.system, python.version), {})
            for source, code in codes.items():
                place = source.relative_to(self.source.folder / "python").with_suffix("")
                output = self.work / f"{'.'.join(place.parts)}{python.module(target)}"
                modules[f"{place.as_posix()}{python.module(target)}"] = output
                if not output.exists():
                    jobs.append((target, code, output, python))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda job: self._compile(*job), jobs))
        return found

    def _compile(self, target: zig.Target, code: Path, output: Path, python: PythonTarget) -> None:
        more = [str(python.import_library)] if python.import_library else []
        zig.compile_library(target, [code], output, [python.include], more, self.source.moment)

    def native_code(self, source: Path) -> Path:
        """Return the C file made from a compiled module's source, made at the first call."""
        place = source.relative_to(self.source.folder / "python").with_suffix("")
        code = self.work / f"{'.'.join(place.parts)}.c"
        if not code.exists():
            python = cached_environment(self.progress, self.base, "build")
            command = [str(python), "-m", "cython", "-3", "--module-name", ".".join(place.parts)]
            command += [str(source.relative_to(self.source.folder)), "-o", str(code)]
            # From the folder of the source: Cython writes the paths of included files as it finds them.
            zig.run(f"Generating {place}", command, zig.environment(self.source.moment), self.source.folder)
        return code


def common_files(source: Source) -> dict[str, bytes | Path]:
    """Return the files that every zip has, by name."""
    names = [name for name in source.names if name.startswith("addons/") and not name.startswith(LEFT_OUT)]
    files: dict[str, bytes | Path] = {name: source.folder / name for name in names}
    files[EXTENSION] = files.pop(f"{EXTENSION}.in")
    return {**files, f"{BIN}/.gdignore": b""}


def files_below(folder: Path, prefix: str = "") -> dict[str, bytes | Path]:
    """Return the files of a folder by the names that they get in a zip, which begin with `prefix`."""
    return {prefix + path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def with_python(parts: Parts, target: zig.Target, out: Path) -> Path:
    """Make the zip for one system, with a Python in it; return its path."""
    folder = parts.work / bundle_name(target)
    version = linux_python.VERSION
    parts.fill_site(folder / "site", [target], [version])
    parts.bytecode(folder / "site", in_place=False)
    if target is zig.WINDOWS:
        origin, library = windows_python.copy_python(parts.progress, folder)
    else:
        origin, library = copy_linux_python(parts, folder)
    (folder / "python.cfg").write_text(
        f"# {origin}\nversion = {version}\nlibpython = {library}\n"
        "packages = site\nstdlib = stdlib.zip\nstdlib = dynload\n",
        encoding="utf-8",
        newline="\n",
    )
    (folder / "licences").mkdir(exist_ok=True)
    move_licences(folder)
    loader = parts.binding.compile_loader(target, parts.python_targets(target, [version]), parts.work)
    files = {**common_files(parts.source), f"{BIN}/{loader.name}": loader}
    files |= files_below(folder, f"{BIN}/{folder.name}/")
    system = target.system.replace(".", "-")
    path = out / f"{NAME}-{parts.source.version}-{system}.zip"
    write_zip(path, files, parts.source.moment)
    return path


def copy_linux_python(parts: Parts, folder: Path) -> tuple[str, str]:
    """Fill a bundle with Debian's Python; return its description and the name of its library."""
    tree, versions = linux_python.unpacked_packages(parts.progress)
    linux_python.copy_libraries(tree, folder, parts.source.moment)
    with tempfile.TemporaryDirectory(prefix="sexp-stdlib-") as place:
        library = Path(place) / "library"
        linux_python.copy_standard_library(tree, library)
        parts.bytecode(library, in_place=True)
        write_zip(folder / "stdlib.zip", files_below(library), parts.source.moment)
    for name, text in linux_python.licences(tree).items():
        (folder / "licences").mkdir(exist_ok=True)
        (folder / "licences" / name).write_bytes(text)
    carried = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return f"CPython of Debian 12, linked for older systems: {carried}", linux_python.LIBPYTHON


def move_licences(folder: Path) -> None:
    """Copy the licences of wheels from their metadata to the other licences."""
    for path in sorted(folder.rglob("*.dist-info")):
        package = path.name.split("-")[0]
        for licence in sorted(file for file in path.rglob("*") if file.name in ("COPYING", "LICENSE")):
            shutil.copyfile(licence, folder / "licences" / f"{package}.txt")
        shutil.rmtree(path)


def without_python(parts: Parts, out: Path) -> Path:
    """Make the zip for an installed Python: compiled parts for every system and Python, but no interpreter."""
    folder = parts.work / "no-python"
    versions = sorted(parts.versions, key=lambda text: int(text.partition(".")[2]), reverse=True)
    systems = [zig.LINUX, zig.WINDOWS]
    parts.fill_site(folder / "site", systems, versions)
    names = [f"libpython{version}.so.1.0" for version in versions]
    names += [f"python{version.replace('.', '')}.dll" for version in versions]
    lines = [
        "# Python is the system's: the first of these libraries that can be loaded.",
        f"version = {' '.join(versions)}",
    ]
    lines += [f"libpython = {name}" for name in names] + ["packages = site"]
    (folder / "python.cfg").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    (folder / "licences").mkdir()
    move_licences(folder)
    files = {**common_files(parts.source), **files_below(folder, f"{BIN}/")}
    for target in systems:
        loader = parts.binding.compile_loader(target, parts.python_targets(target, versions), parts.work)
        files[f"{BIN}/{loader.name}"] = loader
    path = out / f"{NAME}-{parts.source.version}-no-python.zip"
    write_zip(path, files, parts.source.moment)
    return path
