"""The patrol demo, exported: it plays, saves and loads on a machine without its project."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from support.godot.exporting import CONTAINERS, SETTINGS, export_well, play, write_presets
from support.godot.projects import import_project, make_project

pytestmark = pytest.mark.engine
HERE = Path(__file__).parent


def test_the_exported_demo_saves_and_loads(tmp_path: Path) -> None:
    settings = SETTINGS.replace("[autoload]\n", '[autoload]\nDriver="*res://patrol_driver.gd"\n')
    scene = "res://addons/sexp_runtime/demo/patrol/game.tscn"
    project = make_project(tmp_path / "project", settings, main_scene=scene)
    shutil.copy(HERE / "patrol_driver.gd", project)
    import_project(project)
    write_presets(project)
    game = export_well(project, tmp_path / "built" / "game.x86_64")
    shutil.rmtree(project)
    (tmp_path / "elsewhere").mkdir()
    env = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")}
    done = play(game, cwd=tmp_path / "elsewhere", env=env, before=("--fixed-fps", "60"))
    (line,) = re.findall(r"^PATROL (.*)$", done.output, re.M)
    seen = json.loads(line)
    assert seen["restored"] == seen["saved"] != seen["first"]
    assert seen["again"] == seen["first"] and seen["first"]["kills"] >= 1
    assert done.status == 0
    assert [line for line in done.errors() if not any(name in line for name in CONTAINERS)] == [], done.output
