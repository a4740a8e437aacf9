"""The random generator: the same numbers in C and in Python, in any order of calls."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime import kernel
from sexp_runtime.kernel import MersenneTwister, plain_random

native = pytest.mark.skipif(kernel.LANGUAGE != "c", reason="there is no compiled kernel")
INT32 = st.integers(-(2**31), 2**31 - 1)
CALLS = st.one_of(
    st.tuples(st.just("state_hash")),
    st.tuples(st.sampled_from(("next32", "next31"))),
    st.tuples(st.just("skip"), st.integers(-1, 1500)),
    st.tuples(st.just("below"), st.integers(-2, 2**32)),
    st.tuples(st.just("between"), INT32, INT32),
    st.tuples(st.just("seed"), st.integers(-(2**40), 2**40)),
    st.tuples(st.just("reseed"), INT32 | st.sampled_from((-1, 0, 1, 2))),
)


class Heard:
    """Notes when a generator calls `before_draw`, and makes deferred draws then."""

    def __init__(self, generator: Any, deferred: int) -> None:
        self.generator, self.deferred = generator, deferred
        self.moments: list[int] = []

    def __call__(self) -> None:
        self.moments.append(self.generator.draws)
        self.generator.skip(self.deferred)


def result_of(generator: Any, name: str, *arguments: int) -> object:
    try:
        result = getattr(generator, name)(*arguments)
    except ValueError as error:
        return str(error)
    return None if name in ("skip", "seed", "reseed") else result


@native
@given(seed=st.integers(-5, 2**33), calls=st.lists(CALLS, max_size=40), deferred=st.none() | st.integers(0, 3))
def test_c_and_python_draw_the_same_numbers(seed: int, calls: list[tuple[Any, ...]], deferred: int | None) -> None:
    sides = [plain_random.MersenneTwister(seed), kernel.MersenneTwister(seed)]
    heard = [Heard(side, deferred or 0) for side in sides]
    if deferred is not None:
        for side, each in zip(sides, heard, strict=True):
            side.before_draw = each
    for call in calls:
        one, two = (result_of(side, *call) for side in sides)
        assert one == two, call
    one, two = ((side.state(), side.state_hash(), side.draws, side.seed_used) for side in sides)
    assert one == two
    assert heard[0].moments == heard[1].moments


def test_an_error_while_deferred_draws_are_made_is_raised_and_draws_nothing() -> None:
    generator = kernel.MersenneTwister(3)

    def fail() -> None:
        raise LookupError("deferred")

    generator.before_draw = fail
    for draw in (generator.next32, generator.next31, lambda: generator.below(5), lambda: generator.between(1, 2)):
        with pytest.raises(LookupError, match="deferred"):
            draw()
    assert generator.draws == 0


@pytest.mark.parametrize("call", [("below", 0), ("below", -3), ("between", 4, 3)])
def test_an_empty_range_is_refused(call: tuple[Any, ...]) -> None:
    name, *arguments = call
    generator = kernel.MersenneTwister()
    with pytest.raises(ValueError, match="a random number below"):
        getattr(generator, name)(*arguments)
    assert generator.draws == 0


def test_the_generator_is_mt19937_as_seeded_in_cpp() -> None:
    default = MersenneTwister()
    assert [default.next32() for _ in range(3)] == [3499211612, 581869302, 3890346734]
    for _ in range(9_996):
        default.next32()
    assert default.next32() == 4123659995  # the 10,000th output, which the C++ standard prescribes
    assert MersenneTwister().next31() == 3499211612 >> 1


def test_reseeding_follows_the_rand_operator() -> None:
    one, two = MersenneTwister(7), MersenneTwister(5489)
    one.reseed(0)
    assert one.state_hash() == MersenneTwister(7).state_hash()
    one.reseed(1)
    assert one.state_hash() == two.state_hash()
    assert [one.between(3, 9) for _ in range(50)] == [two.between(3, 9) for _ in range(50)]


@given(seed=st.integers(-5, 2**33), low=st.integers(-100, 100), size=st.integers(0, 100))
def test_draws_stay_in_their_range(seed: int, low: int, size: int) -> None:
    rng = MersenneTwister(seed)
    assert all(low <= rng.between(low, low + size) <= low + size for _ in range(20))
    assert rng.draws == 20


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
