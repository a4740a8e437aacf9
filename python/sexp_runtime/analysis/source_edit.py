"""Edit a mission file's text: replace one formula and keep every other character."""

from __future__ import annotations

import re
from typing import Final

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
#: Tokens that matter for the end of a list: strings, comments of all forms, parentheses (A2-A4, A11).
_MARK: Final = re.compile(r'"[^"]*"|;[^\r\n]*|/\*.*?\*/|!\*.*?\*!|[()]', re.DOTALL)


def position_of(text: str, line: int, column: int) -> int:
    """Return the offset of a line and column, both counted from 1; ValueError if the text has no such place."""
    start = 0
    for _ in range(line - 1):
        end = _LINE_END.search(text, start)
        if end is None:
            raise ValueError(f"the text has no line {line}")
        start = end.end()
    if not 1 <= column <= len(text) - start + 1:
        raise ValueError(f"line {line} has no column {column}")
    return start + column - 1


def list_end(text: str, start: int) -> int:
    """Return the offset behind the list that starts at an opening parenthesis; ValueError if it has no end."""
    if text[start : start + 1] != "(":
        raise ValueError(f"no list begins at offset {start}")
    depth = 0
    for mark in _MARK.finditer(text, start):
        if mark.group() == "(":
            depth += 1
        elif mark.group() == ")":
            depth -= 1
            if depth == 0:
                return mark.end()
    raise ValueError(f"the list at offset {start} has no end")


def replace_list(text: str, line: int, column: int, replacement: str) -> str:
    """Return the text with the list at a place replaced, including comments inside it."""
    start = position_of(text, line, column)
    return text[:start] + replacement + text[list_end(text, start) :]
