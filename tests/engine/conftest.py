"""The engine for tests: finds it, and makes small projects with the binding."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.godot.binding import ROOT, Project, new_project


@pytest.fixture(scope="session")
def engine() -> Path:
    """The engine's executable; skips where there is none."""
    given = os.environ.get("GODOT")
    if given:
        return Path(given)
    tool = ROOT / "tools" / "godot"
    if tool.is_file():
        found = subprocess.run([str(tool), "--where"], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return Path(found.stdout.strip())
    on_path = shutil.which("godot4") or shutil.which("godot")
    if on_path is None:
        pytest.skip("no engine: set GODOT, or run tools/test")
    return Path(on_path)


@pytest.fixture(scope="session")
def built(engine: Path) -> Path:
    """The add-on's folder, built; skips where it is not (tools/test builds it)."""
    folder = ROOT / "addons" / "pythonscript"
    if not (folder / "bin" / "python.cfg").is_file():
        pytest.skip("the binding is not built: run tools/test")
    return folder


@pytest.fixture
def make_project(tmp_path: Path, engine: Path, built: Path) -> Callable[..., Project]:
    """Makes projects that have the binding: `make_project("name")` -> Project."""

    def make(name: str = "project", copy: bool = False) -> Project:
        folder = tmp_path / name
        return new_project(folder, engine, built, copy)

    return make
