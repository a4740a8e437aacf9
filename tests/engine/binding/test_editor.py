"""The binding inside the editor: open, close, import, help pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.godot.binding import Project

pytestmark = pytest.mark.engine

#: What the editor of Godot 4.6.3 leaves behind with or without extensions.
OWN_TROUBLE = ("Orphan StringName: Node ", "StringName: 1 unclaimed")

GAME = '''
import godot
from enum import IntEnum

@godot.expose
class Gauge(godot.Node):
    """Measures pressure.

    A longer text about <pressure> & more."""
    LIMIT = 3
    class Unit(IntEnum):
        BAR = 0
    burst = godot.signal(pressure=float, doc="Too much of it.")
    pressure: float = godot.export(1.0, doc="Pressure in bar.")
    def _ready(self): print("gauge is ready")
    def release(self, amount: float = 0.5, gently: bool = True) -> bool:
        """Lets some out."""
        return True

@godot.expose(tool=True)
class ToolGauge(godot.Node):
    def _ready(self): print("tool gauge is ready")
'''

PLUGIN = """
@tool
extends EditorPlugin

func _enter_tree() -> void:
	look.call_deferred()

func look() -> void:
	for i in 30:
		await get_tree().process_frame
	var tool_node = ClassDB.instantiate(&"ToolGauge")
	add_child(tool_node)
	var plain = ClassDB.instantiate(&"Gauge")
	add_child(plain)
	print("placeholder pressure ", plain.get("pressure"))
	var editor := EditorInterface.get_script_editor()
	editor.goto_help("class_name:Gauge")
	for i in 10:
		await get_tree().process_frame
	for text in editor.find_children("*", "RichTextLabel", true, false):
		var parsed: String = text.get_parsed_text()
		if "Gauge" in parsed:
			print("HELP ", parsed.replace("\\n", " | "))
	tool_node.free()
	plain.free()
	print("looked")
	get_tree().quit()
"""


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    made = make_project()
    made.configure(("game",), '\n[editor_plugins]\n\nenabled=PackedStringArray("res://addons/looker/plugin.cfg")\n')
    made.write("python/game.py", GAME)
    return made


def add_plugin(project: Project) -> None:
    project.write(
        "addons/looker/plugin.cfg",
        '[plugin]\n\nname="Looker"\ndescription=""\nauthor=""\nversion="1"\nscript="plugin.gd"\n',
    )
    project.write("addons/looker/plugin.gd", PLUGIN.lstrip())


def test_import_and_again(project: Project) -> None:
    """The first import of a project and the next one are clean, and classes are there afterwards.

    `extension_list.cfg` must be there already, as build.py writes it: Godot 4.6 crashes at the end of a headless import
    that finds an extension for the first time (Godot issue 111048).
    """
    project.configure(("game",))
    for _ in range(2):
        run = project.run("--verbose", "--import", timeout=300)
        assert run.code == 0 and run.trouble(*OWN_TROUBLE) == [], run.output[-3000:]
    listed = (project.folder / ".godot" / "extension_list.cfg").read_text()
    assert listed.strip() == "res://addons/pythonscript/pythonscript.gdextension"
    run = project.run_script("print(Gauge.new().release())\nquit()")
    assert "true" in run.output


def test_found_by_itself(project: Project) -> None:
    """A project that was never opened finds the extension by itself."""
    (project.folder / ".godot" / "extension_list.cfg").unlink()
    project.configure(("game",))
    project.run("--import", timeout=300)
    run = project.run_script("print(Gauge.new().release())\nquit()")
    assert "true" in run.output


def test_editor_opens_and_closes(project: Project) -> None:
    project.configure(("game",))
    project.run("--import", timeout=300)
    run = project.run("--verbose", "--editor", "--quit-after", "60", timeout=300)
    assert run.code == 0 and run.trouble(*OWN_TROUBLE) == [], run.output[-3000:]


def test_help_pages_and_tool_classes(project: Project) -> None:
    add_plugin(project)
    project.run("--import", timeout=300)
    run = project.run("--editor", timeout=300)
    assert "looked" in run.output, run.output[-3000:]
    assert run.trouble() == [], run.output[-3000:]
    (page,) = [line for line in run.output.splitlines() if line.startswith("HELP ")]
    page = page.replace("\u00a0", " ")
    for text in (
        "Measures pressure.",
        "A longer text about <pressure> & more.",
        "Pressure in bar.",
        "Lets some out.",
        "Too much of it.",
        "release",
        "amount: float",
        "gently: bool",
        "LIMIT",
        "BAR",
        "burst",
    ):
        assert text in page, f"{text!r} is not in {page}"
    assert "tool gauge is ready" in run.output
    assert "gauge is ready" not in run.output.replace("tool gauge is ready", "")


def test_broken_module_in_the_editor(project: Project, tmp_path: Path) -> None:
    """The editor opens, and shows one error."""
    project.configure(("game",))
    project.write("python/game.py", "def broken(:\n")
    run = project.run("--editor", "--quit-after", "60", timeout=300)
    assert run.code == 0
    assert len(run.errors()) == 1 and "cannot import the Python module game" in run.output
