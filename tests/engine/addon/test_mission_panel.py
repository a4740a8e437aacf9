"""The editor's panel for missions, and what the inspector says of mission nodes, in an editor driven by a script."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.godot.game import engine, run
from support.godot.projects import import_project, make_project
from support.godot.screens import screen

pytestmark = pytest.mark.engine

HERE = Path(__file__).parent
PATROL = (HERE / "scene" / "patrol.fs2").read_text(encoding="utf-8")
SCENE = """[gd_scene load_steps=4 format=3]
[ext_resource type="Script" path="res://addons/sexp_runtime/sexp_mission.gd" id="1"]
[ext_resource type="Resource" path="res://patrol.fs2" id="2"]
[ext_resource type="Script" path="res://addons/sexp_runtime/sexp_object.gd" id="3"]
[node name="Patrol" type="Node"]
[node name="Mission" type="Node" parent="."]
script = ExtResource("1")
mission = ExtResource("2")
[node name="Empty" type="Node" parent="."]
script = ExtResource("1")
"""
OBJECT = """[node name="{}" type="Node" parent="."]
script = ExtResource("3")
object_name = "{}"
"""


def make(folder: Path) -> Path:
    """Make a project with a mission that is wrong, one that is right, and a scene."""
    project = make_project(
        folder,
        '[autoload]\n\nSexpRuntime="*res://addons/sexp_runtime/sexp_runtime.gd"\n\n'
        '[editor_plugins]\n\nenabled=PackedStringArray("res://addons/driver/plugin.cfg", '
        '"res://addons/sexp_runtime/plugin.cfg")\n\n'
        '[python]\n\nmodules=PackedStringArray("sexp_runtime.bridge.runtime")\n',
    )
    driver = project / "addons" / "driver"
    driver.mkdir()
    (driver / "plugin.cfg").write_text(
        '[plugin]\n\nname="driver"\ndescription="d"\nauthor="a"\nversion="1"\nscript="driver.gd"\n'
    )
    shutil.copy(HERE / "missions_panel" / "driver.gd", driver / "driver.gd")
    (project / "patrol.fs2").write_text(PATROL)
    wrong = PATROL.replace("( has-time-elapsed 1 )", "( has-tme-elapsed 1 )").replace("\n", "\r\n")
    (project / "wrong.fs2").write_bytes(b"\xef\xbb\xbf" + wrong.encode())
    objects = (("Wrong", "Alhpa 1"), ("Right", "Alpha 1"), ("Twin", "alpha 1"), ("Nameless", ""))
    (project / "patrol.tscn").write_text(SCENE + "".join(OBJECT.format(*names) for names in objects))
    return project


def said_in(output: str) -> dict[str, dict[str, Any]]:
    """Return what the driver said, by what it was about."""
    return {found["what"]: found for found in map(json.loads, re.findall(r"^PANEL (.*)$", output, re.M))}


def test_project_settings_have_descriptions(tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    import_project(project)
    with screen("1280x800") as environment:
        for name in ("CONFIG", "DATA", "CACHE"):  # keeps the editor settings of the user who runs the tests
            environment[f"XDG_{name}_HOME"] = str(tmp_path / name.lower())
        command = [engine(), "--path", str(project), "--editor", "--resolution", "1280x800", "--position", "0,0"]
        command += ["--audio-driver", "Dummy", "--rendering-driver", "opengl3"]
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", env=environment, timeout=300, check=False
        )
    labels = said_in(done.stdout)["settings"]["labels"]
    for part in ("When the runtime steps the mission", "Seed of everything random", "Recording what the game does"):
        assert any(part in label for label in labels), labels


def test_the_panel_and_the_inspector(tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    import_project(project)
    done = run("--editor", project=project, timeout=300)
    said = said_in(done.output)
    assert "scene" in said, done.output[-5000:]
    assert said["type"]["type"] in ("Resource", "SexpMissionFile")
    assert said["opened"]["visible"]
    line = PATROL[: PATROL.index("( has-time-elapsed 1 )")].count("\n") + 1
    problem = said["opened"]["problems"][0]
    assert problem.startswith(f"{line}:") and "E301" in problem and "has-tme-elapsed" in problem and "Late" in problem
    assert said["jumped"]["line"] == line and said["jumped"]["column"] > 1
    assert said["jumped"]["section"] == "Late"
    folding = said["folding"]
    assert (folding["formula"], folding["region"], folding["section"], folding["panel"]) == (True, True, False, True)
    kinds = {kind for _column, kind in said["colours"]["parts"]}
    assert {"conditional", "boolean", "action", "number", "string", "variable", "comment"} <= kinds
    assert said["kept"]["same"] and said["changed"]["changed"]
    assert not [problem for problem in said["corrected"]["problems"] if " E" in problem]
    assert (said["saved"]["changed"], said["saved"]["size"]) == (False, 1)
    content = (project / "wrong.fs2").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf#Mission Info\r\n") and content.count(b"\r\n") == content.count(b"\n")
    scene = said["scene"]
    assert "The mission has no object Alhpa 1" in scene["unknown"][0]
    assert "same Object Name" in scene["right"][0] and "same Object Name" in scene["twin"][0]
    assert "Object Name is empty" in scene["nameless"][0]
    assert "There is another SexpMission" in scene["mission"][0]
    assert "No mission is set" in scene["empty"][0]
    assert scene["names"] == [True, "Alpha 1,Alpha 2"]
    done.assert_clean()
