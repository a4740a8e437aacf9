"""Mission time and durations (section G)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.world.clock import NEVER
from support.sexp_bench import Bench


def test_readings_of_the_clock() -> None:
    bench = Bench(time=1.1)
    assert bench("( mission-time )") == 1
    assert bench("( mission-time-msecs )") == 1099  # G2
    assert bench("( has-time-elapsed -4 )") == "KNOWN_TRUE"  # G3
    assert bench("( has-time-elapsed-msecs 1100 )") == 0
    assert bench("( has-time-elapsed-msecs 1099 )") == "KNOWN_TRUE"


TIMED = [
    "( mission-time )",
    "( mission-time-msecs )",
    "( has-time-elapsed 3 )",
    "( has-time-elapsed-msecs 2750 )",
    '( is-event-true-delay "Done" 1 )',
    '( is-event-false-msecs-delay "Done" 250 )',
    '( is-goal-true-delay "G" 2 )',
]


@given(st.sampled_from(TIMED), st.integers(0, 6_000_000), st.integers(1, 1_500_000))
def test_nothing_changes_before_it_is_due(text: str, start_us: int, span_us: int) -> None:
    given = {
        "events": {"Done": {"result": 1, "done": True, "timestamp": 2.0005}},
        "log": [[0.5, "goal-satisfied", "G", ""]],
    }
    bench = Bench(time=start_us / 1e6, **given)
    bench.context.due = NEVER
    first = bench(text)
    due = bench.context.due
    later = start_us + span_us
    fresh = Bench(time=later / 1e6, **given)(text)
    if later < due:
        assert fresh == first
    elif later == due:
        assert fresh != first
    if start_us < due < NEVER:
        assert Bench(time=(due - 1) / 1e6, **given)(text) == first
        assert Bench(time=due / 1e6, **given)(text) != first


class TestDuration:
    """is-true-for-duration (G20)."""

    TEXT = "( is-true-for-duration 1500 ( = @n[0] 1 ) )"

    def test_counts_from_the_last_false_evaluation(self) -> None:
        bench = Bench(variables={"n": 0})
        assert bench(self.TEXT) == 0
        assert bench(self.TEXT, time=10.0) == 0
        assert bench(self.TEXT, time=11.0, variables={"n": 1}) == 0
        assert bench(self.TEXT, time=11.499) == 0
        assert bench(self.TEXT, time=11.5) == 1
        assert bench(self.TEXT, time=11.6, variables={"n": 0}) == 0

    def test_zero_is_true_at_once(self) -> None:
        assert Bench()("( is-true-for-duration 0 ( true ) )") == 1

    def test_due_when_it_comes_true(self) -> None:
        bench = Bench(variables={"n": 1}, time=2)
        assert bench(self.TEXT) == 0
        due = bench.context.due
        assert bench(self.TEXT, time=(due - 1) / 1e6) == 0
        assert bench(self.TEXT, time=due / 1e6) == 1

    def test_a_flush_drops_the_clock(self) -> None:
        bench = Bench(variables={"n": 1, "m": 0})
        text = f"( every-time {self.TEXT} ( modify-variable @m[0] 1 ) )"
        for second in range(5):
            bench(text, time=second)
        assert bench.variable("m") == "0"
