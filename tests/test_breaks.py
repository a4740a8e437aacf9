"""Breaks stop a mission for what they name, and change nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime import MissionSession
from sexp_runtime.adhoc import SexpError
from sexp_runtime.analysis.replay import Replay
from sexp_runtime.breaks import BreakError, Breaks
from sexp_runtime.cli import main
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.operators.own import OwnOperators
from support.small_missions import mission, ship

TEXT = mission(
    [
        ("( when ( has-time-elapsed 2 ) ( modify-variable @Count[0] 5 ) )", "Two"),
        ('( when ( is-destroyed-delay 0 "Barge" ) ( send-message "#Command" "High" "Hail" ) )', "Lost"),
    ],
    ships=[ship("Barge", place="0, 0, 900")],
    variables=['\t0\t"Count"\t"0"\t"number"'],
)


def stops(*texts: str, frames: int = 40) -> list[tuple[float, str]]:
    """Play with these breaks; return when they were hit, and why. The barge is hit at 3 s."""
    session = MissionSession.load(TEXT)
    breaks = Breaks(session)
    for text in texts:
        breaks.add(text)
    found = []
    for frame in range(1, frames + 1):
        if frame == 30:
            session.world.change_ship(session.world.ships["barge"], "hull", 30.0)
        session.step(0.1)
        found += [(round(session.mission_time, 1), reason) for reason in breaks.check()]
    breaks.close()
    assert not session.on_action and not session.on_variable_changed
    return found


@pytest.mark.parametrize(
    "text, reason",
    [
        ("event two", 'event "Two" came true'),
        ('event "Two"', 'event "Two" came true'),
        ("variable Count", "variable Count is 5"),
        (
            "action modify-variable",
            "action modify-variable Count 5 has run (it could not stop before: the mission is not recorded)",
        ),
        ("( = @Count[0] 5 )", "( = @Count[0] 5 ) is true"),
    ],
)
def test_what_stops_a_mission(text: str, reason: str) -> None:
    assert stops(text) == [(2.0, reason)]


def test_a_condition_may_ask_an_operator_of_the_game() -> None:
    own = OwnOperators()
    own.add("lamp-level", lambda name: 5, args=("string",), reads=["variable Count"])
    breaks = Breaks(MissionSession.load(TEXT, operators=own))
    breaks.add('( > ( lamp-level "left" ) @Count[0] )')
    with pytest.raises(BreakError, match="no operator 'lamp-levl'; did you mean 'lamp-level'"):
        breaks.add('( > ( lamp-levl "left" ) 9 )')


def test_a_condition_stops_when_it_becomes_true_not_while_it_is() -> None:
    assert stops('( < ( hits-left "Barge" ) 50 )', "( true )") == [(3.0, '( < ( hits-left "Barge" ) 50 ) is true')]


def test_a_frame_over_its_budget() -> None:
    assert stops("frame 1", frames=3)[0][1].startswith("the frame took ")
    assert not stops("frame 100000000")


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "a break is"),
        ("whenever", "a break is"),
        ("event", "a break is"),
        ("event Tow", "no event 'Tow'; did you mean 'Two'"),
        ("variable Cuont", "no variable 'Cuont'; did you mean 'Count'"),
        ("frame soon", "whole number of microseconds"),
        ("formula 0", "whole number of microseconds"),
        ("( = 1", "="),
        ("( and ( true ) ( has-time-elapsd 2 ) )", "no operator 'has-time-elapsd'; did you mean 'has-time-elapsed'"),
        ("( = @Cuont[0] 5 )", "no variable 'Cuont'; did you mean 'Count'"),
        ("( > ( rand 1 9 ) 3 )", "must not change the mission: rand draws at random"),
        ("( when ( true ) ( modify-variable @Count[0] 1 ) )", "modify-variable acts"),
        ("( is-true-for-duration 3 ( true ) )", "remembers its evaluations"),
    ],
)
def test_breaks_that_cannot_be_set(text: str, message: str) -> None:
    breaks = Breaks(MissionSession.load(TEXT))
    with pytest.raises(BreakError, match=message):
        breaks.add(text)
    assert not len(breaks)


def recorded(folder: Path, engine: str = "cached", **settings: Any) -> MissionSession:
    """Return a session of the mission that is being recorded, so that its frames can be rehearsed."""
    return MissionSession.load(TEXT, engine=engine, seed=1, record_to=folder / f"{engine}.rec", **settings)


@pytest.mark.parametrize("engine", ["naive", "cached"])
@pytest.mark.parametrize("simulated", [False, True])
def test_a_mission_stops_before_an_action_runs(tmp_path: Path, engine: str, simulated: bool) -> None:
    plain = MissionSession.load(TEXT, seed=1, scenario=simulated)
    session = recorded(tmp_path, engine, scenario=simulated)
    breaks = Breaks(session)
    breaks.add("action modify-variable")
    breaks.add("action send-message")
    stops = []
    for frame in range(1, 61):
        for one in (plain, session):
            if frame == 30:
                one.world.change_ship(one.world.ships["barge"], "hull", -1.0)
                one.world.destroy(one.world.ships["barge"])
        reasons = breaks.before(100_000)
        if reasons:
            stops.append((round(session.mission_time, 1), session.get_variable("Count"), *reasons))
            assert not breaks.before(100_000)  # continuing makes the frame
        plain.step_us(100_000)
        session.step_us(100_000)
        assert not breaks.check()
        assert plain.digest() == session.digest()
    assert stops[0] == (1.9, 0, 'action modify-variable Count 5 is about to run [event "Two"]')
    assert stops[1][0] == 2.9 and stops[1][2].endswith('is about to run [event "Lost"]') and len(stops) == 2
    breaks.close()
    assert not session.on_action


def test_what_a_handler_changes_in_a_frame_is_rehearsed_from_then_on(tmp_path: Path) -> None:
    later = '( when ( and ( has-time-elapsed 3 ) ( is-destroyed-delay 0 "Barge" ) ) ( add-nav-waypoint "N" "Lane" 1 ) )'
    text = TEXT.replace("#Goals", f"$Formula: {later}\n+Name: Later\n#Goals")
    session = MissionSession.load(text, seed=1, record_to=tmp_path / "run.rec")
    barge = session.world.ships["barge"]

    def destroy(operator: str, _: tuple[Any, ...]) -> None:
        if operator == "modify-variable":
            session.world.destroy(barge)

    session.on_action.append(destroy)
    breaks = Breaks(session)
    breaks.add("action send-message")
    breaks.add("action add-nav-waypoint")
    stops = []
    for _ in range(40):
        stops += [(round(session.mission_time, 1), reason) for reason in breaks.before(100_000)]
        session.step_us(100_000)
        stops += [(round(session.mission_time, 1), reason) for reason in breaks.check()]
    assert stops == [
        (2.0, "action send-message #Command High Hail has run"),  # the handler caused it in the same frame
        (2.9, 'action add-nav-waypoint N Lane 1 is about to run [event "Later"]'),
    ]


def test_what_cannot_be_rehearsed_stops_after_the_action(tmp_path: Path) -> None:
    session = recorded(tmp_path)
    session.step_us(100_000)
    session.manager.world.variables.set_number(0, 3)  # past the recording
    breaks = Breaks(session)
    breaks.add("action modify-variable")
    reasons = []
    for _ in range(40):
        assert not breaks.before(100_000)
        session.step_us(100_000)
        reasons += breaks.check()
    told = "it could not stop before: the game does what its recording does not hold"
    assert reasons == [f"action modify-variable Count 5 has run ({told})"]


def test_a_refused_change_of_the_game_does_not_end_the_rehearsal(tmp_path: Path) -> None:
    session = recorded(tmp_path)
    breaks = Breaks(session)
    breaks.add("action modify-variable")
    reasons = []
    for frame in range(40):
        if frame == 5:
            with pytest.raises(ValueError, match="hull cannot be 'half'"):
                session.world.set_ship(session.world.ships["barge"], "hull", "half")
            with pytest.raises(IndexError):
                session.world.variables.set_number(900, 1)
        reasons += breaks.before(100_000)
        session.step_us(100_000)
        assert not breaks.check()
    assert reasons == ['action modify-variable Count 5 is about to run [event "Two"]']


@pytest.mark.parametrize("fault", ["differs", "fails"])
def test_a_rehearsal_that_fails_leaves_no_session_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    twins: list[Replay] = []
    run = Replay.run

    def faulty(replay: Replay) -> Iterator[int]:
        twins.append(replay)
        yield from run(replay)
        if fault == "fails":
            raise ValueError("no such frame")
        replay.session.set_variable("Count", 77)

    monkeypatch.setattr(Replay, "run", faulty)
    session = recorded(tmp_path)
    breaks = Breaks(session)
    breaks.add("action modify-variable")
    session.step_us(100_000)
    breaks.before(100_000)
    assert [twin.session.closed for twin in twins] == [True]


def test_a_condition_that_can_no_longer_be_evaluated_stops_the_mission_once(monkeypatch: pytest.MonkeyPatch) -> None:
    session = MissionSession.load(TEXT)
    breaks = Breaks(session)
    breaks.add("( = @Count[0] 5 )")

    def refuse(text: str) -> int:
        raise SexpError(f"{text} takes too many steps")

    monkeypatch.setattr(session, "evaluate", refuse)
    assert breaks.check() == ["( = @Count[0] 5 ) cannot be evaluated: ( = @Count[0] 5 ) takes too many steps"]
    assert not breaks.check()
    monkeypatch.undo()
    session.step(2.1)
    assert breaks.check() == ["( = @Count[0] 5 ) is true"]


@pytest.mark.parametrize("declaration", [{"acting": True, "reads": ()}, {"returns": "null"}])
def test_a_condition_may_not_run_an_operator_of_the_game_that_acts(declaration: dict[str, Any]) -> None:
    own, run = OwnOperators(), []
    own.add("open-gate", lambda: run.append(1), **declaration)
    breaks = Breaks(MissionSession.load(TEXT, operators=own))
    with pytest.raises(BreakError, match="a break must not change the mission: open-gate acts"):
        breaks.add("( and ( true ) ( open-gate ) )")
    assert not run


def test_a_condition_with_an_operator_of_the_game_leaves_the_recording_right(tmp_path: Path) -> None:
    """The answers in a recording belong to the evaluations in it, those of a break included."""
    own = OwnOperators()
    levels = iter(range(1000))
    own.add("lamp-level", lambda name: next(levels), args=("string",), reads=["variable Count"])
    formula = '( when ( has-time-elapsed 1 ) ( modify-variable @Count[0] ( lamp-level "left" ) ) )'
    text = TEXT.replace("#Goals", f"$Formula: {formula}\n+Name: Lamp\n+Repeat Count: 3\n+Interval: 1\n#Goals")
    session = MissionSession.load(text, operators=own, record_to=tmp_path / "run.rec")
    breaks = Breaks(session)
    breaks.add('( > ( lamp-level "left" ) 900 )')
    for _ in range(40):
        session.step(0.1)
        breaks.check()
    session.evaluate('( lamp-level "right" )')
    session.step(0.1)
    expected, digest = session.get_variable("Count"), session.digest()
    session.close()
    replay = Replay(tmp_path / "run.rec")
    assert list(replay.run())[-1] == 41
    assert (replay.session.get_variable("Count"), replay.session.digest()) == (expected, digest)


def test_measurements_that_begin_anew_hit_no_break() -> None:
    session = MissionSession.load(TEXT)
    breaks = Breaks(session)
    breaks.add("formula 1")
    session.step(2.1)
    session.monitor.reset()  # as a handler of the frame's signals may
    assert not breaks.check()


@pytest.mark.parametrize("engine", ["naive", "cached"])
@pytest.mark.parametrize("mode", [Mode.OFF, Mode.SAMPLED, Mode.FULL])
def test_a_formula_over_its_budget(engine: str, mode: Mode) -> None:
    session = MissionSession.load(TEXT, engine=engine, monitor=mode)
    before = session.monitor.mode, session.monitor.sample_every, session.monitor.hook
    breaks = Breaks(session)
    breaks.add("formula 1000000")
    session.step_us(2_000_000)
    assert not breaks.check()
    session.context.profiler, slow = _Slow(), breaks.add("formula 2000")
    if engine == "cached":
        session.manager.interpret(1)
    session.world.destroy(session.world.ships["barge"])
    session.step_us(100_000)
    (reason,) = {one for one in breaks.check() if '"Lost"' in one}
    assert re.match(r'the evaluation of event "Lost" took \d+ us \(', reason)
    session.context.profiler = None
    assert breaks.remove(slow)
    breaks.close()
    assert (session.monitor.mode, session.monitor.sample_every, session.monitor.hook) == before


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.COUNTERS, Mode.SAMPLED, Mode.FULL])
def test_a_formula_is_timed_whatever_mode_the_monitor_is_switched_to(mode: Mode) -> None:
    session = MissionSession.load(TEXT, monitor=Mode.SAMPLED)
    breaks = Breaks(session)
    breaks.add("formula 1")
    session.monitor.mode = mode
    session.step(2.1)
    assert any('event "Two"' in reason for reason in breaks.check())
    breaks.close()
    assert session.monitor.mode is mode and session.monitor.watching is (mode is not Mode.OFF)


class _Slow:
    """A profiler that makes every operator slow."""

    def enter(self, node: object) -> None:
        time.sleep(0.003)

    def leave(self, node: object) -> None:
        pass


def test_breaks_are_removed_by_id() -> None:
    breaks = Breaks(MissionSession.load(TEXT))
    first, second = breaks.add("event Two"), breaks.add("event Lost")
    assert breaks.rows() == [(first, "event Two"), (second, "event Lost")]
    assert breaks.remove(first) and not breaks.remove(first)
    assert breaks.rows() == [(second, "event Lost")]


def test_run_stops_at_a_break_and_shows_the_formula(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.fs2"
    path.write_text(TEXT)
    assert main(["run", str(path), "--fps", "10", "--break", "event Two"]) == 0
    shown = capsys.readouterr().out
    assert "2.0 s in 20 frames" in shown and 'stopped  event "Two" came true' in shown
    assert "has-time-elapsed 2" in shown and "= 1" in shown
    assert main(["run", str(path), "--break", "event Tow"]) == 2
    assert "did you mean 'Two'" in capsys.readouterr().err


@pytest.mark.parametrize("engine", ["naive", "cached"])
def test_run_stops_before_an_action(tmp_path: Path, capsys: pytest.CaptureFixture[str], engine: str) -> None:
    path = tmp_path / "small.fs2"
    path.write_text(TEXT)
    assert main(["run", str(path), "--fps", "10", "--engine", engine, "--break", "action modify-variable"]) == 0
    shown = capsys.readouterr().out
    assert "1.9 s in 19 frames" in shown
    assert 'stopped  action modify-variable Count 5 is about to run [event "Two"]' in shown
    assert "has-time-elapsed 2" in shown and "= 0" in shown
