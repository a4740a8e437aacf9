"""Operators that change and read variables (J1-J9, A18, A33)."""

from __future__ import annotations

import pytest

from sexp_runtime.operators.variables import is_integer_text
from support.sexp_bench import Bench


@pytest.mark.parametrize(
    ("text", "answer"),
    [("", True), ("-", True), ("+", True), ("12", True), ("-12", True), ("1-2", False), ("a", False)],
)
def test_construable_as_integer(text: str, answer: bool) -> None:
    assert is_integer_text(text) is answer  # A18


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('( modify-variable @n[0] "12abc" )', {"n": "12"}),  # J2
        ("( modify-variable @n[0] ( / 1 0 ) )", {"n": "0"}),
        ("( modify-variable @n[0] ( true ) )", {"n": "1"}),
        ('( modify-variable "@s[]" ( + 1 1 ) )', {"s": ""}),
        ('( modify-variable "@s[]" "@n[]" )', {"s": "7"}),
        ('( modify-variable "@s[]" "$who says $n" )', {"s": "tom says 7"}),  # J3, A23
        ('( modify-variable "@s[]" "$whom" )', {"s": "tomm"}),
        ('( modify-variable "@s[]" "next: &L&Get_First&" )', {"s": "next: a"}),  # A33
        ('( modify-variable "@s[]" "&M&k&+&L&At 1&" )', {"s": "v+b"}),
        ("( int-to-string 5 @n[0] )", {"n": "7"}),  # J4, J9
        ('( int-to-string ( / 1 0 ) "@s[]" )', {"s": "NaN"}),
        ('( string-concatenate-block "@s[]" "a" "b" "c" )', {"s": "abc"}),  # J5
        ('( string-get-substring "hello" -4 2 "@s[]" )', {"s": "he"}),  # J6, B60
        ('( string-get-substring "hello" ( / 1 0 ) 2 "@s[]" )', {"s": ""}),
        ('( string-set-substring "hello" 3 9 "p" "@s[]" )', {"s": "help"}),
        ('( string-set-substring "hello" ( / 1 0 ) 9 "p" "@s[]" )', {"s": "old"}),
        ('( modify-variable-xstr "@s[]" "yes" 5 )', {"s": "yes"}),  # J7
        ("( set-variable-by-index 0 -3 )", {"n": "-3"}),  # J8
        ("( set-variable-by-index -5 -3 )", {"n": "-3"}),
        ("( set-variable-by-index ( / 1 0 ) -3 )", {"n": "7"}),
        ("( set-variable-by-index 0 ( / 1 0 ) )", {"n": "NaN"}),
        ('( set-variable-by-index 1 "text" )', {"s": "text"}),
        ("( set-variable-by-index 900 1 )", {"n": "7"}),
        ("( copy-variable-between-indexes 1 2 )", {"who": "old"}),
        ("( copy-variable-between-indexes 0 2 )", {"who": "tom"}),
        ("( copy-variable-between-indexes 40 2 )", {"who": ""}),
    ],
)
def test_variables(text: str, expected: dict[str, str]) -> None:
    containers = {"L": {"list": ["a", "b"]}, "M": {"map": {"k": "v"}}}
    bench = Bench(variables={"n": 7, "s": "old", "who": "tom"}, containers=containers)
    assert bench(text) == 1
    for name, value in expected.items():
        assert bench.variable(name) == value


def test_reading_by_index() -> None:
    bench = Bench(variables={"n": 7, "s": "5"})
    assert bench("( get-variable-by-index 0 )") == 7
    assert bench("( get-variable-by-index 1 )") == "NAN_FOREVER"
    assert bench("( get-variable-by-index 2 )") == 0
    assert bench("( get-variable-by-index 999 )") == 0
    assert bench("( get-variable-by-index ( / 1 0 ) )") == "NAN"


def test_writing_an_unset_slot_makes_a_variable() -> None:
    bench = Bench(variables={"n": 7})
    bench('( set-variable-by-index 9 "some text" )')
    assert bench("( get-variable-by-index 9 )") == "NAN_FOREVER"
    bench('( set-variable-by-index 10 "-" )')
    assert bench("( get-variable-by-index 10 )") == 0
    bench("( set-variable-by-index 11 ( + 2 2 ) )")
    assert bench("( get-variable-by-index 11 )") == 4


def test_cut_to_31_bytes_of_whole_characters() -> None:
    bench = Bench(variables={"s": "", "a": "0123456789012345678901234567é"})
    bench('( string-concatenate "@a[]" "xéz" "@s[]" )')
    assert bench.variable("s") == "0123456789012345678901234567éx"
    assert len(bench.variable("s").encode()) == 31
