"""Random numbers: drawn once per node or at every evaluation (section I)."""

from __future__ import annotations

from sexp_runtime.kernel import MersenneTwister
from sexp_runtime.syntax.dialect import Dialect
from support.sexp_bench import Bench


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
