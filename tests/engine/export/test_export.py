"""Exports themselves: the demo, a project with the packaged add-on, and everything that has to stop one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.godot.exporting import (
    BUNDLE,
    Outcome,
    export,
    export_well,
    make_game,
    play,
    run_editor,
    write_presets,
)
from support.godot.game import ROOT
from support.godot.projects import import_project

pytestmark = pytest.mark.engine

#: What differs from run to run.
VOLATILE = ("frame_time_us", "memory", "statistics", "godot")


def test_the_demo(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(
        ROOT / "addons" / "sexp_runtime", project / "addons" / "sexp_runtime", ignore=shutil.ignore_patterns("images")
    )
    (project / "addons" / "pythonscript").symlink_to(ROOT / "addons" / "pythonscript", target_is_directory=True)
    (project / "python").symlink_to(ROOT / "python", target_is_directory=True)
    shutil.copy(ROOT / "project.godot", project)
    import_project(project)
    write_presets(project)
    game = export_well(project, tmp_path / "built" / "demo.x86_64")
    arguments = ("--seconds=20", "--quit-at-end", "--quiet")
    numbers = []
    for name in ("unexported", "exported"):
        command = (*arguments, f"--json={tmp_path}/{name}.json")
        if name == "unexported":
            done = run_editor(project, "--fixed-fps", "60", "--", *command)
            shutil.rmtree(project)
        else:
            done = play(game, *command, cwd=tmp_path, before=("--fixed-fps", "60"))
        assert done.status == 0 and done.errors() == [], done.output
        numbers.append(json.loads((tmp_path / f"{name}.json").read_text()))
    for each in numbers:
        for key in VOLATILE:
            del each[key]
    assert numbers[0] == numbers[1] and numbers[0]["evaluations"] > 1000


@pytest.fixture
def own_addon(tmp_path: Path) -> Path:
    """A project whose add-on may be changed: the binding is a copy, its Python packages are in the project."""
    project = make_game(tmp_path / "project")
    (project / "addons" / "pythonscript").unlink()
    ignored = shutil.ignore_patterns("build", "src", "loader", "*.md")
    shutil.copytree(
        ROOT / "addons" / "pythonscript", project / "addons" / "pythonscript", symlinks=True, ignore=ignored
    )
    config = project / "addons" / "pythonscript" / "bin" / "python.cfg"
    text = config.read_text()
    for line in text.splitlines():
        key, _, value = line.partition(" = ")
        if key in ("executable", "packages"):
            # Not resolved: an environment is known by the place of its program.
            text = text.replace(line, f"{key} = {ROOT / 'addons' / 'pythonscript' / 'bin' / value}")
    config.write_text(text)
    return project


def assert_stopped(done: Outcome, target: Path, *texts: str) -> None:
    """The export failed with one sentence of ours, and left nothing that looks like a game."""
    assert done.status != 0, done.output[-4000:]
    (ours,) = [line for line in done.output.splitlines() if "ERROR: Python:" in line or "ERROR: Export: Python" in line]
    for text in texts:
        assert text in ours, ours
    assert not target.exists() and not target.with_suffix(".pck").exists()


def test_a_platform_without_library(own_addon: Path, tmp_path: Path) -> None:
    target = tmp_path / "built" / "game.exe"
    done = export(own_addon, target, "Windows")
    assert_stopped(done, target, "libpythonscript.windows.x86_64.dll", "unpack the add-on's zip for this platform")


def test_a_platform_without_python(own_addon: Path, tmp_path: Path) -> None:
    (own_addon / "addons" / "pythonscript" / "bin" / "libpythonscript.windows.x86_64.dll").touch()
    target = tmp_path / "built" / "game.exe"
    done = export(own_addon, target, "Windows")
    assert_stopped(done, target, "no Python for windows.x86_64", "unpack the add-on's zip for this platform")


def test_a_package_that_is_not_installed(own_addon: Path, tmp_path: Path) -> None:
    path = own_addon / "project.godot"
    path.write_text(
        path.read_text().replace("[python]", '[python]\nexport_packages=PackedStringArray("no_such_thing")')
    )
    target = tmp_path / "built" / "game.x86_64"
    assert_stopped(export(own_addon, target), target, "no_such_thing is not installed")


def test_a_module_of_the_game_that_is_no_python(own_addon: Path, tmp_path: Path) -> None:
    (own_addon / "python" / "broken.py").write_text("def broken(:\n")
    target = tmp_path / "built" / "game.x86_64"
    assert_stopped(export(own_addon, target), target, "broken.py", "cannot be compiled")


def test_python_that_does_not_run_in_the_editor(own_addon: Path, tmp_path: Path) -> None:
    (own_addon / "addons" / "pythonscript" / "bin" / "python.cfg").unlink()
    target = tmp_path / "built" / "game.x86_64"
    assert_stopped(export(own_addon, target), target, "does not run in this editor")


def test_chosen_scenes_alone(own_addon: Path, tmp_path: Path) -> None:
    """Such a preset has to name the extension; what the runtime needs comes along by itself."""
    presets = own_addon / "export_presets.cfg"
    chosen = 'export_filter="scenes"\nexport_files=PackedStringArray("res://main.tscn")'
    presets.write_text(presets.read_text().replace('export_filter="all_resources"', chosen))
    target = tmp_path / "built" / "game.x86_64"
    assert_stopped(export(own_addon, target), target, "pythonscript.gdextension", "include filter")
    presets.write_text(presets.read_text().replace('include_filter=""', 'include_filter="*.gdextension"'))
    path = own_addon / "project.godot"
    path.write_text(path.read_text() + "\n[sexp_runtime]\ndebug/overlay_in_exported_games=true\n")
    export_well(own_addon, target)
    done = play(target, "--overlay", "--load=missions/first.fs2", "--play=60", cwd=tmp_path)
    assert done.about("--overlay")["overlay"] == 1 and done.told[1]["ok"] == 0
    # The release template complains so at the end of any project that shows a container.
    assert [line for line in done.errors() if "disconnect a nonexistent connection" not in line] == [], done.output


def test_the_packaged_add_on(own_addon: Path, tmp_path: Path) -> None:
    """A bundle in the add-on takes the place of a set-up: in the editor, for exports, and for trying hints."""
    export_well(own_addon, tmp_path / "first" / "game.x86_64")
    binaries = own_addon / "addons" / "pythonscript" / "bin"
    shutil.copytree(tmp_path / "first" / BUNDLE, binaries / BUNDLE)
    for name in ("python.cfg", "libpython3.11.so.1.0"):
        (binaries / name).unlink(missing_ok=True)
    (binaries / BUNDLE / "site" / "game_side.pyc").unlink()  # that is the project's own
    shutil.copy(ROOT / "python" / "godot" / "_bundle.py", binaries / BUNDLE / "site" / "godot")  # for the editor only
    shutil.rmtree(own_addon / ".godot" / "pythonscript")
    arguments = ("--python", "--load=missions/first.fs2", "--play=6000", "--hint", "--outcome")
    done = run_editor(own_addon, "--", *arguments)
    path = done.told[0]["python"]["path"]
    assert path[0] == f"{own_addon}/python" and all(str(own_addon) in folder for folder in path), done.output
    assert done.about("--hint")["ok"] == 0 and done.errors() == [], done.output
    ((applied, said),) = done.about("--outcome")["outcome"]
    assert applied and "the same results" in said
    game = export_well(own_addon, tmp_path / "second" / "game.x86_64")
    exported = play(game, "--python", "--load=missions/first.fs2", "--play=6000", cwd=tmp_path)
    assert not list((tmp_path / "second" / BUNDLE).rglob("_bundle*"))
    assert exported.told[1:] == done.told[1:3] and exported.told[0]["python"]["loops"]
