"""Starts a headless Godot on a temporary project, in which a Python and a GDScript half measure together."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
_BINDING = ROOT / "addons" / "pythonscript"


def set_up_engine() -> str:
    """Return the engine's executable; set it up first if it is missing."""
    engine = os.environ.get("GODOT")
    if not engine:
        found = subprocess.run([str(ROOT / "tools" / "godot"), "--where"], capture_output=True, text=True, check=True)
        engine = found.stdout.strip()
    return engine


def find_engine() -> tuple[str | None, str]:
    """Return the engine's executable if it and the binding are set up, else None and the missing part."""
    sys.path.insert(0, str(ROOT / "tools"))
    from _setup.console import SetupError
    from _setup.engine import find_engine as find

    try:
        engine = find()
    except SetupError as error:
        return None, str(error)
    if engine is None:
        return None, "no engine is set up: call tools/bench, or set GODOT"
    if not (_BINDING / "bin" / "python.cfg").is_file():
        return None, "the binding is not built: call tools/bench, or addons/pythonscript/build.py"
    return str(engine.executable), ""


def make_project(folder: Path, inside: str | None) -> Path:
    """Make an empty project; with the binding and the two files of that name (.py and .gd) if there is a name."""
    (folder / ".godot").mkdir(parents=True)
    modules = ""
    if inside is not None:
        (folder / "addons").mkdir()
        (folder / "addons" / "pythonscript").symlink_to(_BINDING, target_is_directory=True)
        (folder / ".godot" / "extension_list.cfg").write_text("res://addons/pythonscript/pythonscript.gdextension\n")
        (folder / "python").mkdir()
        (folder / "python" / "bench_inside.py").symlink_to(HERE / f"{inside}.py")
        shutil.copy(HERE / f"{inside}.gd", folder / "bench.gd")
        shutil.copy(HERE / "_inside_timing.gd", folder / "timing.gd")
        modules = '[python]\n\nmodules=PackedStringArray("bench_inside")\n'
    shutil.copy(HERE / "_inside_main.gd", folder / "main.gd")
    (folder / "project.godot").write_text(f'config_version=5\n\n[application]\n\nconfig/name="bench"\n\n{modules}')
    return folder


def run(engine: str, project: Path, *arguments: str) -> tuple[float, float]:
    """Run the engine in a project; the seconds it took, real and CPU. Stops with its output where it fails.

    The arguments are "measure", the file for the answer and the number of rounds, or "ready" and the file.
    """
    command = [engine, "--headless", "--path", str(project), "--script", "main.gd", "--", *arguments]
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=600)
    seconds, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    if done.returncode != 0 or not Path(arguments[1]).is_file():
        sys.exit(f"the engine failed (exit code {done.returncode}):\n{(done.stdout + done.stderr)[-4000:]}")
    return seconds, cpu
