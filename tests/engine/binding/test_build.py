"""Building the binding: nothing to do is quick, and what is missing is named."""

from __future__ import annotations

import importlib.util
import json
import marshal
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from support.godot.binding import ROOT

pytestmark = pytest.mark.engine
ADDON = ROOT / "addons" / "pythonscript"


def build(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ADDON / "build.py"), *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", **environment})


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ADDON / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_to_do_is_quick(built: Path, engine: Path) -> None:
    build("--godot", engine)
    before = os.times()
    done = build("--godot", engine)
    after = os.times()
    assert done.returncode == 0 and done.stdout == done.stderr == ""
    assert after.children_user + after.children_system - before.children_user - before.children_system < 0.3


def test_engine_missing() -> None:
    done = build("--godot", "/nowhere/godot")
    assert done.returncode == 1 and "there is no engine at /nowhere/godot" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def copy_of_addon(built: Path, tmp_path: Path) -> Path:
    """The add-on's sources alone, so that a test may build and break them."""
    folder = tmp_path / "addons" / "pythonscript"
    folder.mkdir(parents=True)
    for name in ("build.py", "api_description.py", "pythonscript.gdextension.in"):
        (folder / name).write_bytes((ADDON / name).read_bytes())
    shutil.copytree(ADDON / "loader", folder / "loader")
    (folder / "src").mkdir()
    for path in (ADDON / "src").iterdir():
        (folder / "src" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "python" / "godot").mkdir(parents=True)
    return folder


def build_copy(folder: Path, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "build.py"), *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", **environment})


def test_engine_is_no_engine(copy_of_addon: Path) -> None:
    for engine, text in (("/bin/true", "did not write"), ("/bin/false", "exit code 1")):
        done = build_copy(copy_of_addon, "--godot", engine)
        assert done.returncode == 1 and text in done.stderr and "Traceback" not in done.stderr
    assert not (copy_of_addon / "build" / "stamp").exists()


def test_compiler_missing(copy_of_addon: Path, engine: Path) -> None:
    for name in ("gdextension_interface.h", "extension_api.json", "engine"):
        (copy_of_addon / "build").mkdir(exist_ok=True)
        (copy_of_addon / "build" / name).write_bytes((ADDON / "build" / name).read_bytes())
    done = build_copy(copy_of_addon, "--godot", engine, CC="no-such-compiler")
    assert done.returncode == 1 and "no-such-compiler is not installed: apt install gcc" in done.stderr


def read(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    header: dict[str, Any] = marshal.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return header


def test_description_read_leniently(built: Path, tmp_path: Path) -> None:
    """What a later engine may add is ignored, and what it may change in one method costs that method only."""
    source = ADDON / "build" / "extension_api.json"
    if not source.is_file():
        pytest.skip("the engine's API description is not here: build the binding")
    description = json.loads(source.read_text())
    description["something_new"] = [1, 2]
    description["builtin_classes"].append({"name": "NewBuiltin", "new": {}})
    node = next(entry for entry in description["classes"] if entry["name"] == "Node")
    node["new_key"] = {"x": 1}
    method = next(entry for entry in node["methods"] if entry["name"] == "get_child_count")
    method["is_new"] = "yes"
    method["arguments"][0]["type"] = "NewBuiltin"
    method["return_value"]["required"] = True
    node["methods"].append({"hash": 1})
    node["methods"].append({"name": "no_hash", "is_new": True})
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(description))
    target = tmp_path / "api.dat"
    assert load("api_description").convert(changed, target) == 2  # the builtin and the method without a name
    parent, offset, size, flags = read(target)["classes"]["Node"]
    assert parent == "Object" and flags == 2
    data = target.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little") + offset
    methods = {entry[0]: entry for entry in marshal.loads(data[start : start + size])[0]}
    assert methods["get_child_count"][5] == bytes([255])
    assert "no_hash" in methods and "add_child" in methods


def test_double_precision_refused(tmp_path: Path) -> None:
    source = tmp_path / "api.json"
    source.write_text(json.dumps({"header": {"precision": "double"}}))
    with pytest.raises(ValueError, match="double-precision"):
        load("api_description").convert(source, tmp_path / "api.dat")
