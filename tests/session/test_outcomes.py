"""One report for each outcome, in the order of the outcomes; listeners that fail, or close the session."""

from __future__ import annotations

import pytest

from sexp_runtime.engines import ENGINES
from sexp_runtime.session import MissionSession
from support.small_missions import mission

RESET = '( when ( has-time-elapsed 1 ) ( reset-event "E" "F" ) )', "R\n+Repeat Count: 3\n+Interval: 1"
TRUE = "( when ( true ) ( do-nothing ) )", "E"
FALSE = "( when ( false ) ( do-nothing ) )", "F"


def outcomes(text: str, engine: str, seconds: float = 5.0) -> list[tuple[float, str, str]]:
    session = MissionSession.load(text, engine=engine)
    found: list[tuple[float, str, str]] = []
    session.on_event_satisfied.append(lambda name, _: found.append((round(session.mission_time, 1), "true", name)))
    session.on_event_failed.append(lambda name, _: found.append((round(session.mission_time, 1), "failed", name)))
    session.on_goal_changed.append(lambda name, status: found.append((round(session.mission_time, 1), status, name)))
    for _ in session.play(round(seconds * 10), 10):
        pass
    return found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("order", [(RESET, TRUE, FALSE), (TRUE, FALSE, RESET)])
def test_an_event_that_is_reset_reports_each_outcome(order: tuple[tuple[str, str], ...], engine: str) -> None:
    found = outcomes(mission(order), engine)
    assert len([row for row in found if row[1:] == ("true", "E")]) == 4
    assert len([row for row in found if row[1:] == ("failed", "F")]) == 4


@pytest.mark.parametrize("engine", ENGINES)
def test_an_event_without_interval_tells_each_of_its_repeats(engine: str) -> None:
    fast = "( when ( has-time-elapsed 1 ) ( do-nothing ) )", "Fast\n+Repeat Count: 5\n+Interval: 0"
    counted = "( when ( has-time-elapsed 1 ) ( do-nothing ) )", "Counted\n+Trigger Count: 3\n+Interval: 1"
    found = outcomes(mission([fast, counted]), engine)
    assert [row[2] for row in found].count("Fast") == 5
    assert [row for row in found if row[2] == "Counted"] == [(at, "true", "Counted") for at in (1.0, 2.0, 3.0)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_goal_that_is_reset_reports_each_status(engine: str) -> None:
    goal = "#Goals\n$Type: Primary\n+Name: G\n$MessageNew: g\n$end_multi_text\n$Formula: ( has-time-elapsed 1 )\n"
    reset = '( when ( has-time-elapsed 2 ) ( reset-goal "G" ) )', "R"
    text = mission([reset]).replace("#Goals\n", goal)
    found = [row for row in outcomes(text, engine, 3) if row[2] == "G"]
    assert found == [(1.0, "complete", "G"), (2.0, "incomplete", "G"), (2.1, "complete", "G")]


def test_the_other_listeners_are_called_after_one_has_raised(caplog: pytest.LogCaptureFixture) -> None:
    session = MissionSession.load(mission([TRUE]))
    heard: list[str] = []

    def broken(*_: object) -> None:
        raise RuntimeError("oops")

    session.on_event_satisfied += [broken, lambda name, _: heard.append(name)]
    session.on_action += [broken, lambda name, _: heard.append(name)]
    session.step(0.1)
    assert heard == ["do-nothing", "E"]
    found = [record.message for record in caplog.records]
    assert found == ["a listener of the action do-nothing failed", "a listener of Small failed"]
    assert session.counters()["errors"] == 0


def test_no_listener_is_called_once_one_has_closed_the_session() -> None:
    second = "( when ( true ) ( do-nothing ) )", "Second"
    session = MissionSession.load(mission([TRUE, second]))
    heard: list[str] = []

    def close(name: str, _: int) -> None:
        heard.append(name)
        session.close()

    session.on_event_satisfied.append(close)
    session.step(0.1)
    assert heard == ["E"]


def test_ships_have_left_when_the_mission_has_ended() -> None:
    session = MissionSession.load(mission([]))
    session.step(0.1)
    session.end_mission()
    tests = ['( is-in-mission "Heron" )', '( not ( is-destroyed-delay 0 "Heron" ) )', '( > ( hits-left "Heron" ) 50 )']
    assert [session.evaluate(text) for text in tests] == [0, 1, 0]
    assert [entry.kind for entry in session.world.log] == []
