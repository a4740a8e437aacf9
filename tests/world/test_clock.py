"""The mission clock: readings in fixed point, and the first moments of each (G1, G2, F8b)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.world import clock as clocks
from sexp_runtime.world.clock import Clock

_moments = st.integers(0, 40_000_000_000)


@pytest.mark.parametrize(
    ("us", "seconds", "msecs"),
    [(0, 0, 0), (999_999, 0, 999), (1_100_000, 1, 1099), (7_990_000, 7, 7989), (1_500_000, 1, 1500)],
)
def test_the_clock_reads_time_in_fixed_point(us: int, seconds: int, msecs: int) -> None:
    clock = Clock(us)
    assert (clock.seconds, clock.msecs, clock.event_ms) == (seconds, msecs, 10_000 + us // 1000)


@given(us=_moments)
def test_due_moments_are_the_first_at_which_a_reading_is_reached(us: int) -> None:
    clock = Clock(us)
    for first, reading in (
        (clocks.us_of_fix(clock.fix), "fix"),
        (clocks.us_of_msecs(clock.msecs), "msecs"),
        (clocks.us_of_event_ms(clock.event_ms), "event_ms"),
    ):
        assert 0 <= first <= us
        assert getattr(Clock(first), reading) == getattr(clock, reading)
        if first:
            assert getattr(Clock(first - 1), reading) < getattr(clock, reading)


def test_time_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Clock().advance_to(-1)
