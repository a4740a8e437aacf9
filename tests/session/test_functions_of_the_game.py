"""Functions of the game that evaluate operators: recorded with what they change, replayed and restored without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.bridge.saves import restore_state, save_state
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.session import MissionSession
from support.small_missions import mission


@pytest.mark.parametrize("engine", ["naive", "cached"])
@pytest.mark.parametrize("reads", [None, ["variable Count"]])
def test_what_a_function_of_the_game_changes_is_recorded_where_it_happened(
    tmp_path: Path, engine: str, reads: list[str] | None
) -> None:
    formula = (
        '( when ( and ( has-time-elapsed 1 ) ( lamp-level "left" ) ) ( modify-variable @Count[0] ( + @Count[0] 5 ) ) )'
    )
    text = mission([(f"{formula}\n+Repeat Count: 5\n+Interval: 1", "Lamp")], variables=['0 "Count" "0" "number"'])

    def level(name: str) -> int:
        session.set_variable("Count", int(session.get_variable("Count")) * 2 + 1)
        return 1

    own = OwnOperators()
    own.add("lamp-level", level, args=("string",), reads=reads)
    session = MissionSession.load(text, engine=engine, operators=own, record_to=tmp_path / "run.rec")
    assert session.recording is not None
    counts, early = [], b""
    for frame in range(40):
        session.step(0.1)
        counts.append(session.get_variable("Count"))
        if frame == 5:
            early = save_state(session.recording)
        if frame == 30:
            session.evaluate('( + ( lamp-level "right" ) 1 )')
    state, digest, count = save_state(session.recording), session.digest(), session.get_variable("Count")
    session.close()
    begun = restore_state(early, tmp_path / "early.rec")
    assert begun.get_variable("Count") == counts[5]
    begun.close()
    restored = restore_state(state, tmp_path / "again.rec")
    assert restored.recording is not None
    twice = restore_state(save_state(restored.recording), tmp_path / "twice.rec")
    replay = Replay(tmp_path / "run.rec", record_to=tmp_path / "copy.rec")
    assert [replay.session.get_variable("Count") for _ in replay.run()] == counts
    replay.session.stop_recording()
    copy = Replay(tmp_path / "copy.rec")
    assert list(copy.run())[-1] == 40
    for one in (restored, twice, replay.session, copy.session):
        assert (one.digest(), one.get_variable("Count")) == (digest, count)
        one.close()


def test_no_function_of_the_game_runs_while_a_mission_loads() -> None:
    ran: list[str] = []
    own = OwnOperators()

    def level(name: str) -> int:
        ran.append(name)
        return 1

    own.add("lamp-level", level, args=("string",), reads=["variable Count"])
    text = mission([('( when ( lamp-level "left" ) ( do-nothing ) )', "Lamp")], variables=['0 "Count" "0" "number"'])
    session = MissionSession.load(text, operators=own)
    assert not ran
    session.step(0.1)
    assert ran == ["left"]
    session.close()
