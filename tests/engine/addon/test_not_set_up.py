"""Projects that hold the add-ons as they come out of a clone: not enabled, or not built."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.godot.game import ROOT, TROUBLE, run
from support.godot.projects import make_project

pytestmark = pytest.mark.engine

ENABLED = """
[autoload]
SexpRuntime="*res://addons/sexp_runtime/sexp_runtime.gd"

[editor_plugins]
enabled=PackedStringArray("res://addons/sexp_runtime/plugin.cfg")

[python]
modules=PackedStringArray("sexp_runtime.bridge.runtime")
"""
GAME = """extends Node

func _ready() -> void:
	print("loaded: ", SexpRuntime.load_mission("res://none.fs2"))
	get_tree().quit()
"""
SCENE = """[gd_scene load_steps=2 format=3]
[ext_resource type="Script" path="res://game.gd" id="1"]
[node name="Game" type="Node"]
script = ExtResource("1")
"""


def not_built(folder: Path, settings: str = "", *, main_scene: str = "") -> Path:
    """Make a project whose binding was never built."""
    make_project(folder, settings, main_scene=main_scene)
    (folder / "addons" / "pythonscript").unlink()
    built = shutil.ignore_patterns("bin", "build", "*.gdextension", "*.gdextension.uid")
    shutil.copytree(ROOT / "addons" / "pythonscript", folder / "addons" / "pythonscript", ignore=built)
    return folder


def open_editor(folder: Path) -> list[str]:
    """Open a project in the editor and close it; return the lines about trouble and those of our plugin."""
    done = run("--editor", "--quit", project=folder, timeout=300)
    assert done.status == 0, done.output
    return [line for line in done.output.splitlines() if TROUBLE.search(line) or "SEXP" in line]


def test_built_and_not_enabled(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project")
    (folder / ".godot").mkdir()
    (folder / ".godot" / "extension_list.cfg").write_text("res://addons/pythonscript/pythonscript.gdextension\n")
    for _time in ("first", "second"):
        assert open_editor(folder) == []


def test_neither_built_nor_enabled(tmp_path: Path) -> None:
    folder = not_built(tmp_path / "project")
    for _time in ("first", "second"):
        assert open_editor(folder) == []


def test_enabled_and_not_built_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    folder = not_built(tmp_path / "project", ENABLED, main_scene="res://game.tscn")
    (folder / "game.gd").write_text(GAME)
    (folder / "game.tscn").write_text(SCENE)
    for _time in ("first", "second"):
        (line,) = open_editor(folder)
        assert "Python is not set up" in line and "addons/pythonscript/build.py" in line
    done = run(project=folder)
    (error,) = [line for line in done.output.splitlines() if TROUBLE.search(line)]
    assert "Python is not set up" in error and "addons/pythonscript/build.py" in error
    assert "loaded: 2" in done.output  # ERR_UNAVAILABLE
