"""The tests that run in a process of their own: Python files by pytest, GDScript files by Godot.

Both write JUnit XML, which is read back as results.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as Xml

from sexp_runtime.testing.coverage import Coverage, MissionCoverage
from sexp_runtime.testing.run import Result

#: The ends of the names of test files.
PYTHON_SUFFIX: Final = "_mission_test.py"
GDSCRIPT_SUFFIX: Final = "_mission_test.gd"
#: The runner inside a project of Godot.
RUNNER: Final = "addons/sexp_runtime/testing/run.gd"
#: Real seconds after which a whole run of pytest or Godot is ended.
LIMIT: Final = 3600.0


class NotRunError(RuntimeError):
    """Some files cannot run here because something is not installed; the text gives the reason."""


def run_python(files: Sequence[Path], coverage: Coverage | None = None) -> list[Result]:
    """Run test files with pytest; NotRunError if it is not installed. Adds to `coverage` if given."""
    if importlib.util.find_spec("pytest") is None:
        raise NotRunError("pytest is not installed: pip install pytest")
    with tempfile.TemporaryDirectory() as folder:
        report, counts = Path(folder) / "report.xml", Path(folder) / "coverage.json"
        command = [
            sys.executable, "-m", "pytest", "-q", "-p", "sexp_runtime.testing.plugin", "-p", "no:cacheprovider",
            f"--junitxml={report}", *([f"--sexp-coverage={counts}"] if coverage is not None else []),
            *(str(one.resolve()) for one in files),
        ]  # fmt: skip
        package = str(Path(__file__).resolve().parents[2])
        search = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        done = _run(command, env={**os.environ, "PYTHONPATH": search})
        if coverage is not None and counts.is_file():
            coverage.merge(Coverage.read(counts))
        return _results(report, done, files)


def run_gdscript(project: Path, files: Sequence[Path], godot: str, coverage: Coverage | None = None) -> list[Result]:
    """Run test files of one project with Godot; NotRunError if the add-on is not in the project."""
    if not (project / RUNNER).is_file():
        raise NotRunError(f"{project} has no {RUNNER}: the add-on is not in this project, or too old")
    with tempfile.TemporaryDirectory() as folder:
        report, counts = Path(folder) / "report.xml", Path(folder) / "coverage.json"
        start = [godot, "--headless", "--path", str(project)]
        if not (project / ".godot" / "global_script_class_cache.cfg").is_file():
            _run([*start, "--import"])  # registers the classes, once
        inner = ["res://" + one.resolve().relative_to(project).as_posix() for one in files]
        options = [f"--junit={report}", *([f"--coverage={counts}"] if coverage is not None else [])]
        # In the environment, because a game may read the arguments of the command line and know none of these.
        environment = {**os.environ, "SEXP_TEST_ARGUMENTS": "\n".join((*inner, *options))}
        done = _run([*start, "--fixed-fps", "60", "-s", f"res://{RUNNER}"], env=environment)
        if coverage is not None and counts.is_file():
            coverage.merge(_in_project(Coverage.read(counts), project))
        return _results(report, done, files)


def by_project(files: Iterable[Path]) -> Iterator[tuple[Path | None, list[Path]]]:
    """Yield the files of each project of Godot; None for files that are in none."""
    found: dict[Path | None, list[Path]] = {}
    for file in files:
        above = file.resolve().parents
        found.setdefault(next((one for one in above if (one / "project.godot").is_file()), None), []).append(file)
    yield from found.items()


def find_godot(given: str | None, project: Path) -> str:
    """Return the engine to run: the one given, $GODOT, the project's tools/godot, or godot4 or godot on the PATH.

    Raises NotRunError if there is none.
    """
    for one in (given, os.environ.get("GODOT")):
        if one:
            if shutil.which(one) is None:
                raise NotRunError(f"{one} is not a program that can be run")
            return one
    tool = project / "tools" / "godot"
    if tool.is_file():
        done = subprocess.run([str(tool), "--where"], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.strip()
    found = shutil.which("godot4") or shutil.which("godot")
    if found is None:
        raise NotRunError("Godot was not found: set GODOT to its path, or put godot on the PATH")
    return found


def _run(command: Sequence[str], env: dict[str, str] | None = None) -> str:
    """Run a program and return all that it printed."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env,
            timeout=LIMIT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode("utf-8", "replace") + f"\nended after {LIMIT:.0f} s"
    return done.stdout.decode("utf-8", "replace")


def _results(report: Path, output: str, files: Sequence[Path]) -> list[Result]:
    """Return the results of a report; one error with the output if there is no report, as after a crash."""
    try:
        root = Xml.parse(report).getroot()
    except (OSError, Xml.ParseError):
        return [Result(files[0], "run", "error", text="no results; the output ends:\n" + output[-4000:])]
    found = []
    for case in root.iter("testcase"):
        outcome, text = "passed", ""
        for tag, word in (("failure", "failed"), ("error", "error"), ("skipped", "skipped")):
            part = case.find(tag)
            if part is not None:
                outcome, text = word, part.text or part.get("message") or ""
        file = _file_of(case.get("classname") or case.get("name") or "", files)
        found.append(Result(file, case.get("name") or "", outcome, float(case.get("time") or 0), text))
    return found


def _file_of(name: str, files: Sequence[Path]) -> Path:
    """Return the file of a case by its class name: a path in a project, or pytest's dotted name of the module."""
    for file in files:
        if name.startswith("res://") and file.resolve().as_posix().endswith(name.removeprefix("res:/")):
            return file
        if name == file.stem or name.endswith("." + file.stem) or f".{file.stem}." in f".{name}.":
            return file
    return Path(name)


def _in_project(coverage: Coverage, project: Path) -> Coverage:
    """Return a coverage with files of the project as paths of the file system."""
    moved = Coverage()
    for one in coverage.missions.values():
        file = str(project / one.file.removeprefix("res://")) if one.file.startswith("res://") else one.file
        moved.missions[(file, one.digest)] = MissionCoverage(file, one.digest, one.runs, one.points)
    return moved
