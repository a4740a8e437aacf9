"""The code's own checks, as tests: style by ruff, types by mypy --strict, and the sizes that modules keep to."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

LONGEST_MODULE = 600


def python_modules(project: Path) -> list[Path]:
    """All Python modules of the project that git knows or would take in."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git repository")
    return [project / name for name in listed.stdout.splitlines() if (project / name).is_file()]


def run_module(project: Path, *command: str, timeout: float = 300, **environment: str) -> None:
    if importlib.util.find_spec(command[0]) is None:
        pytest.fail(f"{command[0]} is not installed in this environment: use tools/test")
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]


def test_style(project: Path) -> None:
    run_module(project, "ruff", "check", "--output-format=concise", ".")


def test_formatting(project: Path) -> None:
    run_module(project, "ruff", "format", "--check", ".")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_types_of_the_runtime_and_the_binding(project: Path) -> None:
    packages = [name for name in ("sexp_runtime", "godot") if (project / "python" / name).is_dir()]
    arguments = [part for name in packages for part in ("-p", name)]
    run_module(project, "mypy", "--strict", *arguments, MYPYPATH="python")


def test_types_of_the_tools(project: Path) -> None:
    run_module(project, "mypy", "--strict", "-p", "_setup", "-p", "_package", MYPYPATH="tools")


def test_modules_open_with_a_sentence_and_stay_short(project: Path) -> None:
    """Every module says what it is for and none is longer than a person reads in one sitting."""
    wrong = []
    for path in python_modules(project):
        text = path.read_text(encoding="utf-8")
        if not text.strip():
            continue
        name = path.relative_to(project)
        if not text.lstrip().startswith(('"""', 'r"""', "#!")):
            wrong.append(f"{name}: does not open with a docstring")
        if len(text.splitlines()) > LONGEST_MODULE:
            wrong.append(f"{name}: {len(text.splitlines())} lines, more than {LONGEST_MODULE}")
    assert not wrong, "\n".join(wrong)


def test_the_set_up_starts_on_older_pythons(project: Path) -> None:
    """The tools run on whatever python3 a machine has before they choose a better one."""
    import ast

    for path in (project / "tools" / "_setup").glob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
