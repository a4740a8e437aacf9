"""What the scenario does can be recorded and replayed without it, later waves and departures included."""

from __future__ import annotations

from pathlib import Path

import pytest

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.session import MissionSession
from simulate.mission_text import MISSION


@pytest.mark.parametrize("engine", ["naive", "cached"])
def test_a_recorded_battle_replays_alike(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "battle.sexprec"
    session = MissionSession.load(MISSION, engine="cached", seed=3, scenario=True, record_to=path)
    for _ in range(1600):
        session.step_us(50_000)
    log = [(entry.fix, entry.kind, entry.name) for entry in session.world.log.entries]
    digest = session.digest()
    session.close()
    assert ("wing-arrived", "Raider") in {(kind, name) for _, kind, name in log}
    assert any(name == "Raider 3" for _, kind, name in log if kind == "ship-destroyed")
    replay = Replay(path, engine=engine)
    assert sum(1 for _ in replay.run()) == 1600
    assert replay.mismatches == []
    assert replay.session.digest() == digest
    assert [(entry.fix, entry.kind, entry.name) for entry in replay.session.world.log.entries] == log
    replay.session.close()
