"""Real missions do what they did: results, and how much work it was to get them (see support.golden)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support import golden
from support.missions import mission_paths, needs_missions

#: A sample of the missions; all of them when SEXP_GOLDEN is "all".
STRIDE = 1 if os.environ.get("SEXP_GOLDEN") == "all" else golden.STRIDE


@needs_missions
@pytest.mark.missions
@pytest.mark.slow
@pytest.mark.parametrize("path", mission_paths()[::STRIDE], ids=lambda path: path.stem)
def test_a_mission_does_what_it_did_with_as_much_work(path: Path) -> None:
    row = golden.play(path)
    assert golden.differences(row, golden.read().get(row[0])) == []
