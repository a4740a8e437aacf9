"""Makes the folder with Python for an exported game (addons/pythonscript/README.md, "Where Python is").

The export plugin calls `stage` in the editor. Nothing here needs the engine: other tools can use `make_base` too.
"""

from __future__ import annotations

import fnmatch
import importlib.util
import marshal
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Parts of the standard library that no game needs: tests, tools, windows, installers, and modules that depend on
#: omitted extension modules (below).
LEFT_OUT: Final = _words(
    """
    __pycache__ test idlelib tkinter turtledemo turtle.py lib2to3 ensurepip venv distutils pydoc_data pydoc.py curses
    dbm sqlite3 ctypes ssl.py msilib site-packages lib-dynload dist-packages config-* __phello__ this.py antigravity.py
    pty.py tty.py crypt.py nntplib.py smtpd.py webbrowser.py _pyrepl
    """
)
#: Extension modules that the bundle includes; the others need libraries of the system.
EXTENSIONS: Final = _words(
    """
    _asyncio _bisect _blake2 _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _contextvars _csv
    _datetime _decimal _elementtree _heapq _interpchannels _interpqueues _interpreters _json _lsprof _md5
    _multibytecodec _multiprocessing _opcode _pickle _posixshmem _posixsubprocess _queue _random _sha1 _sha2 _sha256
    _sha3 _sha512 _socket _statistics _struct _typing _xxinterpchannels _xxsubinterpreters _zoneinfo array binascii
    cmath fcntl grp math mmap pyexpat resource select termios unicodedata zlib
    """
)
#: Libraries that every Linux has; the bundle includes the others that the interpreter needs.
OF_THE_SYSTEM: Final = re.compile(r"(linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|util|gcc_s))\b")
#: Omitted parts of packages: sources of compiled modules, types, tools.
NOT_CARRIED: Final = ("__pycache__", "*.pyi", "*.pyx", "*.pxd", "*.pxi", "*.c", "py.typed", ".*")
#: Modules of the project's packages that only tools need.
TOOLS_ONLY: Final = frozenset(
    (
        "godot/_bundle.py", "sexp_runtime/__main__.py", "sexp_runtime/cli.py", "sexp_runtime/commands",
        "sexp_runtime/conformance.py", "sexp_runtime/conformance_engines.py", "sexp_runtime/loops/build.py",
    )
)  # fmt: skip
STDLIB: Final = "stdlib.zip"
DYNLOAD: Final = "dynload"
SITE: Final = "site"
CONFIG: Final = "python.cfg"


class BundleError(Exception):
    """The bundle cannot be made; the text gives the reason and the remedy in a sentence."""


def stage(addon: str, project: str, platform: str, packages: Sequence[str] = ()) -> dict[str, Any]:
    """Bring the bundle of a platform up to date; return its `folder`, or an `error` that says what to do.

    addon, project: absolute folders. platform: as in the names of libraries, like `linux.x86_64`. packages: names of
    installed packages that the game needs beside msgpack. The bundle is made in the project's folder `.godot`.
    """
    try:
        return {"folder": str(_stage(Path(addon), Path(project), platform, packages)), "error": ""}
    except BundleError as problem:
        return {"folder": "", "error": str(problem)}
    except OSError as problem:
        return {"folder": "", "error": f"Python cannot be put beside the game: {problem}"}


def _stage(addon: Path, project: Path, platform: str, packages: Sequence[str]) -> Path:
    name = f"pythonscript.{platform}"
    ours, bundle = addon / "bin", addon / "bin" / name
    endings = {"windows": "dll", "macos": "dylib"}
    loader = f"libpythonscript.{platform}.{endings.get(platform.partition('.')[0], 'so')}"
    if not (ours / loader).is_file():
        raise BundleError(
            f"the add-on has no library for {platform} ({loader} is missing in {ours}): "
            "unpack the add-on's zip for this platform over the project"
        )
    target = project / ".godot" / "pythonscript" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    (target.parent / ".gdignore").touch()
    if (bundle / CONFIG).is_file():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(bundle, target, ignore=shutil.ignore_patterns("__pycache__", SITE))
        folders = [bundle / SITE]
    elif _own_config(ours, platform):
        make_base(target)
        shutil.rmtree(target / SITE, ignore_errors=True)
        folders = list(_package_folders(ours))
        add_installed("msgpack", target / SITE)
    else:
        raise BundleError(
            f"the add-on has no Python for {platform} (the folder {name} is missing in {ours}): "
            "unpack the add-on's zip for this platform over the project"
        )
    version = _version_of(target)
    for folder in (*folders, project / "python"):
        add_packages(folder, target / SITE, platform, version)
    for package in packages:
        add_installed(package, target / SITE)
    _check(target, platform, version)
    return target


def _own_config(folder: Path, platform: str) -> bool:
    """Return whether the folder is set up for this platform, with the Python that runs now."""
    return (folder / CONFIG).is_file() and platform == running_platform()


def running_platform() -> str:
    """Return the platform of this process as in the names of the add-on's libraries, like `linux.x86_64`."""
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    machine = sysconfig.get_platform().rpartition("-")[2]
    return f"{system}.{ {'amd64': 'x86_64', 'aarch64': 'arm64'}.get(machine, machine) }"


def _package_folders(folder: Path) -> Iterator[Path]:
    for line in (folder / CONFIG).read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(" = ")
        if key == "packages":
            yield (folder / value).resolve()


def _version_of(target: Path) -> str:
    found = re.search(r"^version = (\S+)", (target / CONFIG).read_text(encoding="utf-8"), re.M)
    if not found:
        raise BundleError(f"{target / CONFIG} names no version: set the add-on up again")
    return found[1]


def _check(target: Path, platform: str, version: str) -> None:
    """Raise BundleError if a bundle lacks something that the game would miss."""
    digits = version.replace(".", "")
    if not list((target / SITE / "godot").glob(f"_core*{digits}*")):
        raise BundleError(f"the binding is not compiled for Python {version} on {platform}: build the add-on again")
    for name in ("godot/_api.dat", "godot/_boot.py*", "msgpack/__init__.py*"):
        if not list((target / SITE).glob(name)):
            raise BundleError(f"{name.rstrip('*')} is missing in the add-on: set it up again")


# The interpreter and its library


def make_base(target: Path) -> None:
    """Make the interpreter's part of a bundle from the running Python, unless it is there already. Linux and macOS."""
    if os.name != "posix":
        raise BundleError("from a clone, games can be exported on Linux only: use the packaged add-on")
    stamp = target / ".stamp"
    wanted = f"{sys.version} {sys.base_prefix} {Path(__file__).stat().st_mtime_ns}"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(target, ignore_errors=True)
    (target / DYNLOAD).mkdir(parents=True)
    library = shared_library()
    _copy_binary(library, target / library.name)
    for path in sorted(_dynload_folder().glob("*.so")):
        if path.name.partition(".")[0] in EXTENSIONS:
            _copy_binary(path, target / DYNLOAD / path.name)
    write_stdlib(Path(sysconfig.get_path("stdlib")), target / STDLIB)
    carried = _carry_libraries([library, *(target / DYNLOAD).glob("*.so")], target)
    write_config(target, f"{sys.version_info[0]}.{sys.version_info[1]}", library.name, carried)
    _carry_licence(target)
    stamp.write_text(wanted, encoding="utf-8")


def write_config(target: Path, version: str, library: str, preload: Sequence[str] = ()) -> None:
    """Write the python.cfg of a bundle. preload: libraries in its folder that `library` or its modules need."""
    lines = [f"version = {version}", *(f"preload = {name}" for name in preload), f"libpython = {library}"]
    lines += [f"packages = {SITE}", f"stdlib = {STDLIB}", f"stdlib = {DYNLOAD}"]
    (target / CONFIG).write_text("\n".join(lines) + "\n", encoding="utf-8")


def shared_library() -> Path:
    """Return the libpython of the running Python; BundleError if it has none."""
    name = sysconfig.get_config_var("INSTSONAME") or sysconfig.get_config_var("LDLIBRARY") or ""
    folders = [sysconfig.get_config_var("LIBDIR"), os.path.join(sys.base_prefix, "lib")]
    multiarch = sysconfig.get_config_var("MULTIARCH")
    if multiarch:
        folders += [f"/usr/lib/{multiarch}", f"/lib/{multiarch}"]
    for folder in folders:
        if folder and (Path(folder) / name).is_file():
            return Path(folder) / name
    raise BundleError(f"Python {sys.version.split()[0]} has no shared library {name}")


def _dynload_folder() -> Path:
    folder = sysconfig.get_config_var("DESTSHARED")
    return Path(folder) if folder else Path(sysconfig.get_path("platstdlib")) / "lib-dynload"


def _copy_binary(source: Path, target: Path) -> None:
    """Copy a library, without its debug symbols if the tool that removes them is installed."""
    shutil.copyfile(source, target)
    target.chmod(0o755)
    tool = shutil.which("strip")
    if tool:
        subprocess.run([tool, "--strip-unneeded", str(target)], capture_output=True, check=False)


def _carry_libraries(binaries: Sequence[Path], target: Path) -> list[str]:
    """Copy the libraries that binaries need and not every Linux has; return their names."""
    if sys.platform != "linux":
        return []
    found: dict[str, Path] = {}
    for binary in binaries:
        done = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=False, timeout=60)
        for name, place in re.findall(r"^\s*(\S+) => (/\S+)", done.stdout, re.M):
            if not OF_THE_SYSTEM.match(name) and not name.startswith("libpython"):
                found[name] = Path(place)
    for name, place in found.items():
        _copy_binary(place.resolve(), target / name)
    return sorted(found)


def _carry_licence(target: Path) -> None:
    for folder in (
        Path(sysconfig.get_path("stdlib")),
        Path(f"/usr/share/doc/python{sys.version_info[0]}.{sys.version_info[1]}"),
    ):
        for name in ("LICENSE.txt", "copyright"):
            if (folder / name).is_file():
                shutil.copyfile(folder / name, target / "LICENSE.python.txt")
                return


def write_stdlib(source: Path, target: Path) -> None:
    """Write the modules of a standard library to a zip, compiled by the running Python.

    What Python reads before it can decompress is stored as it is: `encodings`, and what `zipimport` needs.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, name in _modules_below(source, LEFT_OUT):
            data = _compiled(path, f"{STDLIB}/{name}")
            entry = zipfile.ZipInfo(f"{name}c", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name.startswith("encodings/") else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)


def _modules_below(folder: Path, left_out: frozenset[str] | Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Yield the .py files below a folder with their names from there, in order."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _matches(name, left_out))
        for name in sorted(names):
            if name.endswith(".py") and not _matches(name, left_out):
                path = Path(where) / name
                yield path, path.relative_to(folder).as_posix()


def _matches(name: str, patterns: frozenset[str] | Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _compiled(path: Path, shown: str) -> bytes:
    """Return the content of a .pyc that Python uses without checking the age of its source.

    Tracebacks show the file as `shown`. Raises BundleError for a file that is not Python.
    """
    try:
        code = compile(path.read_bytes(), shown, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as problem:
        raise BundleError(f"{path} cannot be compiled: {problem}") from problem
    unchecked = (0b01).to_bytes(4, "little")
    return importlib.util.MAGIC_NUMBER + unchecked + bytes(8) + marshal.dumps(code)


# Packages


def add_packages(source: Path, target: Path, platform: str = "", version: str = "") -> None:
    """Copy the packages and modules of a folder with their data files. Raises BundleError.

    Modules are compiled if the running Python can do that for the version (like "3.11"; "" is its own). Extension
    modules are copied if they are for the platform ("" is the running one).
    """
    platform = platform or running_platform()
    compiles = version in ("", f"{sys.version_info[0]}.{sys.version_info[1]}")
    for where, folders, names in os.walk(source, followlinks=True):
        here = Path(where)
        folders[:] = sorted(name for name in folders if _is_carried(here / name, source))
        for name in sorted(names):
            path = here / name
            if not _is_carried(path, source) or not _fits(name, platform, version):
                continue
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith(".py") and compiles:
                place.with_suffix(".pyc").write_bytes(_compiled(path, path.relative_to(source).as_posix()))
            elif name.endswith(".so") and platform == running_platform():
                _copy_binary(path, place)
            else:
                shutil.copyfile(path, place)


def _is_carried(path: Path, root: Path) -> bool:
    name = path.relative_to(root).as_posix()
    return not _matches(path.name, NOT_CARRIED) and name not in TOOLS_ONLY and name.removesuffix("c") not in TOOLS_ONLY


def _fits(name: str, platform: str, version: str) -> bool:
    """Return whether a file is not an extension module of another platform or another Python."""
    if not name.endswith((".so", ".pyd", ".dll", ".dylib")):
        return True
    if name.endswith((".pyd", ".dll")) != platform.startswith("windows"):
        return False
    tag = re.search(r"\.(?:cpython-|cp)(\d+)", name)
    wanted = version.replace(".", "") or f"{sys.version_info[0]}{sys.version_info[1]}"
    return tag is None or tag[1] == wanted


def add_installed(name: str, target: Path) -> None:
    """Copy a package or module that the running Python has installed; BundleError if there is none."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin in (None, "built-in", "frozen"):
        raise BundleError(f"the Python package {name} is not installed: set the add-on up again, or install it")
    origin = Path(str(found.origin))
    with tempfile.TemporaryDirectory() as folder:
        if found.submodule_search_locations is None:
            shutil.copyfile(origin, Path(folder) / origin.name)
        else:
            (Path(folder) / name).symlink_to(origin.parent, target_is_directory=True)
        add_packages(Path(folder), target)
