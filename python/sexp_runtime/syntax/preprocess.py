"""Preprocessing of mission text: removes comments and version tags, and keeps track of each character's place."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

#: The default engine version for comparison with version tags (A5).
ENGINE_VERSION: Final = (25, 0, 0)

#: A line that starts a field or section of a mission file: a formula ends before it. `$b Sender:` is not a field: a
#: `$` and one letter are a colour in a text.
FIELD_LINE: Final = re.compile(
    r"^[ \t]*(?:[$+][A-Za-z][^\s:()\"][^\n:()\"]*:|\+(?:Invalid|No music)[ \t]*$|#[A-Za-z])", re.MULTILINE
)

_INTERESTING = re.compile(r'"[^"]*"?|;|/\*|!\*')
_VERSION_TAG = re.compile(r";;FSO[ \t]+(\d{1,9}(?:\.\d{1,9}){0,3})[ \t]*;;", re.IGNORECASE)
_IN_BLOCK = {
    "/*": re.compile(r'"[^"]*"?|\*/'),
    "!*": re.compile(r'"[^"]*"?|\*!'),
}


@dataclass(slots=True)
class SourceText:
    """A text without comments; `locate` returns a character's place in the original.

    `starts` holds the offset in `text` at which each line begins; both texts have the same lines. `shifts` holds
    (offset in the line, characters removed before it) pairs, for the few lines with text after a removed part.
    """

    text: str
    starts: list[int] = field(default_factory=lambda: [0])
    shifts: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    first_line: int = 1

    def line_index(self, offset: int) -> int:
        """Return the 0-based index of the line that holds the offset."""
        return bisect_right(self.starts, offset) - 1

    def locate(self, offset: int) -> tuple[int, int]:
        """Return line and column in the original, both from 1, of the character at `offset`."""
        index = self.line_index(offset)
        column = offset - self.starts[index]
        if index in self.shifts:
            column = shifted(column, self.shifts[index])
        return index + self.first_line, column + 1


def shifted(column: int, shifts: list[tuple[int, int]]) -> int:
    """Return the original 0-based column of one in the stripped line."""
    for at, cut in reversed(shifts):
        if column >= at:
            return column + cut
    return column


def line_starts(text: str) -> list[int]:
    """Return the offset at which each line of text begins."""
    starts = [0]
    find = text.find
    at = find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = find("\n", at + 1)
    return starts


def unify_newlines(text: str) -> str:
    """Return text with CR LF and CR turned into LF (A1)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def strip_comments(
    text: str,
    engine_version: tuple[int, ...] = ENGINE_VERSION,
    *,
    first_line: int = 1,
    stray_quotes: list[int] | None = None,
) -> SourceText:
    """Remove comments and version tags (A1-A6); line ends stay, so lines keep their numbers.

    engine_version: up to four parts, compared with those of `;;FSO a.b.c;;` tags. first_line: number of line one.
    stray_quotes: None follows A2, where an unmatched quote swaps quoted and unquoted text after it. With a list, a
    quote without a partner before the next field does not count as a quote, and its line is added to the list.
    """
    text = unify_newlines(text)
    if ";" not in text and "/*" not in text and "!*" not in text:
        return SourceText(text, line_starts(text), {}, first_line)
    kept: list[str] = []
    cuts: list[tuple[int, int]] = []  # offset in the result, characters removed there
    size = 0
    copied = 0  # everything before is copied or removed
    position = 0
    line, counted = first_line, 0  # of the last stray quote

    def cut(start: int, end: int) -> None:
        nonlocal size, copied
        kept.append(text[copied:start])
        size += start - copied
        copied = end
        if end > start and end < len(text) and text[end] != "\n":
            cuts.append((size, end - start))

    while (match := _INTERESTING.search(text, position)) is not None:
        start = match.start()
        mark = match[0]
        if mark[0] == '"':
            position = match.end()
            if stray_quotes is not None and "\n" in mark and (found := FIELD_LINE.search(mark)) is not None:
                position = start + found.start()
                line += text.count("\n", counted, start)
                counted = start
                stray_quotes.append(line)
        elif mark == ";":
            tag = _VERSION_TAG.match(text, start)
            if tag is not None and _at_least(engine_version, tag[1]):
                position = tag.end()
            else:
                position = _end_of_line(text, start)
            cut(start, position)
        else:
            position = _skip_block(text, match.end(), mark)
            for begin, end in _line_pieces(text, start, position):
                cut(begin, end)
    kept.append(text[copied:])
    result = "".join(kept)
    source = SourceText(result, line_starts(result), {}, first_line)
    for at, length in cuts:
        index = source.line_index(at)
        shifts = source.shifts.setdefault(index, [])
        total = length + (shifts[-1][1] if shifts else 0)
        shifts.append((at - source.starts[index], total))
    return source


def _end_of_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _skip_block(text: str, position: int, opener: str) -> int:
    """Return the offset after the closer of a block comment; quotes inside hide closers (A6)."""
    pattern = _IN_BLOCK[opener]
    while (match := pattern.search(text, position)) is not None:
        position = match.end()
        if match[0][0] != '"':
            return position
    return len(text)


def _line_pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the pieces of text[start:end] between its line ends; the line ends stay (A6)."""
    pieces: list[tuple[int, int]] = []
    while (newline := text.find("\n", start, end)) >= 0:
        pieces.append((start, newline))
        start = newline + 1
    pieces.append((start, end))
    return pieces


def _at_least(engine: tuple[int, ...], tag: str) -> bool:
    """Whether the engine is at least as new as the tag; the fourth part is ignored, as a release build does (A5)."""
    for have, want in zip(engine[:3], (int(part) for part in tag.split(".")[:3]), strict=False):
        if have != want:
            return have > want
    return True
