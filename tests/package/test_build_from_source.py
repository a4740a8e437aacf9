"""build.py alone sets the add-on up in a game's project: with an environment of its own, or a sentence that helps."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from _setup.python_env import locked_lines
from _setup.state import PROJECT

from support.compilers import quick_compiler
from support.zips import SETTINGS, counters, run

ADDON = PROJECT / "addons" / "pythonscript"
#: The Python of the machine, without the packages of this environment.
PLAIN = str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def build(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a project's build.py with the machine's Python."""
    outside = ("PYTHONPATH", "VIRTUAL_ENV", "GODOT")
    variables = {name: value for name, value in os.environ.items() if name not in outside}
    command = [PLAIN, str(project / "addons" / "pythonscript" / "build.py"), *arguments]
    return subprocess.run(
        command, env={**variables, **environment}, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the sources of the add-on and nothing built."""
    folder = tmp_path / "project"
    ignored = shutil.ignore_patterns("build", "bin", "*.so", "_api.dat", "__pycache__")
    for name in ("addons", "python"):
        shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
    settings = SETTINGS.replace('run/main_scene="res://main.tscn"\n', "")
    (folder / "project.godot").write_text(settings, encoding="utf-8")
    return folder


def test_the_packages_are_those_of_the_project() -> None:
    """`tools/test --lock` writes both."""
    lines = (ADDON / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == locked_lines(["cython", "msgpack"])


def test_without_an_engine_it_says_how_to_name_one(project: Path) -> None:
    done = build(project, PATH="/nowhere")
    assert done.returncode == 1
    assert done.stderr == "pythonscript: no Godot is on the PATH: name its executable with --godot PATH\n"


def test_a_missing_python_is_named(project: Path) -> None:
    done = build(project, "--python", "3.99")
    assert done.returncode == 1 and done.stderr == "pythonscript: no python3.99 is on the PATH\n"


@pytest.mark.slow
def test_one_command_sets_a_project_up(project: Path, tmp_path: Path) -> None:
    found = subprocess.run([str(PROJECT / "tools" / "godot"), "--where"], capture_output=True, text=True, check=True)
    engine = found.stdout.strip()
    done = build(project, GODOT=engine, CC=quick_compiler(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "making an environment with Cython and msgpack" in done.stderr
    assert list((project / "python" / "sexp_runtime" / "loops").glob("native.*.so"))
    run(engine, project, "--import")
    assert counters(engine, project) == counters(engine, PROJECT, HOME=os.environ.get("HOME", "/"))
    assert build(project, "--godot", engine).stderr == ""
