"""Events and goals in the original's order (F1-F25)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.mission.model import EventDef, GoalDef
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.registry import MEANINGS, OperatorMeaning
from sexp_runtime.rules.formula import Formula, InterpretedFormula, interpreted
from sexp_runtime.rules.manager import MissionEventManager, is_elapsed, stamp_after
from sexp_runtime.rules.naive import NaiveEventManager
from sexp_runtime.syntax import SexpExpression
from sexp_runtime.values import Raw
from sexp_runtime.world.clock import STAMP_IMMEDIATE, STAMP_NEVER
from support.sexp_bench import Bench


class Run:
    """A mission of a few events and goals, played frame by frame; times in seconds."""

    def __init__(
        self,
        events: list[dict[str, Any]],
        goals: Sequence[dict[str, Any]] = (),
        *,
        training: bool = False,
        **given: Any,
    ) -> None:
        self.bench = Bench(mission_events=events, **given)
        self.world = self.bench.world
        self.bench.setup.add_mission_events(events, self.bench._parse)
        for row in goals:
            definition = GoalDef(name=row["name"], formula=self.bench._parse(row["formula"]))
            self.world.add_goal(
                row["name"], definition=definition, invalid=row.get("invalid", False), score=row.get("score", 0)
            )
        self.requests: list[tuple[float, str]] = []
        self.now = 0.0
        self.manager = NaiveEventManager(self.world, self.bench.context, training=training, on_request=self._requested)

    def _requested(self, kind: str, index: int) -> None:
        row = self.world.events[index] if kind == "event" else self.world.goals[index]
        self.requests.append((self.now, row.name))

    def at(self, *times: float, **step: Any) -> None:
        """Play frames at these times; the step's facts change before the first."""
        for time in times:
            self.now = time
            self.bench.setup.advance(time)
            self.bench.setup.apply(step)
            step = {}
            self.manager.frame()

    def times(self, name: str) -> list[float]:
        """Return when the formula of that event or goal was requested."""
        return [time for time, asked in self.requests if asked == name]


def seconds(last: float, step: float = 0.5) -> list[float]:
    return [number * step for number in range(round(last / step) + 1)]


def when(condition: str, action: str = "( do-nothing )") -> str:
    return f"( when {condition} {action} )"


def test_plain_event_ends_at_its_first_success() -> None:
    run = Run([{"name": "E", "formula": when("( has-time-elapsed 2 )")}])
    run.at(*seconds(4))
    assert run.times("E") == [0, 0.5, 1.0, 1.5, 2.0]
    event = run.world.events[0]
    assert (event.result, event.done, event.timestamp) == (1, True, 12_000)  # F7, F12


def test_known_false_fails_at_once() -> None:
    run = Run([{"name": "E", "formula": when("( false )"), "repeat": 5}])
    run.at(*seconds(2))
    event = run.world.events[0]
    assert run.times("E") == [0]
    assert (event.result, event.done, event.repeat, event.satisfied_time) == (0, True, 0, 10_000)  # F4


def test_repeats_count_evaluations_from_the_first_success() -> None:
    run = Run([{"name": "E", "formula": when("( = @n[0] 1 )"), "repeat": 3, "interval": 1}], variables={"n": 0})
    run.at(0, 0.5)
    run.at(1.0, variables={"n": 1})
    run.at(1.5, 2.0, 2.5, 3.0, 3.5, 4.0, variables={"n": 0})
    assert run.times("E") == [0, 0.5, 1.0, 2.0, 3.0]  # F10
    assert run.world.events[0].result == 0


def test_trigger_count_waits_for_each_success() -> None:
    event = {"name": "E", "formula": when("( = @n[0] 1 )"), "trigger": 2, "interval": 2}
    run = Run([event], variables={"n": 0})
    run.at(0, 1)
    run.at(2, variables={"n": 1})
    run.at(3, 4, 5, variables={"n": 0})
    run.at(6, variables={"n": 1})
    run.at(7, 8, 9)
    assert run.times("E") == [0, 1, 2, 4, 5, 6]
    assert run.world.events[0].done


def test_intervals_of_nothing_and_less() -> None:
    assert stamp_after(10_500, 0) == STAMP_IMMEDIATE  # F9
    assert stamp_after(10_500, -1) == STAMP_NEVER
    assert is_elapsed(STAMP_IMMEDIATE, 10_000)
    assert not is_elapsed(STAMP_NEVER, 10**9)
    assert not is_elapsed(None, 10**9)
    run = Run([{"name": "E", "formula": when("( true )"), "repeat": -1, "interval": -1}])
    run.at(*seconds(3))
    assert run.times("E") == [0]


def test_repeat_pass_goes_before_goals_and_first_time_events() -> None:
    run = Run(
        [
            {"name": "First", "formula": when("( has-time-elapsed 1 )")},
            {"name": "Again", "formula": when("( true )"), "repeat": 9, "interval": 1},
        ],
        [{"name": "G", "formula": '( is-event-true "First" )'}],
    )
    run.at(0, 1)
    assert [name for _, name in run.requests] == ["G", "First", "Again", "Again", "G", "First"]  # F1
    run.at(1.5)
    assert run.world.goals[0].status == "complete"  # F21


def test_goals_log_and_score() -> None:
    run = Run(
        [],
        [
            {"name": "Won", "formula": "( true )", "score": 50},
            {"name": "Lost", "formula": "( false )"},
            {"name": "Void", "formula": "( false )", "invalid": True},
            {"name": "Open", "formula": "( = 1 2 )"},
        ],
    )
    run.at(2.5)
    log = [(entry.kind, entry.name) for entry in run.world.log.entries]
    assert log == [("goal-satisfied", "Won"), ("goal-failed", "Lost")]  # F24
    assert run.world.player.score == 50
    run.manager.end_mission()
    assert [goal.status for goal in run.world.goals] == ["complete", "failed", "failed", "failed"]  # F25
    assert ("goal-failed", "Void") in [(entry.kind, entry.name) for entry in run.world.log.entries]


def test_training_missions_look_twice_a_second() -> None:
    run = Run(
        [{"name": "E", "formula": when("( = 1 2 )")}, {"name": "R", "formula": when("( true )"), "repeat": -1}],
        [{"name": "G", "formula": "( = 1 2 )"}],
        training=True,
    )
    run.at(*[number / 10 for number in range(16)])
    assert run.times("E") == run.times("G") == [0, 0.5, 1.0, 1.5]
    assert run.times("R") == [0, 1.0]


class TestChains:
    """Events that wait for their neighbours (F2)."""

    def test_waits_for_the_delay(self) -> None:
        run = Run(
            [
                {"name": "A", "formula": when("( has-time-elapsed 1 )")},
                {"name": "B", "formula": when("( true )"), "chained": 2},
            ]
        )
        run.at(*seconds(4))
        assert run.times("B") == [3.0]

    def test_repeating_neighbour_is_not_waited_for(self) -> None:
        events = [
            {"name": "A", "formula": when("( has-time-elapsed 1 )"), "repeat": -1, "interval": 5},
            {"name": "B", "formula": when("( = 1 2 )"), "chained": 2},
        ]
        run = Run(events)
        run.at(*seconds(4))
        assert run.times("B") == seconds(4)[2:]
        run = Run(events, options={"fixed_chaining_to_repeat": True})
        run.at(*seconds(4))
        assert run.times("B") == [3.0, 3.5, 4.0]
        run = Run(events, options={"alternate_chaining": True})
        run.at(*seconds(4))
        assert run.times("B") == [3.0, 3.5, 4.0]

    def test_stops_when_the_next_has_come_true(self) -> None:
        events = [
            {"name": "A", "formula": when("( true )")},
            {"name": "B", "formula": when("( has-time-elapsed 9 )"), "chained": 0},
            {"name": "C", "formula": when("( true )"), "chained": 0},
        ]
        run = Run(events)
        run.world.events[2].result = 1
        run.at(0, 1, 2)
        assert run.times("B") == []

    def test_bypassed_event_goes_on_with_its_old_result(self) -> None:
        events = [
            {"name": "A", "formula": when("( true )"), "repeat": 2, "interval": 1},
            {"name": "B", "formula": when("( true )"), "chained": 0, "repeat": 3, "interval": 1},
            {"name": "Reset", "formula": when("( has-time-elapsed 1 )", '( reset-event "A" )')},
        ]
        run = Run(events)
        run.at(*seconds(4))
        assert run.world.events[1].done  # F8


def test_reset_gives_another_turn_but_no_counts_back() -> None:
    run = Run(
        [
            {"name": "E", "formula": when("( = @n[0] 1 )", "( modify-variable @m[0] ( + @m[0] 1 ) )"), "repeat": 2},
            {"name": "R", "formula": when("( has-time-elapsed 3 )", '( reset-event "E" )')},
        ],
        variables={"n": 1, "m": 0},
    )
    run.at(*seconds(6))
    assert run.bench.variable("m") == "3"  # D5: after the reset the used-up count ends it at its next success
    assert run.world.events[0].done


def test_end_of_mission_by_an_action() -> None:
    run = Run(
        [
            {"name": "E", "formula": when("( has-time-elapsed 1 )", "( end-mission )")},
            {"name": "F", "formula": "( = 1 2 )"},
        ]
    )
    run.at(0, 1, 2)
    assert run.manager.ended
    assert run.times("F") == [0, 1]
    assert [(event.result, event.done) for event in run.world.events] == [(1, True), (0, True)]
    record = run.manager.record()
    assert record.events == {"e": "satisfied", "f": "failed"}


def test_delays_of_events_count_until_the_mission_has_been_settled() -> None:
    events = [
        {"name": "E", "formula": when("( has-time-elapsed 1 )", "( end-mission )")},
        {"name": "F", "formula": when('( is-event-true-delay "E" 5 )')},
    ]
    run = Run(events)
    run.at(0, 1)
    assert run.world.events[1].result == 0  # the end comes after the frame
    assert run.bench('( is-event-true-delay "E" 5 )') == "KNOWN_TRUE"  # H41, as debriefing formulas see it


def test_skipping_wins_everything() -> None:
    run = Run(
        [{"name": "E", "formula": "( on-mission-skip ( modify-variable @n[0] 5 ) )"}],
        [{"name": "G", "formula": "( = 1 2 )"}],
        variables={"n": 0},
        campaign=True,
    )
    run.at(0, 1)
    run.manager.skip_mission()
    assert run.bench.variable("n") == "5"
    assert run.world.events[0].result == 1
    assert run.world.goals[0].status == "complete"


def test_an_exception_does_not_remove_the_event(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def shaky(ctx: EvaluationContext, node: object) -> Raw:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise RuntimeError("the game was not ready")
        return 1

    monkeypatch.setitem(MEANINGS, "get-fov", OperatorMeaning("get-fov", shaky))
    run = Run([{"name": "E", "formula": when("( = ( get-fov ) 1 )")}, {"name": "F", "formula": when("( true )")}])
    run.at(0, 1, 2, 3)
    assert run.times("E") == [0, 1, 2]
    assert run.world.events[0].result == run.world.events[1].result == 1
    assert run.manager.counters.errors == 2
    assert len([warning for warning in run.bench.context.warnings if "not ready" in warning]) == 1


class _Watcher:
    def __init__(self) -> None:
        self.seen: list[tuple[str, int, int]] = []

    def formula(self, kind: str, index: int, nanoseconds: int, value: int, cause: object) -> None:
        assert nanoseconds >= 0
        self.seen.append((kind, index, value))


def test_profiler_sees_each_evaluation() -> None:
    run = Run([{"name": "E", "formula": when("( true )")}], [{"name": "G", "formula": "( = 1 2 )"}])
    watcher = _Watcher()
    run.manager.profiler = watcher
    run.at(0)
    assert watcher.seen == [("goal", 0, 0), ("event", 0, 1)]
    assert run.manager.counters.evaluations == run.manager.counters.requests == 2


def test_formula_count_must_fit() -> None:
    bench = Bench()
    bench.world.add_event("E")
    with pytest.raises(ValueError, match="one formula"):
        MissionEventManager(bench.world, bench.context, [], [])


def test_absent_formula_is_never_true() -> None:
    bench = Bench()
    formula = interpreted(None, bench.context, "event")
    assert formula.evaluate() == 0


def test_only_visible_changes_touch_the_event() -> None:
    run = Run([{"name": "E", "formula": when("( has-time-elapsed 2 )")}])
    touched: list[object] = []
    run.world.facts.observer = touched.append
    run.at(0, 0.5, 1.0)
    assert ("event", "e") not in touched
    run.at(2.0)
    assert touched.count(("event", "e")) == 1


FORMULAS = st.sampled_from(
    [
        "( = @n[0] 1 )",
        "( true )",
        "( false )",
        "( has-time-elapsed 2 )",
        '( is-event-true "E0" )',
        '( is-event-true "E1" )',
    ]
)
EVENTS = st.builds(
    lambda condition, repeat, trigger, interval, chained: {
        "formula": when(condition),
        "repeat": repeat,
        "trigger": trigger,
        "interval": interval,
        "chained": chained,
    },
    FORMULAS,
    st.sampled_from([1, 1, 2, 3, -1]),
    st.sampled_from([1, 1, 2, -1]),
    st.sampled_from([0, 1, 1, 2]),
    st.sampled_from([-1, -1, 0, 1]),
)


@given(st.lists(EVENTS, min_size=1, max_size=4), st.lists(st.integers(0, 1), min_size=12, max_size=12))
def test_what_always_holds(events: list[dict[str, Any]], inputs: list[int]) -> None:
    rows = [{**row, "name": f"E{index}"} for index, row in enumerate(events)]
    run = Run(rows, variables={"n": 0})
    finished: set[str] = set()
    for frame, value in enumerate(inputs):
        before = len(run.requests)
        run.at(frame * 0.5, variables={"n": value})
        asked = [name for _, name in run.requests[before:]]
        assert len(asked) == len(set(asked))  # at most once a frame each
        assert not finished & set(asked)  # D9
        for event in run.world.events:
            if event.done:
                finished.add(event.name)
                assert event.repeat == 0
                assert not event.has_interval
            assert (event.satisfied_time is None) <= (event.result == 0)
            definition = event.definition
            assert isinstance(definition, EventDef)
            if definition.chained < 0 and event.timestamp is None and not event.done:
                assert event.name in asked
            if event.timestamp is not None and event.timestamp > STAMP_IMMEDIATE:
                assert event.timestamp <= run.world.clock.event_ms + event.interval_ms


def test_formula_factory_is_used() -> None:
    bench = Bench(mission_events=[])
    bench.setup.add_mission_events([{"name": "E", "formula": "( true )"}], bench._parse)
    made: list[str] = []

    def make(expression: SexpExpression | None, context: EvaluationContext, owner: str) -> Formula:
        made.append(owner)
        assert expression is not None
        return InterpretedFormula(expression, context, owner)

    NaiveEventManager(bench.world, bench.context, make)
    assert made == ['event "E"']
