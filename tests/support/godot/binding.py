"""Small projects with the binding: made in a folder, run headless, their output collected."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TROUBLE = re.compile(r"ERROR|WARNING|[Ll]eaked|unclaimed|still in use|Traceback|CrashHandler")


@dataclass(frozen=True)
class Run:
    """What came of a run: exit code (negative: killed by that signal), everything printed, and seconds it took."""

    code: int
    output: str
    seconds: float

    def trouble(self, *allowed: str) -> list[str]:
        """The lines that tell of an error, a warning or a leak, but for those with one of these texts in them."""
        lines = [line for line in self.output.splitlines() if TROUBLE.search(line)]
        return [line for line in lines if not any(text in line for text in allowed)]

    def errors(self) -> list[str]:
        """The lines that begin an error."""
        return [line for line in self.output.splitlines() if re.match(r"\s*(SCRIPT |USER )*ERROR:", line)]


@dataclass
class Project:
    """A project folder for one test, with the binding in it."""

    folder: Path
    engine: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        """Write a file, its folders included."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def configure(self, modules: tuple[str, ...] = (), more: str = "") -> None:
        """Write project.godot; `modules` are the Python modules to import at start."""
        listed = ", ".join(f'"{name}"' for name in modules)
        text = 'config_version=5\n\n[application]\n\nconfig/name="test"\n\n'
        text += f"[python]\n\nmodules=PackedStringArray({listed})\n"
        self.write("project.godot", text + more)

    def run(self, *arguments: str, timeout: float = 240.0, headless: bool = True, cwd: Path | None = None) -> Run:
        """Run the engine in the project; the test fails where it takes more than `timeout` seconds."""
        command = [str(self.engine), *(["--headless"] if headless else []), "--path", str(self.folder), *arguments]
        environment: Mapping[str, str] = {**os.environ, **self.environment}
        start = time.monotonic()
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=cwd or self.folder,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            pytest.fail(f"the engine did not end within {timeout} s:\n{output.decode(errors='replace')[-4000:]}")
        return Run(process.returncode, output.decode(errors="replace"), time.monotonic() - start)

    def run_script(self, body: str, *arguments: str, timeout: float = 240.0) -> Run:
        """Run a GDScript as the main loop: `body` is the inside of its `_initialize`, which should end with quit()."""
        lines = "".join(f"\t{line}\n" for line in body.strip("\n").splitlines())
        self.write("main.gd", f"extends SceneTree\n\nfunc _initialize():\n{lines}")
        return self.run("--script", "main.gd", *arguments, timeout=timeout)


def new_project(folder: Path, engine: Path, built: Path, copy: bool = False) -> Project:
    """A project in `folder` with the add-on linked, or copied so that a test may break it, without an import run."""
    (folder / ".godot").mkdir(parents=True)
    (folder / ".godot" / "extension_list.cfg").write_text("res://addons/pythonscript/pythonscript.gdextension\n")
    (folder / "addons").mkdir()
    target = folder / "addons" / "pythonscript"
    if copy:
        shutil.copytree(built, target, symlinks=True, ignore=shutil.ignore_patterns("build", "src", "*.md"))
        shutil.copytree(ROOT / "python" / "godot", folder / "python" / "godot")
        config = target / "bin" / "python.cfg"
        config.write_text(config.read_text().replace("../../../.venv", str(ROOT / ".venv")))
    else:
        target.symlink_to(built, target_is_directory=True)
    project = Project(folder, engine)
    project.configure()
    return project
