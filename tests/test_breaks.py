"""Breaks stop a mission for what they name, and change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sexp_runtime import MissionSession
from sexp_runtime.breaks import BreakError, Breaks
from sexp_runtime.cli import main
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
        ("action modify-variable", "action modify-variable Count 5"),
        ("( = @Count[0] 5 )", "( = @Count[0] 5 ) is true"),
    ],
)
def test_what_stops_a_mission(text: str, reason: str) -> None:
    assert stops(text) == [(2.0, reason)]


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
        ("( = 1", "="),
    ],
)
def test_breaks_that_cannot_be_set(text: str, message: str) -> None:
    breaks = Breaks(MissionSession.load(TEXT))
    with pytest.raises(BreakError, match=message):
        breaks.add(text)
    assert not len(breaks)


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
