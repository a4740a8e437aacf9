"""Editing mission text: only the formula changes, whatever stands around and in it."""

from __future__ import annotations

import pytest

from sexp_runtime.analysis.source_edit import list_end, position_of, replace_list


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_one_list_is_replaced_and_nothing_else(end: str) -> None:
    text = end.join(["; ( a comment", "$Formula: ( when ; ) no end", '  ( x "a ) b" ) /* ) */', ")", "+Name: ( n )"])
    assert replace_list(text, 2, 11, "( new )") == end.join(["; ( a comment", "$Formula: ( new )", "+Name: ( n )"])


def test_places_that_do_not_exist_are_reported() -> None:
    with pytest.raises(ValueError, match="no line 3"):
        position_of("a\nb", 3, 1)
    with pytest.raises(ValueError, match="no column"):
        position_of("a\nb", 2, 9)
    with pytest.raises(ValueError, match="no list"):
        list_end("a", 0)
    with pytest.raises(ValueError, match="no end"):
        list_end('( ( "a )" )', 0)
