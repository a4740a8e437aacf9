"""README, Getting started and the tutorial, done to the letter in an empty folder: they print what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.godot.game import ROOT, engine
from support.godot.pages import ADDON, SHELL, TUTORIAL, files_of
from support.godot.projects import import_project, make_project

pytestmark = pytest.mark.engine

README = ROOT / "README.md"
PAGES = (README, ADDON / "docs" / "getting-started.md")
ENABLE = """@tool
extends EditorPlugin
## Does what a user does in Project > Project Settings > Plugins.

func _enter_tree() -> void:
	_enable.call_deferred()

func _enable() -> void:
	await get_tree().create_timer(1.0).timeout
	EditorInterface.set_plugin_enabled("sexp_runtime", true)
	await get_tree().create_timer(0.5).timeout
	get_tree().quit()
"""


def commands_on_path(folder: Path) -> Mapping[str, str]:
    """Return an environment in which `godot` and `sexp` are commands, as they are on a user's machine."""
    folder.mkdir()
    python = shlex.quote(sys.executable)
    package = shlex.quote(str(ROOT / "python"))
    for name, line in (
        ("godot", f"exec {shlex.quote(engine())} --fixed-fps 60"),
        ("sexp", f"PYTHONPATH={package} exec {python} -m sexp_runtime"),
    ):
        script = folder / name
        script.write_text(f'#!/bin/sh\n{line} "$@"\n')
        script.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def shell(command: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a line as a user's shell does."""
    return subprocess.run(
        command, shell=True, cwd=folder, env=dict(environment), capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("page", [*PAGES, TUTORIAL], ids=lambda page: page.stem)
def test_the_game_of_the_page_prints_what_the_page_says(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    files = files_of(text)
    assert len(files) >= 4
    project = make_project(
        tmp_path / "project", '[editor_plugins]\n\nenabled=PackedStringArray("res://addons/user/plugin.cfg")\n'
    )
    user = project / "addons" / "user"
    user.mkdir()
    (user / "plugin.cfg").write_text(
        '[plugin]\n\nname="user"\ndescription="d"\nauthor="a"\nversion="1"\nscript="u.gd"\n'
    )
    (user / "u.gd").write_text(ENABLE)
    import_project(project)
    environment = commands_on_path(tmp_path / "bin")
    shell("godot --headless --editor --path .", project, environment)
    assert 'SexpRuntime="' in (project / "project.godot").read_text()
    for name, content in files.items():
        (project / name).write_text(content, encoding="utf-8")
    commands = SHELL.findall(text)
    assert commands
    for command, expected in commands:
        done = shell(command, project, environment)
        printed = done.stdout[done.stdout.find("\n\n") + 2 :]  # behind the engine's own first lines
        assert printed == expected, done.stdout + done.stderr
        assert "ERROR" not in done.stderr, done.stderr


def test_both_first_pages_have_the_same_short_files() -> None:
    first, second = (files_of(page.read_text(encoding="utf-8")) for page in PAGES)
    assert first == second
    assert sorted(first) == ["first.fs2", "first.gd", "first.tscn", "ship.gd"]
    assert len(first["first.gd"].strip().splitlines()) < 20


def test_the_tutorial_builds_the_patrol_demo() -> None:
    files = files_of(TUTORIAL.read_text(encoding="utf-8"))
    folder = ADDON / "demo" / "patrol"
    demo = {
        path.name: path.read_text(encoding="utf-8").replace("res://addons/sexp_runtime/demo/patrol/", "res://")
        for path in folder.iterdir()
        if path.suffix in (".gd", ".tscn", ".fs2") and not path.name.endswith("_mission_test.gd")
    }
    assert files == demo


def test_the_commands_of_the_shell_work_on_the_first_mission(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    for name, content in files_of(text).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    environment = commands_on_path(tmp_path / "bin")
    part = text[text.index("## From the shell") : text.index("## From source")]
    commands = re.findall(r"^ {4}(sexp .*?)(?:\s+#.*)?$", part, re.M)
    assert len(commands) >= 4
    for command in commands:
        done = shell(command, tmp_path, environment)
        assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
        assert done.stdout.strip() and not done.stderr, f"{command}:\n{done.stdout}{done.stderr}"


def test_the_example_in_python_prints_what_the_page_says(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    (tmp_path / "first.fs2").write_text(files_of(text)["first.fs2"], encoding="utf-8")
    found = re.search(r"```python\n(.*?)^```\n\nIt prints:\n\n```text\n(.*?)^```", text, re.S | re.M)
    assert found is not None
    done = subprocess.run(
        [sys.executable, "-c", found.group(1)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (found.group(2), "")


def test_every_file_that_a_page_links_to_is_there() -> None:
    for page in (*PAGES, TUTORIAL):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
