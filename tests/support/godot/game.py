"""Runs the engine for the add-on's tests and reads what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.testing.processes import NotRunError, find_godot

ROOT = Path(__file__).resolve().parents[3]
#: Lines by which the engine tells of errors, warnings and leaks.
TROUBLE = re.compile(
    r"^\s*(ERROR|SCRIPT ERROR|USER ERROR|USER SCRIPT ERROR|WARNING|USER WARNING)\b|leaked|Leaked", re.M
)


@dataclass(frozen=True)
class Run:
    """What a run of the engine gave: its output (both streams), exit status, and the result if it was a case."""

    output: str
    status: int
    result: dict[str, Any]

    def lines(self, start: str) -> list[str]:
        """The lines that begin with a text."""
        return [line for line in self.output.splitlines() if line.startswith(start)]

    def assert_clean(self, *allowed: str) -> None:
        """Fail if the engine reported an error, a warning or a leak that no allowed text explains."""
        bad = [
            line
            for line in self.output.splitlines()
            if TROUBLE.search(line) and not any(text in line for text in allowed)
        ]
        assert not bad, f"the engine complained:\n{self.output[-6000:]}"


def engine() -> str:
    """The engine's executable, or the test is skipped with the reason."""
    try:
        return find_godot(None, ROOT)
    except NotRunError as error:
        pytest.skip(f"no engine: {error}")


def run(*arguments: str, project: Path = ROOT, timeout: float = 240.0, env: dict[str, str] | None = None) -> Run:
    """Run the engine headless in a project with these arguments and return what came of it."""
    command = [engine(), "--headless", "--path", str(project), *arguments]
    environment = {**os.environ, **(env or {})}
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=timeout, env=environment, check=False
    )
    output = done.stdout + done.stderr
    found = re.findall(r"^CASE RESULT (.*)$", output, re.M)
    return Run(output, done.returncode, json.loads(found[-1]) if found else {})


def run_case(
    name: str,
    *arguments: str,
    allowed: tuple[str, ...] = (),
    timeout: float = 240.0,
    env: dict[str, str] | None = None,
    fixed_fps: int = 0,
) -> dict[str, Any]:
    """Run one of the cases in cases/ and return its results; its checks must hold and the output be clean.

    With `fixed_fps` every frame has that length, however long it takes.
    """
    fixed = ("--fixed-fps", str(fixed_fps)) if fixed_fps else ()
    case = ("res://tests/engine/addon/run_case.tscn", "--", f"--case={name}")
    done = run(*fixed, *case, *arguments, timeout=timeout, env=env)
    assert "CASE OK" in done.output and done.status == 0, done.output[-8000:]
    done.assert_clean(*allowed)
    return done.result
