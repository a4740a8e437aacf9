"""Events and goals as operators see them (H.1, H.4)."""

from __future__ import annotations

import pytest

from support.sexp_bench import Bench


@pytest.mark.parametrize(
    ("text", "stamp", "result", "spare"),
    [
        ('( is-event-true-delay "Nothing" ( rand-multiple 2 5 ) )', None, 0, 1),
        ('( is-event-true-delay "E" ( rand-multiple 2 5 ) )', None, 0, 1),
        ('( is-event-true-delay "E" ( rand-multiple 2 5 ) )', 3.5, 0, 1),  # not even the shortest delay is over
        ('( is-event-true-delay "E" ( rand-multiple 2 2 ) )', 2.9, "KNOWN_TRUE", 0),
        ('( is-event-true-delay "E" ( rand-multiple 2 90 ) )', 2.9, None, 0),
        ('( is-event-true-msecs-delay "E" ( rand-multiple 900 950 ) )', 4.2, 0, 1),
        ('( is-event-true-msecs-delay "E" ( rand-multiple 900 950 ) )', 4.0, "KNOWN_TRUE", 0),
        ('( is-event-true-delay "E" ( + 1 ( rand-multiple 2 5 ) ) )', None, 0, 0),  # more than a plain draw
        ('( is-event-true-delay "E" ( rand-multiple -3 5 ) )', 4.9, None, 0),
    ],
)
def test_a_drawn_delay_matters_only_if_it_could_be_over(
    text: str, stamp: float | None, result: object, spare: int
) -> None:
    event = {"result": int(stamp is not None), "done": stamp is not None, "timestamp": stamp}
    bench = Bench(time=5.0, events={"E": event})
    bench.context.start()
    found = bench(text)
    assert result is None or found == result
    assert bench.context.unused_draws == spare
    assert bench.context.effects == 1  # it has drawn, so its result must not be kept


@pytest.mark.parametrize(
    ("operator", "delay", "event", "now", "expected"),
    [
        ("is-event-true-delay", 0, {"result": 1, "done": True}, 10.0, 0),  # strict (G6)
        ("is-event-true-delay", 0, {"result": 1, "done": True}, 10.001, "KNOWN_TRUE"),
        ("is-event-true-delay", 5, {"result": 1, "done": True}, 15.0, 0),
        ("is-event-true-delay", 3, {"result": 0, "done": True}, 13.0, 0),
        ("is-event-true-delay", 3, {"result": 0, "done": True}, 13.001, "KNOWN_FALSE"),
        ("is-event-false-delay", 3, {"result": 0, "done": True}, 13.001, "KNOWN_TRUE"),
        ("is-event-false-delay", 0, {"result": 0, "done": False}, 13.0, 0),  # H42
        ("is-event-true-delay", 50, {"result": 1, "done": False, "has_interval": True, "interval": 2}, 10.5, 1),  # H41
        ("is-event-true-msecs-delay", 250, {"result": 1, "done": True}, 10.25, 0),
        ("is-event-true-msecs-delay", 250, {"result": 1, "done": True}, 10.251, "KNOWN_TRUE"),
    ],
)
def test_event_delays(operator: str, delay: int, event: dict[str, object], now: float, expected: int | str) -> None:
    bench = Bench(time=now, events={"E": {"timestamp": 10.0, **event}})
    assert bench(f'( {operator} "e" {delay} )') == expected


def test_event_delay_counts_from_the_evaluation_under_fixed_chaining() -> None:
    event = {"result": 1, "done": False, "timestamp": 12.0, "has_interval": True, "interval": 2}
    bench = Bench(time=11, events={"E": event}, options={"fixed_chaining_to_repeat": True})
    assert bench('( is-event-true-delay "E" 1 )') == 0  # H40: the stamp is 12 s, less the interval 10 s
    assert bench('( is-event-true-delay "E" 1 )', time=11.001) == 1


def test_event_states() -> None:
    bench = Bench(events={"E": {"result": 0, "done": False}})
    assert bench('( is-event-false "E" )') == 1  # H.1
    assert bench('( is-event-true "Nowhere" )') == 0
    assert bench('( is-event-incomplete "E" )') == 1
    bench('( reset-event "E" )')
    assert bench('( is-event-incomplete "E" )', events={"E": {"done": True}}) == "KNOWN_FALSE"


def test_goal_outcomes_come_from_the_log() -> None:
    bench = Bench(time=5, log=[[1, "goal-failed", "G", ""], [2, "goal-satisfied", "g", ""]])
    assert bench('( is-goal-true-delay "G" 0 )') == "KNOWN_FALSE"  # F22
    assert bench('( is-goal-false-delay "G" 0 )') == "KNOWN_FALSE"
    assert bench('( is-goal-incomplete "G" )') == "KNOWN_FALSE"
    assert bench('( is-goal-incomplete "Other" )') == 1
