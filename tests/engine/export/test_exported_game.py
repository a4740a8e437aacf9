"""A small game, exported with Debian's templates, on a machine that has neither its project nor a Python for it."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.godot.exporting import BUNDLE, export_well, make_game, play, run_editor
from support.godot.game import ROOT, engine
from support.shared import made_once

pytestmark = pytest.mark.engine

#: One play of the mission: what it tells has to be the same wherever it is played.
PLAY = ("--load=res://missions/first.fs2", "--play=240")

#: The folder that the exported games are moved to.
INSTALLED = "a place with blanks, ä"


@dataclass(frozen=True)
class Games:
    """The game exported in several ways, what its unexported run reported, and an empty folder to run it from."""

    release: Path
    debug: Path
    embedded: Path
    pack: Path
    unexported: list[dict[str, object]]
    elsewhere: Path


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> Games:
    """The exported games; their project is gone."""
    folder = made_once(tmp_path_factory, "exports", export_games)
    installed = folder / INSTALLED
    names = [installed / kind / "game.x86_64" for kind in ("release", "debug", "embedded")]
    unexported = json.loads((folder / "unexported.json").read_text(encoding="utf-8"))
    return Games(*names, installed / "pack" / "game.pck", unexported, folder / "elsewhere")


def export_games(folder: Path) -> None:
    """Export the game in every way into a folder, and note what it tells before that."""
    project = make_game(folder / "project")
    unexported = run_editor(project, "--", *PLAY)
    assert unexported.errors() == [], unexported.output
    built = folder / "built"
    export_well(project, built / "release" / "game.x86_64")
    export_well(project, built / "debug" / "game.x86_64", kind="debug")
    export_well(project, built / "embedded" / "game.x86_64", "Embedded")
    export_well(project, built / "pack" / "game.pck", kind="pack")
    shutil.move(built, folder / INSTALLED)
    shutil.rmtree(project)
    elsewhere = folder / "elsewhere"
    for module in ("godot", "sexp_runtime", "msgpack", "encodings"):  # what lies about must not be imported
        (elsewhere / "python" / module).mkdir(parents=True)
        for place in (elsewhere / module, elsewhere / "python" / module):
            place.mkdir(exist_ok=True)
            (place / "__init__.py").write_text("raise SystemExit('imported from the working directory')\n")
    (folder / "unexported.json").write_text(json.dumps(unexported.told), encoding="utf-8")


@pytest.mark.parametrize("kind", ["release", "debug", "embedded"])
def test_plays_as_the_project_does(games: Games, kind: str) -> None:
    done = play(getattr(games, kind), *PLAY, cwd=games.elsewhere)
    assert done.told == games.unexported and done.told[0]["ok"] == 0
    assert done.told[1]["statistics"]["evaluations"] > 0
    assert done.status == 0 and done.errors() == [], done.output


def test_missions_of_every_kind_of_path(games: Games, tmp_path: Path) -> None:
    data = tmp_path / "data"
    outside = tmp_path / "outside.fs2"
    shutil.copy(ROOT / "tests/engine/export/game/missions/first.fs2", outside)
    wanted = ["missions/first.fs2", "user://copy.fs2", str(outside), "res://missions/first.fs2"]
    done = play(
        games.release, "--write=user://copy.fs2", *(f"--load={path}" for path in wanted), cwd=games.elsewhere,
        env={"HOME": str(data), "XDG_DATA_HOME": str(data)},
    )  # fmt: skip
    for path in wanted:
        assert done.about(f"--load={path}")["ok"] == 0, done.output
    assert done.errors() == []


@pytest.mark.parametrize("path", ["res://none.fs2", "missions/none.fs2", "user://none.fs2", "/nowhere/none.fs2"])
def test_a_missing_mission_is_one_error_with_its_path(games: Games, path: str) -> None:
    done = play(games.release, f"--load={path}", cwd=games.elsewhere)
    assert done.told[0]["ok"] == 7  # ERR_FILE_NOT_FOUND
    assert len(done.errors()) == 1 and path in done.errors()[0], done.output


def test_a_mission_in_a_second_pack(games: Games, tmp_path: Path) -> None:
    """Packs bring new missions and take the place of old ones."""
    content = (ROOT / "tests/engine/export/game/missions/first.fs2").read_text()
    (tmp_path / "pack").mkdir()
    for name, text in (("more.fs2", content), ("first.fs2", content.replace("$Name: The first", "$Name: Patched"))):
        (tmp_path / "pack" / name).write_text(text)
    (tmp_path / "project.godot").write_text("config_version=5\n")
    lines = ["extends SceneTree", "func _initialize() -> void:", "\tvar packer := PCKPacker.new()"]
    lines.append(f'\tpacker.pck_start("{tmp_path}/more.pck")')
    for name in ("more.fs2", "first.fs2"):
        lines.append(f'\tpacker.add_file("res://missions/{name}", "{tmp_path}/pack/{name}")')
    (tmp_path / "make.gd").write_text("\n".join([*lines, "\tpacker.flush()", "\tquit()", ""]))
    made = run_editor(tmp_path, "--script", "make.gd")
    assert (tmp_path / "more.pck").is_file(), made.output
    more = "--load=res://missions/more.fs2"
    done = play(
        games.release, f"--pack={tmp_path}/more.pck", more, "--play=5", "--load=missions/first.fs2", cwd=games.elsewhere
    )
    assert [told.get("ok", 0) for told in done.told] == [True, 0, 0, 0], done.output
    without = play(games.release, more, cwd=games.elsewhere)
    assert without.told[0]["ok"] != 0


def test_the_pack_alone_runs_in_the_editor_s_engine(games: Games, tmp_path: Path) -> None:
    """`--export-pack`: the pack holds the game, the add-on beside it brings Python."""
    (tmp_path / "addons").mkdir()
    (tmp_path / "addons" / "pythonscript").symlink_to(ROOT / "addons" / "pythonscript", target_is_directory=True)
    (tmp_path / "python").symlink_to(ROOT / "python", target_is_directory=True)
    done = play(Path(engine()), *PLAY, cwd=tmp_path, before=("--main-pack", str(games.pack)))
    assert done.told == games.unexported, done.output


def test_what_the_machine_says_of_python_does_not_matter(games: Games, tmp_path: Path) -> None:
    trap = tmp_path / "bin"
    trap.mkdir()
    for name in ("python", "python3", "python3.11"):
        (trap / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/called\nexit 1\n")
        (trap / name).chmod(0o755)
    hostile = {
        "PATH": f"{trap}:/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONHOME": "/nowhere",
        "PYTHONPATH": str(games.elsewhere), "PYTHONSTARTUP": str(games.elsewhere / "godot" / "__init__.py"),
        "PYTHONVERBOSE": "1", "PYTHONSCRIPT_LIBPYTHON": "/nowhere/libpython.so", "VIRTUAL_ENV": "/nowhere",
        "LC_ALL": "C",
    }  # fmt: skip
    done = play(games.release, "--python", *PLAY, cwd=games.elsewhere, env=hostile)
    assert done.told[1:] == games.unexported and done.errors() == [], done.output
    assert not (tmp_path / "called").exists()
    facts = done.told[0]["python"]
    home = str(games.release.parent / BUNDLE)
    assert facts["environment_seen"] and facts["isolated"] == 1 and facts["no_site"] == 1
    assert facts["path"] == [f"{home}/site", f"{home}/stdlib.zip", f"{home}/dynload"]
    assert facts["executable"] == "" and facts["prefix"] == home
    outside = [name for name in facts["modules"] if name.startswith("/") and not name.startswith(home)]
    assert outside == []
    assert facts["round_trip"] == {"a": [1, 2]} and facts["loops"] == "sexp_runtime.loops.native"


def test_no_file_of_another_python_is_mapped(games: Games) -> None:
    process = subprocess.Popen(
        [games.release, "--headless", "--", *PLAY, "--python", "--wait"],
        cwd=games.elsewhere, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if '"ready"' in line:
                break
        mapped = {line.split(maxsplit=5)[5].strip() for line in _maps(process.pid) if len(line.split()) > 5}
    finally:
        process.kill()
        process.wait()
    home = str(games.release.parent)
    of_python = {path for path in mapped if "python" in path.lower() or "msgpack" in path}
    assert {path.rpartition("/")[2].partition(".")[0] for path in of_python} >= {"libpython3", "_core", "_cmsgpack"}
    assert [path for path in of_python if not path.startswith(home)] == []
    assert [path for path in mapped if path.endswith((".py", ".pyc", ".zip")) and not path.startswith(home)] == []
    own = Path(engine()).parents[2]  # the engine's own libraries, which the adapted templates use, too
    system = ("/usr/lib", "/lib", "/usr/share", "/etc", "/dev", "/memfd", "/SYSV", "[", "anon_inode", "/var/cache")
    assert [path for path in mapped if not path.startswith((home, str(own), *system))] == []


def _maps(process: int) -> list[str]:
    return Path(f"/proc/{process}/maps").read_text().splitlines()


def test_what_an_export_leaves_out(games: Games) -> None:
    done = play(games.release, "--files", cwd=games.elsewhere)
    files = done.told[0]["files"]
    assert "res://missions/first.fs2" in files
    text = "\n".join(files)
    for part in (
        "/demo/",
        "/editor/",
        "/docs/",
        "/testing/",
        "_mission_test",
        "plugin.gd",
        "export_plugin",
        "/src/",
        ".py",
        "ideas.txt",
        "draft.fs2",
    ):
        assert part not in text, text
    carried = [path.relative_to(games.release.parent) for path in games.release.parent.rglob("*") if path.is_file()]
    names = {path.as_posix() for path in carried}
    assert {"game.x86_64", "game.pck", "libpythonscript.linux.x86_64.so", f"{BUNDLE}/python.cfg"} <= names
    assert f"{BUNDLE}/site/game_side.pyc" in names and f"{BUNDLE}/LICENSE.python.txt" in names
    for name in names:
        assert not name.endswith((".py", ".pyx", ".pxi", ".pyi", ".c")) and "__pycache__" not in name, name
        assert "/commands/" not in name and "_bundle" not in name, name
    size = sum(path.stat().st_size for path in (games.release.parent / BUNDLE).rglob("*"))
    assert size < 24_000_000


def test_python_writes_nothing_and_needs_no_writable_folder(games: Games, tmp_path: Path) -> None:
    copy = tmp_path / "game"
    shutil.copytree(games.release.parent, copy)
    before = sorted(copy.rglob("*"))
    for path in before:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    done = play(copy / "game.x86_64", *PLAY, cwd=games.elsewhere)
    assert done.told == games.unexported and sorted(copy.rglob("*")) == before
    for path in [copy, *before]:
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def test_a_game_without_its_folder_says_what_is_missing(games: Games, tmp_path: Path) -> None:
    for name in ("game.x86_64", "game.pck", "libpythonscript.linux.x86_64.so"):
        shutil.copy(games.release.parent / name, tmp_path / name)
    done = play(tmp_path / "game.x86_64", "--load=res://missions/first.fs2", cwd=tmp_path)
    assert done.told[0]["ok"] != 0
    assert f"the folder {BUNDLE} is missing in {tmp_path}" in done.output
    assert len([line for line in done.errors() if "Python is not available" in line or "pythonscript" in line]) >= 1


def test_overlay_and_hints_of_an_exported_game(games: Games) -> None:
    done = play(games.debug, "--overlay", *PLAY, "--play=4000", "--hint", cwd=games.elsewhere)
    assert done.about("--overlay")["overlay"] == 0
    assert done.about("--hint")["ok"] != 0
    assert len(done.errors()) == 1 and "an exported game cannot try hints" in done.errors()[0], done.output
