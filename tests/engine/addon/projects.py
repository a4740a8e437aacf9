"""Projects made for one test: the add-ons of this repository in a folder of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.addon.game import ROOT, Run, run


def make_project(folder: Path, settings: str = "", *, main_scene: str = "") -> Path:
    """Make a project with our add-ons, none of them enabled; `settings` are further lines of project.godot."""
    (folder / "addons").mkdir(parents=True)
    shutil.copytree(
        ROOT / "addons" / "sexp_runtime", folder / "addons" / "sexp_runtime", ignore=shutil.ignore_patterns("images")
    )
    (folder / "addons" / "pythonscript").symlink_to(ROOT / "addons" / "pythonscript", target_is_directory=True)
    (folder / "python").symlink_to(ROOT / "python", target_is_directory=True)
    first = f'run/main_scene="{main_scene}"\n' if main_scene else ""
    (folder / "project.godot").write_text(
        f'config_version=5\n\n[application]\n\nconfig/name="test"\n{first}'
        f'config/features=PackedStringArray("4.6")\n\n{settings}\n'
    )
    return folder


def import_project(folder: Path) -> Run:
    """Let the engine import a project, as opening it in the editor does."""
    return run("--import", project=folder, timeout=120)
