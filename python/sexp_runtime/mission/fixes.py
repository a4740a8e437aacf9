"""Corrections of problems that have one right answer; all other bytes of the file stay.

These problems have one right answer: a retired operator name, a bare `true` or `false`, an operator in another case
(`AND`). A misspelt operator, name or fixed word has one if only one is similar.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sexp_runtime.catalog import CATALOG
from sexp_runtime.files import write_whole
from sexp_runtime.mission.model import Mission
from sexp_runtime.mission.reader import parse_mission
from sexp_runtime.mission.source import MAX_BYTES, decode, read_regular
from sexp_runtime.mission.validator import validate_mission
from sexp_runtime.syntax.diagnostics import Diagnostic
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.tree import NodeKind

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
#: The text at a problem's place: a quoted text, or a bare token.
_TOKEN: Final = re.compile(r'"([^"\r\n]*)"|([^\s()"]+)')
#: The retired operator that loses arguments when it is renamed: its intended meaning is unknown.
_LOSES: Final = "ai-chase-any-except"


@dataclass(frozen=True, slots=True)
class Fix:
    """One correction: the text at a line and column, both from 1, becomes another one."""

    line: int
    column: int
    before: str
    after: str
    code: str

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.before} -> {self.after} ({self.code})"


def find_fixes(mission: Mission, text: str, problems: list[Diagnostic]) -> list[Fix]:
    """Return the corrections of a mission, in the order of the file, one for each place.

    `text` is the content of the mission's file. Corrects problems that have one right answer, and retired operators.
    """
    found: dict[tuple[int, int], Fix] = {}
    for fix in _retired(mission, text):
        found[fix.line, fix.column] = fix
    for problem in problems:
        if problem.fix is not None and problem.line and problem.column:
            before, after = problem.fix
            place = (problem.line, problem.column)
            found.setdefault(place, Fix(*place, before, after, problem.code))
    return [found[place] for place in sorted(found)]


def _retired(mission: Mission, text: str) -> Iterator[Fix]:
    """Yield corrections of retired operators, except the one that loses arguments when renamed (A16, Q2.4)."""
    aliases = CATALOG.dialect_catalog(mission.dialect.value).aliases
    lines: list[str] | None = None
    for formula in mission.formulas():
        folded = formula.text.lower()
        if not any(alias in folded for alias in aliases):
            continue
        lines = lines or _LINE_END.split(text)
        for node in formula.root.walk():
            if node.kind is not NodeKind.OPERATOR or not 0 < node.line <= len(lines):
                continue
            match = _TOKEN.match(lines[node.line - 1], node.column - 1)
            written = match[2] if match is not None else None
            if written and written != node.text and written.lower() != _LOSES and written.lower() in aliases:
                yield Fix(node.line, node.column, written, node.text, "retired")


def apply_fixes(data: bytes, fixes: list[Fix]) -> tuple[bytes, list[Fix]]:
    """Return a file's bytes with the corrections applied, and the applied corrections.

    Encoding, byte order mark and line ends stay. Skips a correction if its place does not hold the expected text
    (for instance behind a removed comment).
    """
    mark, encoding = file_encoding(data)
    body = data[len(mark) :]
    text = body.decode(encoding)
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    done: list[Fix] = []
    pieces: list[str] = []
    copied = 0
    for fix in fixes:
        if fix.line > len(starts):
            continue
        at = starts[fix.line - 1] + fix.column - 1
        match = _TOKEN.match(text, at) if at >= copied else None
        if match is None:
            continue
        group = 1 if match[1] is not None else 2
        if match[group] != fix.before:
            continue
        pieces += (text[copied : match.start(group)], fix.after)
        copied = match.end(group)
        done.append(fix)
    pieces.append(text[copied:])
    return (mark + "".join(pieces).encode(encoding) if done else data), done


def fix_file(path: Path, dialect: Dialect | None = None) -> list[Fix]:
    """Correct a mission file in place, atomically; return the corrections.

    Does not write a result with more problems than before. Raises OSError for a file that cannot be read or written.
    """
    data = read_regular(path, MAX_BYTES)
    before = _check(data, dialect)
    text, _ = decode(data)
    fixed, done = apply_fixes(data, find_fixes(before[0], text, before[1]))
    if not done or len(_check(fixed, dialect)[1]) > len(before[1]):
        return []
    write_whole(path, fixed)
    return done


def _check(data: bytes, dialect: Dialect | None) -> tuple[Mission, list[Diagnostic]]:
    load = parse_mission(data, dialect=dialect)
    return load.mission, load.diagnostics + (validate_mission(load.mission) if load.is_readable else [])


def file_encoding(data: bytes) -> tuple[bytes, str]:
    """Return the byte order mark and the encoding of a file, as the reader detects them."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return mark, encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return b"", "latin-1"
    return b"", "utf-8"
