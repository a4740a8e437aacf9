"""The folder with Python that an exported game carries, made of a packaged add-on: no engine is needed for that."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from support.godot.binding import ROOT

RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"
TAG = f"cpython-{sys.version_info[0]}{sys.version_info[1]}-x86_64-linux-gnu"


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    """The module, which the editor imports as godot._bundle."""
    spec = importlib.util.spec_from_file_location("bundle_of_tests", ROOT / "python" / "godot" / "_bundle.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_addon(folder: Path, platform: str, version: str, *modules: str) -> Path:
    """Make an add-on with a bundle for a platform; `modules` are extension modules of its package `godot`."""
    addon = folder / "addons" / "pythonscript"
    site = addon / "bin" / f"pythonscript.{platform}" / "site"
    (site / "godot").mkdir(parents=True)
    (site / "msgpack").mkdir()
    ending = "dll" if platform.startswith("windows") else "so"
    (addon / "bin" / f"libpythonscript.{platform}.{ending}").touch()
    (site.parent / "python.cfg").write_text(f"# made by a test\nversion = {version}\nlibpython = python.dll\n")
    for name in ("__init__.py", "_boot.py", "_bundle.py", "_api.dat", "_core.pyi", *modules):
        (site / "godot" / name).write_text("")
    (site / "msgpack" / "__init__.py").write_text("")
    return addon


def files_of(result: dict[str, str]) -> set[str]:
    """What the made bundle's packages hold."""
    assert result["error"] == ""
    site = Path(result["folder"]) / "site"
    return {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}


def test_modules_are_compiled_and_what_only_tools_need_stays_behind(bundle: ModuleType, tmp_path: Path) -> None:
    addon = make_addon(tmp_path, "linux.x86_64", RUNNING, f"_core.{TAG}.so", "_core.cpython-39-x86_64-linux-gnu.so")
    (tmp_path / "python" / "game").mkdir(parents=True)
    (tmp_path / "python" / "game" / "__init__.py").write_text("ANSWER = 42\n")
    (tmp_path / "python" / "game" / "table.txt").write_text("data")
    found = files_of(bundle.stage(str(addon), str(tmp_path), "linux.x86_64"))
    assert found == {
        "godot/__init__.pyc", "godot/_boot.pyc", "godot/_api.dat", f"godot/_core.{TAG}.so", "msgpack/__init__.pyc",
        "game/__init__.pyc", "game/table.txt",
    }  # fmt: skip


def test_a_module_that_is_gone_is_gone_from_the_next_export(bundle: ModuleType, tmp_path: Path) -> None:
    addon = make_addon(tmp_path, "linux.x86_64", RUNNING, f"_core.{TAG}.so")
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "old.py").write_text("")
    assert "old.pyc" in files_of(bundle.stage(str(addon), str(tmp_path), "linux.x86_64"))
    (tmp_path / "python" / "old.py").unlink()
    assert "old.pyc" not in files_of(bundle.stage(str(addon), str(tmp_path), "linux.x86_64"))


def test_for_another_system_and_python_sources_go_along(bundle: ModuleType, tmp_path: Path) -> None:
    addon = make_addon(tmp_path, "windows.x86_64", "3.99", "_core.cp399-win_amd64.pyd")
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "game.py").write_text("")
    (tmp_path / "python" / f"fast.{TAG}.so").write_text("")
    found = files_of(bundle.stage(str(addon), str(tmp_path), "windows.x86_64"))
    assert {"game.py", "godot/_boot.py", "godot/_core.cp399-win_amd64.pyd"} <= found
    assert not any(name.endswith(".so") for name in found)


@pytest.mark.parametrize(
    ("version", "missing", "said"),
    [
        ("3.99", "", "the binding is not compiled for Python 3.99 on linux.x86_64"),
        (RUNNING, "godot/_api.dat", "godot/_api.dat is missing in the add-on"),
        (RUNNING, "msgpack/__init__.py", "msgpack/__init__.py is missing in the add-on"),
    ],
)
def test_what_the_game_would_miss_stops_the_export(
    bundle: ModuleType, tmp_path: Path, version: str, missing: str, said: str
) -> None:
    addon = make_addon(tmp_path, "linux.x86_64", version, f"_core.{TAG}.so")
    if missing:
        (addon / "bin" / "pythonscript.linux.x86_64" / "site" / missing).unlink()
    result = bundle.stage(str(addon), str(tmp_path), "linux.x86_64")
    assert result["folder"] == "" and said in result["error"]
