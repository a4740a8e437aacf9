"""Comments and version tags (A1-A6)."""

from __future__ import annotations

import pytest

from sexp_runtime.syntax import strip_comments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("a ; b\nc", "a \nc"),
        ('"a;b" ; c', '"a;b" '),
        ('"a\n;b" c', '"a\n;b" c'),
        ("a /* b\nc */ d", "a \n d"),
        ("a !* b *! c", "a  c"),
        ("a /* !* */ b *!", "a  b *!"),
        ("a */ b", "a */ b"),
        ('a /* " */ b " */ c', "a  c"),
        ("a ;;FSO 3.7.0;; b ; c", "a  b "),
        ("a ;;fso 99.1;; b\nc", "a \nc"),
        ("a ;;FSO 25;; b", "a  b"),
        ("a ;;FSO 25.0.1;; b", "a "),
        ("a ;;FSO 25.0.0.9;; b", "a  b"),
        ("a ;; FSO 1;; b", "a "),
        ("/*", ""),
        ('"', '"'),
        ("", ""),
    ],
)
def test_stripped(text: str, expected: str) -> None:
    assert strip_comments(text).text == expected


def test_engine_version_is_a_parameter() -> None:
    assert strip_comments(";;FSO 3.7;;x", (3, 6)).text == ""
    assert strip_comments(";;FSO 3.7;;x", (3, 7)).text == "x"


def test_places_are_those_of_the_original() -> None:
    text = "ab /* x */ cd /* y */ ef\n;;FSO 1;;gh /* \n z */ ij"
    source = strip_comments(text, first_line=10)
    lines = text.split("\n")
    for word in ("ab", "cd", "ef", "gh", "ij"):
        line, column = source.locate(source.text.index(word))
        assert lines[line - 10][column - 1 : column + 1] == word
