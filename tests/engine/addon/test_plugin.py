"""The editor plugin: what it adds when enabled and takes away when disabled, without restart and without complaints."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.godot.game import ROOT, run
from support.godot.projects import import_project, make_project

pytestmark = pytest.mark.engine

DRIVER = """@tool
extends EditorPlugin
## Enables and disables the plugin twice and says what the project has in each state.

func _enter_tree() -> void:
	_drive.call_deferred()

func _drive() -> void:
	await get_tree().create_timer(1.5).timeout
	for i: int in 2:
		EditorInterface.set_plugin_enabled("sexp_runtime", true)
		await _say("enabled")
		if i == 0:
			ProjectSettings.set_setting("sexp_runtime/run/seed", 77)
		EditorInterface.set_plugin_enabled("sexp_runtime", false)
		await _say("disabled")
	get_tree().quit()

func _say(state: String) -> void:
	for frame: int in 10:
		await get_tree().process_frame
	var settings: Array[String] = []
	for info: Dictionary in ProjectSettings.get_property_list():
		if (info["name"] as String).begins_with("sexp_runtime/"):
			settings.append(info["name"])
	print("STATE ", JSON.stringify({
		"state": state,
		"enabled": EditorInterface.is_plugin_enabled("sexp_runtime"),
		"autoload": ProjectSettings.get_setting("autoload/SexpRuntime", ""),
		"settings": settings,
		"seed": ProjectSettings.get_setting("sexp_runtime/run/seed", null),
	}))
"""


def test_enabling_and_disabling_twice_without_restart(tmp_path: Path) -> None:
    project = make_project(
        tmp_path / "project", '[editor_plugins]\n\nenabled=PackedStringArray("res://addons/driver/plugin.cfg")\n'
    )
    driver = project / "addons" / "driver"
    driver.mkdir()
    (driver / "plugin.cfg").write_text(
        '[plugin]\n\nname="driver"\ndescription="d"\nauthor="a"\nversion="1"\nscript="plugin.gd"\n'
    )
    (driver / "plugin.gd").write_text(DRIVER)
    import_project(project)
    done = run("--editor", project=project, timeout=300)
    states = [json.loads(text) for text in re.findall(r"^STATE (.*)$", done.output, re.M)]
    assert [state["state"] for state in states] == ["enabled", "disabled"] * 2, done.output[-4000:]
    for state in states:
        on = state["state"] == "enabled"
        assert state["enabled"] is on
        assert bool(state["autoload"]) is on
    assert len(states[0]["settings"]) >= 10
    assert sorted(states[2]["settings"]) == sorted(states[0]["settings"])
    # What the user has chosen stays; everything else goes.
    assert states[1]["settings"] == states[3]["settings"] == ["sexp_runtime/run/seed"]
    assert states[2]["seed"] == 77
    done.assert_clean()
    text = (project / "project.godot").read_text()
    assert "SexpRuntime=" not in text
    assert "sexp_runtime/debug" not in text and "debug/overlay" not in text


def test_the_editor_opens_and_closes_this_project_without_complaint() -> None:
    done = run("--editor", "--quit-after", "120", project=ROOT, timeout=300)
    done.assert_clean()
    assert done.status == 0


def test_without_the_binding_the_reason_is_told_and_the_game_goes_on(tmp_path: Path) -> None:
    project = make_project(
        tmp_path / "project",
        '[autoload]\n\nSexpRuntime="*res://addons/sexp_runtime/sexp_runtime.gd"\n'
        '\n[python]\n\nmodules=PackedStringArray("sexp_runtime.bridge.runtime")\n',
    )
    (project / "addons" / "pythonscript").unlink()
    (project / "main.gd").write_text(
        "extends Node\n\nfunc _ready() -> void:\n"
        '\tvar error := SexpRuntime.load_mission("res://none.fs2")\n'
        '\tprint("LOADED ", error == ERR_UNAVAILABLE, SexpRuntime.is_available())\n'
        "\tSexpRuntime.start()\n\tSexpRuntime.step(0.1)\n\tawait get_tree().process_frame\n"
        "\tawait get_tree().process_frame\n\tget_tree().quit()\n"
    )
    (project / "main.tscn").write_text(
        '[gd_scene load_steps=2 format=3]\n[ext_resource type="Script" path="res://main.gd" id="1"]\n'
        '[node name="Main" type="Node"]\nscript = ExtResource("1")\n'
    )
    import_project(project)
    done = run("res://main.tscn", project=project)
    assert "LOADED truefalse" in done.output, done.output[-3000:]
    assert "SEXP runtime: Python is not set up" in done.output
    assert "SCRIPT ERROR" not in done.output and done.status == 0


def test_a_project_in_which_the_plugin_was_enabled_by_hand_is_completed(tmp_path: Path) -> None:
    enabled = '[editor_plugins]\n\nenabled=PackedStringArray("res://addons/sexp_runtime/plugin.cfg")\n'
    project = make_project(tmp_path / "project", enabled)
    assert "SexpRuntime=" not in (project / "project.godot").read_text()
    assert run("--import", project=project).status == 0
    settings = (project / "project.godot").read_text()
    assert "SexpRuntime=" in settings and "sexp_runtime.bridge.runtime" in settings
