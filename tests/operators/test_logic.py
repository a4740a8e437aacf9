"""Logic, its known results, and comparisons with their look at older statuses (B30-B43, B10-B12)."""

from __future__ import annotations

import operator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.syntax.dialect import Dialect
from support.sexp_bench import Bench

SHIPS = {"Gone": {"status": "exited", "exit": "destroyed"}, "Later": {"status": "not-yet"}}
OPERANDS = {
    "T": "( = 1 1 )",
    "F": "( = 1 2 )",
    "KT": "( true )",
    "KF": "( false )",
    "NAN": "( / 1 0 )",
    "NANF": '( hits-left "Gone" )',
    "CANT": '( is-destroyed "Later" )',
}
SHORT = {"KNOWN_TRUE": "KT", "KNOWN_FALSE": "KF", 1: "T", 0: "F"}

# The combination tables of B.4, rows by the first argument, columns T F KT KF NAN NANF CANT.
AND = {
    "T": "T F T KF F KF F",
    "F": "F F F KF F KF F",
    "KT": "T F KT KF F KF F",
    "KF": "KF KF KF KF KF KF KF",
    "NAN": "F F F KF F KF F",
    "NANF": "KF KF KF KF KF KF KF",
    "CANT": "F F F KF F KF F",
}
OR = {
    "T": "T T KT T T T T",
    "F": "T F KT F F F F",
    "KT": "KT KT KT KT KT KT KT",
    "KF": "T F KT KF F F F",
    "NAN": "T F KT F F F F",
    "NANF": "T F KT F F F F",
    "CANT": "T F KT F F F F",
}


@pytest.mark.parametrize(("name", "table"), [("and", AND), ("or", OR)])
def test_combinations(name: str, table: dict[str, str]) -> None:
    for first, row in table.items():
        for second, expected in zip(OPERANDS, row.split(), strict=True):
            result = Bench(ships=SHIPS)(f"( {name} {OPERANDS[first]} {OPERANDS[second]} )")
            assert SHORT[result] == expected, (name, first, second)


@pytest.mark.parametrize(
    ("operand", "expected"),
    [("T", 0), ("F", 1), ("KT", "KNOWN_FALSE"), ("KF", "KNOWN_TRUE"), ("NAN", 1), ("NANF", "KNOWN_TRUE"), ("CANT", 1)],
)
def test_not(operand: str, expected: int | str) -> None:
    assert Bench(ships=SHIPS)(f"( not {OPERANDS[operand]} )") == expected  # B32


def test_not_in_wcs() -> None:
    assert Bench(Dialect.WCS, ships=SHIPS)(f"( not {OPERANDS['NANF']} )") == 1
    assert Bench(Dialect.WCS, ships=SHIPS)(f"( and {OPERANDS['NANF']} {OPERANDS['T']} )") == 0


def test_only_exactly_one_is_true() -> None:
    assert Bench()("( and ( + 1 1 ) ( true ) )") == 0  # B4
    assert Bench()("( not ( + 1 1 ) )") == 1
    assert Bench()("( or ( + 1 1 ) ( false ) )") == 0


def test_xor_counts_all_arguments() -> None:
    for operands in product(OPERANDS, repeat=3):
        result = Bench(ships=SHIPS)(f"( xor {' '.join(OPERANDS[operand] for operand in operands)} )")
        true = sum(operand in ("T", "KT") for operand in operands)
        known = all(operand in ("KT", "KF", "NANF") for operand in operands)
        expected = ("KT" if true == 1 else "KF") if known else ("T" if true == 1 else "F")
        assert SHORT[result] == expected, operands  # B33


def test_numbers_in_first_place() -> None:
    assert Bench()("( or 1 ( false ) )") == "KNOWN_FALSE"  # B35
    assert Bench()("( and 0 ( true ) )") == "KNOWN_TRUE"
    assert Bench()("( and ( true ) 2 )") == 0
    assert Bench()("( and 2 ( = 1 1 ) )") == 1
    assert Bench()("( not 2 )") == 0
    assert Bench()("( xor 1 ( false ) )") == "KNOWN_FALSE"  # the number is not counted
    assert Bench()("( xor 1 ( = 1 2 ) )") == 1


def test_known_results_are_trapped() -> None:
    bench = Bench(variables={"n": 0})
    text = "( or ( and ( = @n[0] 1 ) ( true ) ) ( not ( has-time-elapsed 5 ) ) )"
    assert bench(text) == 1
    assert bench(text, time=5) == 0
    bench = Bench(events={"E": {"result": 1, "done": True}})
    assert bench('( not ( is-event-true "E" ) )') == "KNOWN_FALSE"
    bench("( true )", events={"E": {"result": 0, "done": False}})
    assert bench('( not ( is-event-true "E" ) )') == "KNOWN_FALSE"  # B11, D1


def test_wcs_does_not_trap_what_is_no_number_for_ever() -> None:
    facts = {"Gone": {"status": "present", "hull": 40}}
    fso, wcs = (Bench(dialect, ships=SHIPS) for dialect in (Dialect.FSO, Dialect.WCS))
    for bench in (fso, wcs):
        assert bench('( hits-left "Gone" )') == "NAN_FOREVER"
    assert fso('( hits-left "Gone" )', ships=facts) == "NAN_FOREVER"
    assert wcs('( hits-left "Gone" )', ships=facts) == 40


class TestSequence:
    """and-in-sequence (B34)."""

    TEXT = "( and-in-sequence ( = @a[0] 1 ) ( = @b[0] 1 ) )"

    def test_in_order(self) -> None:
        bench = Bench(variables={"a": 0, "b": 0})
        assert bench(self.TEXT) == 0
        assert bench(self.TEXT, variables={"a": 1}) == 0
        assert bench(self.TEXT, variables={"a": 0}) == 0
        assert bench(self.TEXT, variables={"b": 1}) == 1
        assert bench(self.TEXT) == "KNOWN_TRUE"

    def test_out_of_order(self) -> None:
        bench = Bench(variables={"a": 0, "b": 1})
        assert bench(self.TEXT) == "KNOWN_FALSE"

    def test_no_memory_under_every_time(self) -> None:
        bench = Bench(variables={"a": 1, "b": 0, "n": 0})
        text = f"( every-time {self.TEXT} ( modify-variable @n[0] 1 ) )"
        bench(text)
        bench(text, variables={"a": 0, "b": 1})
        assert bench.variable("n") == "0"


TESTS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@given(st.sampled_from(sorted(TESTS)), st.lists(st.integers(-3, 3), min_size=2, max_size=5))
def test_comparisons_are_with_the_first(name: str, numbers: list[int]) -> None:
    expected = all(TESTS[name](numbers[0], other) for other in numbers[1:])
    assert Bench()(f"( {name} {' '.join(map(str, numbers))} )") == int(expected)


def test_no_number_in_first_place_is_seen_at_once() -> None:
    bench = Bench(ships=SHIPS)
    assert bench('( < ( hits-left "Later" ) 50 )') == 0
    assert bench('( < ( hits-left "Gone" ) 50 )') == "KNOWN_FALSE"


def test_no_number_elsewhere_is_seen_one_pass_late_and_stays() -> None:
    bench = Bench(ships=SHIPS)
    text = '( > 1000 ( hits-left "Later" ) )'
    assert bench(text) == 1  # B41
    assert bench(text) == 0
    assert bench(text, ships={"Later": {"status": "present", "hull": 50}}) == 0
    bench.formula(text).flush()
    assert bench(text) == 1


def test_status_of_the_argument_after_next_is_looked_at() -> None:
    bench = Bench(ships=SHIPS)
    text = '( < 1 ( + 1 1 ) ( - 3 ( * 0 ( hits-left "Gone" ) ) ) )'
    assert bench(text) == 0  # the third argument is no number and so counts as 0
    assert bench(text) == "KNOWN_FALSE"  # step 4b of B40


def test_comparison_stops_at_the_first_failure() -> None:
    bench = Bench(variables={"n": 0})
    second = "( nan-to-number ( functional-if-then-else ( perform-actions-bool-first ( true ) "
    second += "( modify-variable @n[0] 1 ) ) 1 2 ) )"
    assert bench(f"( < 2 1 {second} )") == 0
    assert bench.variable("n") == "0"  # B42
