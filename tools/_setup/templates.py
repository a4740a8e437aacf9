"""Debian's export templates for the unpacked engine: fetched once, and bound to the engine's libraries."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import apt
from .console import Progress, SetupError, explain_failure, run_checked
from .engine import Engine, tie_to_libraries
from .state import cache_folder, identity, locked, make_folder, read_stamp, write_stamp

PACKAGES = ("godot-template-release", "godot-template-debug")
STAMP = "templates.json"


@dataclass(frozen=True)
class Templates:
    """The two programs that exports copy."""

    release: Path
    debug: Path

    def paths(self) -> tuple[Path, Path]:
        """Both, the release template first."""
        return self.release, self.debug


def ensure_templates(progress: Progress, engine: Engine, patchelf: Callable[[], Path]) -> Templates:
    """The templates of Debian's engine, fetched first if needed. Raises SetupError.

    An engine from elsewhere has templates of its own, which the user installs through the editor.
    """
    if engine.tree is None:
        raise SetupError(
            f"{engine.executable} is not Debian's Godot: install its export templates in the editor "
            "(Editor > Manage Export Templates)."
        )
    cache = cache_folder()
    found = _find(cache, engine.tree)
    if found is not None:
        return found
    tool = patchelf()
    with locked(cache, progress):
        found = _find(cache, engine.tree)
        if found is None:
            progress.step("fetching the export templates (45 MB)", lambda: _fetch(cache, engine, tool, progress))
            found = _find(cache, engine.tree)
    if found is None:
        raise SetupError("Debian's packages of the export templates hold no programs: report this, please.")
    return found


def _find(cache: Path, tree: Path) -> Templates | None:
    stamp = read_stamp(cache / STAMP)
    paths = [Path(str(path)) for path in stamp.get("paths", [])]
    marks = stamp.get("identities")
    if stamp.get("tree") != str(tree) or len(paths) != 2 or marks != [identity(path) for path in paths]:
        return None
    return Templates(*paths)


def _fetch(cache: Path, engine: Engine, patchelf: Path, progress: Progress) -> None:
    """Download, unpack and adapt the templates of exactly the engine's version, then write the stamp."""
    tree = engine.tree
    assert tree is not None
    version = tree.name.partition("-")[2]
    wanted = [f"{name}={version}" for name in PACKAGES]
    folder = make_folder(cache / "download-templates")
    temporary = make_folder(cache / f"tmp-templates-{os.getpid()}")
    final = cache / f"templates-{version}"
    try:
        archives = apt.open_testing(folder, wanted, progress).download_alone(wanted)
        for archive in archives:
            run_checked("Unpacking " + archive.name, ["dpkg-deb", "-x", str(archive), str(temporary)])
        for program in _programs(temporary):
            tie_to_libraries(program, tree, tree, patchelf)
        shutil.rmtree(final, ignore_errors=True)
        os.replace(temporary, final)
    except OSError as error:
        raise SetupError(explain_failure("Unpacking the export templates", str(error))) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    paths = _programs(final)
    write_stamp(
        cache / STAMP,
        {"tree": str(tree), "paths": [str(path) for path in paths], "identities": [identity(path) for path in paths]},
    )


def _programs(tree: Path) -> list[Path]:
    """The release and the debug template in an unpacked tree, in this order."""
    found = []
    for kind in ("release", "debug"):
        names = sorted(path for path in tree.rglob(f"*{kind}*") if path.is_file() and os.access(path, os.X_OK))
        found += names[:1]
    return found
