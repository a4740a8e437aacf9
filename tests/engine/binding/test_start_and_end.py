"""Starting and ending: what goes wrong is said in one clear error and the project opens all the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.godot.binding import ROOT, Project, Run

pytestmark = pytest.mark.engine
MakeProject = Callable[..., Project]


def goes_on(project: Project) -> Run:
    """Run a script that needs no Python; it must run to its end whatever happened to Python."""
    run = project.run_script('print("the project runs")\nquit()', "--verbose")
    assert "the project runs" in run.output
    assert run.code == 0
    return run


def one_error(run: Run, *texts: str) -> None:
    """The run printed one error, and all the texts are in the output."""
    assert len(run.errors()) == 1, run.errors()
    for text in texts:
        assert text in run.output, f"{text!r} is not in\n{run.output}"
    assert run.trouble("ERROR:", "Traceback (most recent") == []


def test_clean_run(make_project: MakeProject) -> None:
    run = goes_on(make_project())
    assert run.trouble() == []


def test_libpython_missing(make_project: MakeProject) -> None:
    project = make_project()
    project.environment["PYTHONSCRIPT_LIBPYTHON"] = "/nowhere/libpython3.so"
    one_error(goes_on(project), "cannot load libpython", "/nowhere/libpython3.so", "tools/run", "python/library")


def test_libpython_named_by_the_project_setting(make_project: MakeProject) -> None:
    project = make_project()
    project.write("project.godot", 'config_version=5\n[python]\nlibrary="res://nothing.so"\n')
    one_error(goes_on(project), "cannot load libpython", str(project.folder / "nothing.so"))


def test_library_is_no_python(make_project: MakeProject) -> None:
    project = make_project()
    project.environment["PYTHONSCRIPT_LIBPYTHON"] = "libm.so.6"
    one_error(goes_on(project), "not a libpython")


def test_wrong_version(make_project: MakeProject) -> None:
    project = make_project(copy=True)
    config = project.folder / "addons" / "pythonscript" / "bin" / "python.cfg"
    config.write_text(config.read_text().replace("version = 3.", "version = 2."))
    one_error(goes_on(project), "the add-on was built for Python 2.", "tools/run")


def test_configuration_missing(make_project: MakeProject) -> None:
    project = make_project(copy=True)
    (project.folder / "addons" / "pythonscript" / "bin" / "python.cfg").unlink()
    one_error(goes_on(project), "python.cfg is missing", "tools/run")


def test_package_missing(make_project: MakeProject) -> None:
    project = make_project(copy=True)
    shutil.rmtree(project.folder / "python" / "godot")
    one_error(goes_on(project), "the package `godot` cannot be loaded")


def test_extension_module_missing(make_project: MakeProject) -> None:
    project = make_project(copy=True)
    for path in (project.folder / "python" / "godot").glob("_core*.so"):
        path.unlink()
    one_error(goes_on(project), "the package `godot` cannot be loaded", "_core")


def test_description_broken(make_project: MakeProject) -> None:
    project = make_project(copy=True)
    (project.folder / "python" / "godot" / "_api.dat").write_bytes(b"\x05\0\0\0\0\0\0\0nonsense")
    one_error(goes_on(project), "_api.dat", "build the binding again")


def test_syntax_error_in_the_package(make_project: MakeProject) -> None:
    project = make_project(copy=True)
    path = project.folder / "python" / "godot" / "_expose.py"
    path.write_text(path.read_text() + "\ndef broken(:\n")
    one_error(goes_on(project), "SyntaxError", "_expose.py")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def broken(:\n", ("SyntaxError", "at: import (res://python/game.py:1)")),
        (
            "import godot\n\n\ndef f():\n    return 1 / 0\n\n\nf()\n",
            ("ZeroDivisionError", "at: f (res://python/game.py:5)"),
        ),
        ("import sys\nsys.exit(3)\n", ("SystemExit: 3",)),
        ("import nothing_of_that_name\n", ("No module named 'nothing_of_that_name'",)),
        ("raise KeyboardInterrupt\n", ("KeyboardInterrupt",)),
    ],
)
def test_user_module_fails(make_project: MakeProject, text: str, expected: tuple[str, ...]) -> None:
    project = make_project()
    project.configure(("game",))
    project.write("python/game.py", text)
    one_error(goes_on(project), "cannot import the Python module game", *expected)


def test_started_from_elsewhere(make_project: MakeProject, tmp_path: Path) -> None:
    """Nothing depends on the working directory, and modules there are not found by chance."""
    project = make_project()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "stray.py").write_text("print('stray')\n")
    project.write(
        "main.gd", 'extends SceneTree\nfunc _initialize():\n\tprint(PythonHost.import_module("stray"))\n\tquit()\n'
    )
    run = project.run("--script", "main.gd", cwd=elsewhere)
    assert "No module named 'stray'" in run.output and "false" in run.output


def test_output_by_lines(make_project: MakeProject) -> None:
    project = make_project()
    project.configure(("game",))
    project.write(
        "python/game.py",
        "import sys\nprint('one', 2, [3])\nprint('a', end='')\nprint('b')\nprint('x\\ny')\nprint()\n"
        "sys.stdout.write('c'); sys.stdout.write('d\\ne'); print('ünï 🚀')\nprint('to errors', file=sys.stderr)\n"
        "print('no end', end='')\n",
    )
    run = goes_on(project)
    lines = run.output.splitlines()
    start = lines.index("one 2 [3]")
    assert lines[start : start + 7] == ["one 2 [3]", "ab", "x", "y", "", "cd", "eünï 🚀"]
    assert "to errors" in lines and "no end" in lines


def test_errors_of_python_threads(make_project: MakeProject) -> None:
    project = make_project()
    project.configure(("game",))
    project.write(
        "python/game.py",
        "import threading\ndef work():\n    raise LookupError('in a thread')\n"
        "t = threading.Thread(target=work)\nt.start()\nt.join()\n"
        "class Bad:\n    def __del__(self):\n        raise LookupError('in del')\nBad()\n",
    )
    run = goes_on(project)
    assert len(run.errors()) == 2
    assert "LookupError: in a thread" in run.output and "LookupError: in del" in run.output


def test_things_held_at_the_end(make_project: MakeProject) -> None:
    """What Python still holds when the engine goes is let go of without an error or a leak."""
    project = make_project()
    project.configure(("game",))
    project.write(
        "python/game.py",
        """
import godot, threading, time

@godot.expose
class Keeper(godot.Node):
    done = godot.signal()
    def _ready(self):
        kept.append(self)
        self.done.connect(lambda: None)
        self.done.connect(self.hear)
        godot.Performance.add_custom_monitor("sexp/never_removed", lambda: len(kept))
        godot.Performance.add_custom_monitor("sexp/method", self.get_child_count)
        self.get_tree().create_timer(1000).timeout.connect(self.hear)
        self.set_meta("thing", Thing())
        threading.Thread(target=lambda: time.sleep(0.3)).start()
    def hear(self): pass

@godot.expose
class Thing(godot.RefCounted):
    def __init__(self):
        self.itself = self
        self.image = godot.Image.create(4, 4, False, godot.Image.FORMAT_RGB8)

kept = [godot.RefCounted(), Thing(), godot.Image.create(4, 4, False, godot.Image.FORMAT_RGB8),
        godot.Callable(godot.Engine, "get_version_info"), godot.Color("red"), godot.StandardMaterial3D()]
kept.append(kept)
""",
    )
    run = project.run_script(
        "root.add_child(Keeper.new())\nawait process_frame\nawait process_frame\nquit()", "--verbose"
    )
    assert run.code == 0
    assert run.trouble() == [], run.output[-3000:]


def test_crash_of_nothing_after_objects_die_with_the_tree(make_project: MakeProject) -> None:
    """Callbacks that arrive while the engine takes everything down run, or are dropped; nothing breaks."""
    project = make_project()
    project.configure(("game",))
    project.write(
        "python/game.py",
        """
import godot

@godot.expose
class Last(godot.Node):
    def _exit_tree(self): print("exit tree")
    def _notification(self, what):
        if what == godot.Object.NOTIFICATION_PREDELETE: print("predelete")
    def _ready(self): self.tree_exited.connect(lambda: print("exited"))
""",
    )
    run = project.run_script("root.add_child(Last.new())\nawait process_frame\nquit()", "--verbose")
    assert run.code == 0 and run.trouble() == []
    for text in ("exit tree", "exited", "predelete"):
        assert text in run.output.splitlines()


def test_import_outside_the_engine() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import godot"],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "python")},
    )
    assert done.returncode == 1
    assert "ImportError" in done.stderr and "only inside Godot" in done.stderr


def test_wrong_arguments_from_gdscript(make_project: MakeProject) -> None:
    """The engine itself refuses what the annotations do not allow, with its usual words."""
    project = make_project()
    project.configure(("game",))
    project.write(
        "python/game.py",
        "import godot\n\n@godot.expose\nclass Strict(godot.Node):\n    def take(self, number: int) -> int:\n"
        "        print('taken', number)\n        return number\n",
    )
    run = project.run_script(
        """
var strict := Strict.new()
strict.call_deferred("take", "x")
strict.call_deferred("take")
strict.call_deferred("take", 1, 2)
strict.call_deferred("take", [1])
strict.call_deferred("take", 7.0)
await process_frame
await process_frame
strict.free()
quit()
"""
    )
    assert "Cannot convert argument 1 from String to int" in run.output
    assert "Cannot convert argument 1 from Array to int" in run.output
    assert "expected 1" in run.output.lower()
    assert [line for line in run.output.splitlines() if line.startswith("taken")] == ["taken 7"]
    assert len(run.errors()) == 4
