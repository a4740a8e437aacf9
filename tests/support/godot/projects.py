"""Projects made for one test: the add-ons of this repository in a folder of their own."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from functools import cache
from pathlib import Path

from support.godot.game import ROOT, engine, run

ADDON = ROOT / "addons" / "sexp_runtime"
EXTENSION = "res://addons/pythonscript/pythonscript.gdextension"
#: Where the folder `.godot` of an imported project is kept from run to run (git ignores it).
IMPORTED = ROOT / ".setup" / "imported-project"


def make_project(folder: Path, settings: str = "", *, main_scene: str = "") -> Path:
    """Make a project with our add-ons, none of them enabled; `settings` are further lines of project.godot."""
    (folder / "addons").mkdir(parents=True)
    shutil.copytree(ADDON, folder / "addons" / "sexp_runtime", ignore=shutil.ignore_patterns("images"))
    (folder / "addons" / "pythonscript").symlink_to(ROOT / "addons" / "pythonscript", target_is_directory=True)
    (folder / "python").symlink_to(ROOT / "python", target_is_directory=True)
    first = f'run/main_scene="{main_scene}"\n' if main_scene else ""
    (folder / "project.godot").write_text(
        f'config_version=5\n\n[application]\n\nconfig/name="test"\n{first}'
        f'config/features=PackedStringArray("4.6")\n\n{settings}\n'
    )
    return folder


def list_extension(folder: Path) -> None:
    """Name the binding to the engine: a windowless one that meets it for the first time may crash at its end."""
    (folder / ".godot").mkdir(exist_ok=True)
    (folder / ".godot" / "extension_list.cfg").write_text(EXTENSION + "\n")


def import_project(folder: Path) -> None:
    """Give a project what opening it in the editor makes: the imported files of our add-ons, their classes and ids.

    The engine imports the add-ons once; their folder `.godot` is copied. That is three seconds of the editor less for
    each test. Files of the test itself are found by the engine when it opens the project.
    """
    shutil.copytree(_imported(), folder / ".godot", dirs_exist_ok=True)
    if not (folder / "addons" / "pythonscript").exists():
        (folder / ".godot" / "extension_list.cfg").unlink()


@cache
def _imported() -> Path:
    """Return the folder `.godot` of a project with our add-ons, imported by the engine if an add-on has changed."""
    digest = hashlib.sha256(f"{ROOT} {engine()} {Path(engine()).stat().st_mtime_ns}".encode())
    for path in sorted(ADDON.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".md":
            digest.update(path.relative_to(ADDON).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    place = IMPORTED / digest.hexdigest()[:16]
    IMPORTED.mkdir(parents=True, exist_ok=True)
    with open(IMPORTED / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            for old in IMPORTED.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            project = make_project(IMPORTED / "new")
            list_extension(project)
            done = run("--import", project=project, timeout=300)
            assert done.status == 0, done.output[-6000:]
            done.assert_clean()
            shutil.move(project / ".godot", place)
            shutil.rmtree(project)
    return place
