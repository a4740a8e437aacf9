"""The place of the real missions, for tests that play them; they are not part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "missions"
#: Folder of mission files: the environment variable SEXP_MISSIONS, else ../shared/missions beside the project.
MISSIONS = Path(os.environ.get("SEXP_MISSIONS") or _BESIDE)

needs_missions = pytest.mark.skipif(
    not MISSIONS.is_dir(), reason=f"no folder of real missions: set SEXP_MISSIONS (looked in {MISSIONS.name})"
)


def mission_paths() -> list[Path]:
    """Return all mission files, sorted; empty where the folder is absent."""
    return sorted(MISSIONS.rglob("*.fs2")) if MISSIONS.is_dir() else []
