"""Real missions played with no game: none raises, and both engines see the same run."""

from __future__ import annotations

import os

import pytest

from sexp_runtime.commands.run import play
from support.missions import MISSIONS, needs_missions

#: Every so many missions are played; all of them when SEXP_LONG is set.
STRIDE = 1 if os.environ.get("SEXP_LONG") else 16
PATHS = sorted(MISSIONS.rglob("*.fs2"))[::STRIDE] if MISSIONS.is_dir() else []


@needs_missions
@pytest.mark.missions
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_mission_plays_alike_on_both_engines(path: object) -> None:
    runs = [play(str(path), frames=300, fps=5.0, seed=3, engine=engine) for engine in ("naive", "cached")]
    for key in ("digest", "events", "goals", "log", "actions", "ships", "requests", "seconds"):
        assert runs[0][key] == runs[1][key], key
    assert [run["errors"] for run in runs] == [0, 0]
