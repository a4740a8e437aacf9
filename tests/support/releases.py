"""Releases made for tests, and the Pythons that they are tried with."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from _setup.console import SetupError
from _setup.python_env import Interpreter, interpreter_of
from _setup.state import PROJECT


@dataclass(frozen=True)
class Release:
    """The folder that tools/package made."""

    folder: Path

    def file(self, pattern: str) -> Path:
        """Return the one file that the pattern names."""
        (found,) = self.folder.glob(pattern)
        return found


def python_of(version: str) -> Interpreter:
    """A Python of this version; skips the test where neither the machine nor Debian has one."""
    try:
        return interpreter_of(version)
    except SetupError as problem:
        pytest.skip(str(problem).splitlines()[0])


def make_release(out: Path, *arguments: str, **environment: str) -> Release:
    """Run tools/package; the test fails where that does."""
    command = [str(PROJECT / "tools" / "package"), "--out", str(out), *arguments]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=1500, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return Release(out)
