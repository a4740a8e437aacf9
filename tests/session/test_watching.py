"""Watching changes nothing: a mission goes the same way in every mode, and while the mode is switched."""

from __future__ import annotations

from pathlib import Path

import pytest

from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession

DEMO = next((Path(__file__).parents[2] / "addons" / "sexp_runtime" / "demo").glob("*.fs2"))


@pytest.mark.parametrize("engine", ["compiled", "cached"])
def test_a_watched_mission_goes_as_an_unwatched_one(engine: str) -> None:
    plain = MissionSession.load(DEMO, engine=engine, seed=4, scenario=True, monitor=Mode.OFF, freeze_gc=False)
    watched = MissionSession.load(DEMO, engine=engine, seed=4, scenario=True, freeze_gc=False)
    logs: list[list[object]] = [[], []]
    plain.on_action.append(lambda *action: logs[0].append(action))
    watched.on_action.append(lambda *action: logs[1].append(action))
    modes = list(Mode)
    for frame in range(2400):
        if frame % 90 == 0:
            watched.monitor.mode = modes[frame // 90 % len(modes)]
        plain.step_us(33_333)
        watched.step_us(33_333)
        assert plain.digest() == watched.digest(), frame
    assert logs[0] == logs[1]
    assert logs[0]
    assert plain.counters()["requests"] == watched.counters()["requests"]
    assert watched.monitor.operators["when"].calls > 0
    plain.close()
    watched.close()


def test_a_closed_session_leaves_nothing_behind_in_the_world() -> None:
    session = MissionSession.load(DEMO, seed=4, scenario=False, monitor=Mode.FULL, freeze_gc=False)
    session.evaluate('( hits-left "Alpha 1" )')
    for _ in range(60):
        session.step_us(33_333)
    board = session.world.facts
    assert board.readers
    session.close()
    assert board.readers == {}
    assert board.observer is None
    with pytest.raises(RuntimeError, match="closed"):
        session.step_us(1)
    session.close()
