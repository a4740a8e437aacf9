"""Exports projects with the engine and runs the results."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _setup import project as set_up
from _setup.console import Progress
from _setup.templates import Templates

from support.godot.game import ROOT, TROUBLE, engine
from support.godot.projects import import_project, make_project

BUNDLE = "pythonscript.linux.x86_64"
GAME = ROOT / "tests" / "engine" / "export" / "game"
SETTINGS = """
[autoload]
SexpRuntime="*res://addons/sexp_runtime/sexp_runtime.gd"

[editor_plugins]
enabled=PackedStringArray("res://addons/sexp_runtime/plugin.cfg")

[python]
modules=PackedStringArray("sexp_runtime.bridge.runtime")
"""
PRESET = """[preset.{number}]
name="{name}"
platform="{platform}"
runnable=true
export_filter="all_resources"
include_filter="{include}"
exclude_filter="{exclude}"
export_path=""
[preset.{number}.options]
binary_format/architecture="x86_64"
binary_format/embed_pck={embedded}
custom_template/release="{release}"
custom_template/debug="{debug}"
"""


@dataclass(frozen=True)
class Outcome:
    """A run of the engine or of a game: its output (both streams), exit status, and what the game reported."""

    output: str
    status: int

    @property
    def told(self) -> list[dict[str, Any]]:
        """The game's lines of JSON, one for each argument."""
        return [json.loads(line) for line in re.findall(r"^TOLD (.*)$", self.output, re.M)]

    def about(self, argument: str) -> dict[str, Any]:
        """What the game reported about one argument."""
        (found,) = [told for told in self.told if told["did"] == argument]
        return found

    def errors(self) -> list[str]:
        """The lines that begin an error or a warning."""
        return [line for line in self.output.splitlines() if TROUBLE.search(line)]


def templates() -> Templates:
    """Debian's export templates for the engine of the tests; skips where that is an engine from elsewhere."""
    found = set_up.ensure_engine(Progress(quiet=True))
    if found.tree is None:
        pytest.skip(f"{found.executable} is not Debian's Godot, whose templates these tests use")
    return set_up.ensure_templates(Progress(quiet=True))


def make_game(folder: Path, settings: str = "") -> Path:
    """Make a project with the small game and our add-ons, set up to be exported; `settings` go to project.godot."""
    # Templates buffer what is printed until they end, unless a flag says otherwise.
    flushing = "[application]\nrun/flush_stdout_on_print=true\n"
    make_project(folder, SETTINGS + flushing + settings, main_scene="res://main.tscn")
    (folder / "python").unlink()  # the game has modules of its own
    shutil.copytree(GAME, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".gdignore", "__pycache__"))
    import_project(folder)
    write_presets(folder)
    return folder


def write_presets(folder: Path, include: str = "", exclude: str = "notes/*") -> None:
    """Write the presets `Linux`, `Embedded` and `Windows`."""
    release, debug = templates().paths()
    text = ""
    for number, (name, platform) in enumerate(
        (("Linux", "Linux"), ("Embedded", "Linux"), ("Windows", "Windows Desktop"))
    ):
        if name == "Windows":
            release = debug = _template_for_windows(folder / "template.exe")
        text += PRESET.format(
            number=number, name=name, platform=platform, include=include, exclude=exclude, release=release, debug=debug,
            embedded=str(name == "Embedded").lower(),
        )  # fmt: skip
    (folder / "export_presets.cfg").write_text(text)


def _template_for_windows(path: Path) -> Path:
    """Write a file that the engine takes for a template: the beginning of a program for Windows on x86-64."""
    content = bytearray(0x100)
    content[0x3C:0x40] = (0x80).to_bytes(4, "little")
    content[0x80:0x86] = b"PE\0\0\x64\x86"
    path.write_bytes(content)
    return path


def run_editor(project: Path, *arguments: str, timeout: float = 300.0) -> Outcome:
    """Run the engine as a windowless editor or player in a project."""
    return _run([engine(), "--headless", "--path", str(project), *arguments], None, None, timeout)


def export(project: Path, target: Path, preset: str = "Linux", kind: str = "release") -> Outcome:
    """Export a project to a file in a new folder; `kind` is release, debug or pack."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return run_editor(project, f"--export-{kind}", preset, str(target))


def export_well(project: Path, target: Path, preset: str = "Linux", kind: str = "release") -> Path:
    """Export a project without a complaint; return the file."""
    done = export(project, target, preset, kind)
    assert done.status == 0 and done.errors() == [], done.output[-6000:]
    return target


def play(
    game: Path, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, before: tuple[str, ...] = ()
) -> Outcome:
    """Run an exported game windowless in a working directory; `before` are arguments for the engine itself."""
    return _run([str(game), "--headless", *before, "--", *arguments], cwd, env, 240.0)


def _run(command: list[str], cwd: Path | None, env: Mapping[str, str] | None, timeout: float) -> Outcome:
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=timeout, cwd=cwd, check=False,
        env=dict(os.environ if env is None else env),
    )  # fmt: skip
    return Outcome(re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr), done.returncode)


#: What Debian's release template says at the end of any game with a container on its screen.
CONTAINERS = ("size_flags_changed", "visibility_changed")
