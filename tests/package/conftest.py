"""A release made once for all tests here, and the set-up code of tools/ made importable."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools"))


@dataclass(frozen=True)
class Release:
    """The folder that tools/package made, and what it printed."""

    folder: Path
    output: str

    def file(self, pattern: str) -> Path:
        """Return the one file that the pattern names."""
        (found,) = self.folder.glob(pattern)
        return found


def make_release(out: Path, *arguments: str) -> Release:
    """Run tools/package; the test fails where that does."""
    command = [str(PROJECT / "tools" / "package"), "--out", str(out), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return Release(out, done.stdout)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A whole release of the files that git tracks."""
    return make_release(tmp_path_factory.mktemp("release") / "dist")
