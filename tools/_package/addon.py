"""The add-on's zips: all files are under addons/, as in a project."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from _setup.console import Progress
from _setup.environments import cached_environment
from _setup.python_env import Interpreter

from . import linux_python, windows_python, zig
from .archives import write_zip
from .binding import Binding, PythonTarget, bundle_name, include_folder
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
    """The contents of the zips: the compiled parts by system and Python, and the wheels of the runtime."""

    progress: Progress
    source: Source
    work: Path
    interpreters: dict[str, Interpreter]
    wheels: dict[str, Path]
    binding: Binding

    @property
    def any_python(self) -> Interpreter:
        """One of the Pythons, for tools whose output does not depend on the version."""
        return next(iter(self.interpreters.values()))

    def python_targets(self, target: zig.Target, versions: Iterable[str]) -> list[PythonTarget]:
        """Return what is compiled against for these Pythons."""
        if target is zig.WINDOWS:
            return [windows_python.development_files(self.progress, version) for version in versions]
        return [PythonTarget(one, include_folder(self.interpreters[one])) for one in versions]

    def bytecode(self, folder: Path, *, in_place: bool) -> None:
        """Compile a folder's Python files ahead; `in_place` leaves the compiled files alone, without their sources."""
        python = cached_environment(self.progress, self.interpreters[linux_python.VERSION], "build")
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
        for target, python in wanted:
            shutil.copy(self.binding.compile_core(target, python), site / "godot")
            self.add_native(target, python, site)
            unpack_msgpack(site, python.version, target)

    def add_native(self, target: zig.Target, python: PythonTarget, site: Path) -> None:
        """Add the runtime's compiled modules: those of the wheel, or compiled for Windows from the same C."""
        if target is zig.WINDOWS:
            for source in (self.source.folder / "python").rglob("native.pyx"):
                place = source.relative_to(self.source.folder / "python")
                code = self.native_source(source)
                output = site / place.with_name(f"native{python.module(target)}")
                more = [str(python.import_library)]
                zig.compile_library(target, [code], output, [python.include], more, self.source.moment)
            return
        with zipfile.ZipFile(self.wheels[python.version]) as wheel:
            for name in wheel.namelist():
                if name.endswith(".so"):
                    wheel.extract(name, site)

    def native_source(self, source: Path) -> Path:
        """Return the C file made from a compiled module's source, made at the first call."""
        place = source.relative_to(self.source.folder / "python").with_suffix("")
        code = self.work / f"{'.'.join(place.parts)}.c"
        if not code.exists():
            python = cached_environment(self.progress, self.any_python, "build")
            command = [str(python), "-m", "cython", "-3", "--module-name", ".".join(place.parts)]
            command += [str(source), "-o", str(code)]
            zig.run(f"Generating {place}", command, zig.environment(self.source.moment))
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
    versions = sorted(parts.wheels, key=lambda text: int(text.partition(".")[2]), reverse=True)
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
