"""Mission time, durations, events as operators see them, and random numbers (sections G and I, H.4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.kernel import MersenneTwister
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world.clock import NEVER
from support.sexp_bench import Bench


def test_the_generator_is_the_standard_one() -> None:
    generator = MersenneTwister()
    outputs = [generator.next32() for _ in range(10_000)]
    assert outputs[0] == 3499211612
    assert outputs[-1] == 4123659995  # the value the C++ standard demands of the 10000th output


def test_numbers_skipped_are_numbers_drawn() -> None:
    generator, other, told = MersenneTwister(7), MersenneTwister(7), []
    generator.before_draw = lambda: told.append(generator.draws)
    generator.skip(700)
    generator.skip(0)
    assert not told
    for _ in range(700):
        other.next31()
    assert generator.below(1000) == other.below(1000)
    assert generator.draws == other.draws == 701
    assert told == [700]


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
    assert bench.context.effects == 1  # a draw is a draw: nobody else may keep the result


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


class TestRandom:
    """rand and rand-multiple (I1-I6)."""

    def test_follows_the_generator(self) -> None:
        bench = Bench()
        expected = MersenneTwister()
        for _ in range(20):
            assert bench("( rand-multiple 3 9 )") == 3 + expected.next31() % 7

    def test_seed_makes_equal_numbers(self) -> None:
        bench = Bench()
        assert bench("( rand 1 1000 77 )") == bench("( rand 1 1000 77 )")
        assert Bench()("( rand 1 1000 77 )") == bench("( rand 1 1000 77 )")
        assert Bench()("( rand-multiple 1 1000 1 )") == 1 + MersenneTwister().next31() % 1000

    def test_one_draw_a_node(self) -> None:
        bench = Bench()
        text = "( rand 1 1000000 )"
        first = bench(text)
        assert [bench(text) for _ in range(5)] == [first] * 5
        assert bench.world.rng.draws == 1

    def test_a_flush_draws_again_from_the_last_number_up(self) -> None:
        bench = Bench()
        text = "( rand 1 1000000 )"
        last = 1
        for _ in range(10):
            number = bench(text)
            assert isinstance(number, int)
            assert last <= number <= 1000000  # I3
            last = number
            bench.formula(text).flush()
        assert bench.world.rng.draws == 10

    def test_expression_bound_is_computed_anew(self) -> None:
        bench = Bench()
        text = "( rand ( + 1 1 ) 3 )"
        numbers = set()
        for _ in range(40):
            numbers.add(bench(text))
            bench.formula(text).flush()
        assert numbers == {2, 3}

    def test_variable_bound_shows_through(self) -> None:
        bench = Bench(variables={"n": 5})
        assert bench("( rand @n[0] 5 )") == 5
        assert bench("( rand @n[0] 5 )", variables={"n": 1}) == 1  # I3

    def test_unusable_bounds_draw_nothing(self) -> None:
        bench = Bench()
        assert bench("( rand 9 3 )") == 9
        assert bench("( rand ( / 1 0 ) 3 )") == "NAN"
        assert bench("( rand-multiple 9 3 )") == 9
        assert bench.world.rng.draws == 0

    def test_seed_of_rand_multiple_is_replaced(self) -> None:
        one, two = Bench(), Bench()
        numbers = [[bench("( rand-multiple 1 1000000 5 )") for _ in range(5)] for bench in (one, two)]
        assert numbers[0] == numbers[1]  # I4
        assert len(set(numbers[0])) > 1

    def test_random_candidate_is_kept(self) -> None:
        bench = Bench(variables={"s": ""}, seed=3)
        text = '( when-argument ( random-of "A" "B" "C" ) ( true ) ( string-concatenate "@s[]" "<argument>" "@s[]" ) )'
        for _ in range(6):
            bench(text)
        assert len(set(bench.variable("s"))) == 1
        assert bench.world.rng.draws == 1

    def test_random_multiple_candidate_is_drawn_anew(self) -> None:
        bench = Bench(variables={"s": ""}, seed=3)
        text = text_of("random-multiple-of")
        for _ in range(12):
            bench(text)
        assert len(set(bench.variable("s"))) == 3


def text_of(provider: str) -> str:
    action = '( string-concatenate "@s[]" "<argument>" "@s[]" )'
    return f'( when-argument ( {provider} "A" "B" "C" ) ( true ) {action} )'


def test_wcs_random_of_without_valid_candidates() -> None:
    text = '( when-argument ( random-of "A" ) ( true ) ( invalidate-argument "A" ) )'
    fso, wcs = Bench(), Bench(Dialect.WCS)
    assert [fso(text), fso(text)] == [1, "KNOWN_FALSE"]
    assert [wcs(text), wcs(text)] == [1, 0]  # C25
