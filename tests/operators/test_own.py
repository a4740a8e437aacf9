"""Operators of a game's own: checked, evaluated, cached by what they read, recorded and replayed (R85-R102)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.engines import ENGINES
from sexp_runtime.monitor.recording import DamagedRecordingError, recorded_operators
from sexp_runtime.operators.own import OwnOperator, OwnOperators
from sexp_runtime.session import MissionSession
from support.small_missions import Played, mission

VARIABLES = ('0 "N" "0" "number"', '1 "S" "text" "string"')
ASK = '( when ( lamp-is-lit "left" ( + 1 1 ) ) ( lamp-blink "left" ) )', "Lit"


def lamps(lit: list[bool], calls: list[tuple[Any, ...]], **declaration: Any) -> OwnOperators:
    def is_lit(name: str, level: int) -> bool:
        calls.append((name, level))
        return lit[0]

    own = OwnOperators()
    own.add("lamp-is-lit", is_lit, args=("string", "number"), min_args=2, returns="bool", **declaration)
    own.add("lamp-blink", lambda name: calls.append((name,)), args=("string",), min_args=1, returns="null")
    return own


@pytest.mark.parametrize("engine", ENGINES)
def test_an_unpredictable_operator_is_evaluated_every_time(engine: str) -> None:
    lit, calls = [False], []
    session = MissionSession.load(mission([ASK]), engine=engine, operators=lamps(lit, calls))
    told: list[str] = []
    session.on_event_satisfied.append(lambda name, _: told.append(name))
    for _ in range(3):
        session.step(0.1)
    assert calls == [("left", 2)] * 3
    lit[0] = True
    session.step(0.1)
    assert calls[3:] == [("left", 2), ("left",)]
    assert told == ["Lit"]


def test_one_that_says_what_it_reads_is_cached_by_that() -> None:
    asked: list[int] = []

    def level(name: str) -> int:
        asked.append(1)
        return 5

    own = OwnOperators()
    own.add("lamp-level", level, args=("string",), reads=["variable N"])
    event = '( when ( > ( lamp-level "left" ) 9 ) ( do-nothing ) )', "High"
    session = MissionSession.load(mission([event], variables=VARIABLES), operators=own)
    for _ in range(20):
        session.step(0.1)
    before = len(asked)
    assert before < 5
    session.set_variable("N", 3)
    session.step(0.1)
    assert len(asked) == before + 1
    session.operators.changed("lamp-level")
    session.step(0.1)
    assert len(asked) == before + 2


def test_an_unknown_operator_counts_as_false_and_is_reported_once() -> None:
    text = mission([ASK, ('( when ( not ( save-exists "slot" ) ) ( end-mission ) )', "No save")])
    session = MissionSession.load(text)
    unknown: list[str] = []
    session.on_operator_unknown.append(unknown.append)
    session.step(0.1)
    assert unknown == ["lamp-is-lit", "save-exists"]
    assert session.world.mission_over


def test_an_operator_can_be_added_to_a_running_mission() -> None:
    session = MissionSession.load(mission([ASK]))
    session.step(0.1)
    told: list[str] = []
    session.on_event_satisfied.append(lambda name, _: told.append(name))
    session.operators.add("lamp-is-lit", lambda name, level: level == 2, args=("string", "number"), returns="bool")
    session.step(0.1)
    assert told == ["Lit"]


@pytest.mark.parametrize(
    ("returns", "given", "value"),
    [
        ("number", 7.9, 7), ("number", True, 1), ("number", 1e99, 2**31 - 1), ("number", float("nan"), 0),
        ("number", None, 0), ("number", "nan", 0), ("bool", 5, 1), ("bool", "known-true", 1), ("null", None, 1),
        ("number", [1], 0),
    ],
)  # fmt: skip
def test_what_a_function_returns(returns: str, given: object, value: int) -> None:
    own = OwnOperators()
    own.add("give", lambda: given, returns=returns)
    session = MissionSession.load(mission([]), operators=own)
    assert session.evaluate("( give )") == value


def test_a_function_that_raises_stops_nothing() -> None:
    own = OwnOperators()
    own.add("fail", lambda: 1 // 0)
    played = Played(mission([("( when ( = ( fail ) 0 ) ( do-nothing ) )", "E")]), seconds=1, operators=own)
    assert played.when("E") is None  # not a number (R97)
    assert len([text for text in played.session.context.warnings if "ZeroDivisionError" in text]) == 1


def test_what_makes_no_sense_is_refused() -> None:
    for wrong in ({"name": "a b"}, {"name": "and"}, {"name": "x", "returns": "word"}, {"name": "x", "args": ("shop",)}):
        with pytest.raises(ValueError, match=r"operator|returns|type"):
            OwnOperator(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="reads"):
        OwnOperator("x", reads=("weather",))


def test_the_checker_knows_their_arguments() -> None:
    own = lamps([True], [])
    wrong = mission([('( when ( lamp-is-lit "left" "two" ) ( lamp-blink ) )', "E")])
    codes = [problem.code for problem in MissionSession.load(wrong, operators=own).problems()]
    assert "E302" in codes
    assert "W311" not in codes
    assert "W311" in [problem.code for problem in MissionSession.load(wrong).problems()]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_recording_gives_their_answers_again(tmp_path: Path, engine: str) -> None:
    answers = iter(range(100))
    own = OwnOperators()
    own.add("next", lambda: next(answers))
    event = "( when ( > ( next ) 6 ) ( modify-variable @N[0] ( next ) ) )", "Seven"
    path = tmp_path / "run.rec"
    session = MissionSession.load(mission([event], variables=VARIABLES), engine=engine, operators=own, record_to=path)
    for _ in range(12):
        session.step(0.1)
    assert session.get_variable("N") == 8
    session.close()
    replay = Replay(path)
    while replay.step():
        pass
    assert replay.session.get_variable("N") == 8
    assert replay.mismatches == []


@pytest.mark.parametrize("operators", [5, [5], [{}], [{"name": "x", "args": 5, "reads": None}], [{"name": "a b"}]])
def test_operators_of_a_damaged_recording_are_refused(operators: object) -> None:
    with pytest.raises(DamagedRecordingError, match="operators"):
        recorded_operators({"operators": operators})
