"""The first mission of docs/getting-started.md, typed off the page into an empty project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.addon.game import ROOT, run
from engine.addon.projects import import_project, make_project

pytestmark = pytest.mark.engine

PAGE = ROOT / "addons" / "sexp_runtime" / "docs" / "getting-started.md"
SHIP = """extends Node2D
signal health_changed(value: float)
signal died()

func _ready() -> void:
	await get_tree().create_timer(0.3).timeout
	health_changed.emit(45.0)
	await get_tree().create_timer(0.3).timeout
	died.emit()
	await get_tree().create_timer(2.6).timeout
	get_tree().quit()
"""
SCENE = """[gd_scene load_steps=3 format=3]
[ext_resource type="Script" path="res://first.gd" id="1"]
[ext_resource type="Script" path="res://ship.gd" id="2"]
[node name="First" type="Node"]
script = ExtResource("1")
[node name="Ship" type="Node2D" parent="."]
script = ExtResource("2")
"""


def test_the_page_works_as_it_stands(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", page, re.S | re.M)
    script = next(text for language, text in blocks if language == "gdscript")
    mission = next(text for _language, text in blocks if "#Mission Info" in text)
    assert len(script.strip().splitlines()) < 20
    assert script in (ROOT / "README.md").read_text(encoding="utf-8"), "README and page show different scripts"
    project = make_project(
        tmp_path / "project",
        '[autoload]\n\nSexpRuntime="*res://addons/sexp_runtime/sexp_runtime.gd"\n'
        '\n[python]\n\nmodules=PackedStringArray("sexp_runtime.bridge.runtime")\n',
    )
    (project / "first.gd").write_text(script)
    (project / "first.fs2").write_text(mission)
    (project / "ship.gd").write_text(SHIP)
    (project / "first.tscn").write_text(SCENE)
    import_project(project)
    done = run("--fixed-fps", "60", "res://first.tscn", project=project)
    done.assert_clean()
    assert done.lines("event: ") == ["event: Half gone", "event: Lost"], done.output[-4000:]
    assert "#Command: Half your hull is gone. Warnings so far: 1." in done.output
