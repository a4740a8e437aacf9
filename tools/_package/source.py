"""The source of a release: the files that git tracks, their version, and the time stamp of all archives."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from _setup.console import SetupError, run_checked
from _setup.state import PROJECT

#: The file that defines the version; all other places must agree with it.
VERSION_FILE = "python/sexp_runtime/__init__.py"
PLUGIN_FILES = ("addons/sexp_runtime/plugin.cfg",)
CHANGELOG = "CHANGELOG.md"
README = "README.md"
#: The earliest time of zip archives (1 January 1980).
EARLIEST = 315532800


@dataclass(frozen=True)
class Source:
    """A copy of the tracked files, their version, and the time of the last commit (seconds since 1970)."""

    folder: Path
    names: tuple[str, ...]
    version: str
    moment: int


def tracked_files(project: Path = PROJECT) -> list[str]:
    """Return the paths that git tracks and that are there, sorted. Raises SetupError outside a clone."""
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=project, capture_output=True, check=False)
    except OSError as error:
        raise SetupError("git is missing: a release is made from the files that it tracks.") from error
    if done.returncode != 0:
        raise SetupError(f"{project} is no clone made by git: a release is made from the files that it tracks.")
    names = [name for name in done.stdout.decode("utf-8").split("\0") if name]
    return sorted(name for name in names if (project / name).is_file())


def release_moment(project: Path = PROJECT) -> int:
    """Return the time of files in archives: $SOURCE_DATE_EPOCH, else that of the last commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    text = given or run_checked(
        "Asking git for the last commit", ["git", "log", "-1", "--format=%ct"], cwd=str(project)
    )
    if not text.strip().isdecimal():
        raise SetupError(f"SOURCE_DATE_EPOCH is no number of seconds: {text.strip()}")
    return max(EARLIEST, int(text))


def version_of(project: Path = PROJECT) -> str:
    """Return the package's version. Raises SetupError if another place has a different one."""
    version = ""
    for node in ast.parse((project / VERSION_FILE).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "__version__" and node.value is not None:
            version = str(ast.literal_eval(node.value))
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", version):
        raise SetupError(f"{VERSION_FILE} says no version of the form 1.2.3: {version or 'none'}")
    for name in PLUGIN_FILES:
        found = re.search(r'^version="(.*)"$', (project / name).read_text(encoding="utf-8"), re.MULTILINE)
        if found is None or found[1] != version:
            raise SetupError(f"{name} says version {found and found[1]}, but {VERSION_FILE} says {version}.")
    named = set(re.findall(r"sexp[-_]runtime-(\d+\.\d+\.\d+)", (project / README).read_text(encoding="utf-8")))
    if named - {version}:
        raise SetupError(f"{README} names files of version {', '.join(sorted(named))}, not {version}.")
    section = re.search(r"^## (\S+)", (project / CHANGELOG).read_text(encoding="utf-8"), re.MULTILINE)
    if section is None or section[1] != version:
        raise SetupError(f"The first section of {CHANGELOG} is of {section and section[1]}, not of {version}.")
    return version


def copy_source(target: Path, project: Path = PROJECT) -> Source:
    """Copy the tracked files into the empty folder `target`. Raises SetupError."""
    names = tuple(tracked_files(project))
    for name in names:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project / name, place)
        place.chmod(0o755 if os.access(project / name, os.X_OK) else 0o644)
    return Source(target, names, version_of(target), release_moment(project))
