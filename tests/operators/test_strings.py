"""Text operators: comparison, conversion and length (B45-B48)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.operators.strings import digits_of
from sexp_runtime.syntax.dialect import Dialect
from support.sexp_bench import Bench


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a1b2", 12),
        ("-5", -5),
        ("--5", -5),
        ("1,234.9", 1234),
        ("+-7", 7),
        ("", 0),
        ("x-3", -3),
        ("3-4", 34),
        (".5", 0),
    ],
)
def test_string_to_int(text: str, number: int) -> None:
    assert digits_of(text) == number
    assert Bench()(f'( string-to-int "{text}" )') == number  # B46


def test_string_to_int_in_wcs_stops_at_the_first_other_character() -> None:
    assert Bench(Dialect.WCS)('( string-to-int "a1b2" )') == 0
    assert Bench(Dialect.WCS)('( string-to-int "12b2" )') == 12


TEXT = st.text(st.characters(codec="utf-8", exclude_characters='"@&<\x00', exclude_categories=["Cc", "Cs"]), max_size=7)


@given(TEXT, TEXT)
def test_texts_compare_by_bytes(first: str, second: str) -> None:
    bench = Bench()
    one, two = first.encode(), second.encode()
    assert bench(f'( string-equals "{first}" "{second}" )') == int(one == two)
    assert bench(f'( string-less-than "{first}" "{second}" )') == int(one < two)
    assert bench(f'( string-greater-than "{first}" "{second}" )') == int(one > two)
    assert bench(f'( string-get-length "{first}" )') == len(first)
