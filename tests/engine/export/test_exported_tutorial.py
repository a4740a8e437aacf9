"""The tutorial's game, exported: its mission is a resource that the scene refers to, and the story is the page's."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.godot.exporting import CONTAINERS, SETTINGS, export_well, play, write_presets
from support.godot.pages import SHELL, TUTORIAL, files_of
from support.godot.projects import import_project, make_project

pytestmark = pytest.mark.engine


def test_the_exported_game_tells_the_tutorials_story(tmp_path: Path) -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    flushing = "[application]\nrun/flush_stdout_on_print=true\n"
    project = make_project(tmp_path / "project", SETTINGS + flushing, main_scene="res://game.tscn")
    for name, content in files_of(text).items():
        (project / name).write_text(content, encoding="utf-8")
    import_project(project)
    write_presets(project)
    game = export_well(project, tmp_path / "built" / "game.x86_64")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = play(game, "--play", cwd=elsewhere, before=("--fixed-fps", "60"))
    ((_command, story),) = SHELL.findall(text)
    assert story in done.output, done.output
    assert [line for line in done.errors() if not any(name in line for name in CONTAINERS)] == [], done.output
