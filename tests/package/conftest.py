"""A release made once for all tests here, and the set-up code of tools/ made importable."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.shared import made_once

if TYPE_CHECKING:
    from _setup.python_env import Interpreter

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools"))


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
    from _setup.console import SetupError
    from _setup.python_env import interpreter_of

    try:
        return interpreter_of(version)
    except SetupError as problem:
        pytest.skip(str(problem).splitlines()[0])


def make_release(out: Path, *arguments: str) -> Release:
    """Run tools/package; the test fails where that does."""
    command = [str(PROJECT / "tools" / "package"), "--out", str(out), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return Release(out)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A whole release of the files that git tracks, made by the first of the processes that tests run in.

    SEXP_RELEASE names a folder with one that is there already: that which shall be published.
    """
    given = os.environ.get("SEXP_RELEASE")
    if given:
        return Release(Path(given).resolve())
    return Release(made_once(tmp_path_factory, "release", make_release))
