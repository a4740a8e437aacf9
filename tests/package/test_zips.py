"""The add-on's zips as a game's author meets them: unpacked into an empty project and played."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from _package.command import PYTHONS
from _setup.state import PROJECT

from support.godot.exporting import write_presets
from support.releases import Release, make_release, python_of
from support.zips import BIN, SETTINGS, VERSION, WINDOWS, counters, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # the first test waits for the release
LINUX = f"sexp-runtime-{VERSION}-linux-x86_64.zip"
NO_PYTHON = f"sexp-runtime-{VERSION}-no-python.zip"
LARGEST = 16_000_000
SCENE = """[gd_scene load_steps=2 format=3]
[ext_resource type="Script" path="res://main.gd" id="1"]
[node name="Main" type="Node"]
script = ExtResource("1")
"""
FIRST = """extends Node

func _ready() -> void:
	SexpRuntime.event_satisfied.connect(_on_event)
	print("loaded: ", SexpRuntime.load_mission("res://first.fs2"))
	SexpRuntime.start()

func _on_event(event: String) -> void:
	print("event: ", event)
	get_tree().quit()
"""
MISSION = """#Mission Info
$Mission Name: First
#Events
$Formula: ( when ( has-time-elapsed 2 ) ( do-nothing ) )
+Name: Two seconds
#End
"""


def unpack(release: Release, name: str, folder: Path) -> Path:
    """Unpack a zip into an empty project with the add-on enabled, as the editor's settings would say."""
    folder.mkdir()
    with zipfile.ZipFile(release.folder / name) as archive:
        archive.extractall(folder)
    (folder / "project.godot").write_text(SETTINGS, encoding="utf-8")
    (folder / ".godot").mkdir()
    (folder / ".godot" / "extension_list.cfg").write_text("res://addons/pythonscript/pythonscript.gdextension\n")
    return folder


@pytest.fixture(scope="module")
def engine() -> str:
    """The engine's executable."""
    found = subprocess.run([str(PROJECT / "tools" / "godot"), "--where"], capture_output=True, text=True, check=True)
    return found.stdout.strip()


@pytest.fixture(scope="module")
def expected(engine: str) -> str:
    """The counters of the demo in this project."""
    return counters(engine, PROJECT, HOME=os.environ.get("HOME", "/"))


def test_the_linux_zip_plays_and_exports_with_nothing_else_on_the_machine(
    release: Release, engine: str, expected: str, tmp_path: Path
) -> None:
    project = unpack(release, LINUX, tmp_path / "an empty project")
    (project / "first.fs2").write_text(MISSION, encoding="utf-8")
    (project / "main.gd").write_text(FIRST, encoding="utf-8")
    (project / "main.tscn").write_text(SCENE, encoding="utf-8")
    write_presets(project)
    run(engine, project, "--import")
    assert played(run(engine, project, "--fixed-fps", "60"))
    assert counters(engine, project) == expected
    game = tmp_path / "elsewhere" / "game"
    game.parent.mkdir()
    run(engine, project, "--export-release", "Linux", str(game))
    project.rename(tmp_path / "put away")
    done = subprocess.run(
        [game, "--headless", "--fixed-fps", "60"],
        env={"PATH": "/nowhere"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert played(done.stdout) and done.returncode == 0, done.stdout + done.stderr


def played(output: str) -> bool:
    """Whether the small game loaded its mission and met its event."""
    return "loaded: 0\nevent: Two seconds\n" in output


@pytest.mark.parametrize("version", PYTHONS)
def test_the_zip_without_python_plays_with_each_installed_one(
    release: Release, engine: str, expected: str, tmp_path: Path, version: str
) -> None:
    project = unpack(release, NO_PYTHON, tmp_path / "project")
    (project / "project.godot").write_text(SETTINGS.replace('run/main_scene="res://main.tscn"\n', ""), encoding="utf-8")
    run(engine, project, "--import", PYTHONSCRIPT_LIBPYTHON=python_of(version).libpython)
    assert counters(engine, project, PYTHONSCRIPT_LIBPYTHON=python_of(version).libpython) == expected


@pytest.mark.parametrize("name", [LINUX, WINDOWS, NO_PYTHON])
def test_a_zip_holds_the_add_on_its_licences_and_nothing_else(release: Release, name: str) -> None:
    with zipfile.ZipFile(release.folder / name) as archive:
        names = archive.namelist()
        plugin = archive.read("addons/sexp_runtime/plugin.cfg").decode()
    assert {entry.split("/")[0] for entry in names} == {"addons"}
    assert {"addons/sexp_runtime/LICENSE", "addons/pythonscript/LICENSE", f"{BIN}/.gdignore"} <= set(names)
    assert [entry for entry in names if entry.endswith("licences/msgpack.txt")]
    assert not [entry for entry in names if entry.endswith((".c", ".h", ".pyx", ".pxi", ".exe", ".sh"))]
    assert f'version="{VERSION}"' in plugin
    if name != NO_PYTHON:
        assert [entry for entry in names if re.search(r"licences/(libpython3\.11|python)\.txt$", entry)]


def test_the_linux_zip_is_small(release: Release) -> None:
    assert (release.folder / LINUX).stat().st_size <= LARGEST


def newest_c_library(content: bytes) -> tuple[int, ...]:
    """Return the newest version of the C library that a shared library needs."""
    found = {tuple(map(int, one.split(b"."))) for one in re.findall(rb"GLIBC_(\d+(?:\.\d+)+)", content)}
    return max(found, default=(0,))


@pytest.mark.parametrize(("name", "pattern", "limit"), [
    (LINUX, r"libpythonscript|/_core|/native\.", (2, 17)),
    (NO_PYTHON, r"libpythonscript|/_core|/native\.", (2, 17)),
    (LINUX, r"^(?!.*(_ctypes|liblzma|_multiprocessing|_posixshmem)).*\.so", (2, 28)),
    (LINUX, r"\.so", (2, 34)),  # those four alone
])  # fmt: skip
def test_libraries_run_on_older_systems(release: Release, name: str, pattern: str, limit: tuple[int, ...]) -> None:
    with zipfile.ZipFile(release.folder / name) as archive:
        libraries = [entry for entry in archive.namelist() if ".so" in entry and re.search(pattern, entry)]
        newest = {entry: newest_c_library(archive.read(entry)) for entry in libraries}
    assert len(newest) >= 3
    assert {entry: version for entry, version in newest.items() if version > limit} == {}


def test_the_windows_zip_has_what_the_loader_looks_for(release: Release) -> None:
    bundle = f"{BIN}/pythonscript.windows.x86_64"
    with zipfile.ZipFile(release.folder / WINDOWS) as archive:
        names = set(archive.namelist())
        config = archive.read(f"{bundle}/python.cfg").decode()
        loader = archive.read(f"{BIN}/libpythonscript.windows.x86_64.dll")
    wanted = (
        "python311.dll",
        "vcruntime140.dll",
        "stdlib.zip",
        "dynload/_socket.pyd",
        "site/godot/_core.cp311-win_amd64.pyd",
    )
    assert {f"{bundle}/{name}" for name in wanted} <= names
    assert "libpython = python311.dll" in config.splitlines()
    assert loader[:2] == b"MZ" and b"pythonscript_init" in loader


def test_the_same_inputs_give_the_same_bytes(release: Release, tmp_path: Path) -> None:
    again = make_release(tmp_path / "dist", "linux", "wheels", "--python", "3.11", SEXP_COMPILE_ANEW="1")
    names = [path.name for path in again.folder.iterdir() if path.name != "SHA256SUMS"]
    assert len(names) == 2
    for name in names:
        is_same = (again.folder / name).read_bytes() == (release.folder / name).read_bytes()
        assert is_same, name  # not the bytes: showing how they differ takes minutes
