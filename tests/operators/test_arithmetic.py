"""Arithmetic, bits and numbers that are none (B1-B27, B60)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import INT_MAX, INT_MIN
from support.sexp_bench import Bench

NANF = '( hits-left "Gone" )'
NAN = "( / 1 0 )"
SHIPS = {"Gone": {"status": "exited", "exit": "destroyed"}}
NUMBERS = st.integers(INT_MIN, INT_MAX) | st.integers(-50, 50) | st.sampled_from([INT_MIN, INT_MAX, INT_MIN + 18])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("( / -7 2 )", -3),  # B21
        ("( mod -7 3 )", -1),
        ("( mod 7 -3 )", 1),
        ("( / 12 2 0 )", "NAN"),
        ("( mod 12 0 )", "NAN"),
        ("( / 0 5 )", 0),
        (f"( + {NANF} {NAN} )", "NAN_FOREVER"),  # B20
        (f"( + {NAN} {NANF} )", "NAN"),
        (f"( set-bit {NANF} {NAN} )", "NAN"),  # B15
        ("( + 2147483647 1 )", INT_MIN),  # B1
        ("( * 65536 65536 )", 0),
        ("( abs -2147483648 )", INT_MIN),  # B22
        ("( avg 1 2 )", 2),
        ("( avg -1 -2 )", -1),
        ("( avg -3 )", -3),
        ("( avg 1 1 2 )", 1),
        ("( signum -9 )", -1),
        (f"( max 3 {NAN} )", "NAN"),
        ("( pow 2 -1 )", 1),  # B23, B60
        ("( pow 0 0 )", "NAN"),
        ("( pow 0 9 )", 0),
        ("( pow -2 31 )", INT_MIN),
        ("( pow -3 99 )", INT_MIN),
        ("( pow -3 98 )", INT_MAX),
        ("( pow -1 4000000 )", 1),
        (f"( is-nan {NAN} )", 1),  # B24
        (f"( is-nan {NANF} )", "KNOWN_TRUE"),
        ("( is-nan ( true ) )", "KNOWN_FALSE"),
        ("( is-nan 5 )", "KNOWN_FALSE"),
        ("( is-nan ( + 1 1 ) )", 0),
        (f"( nan-to-number {NANF} )", 0),
        ("( set-bit 0 31 )", INT_MIN),  # B25
        ("( set-bit 5 32 )", 5),
        ("( unset-bit 7 1 )", 5),
        ("( is-bit-set 4 2 )", 1),
        ("( is-bit-set 4 40 )", 0),
        (f"( is-bit-set {NAN} 1 )", 0),
        (f"( is-bit-set {NANF} 1 )", "KNOWN_FALSE"),
        ("( bitwise-not 0 )", INT_MAX),  # B26
        ("( bitwise-not 5 )", 2147483642),
        ("( bitwise-not 2147483647 )", 0),
        ("( bitwise-and ( - 0 1 ) 7 )", 0),  # B60
        ("( bitwise-xor 12 10 )", 6),
        ("( angle-vectors 1 0 0 2 0 0 )", 57),  # B27
        ("( angle-vectors 1 0 0 0 3 0 )", 0),
        ("( angle-vectors 1 0 0 -2 0 0 )", -57),
        ("( angle-vectors 0 0 0 1 0 0 )", "NAN"),
        (f"( angle-vectors {NAN} 0 0 {NANF} 0 0 )", "NAN_FOREVER"),
        ("( + @n[0] 1 )", 8),  # B13
    ],
)
def test_results(text: str, expected: int | str) -> None:
    assert Bench(ships=SHIPS, variables={"n": 7})(text) == expected


def test_special_codes_pass_a_non_negative_position() -> None:
    assert Bench(variables={"n": INT_MIN})("( bitwise-or @n[0] 3 )") == -2147483645  # B60
    assert Bench(variables={"n": INT_MIN + 18})("( bitwise-or @n[0] 3 )") == 3


def test_wcs_negates_in_non_negative_positions() -> None:
    bench = Bench(Dialect.WCS, variables={"n": -2}, time=1)
    assert bench("( has-time-elapsed @n[0] )") == 0
    assert bench("( has-time-elapsed @n[0] )", time=2) == "KNOWN_TRUE"


def test_wcs_ignores_no_numbers_in_min_and_max() -> None:
    bench = Bench(Dialect.WCS, ships=SHIPS)
    assert bench(f"( max -3 {NANF} )") == 0  # K
    assert bench(f"( * 3 {NANF} )") == 0
    assert bench(f"( + 3 {NANF} )") == "NAN_FOREVER"


def wrapped(value: int) -> int:
    return (value - INT_MIN) % 2**32 + INT_MIN


@given(st.sampled_from("+-*"), st.lists(NUMBERS, min_size=2, max_size=5))
def test_sums_and_products_wrap(sign: str, numbers: list[int]) -> None:
    total = numbers[0]
    for number in numbers[1:]:
        total = {"+": total + number, "-": total - number, "*": total * number}[sign]
        total = wrapped(total)
    assert Bench()(f"( {sign} {' '.join(map(str, numbers))} )") == total


@given(NUMBERS, NUMBERS.filter(lambda number: number != 0))
def test_division_truncates(dividend: int, divisor: int) -> None:
    quotient = abs(dividend) // abs(divisor) * (1 if (dividend < 0) == (divisor < 0) else -1)
    assert Bench()(f"( / {dividend} {divisor} )") == wrapped(quotient)
    assert Bench()(f"( mod {dividend} {divisor} )") == int(math.fmod(dividend, divisor))


@given(st.lists(st.integers(-(2**20), 2**20), min_size=1, max_size=6))
def test_extremes_and_mean(numbers: list[int]) -> None:
    bench = Bench()
    text = " ".join(map(str, numbers))
    assert bench(f"( min {text} )") == min(numbers)
    assert bench(f"( max {text} )") == max(numbers)
    assert bench(f"( avg {text} )") == math.floor(sum(numbers) / len(numbers) + 0.5)


@given(st.lists(st.integers(0, INT_MAX), min_size=2, max_size=4), st.integers(-3, 40))
def test_bits(numbers: list[int], bit: int) -> None:
    bench = Bench()
    text = " ".join(map(str, numbers))
    all_of, any_of = numbers[0], numbers[0]
    for number in numbers[1:]:
        all_of &= number
        any_of |= number
    assert bench(f"( bitwise-and {text} )") == all_of
    assert bench(f"( bitwise-or {text} )") == any_of
    place = max(bit, 0)
    expected = wrapped(numbers[0] | 1 << place) if place < 32 else numbers[0]
    assert bench(f"( set-bit {numbers[0]} {bit} )") == expected
