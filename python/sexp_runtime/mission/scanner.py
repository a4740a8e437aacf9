"""The scanner of mission files: a text as a stream of sections and fields, whatever their order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sexp_runtime.syntax.diagnostics import Diagnostic, make_diagnostic, quoted
from sexp_runtime.syntax.parser import ParseResult, SexpParser
from sexp_runtime.syntax.preprocess import FIELD_LINE, SourceText
from sexp_runtime.syntax.texts import special_characters

#: Maximum number of fields of a mission, of characters of all its formulas, and of reported problems.
MAX_FIELDS: Final = 100_000
MAX_FORMULA_TEXT: Final = 4_000_000
MAX_PROBLEMS: Final = 2_000

# Keys are cut at their trailing blanks afterwards: the patterns must not backtrack over long lines.
_HEAD = re.compile(r'^[ \t]*+(?:([$+][A-Za-z][^:\n()"]*+)(?::|$)|#([A-Za-z][^\n]*))', re.MULTILINE)
_AFTER = re.compile(r'[ \t]*+([$+][A-Za-z][^:\n()"]*+):')
_LIST = re.compile(r'"[^"]*"?|[()]|' + FIELD_LINE.pattern, re.MULTILINE)
_BLANKS = re.compile(r"\s*")
_MATRIX = re.compile(r"(?:[\s,]*+[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?+)*+")

FORMULA_FIELDS: Final = frozenset({"$formula", "+formula", "$arrival cue", "$departure cue", "$ai goals"})
LIST_FIELDS: Final = frozenset(
    {
        "$variables",
        "$data",
        "$ships",
        "$list",
        "$ship choices",
        "+weaponry pool",
        "+required for mission",
        "+flags",
        "+flags2",
        "+event flags",
        "+event log flags",
        "+arrival paths",
        "+departure paths",
        "$starting wing names",
        "$squadron wing names",
        "$team-versus-team wing names",
        "+no messages",
        "+yes messages",
        "+orders accepted list",
        "+primary banks",
        "+secondary banks",
        "+pbank ammo",
        "+sbank ammo",
    }
)
#: Multi-line texts with their end marks (A7, E1).
TEXT_FIELDS: Final = {
    **dict.fromkeys(
        (
            "$messagenew",
            "$mission desc",
            "$multi text",
            "$multi_text",
            "$recommendation text",
            "$stage text",
            "+description",
            "+mission loop text",
            "+mission fork text",
        ),
        re.compile(r"\$end_multi_text", re.IGNORECASE),
    ),
    "$notes": re.compile(r"\$end notes:", re.IGNORECASE),
    "$annotations start": re.compile(r"\$annotations end", re.IGNORECASE),
}
MATRIX_FIELDS: Final = frozenset({"$orientation", "+viewer orient", "$camera_orient"})
#: Sections that end with #end, which elsewhere ends the mission.
SUBSECTIONS: Final = frozenset({"cutscenes", "fiction viewer", "alternate types", "callsigns"})


@dataclass(slots=True)
class Field:
    """A field: `key` in lower case with its sign and without the colon, `value` trimmed.

    `result` is set for a formula, then `value` is empty. `section` fields have the key "#" and the name as value.
    """

    key: str
    value: str
    offset: int
    result: ParseResult | None = None


class Problems:
    """The problems met while reading one file, bounded in number."""

    def __init__(self, source: SourceText, file: str) -> None:
        self.source = source
        self.file = file
        self.found: list[Diagnostic] = []

    def report(self, code: str, message: str, offset: int, owner: str = "") -> None:
        """Add a problem at an offset of the stripped text."""
        line, column = self.source.locate(offset)
        self.add(make_diagnostic(code, message, file=self.file, line=line, column=column, owner=owner))

    def add(self, problem: Diagnostic) -> None:
        """Add a problem, unless there are too many already."""
        if len(self.found) < MAX_PROBLEMS:
            self.found.append(problem)
        elif len(self.found) == MAX_PROBLEMS:
            message = "too many problems in this file, the others are not shown"
            self.found.append(make_diagnostic("E113", message, file=self.file, line=problem.line))


class Scanner:
    """Yields the sections and fields of a mission text in order.

    Formulas are parsed in place, so that their parentheses and quotes are not mistaken for anything else.
    """

    def __init__(self, source: SourceText, parser: SexpParser, problems: Problems) -> None:
        self.source = source
        self.text = source.text
        self.parser = parser
        self.problems = problems
        self.formula_text = 0
        self.missing_marks: set[re.Pattern[str]] = set()  #: end marks that do not occur again

    def fields(self, start: int = 0, stop_at_section: bool = False) -> Iterator[Field]:
        """Yield all fields from `start` on; with `stop_at_section` only up to the next section."""
        position = start
        count = 0
        while (match := _HEAD.search(self.text, position)) is not None:
            section = match[2]
            if section is not None:
                if stop_at_section:
                    return
                name = section.split(";", 1)[0].strip()  # a stray quote can keep a comment alive (A2)
                position = match.end()
                yield Field("#", name.rstrip(":").lower(), match.start())
                continue
            count += 1
            if count > MAX_FIELDS:
                self.problems.report("E110", f"the file has more than {MAX_FIELDS} fields", match.start())
                return
            while match is not None:
                field, position = self.field(match[1].rstrip().lower(), match.start(1), match.end())
                yield field
                # A formula or list may have text after it on the same line.
                match = _AFTER.match(self.text, position) if position and self.text[position - 1] == ")" else None

    def field(self, key: str, start: int, position: int) -> tuple[Field, int]:
        """Return the field with its value at `position`, and the offset after it."""
        text = self.text
        if key in FORMULA_FIELDS:
            return self.formula(key, start, position)
        if key in TEXT_FIELDS:
            return self.multi_line(key, start, position)
        if key in MATRIX_FIELDS:
            match = _MATRIX.match(text, position)
            end = match.end() if match is not None else position
            return Field(key, text[position:end].strip(), start), end
        if key in LIST_FIELDS:
            match = _BLANKS.match(text, position)
            opening = match.end() if match is not None else position
            if text.startswith("(", opening):
                end = self.list_end(opening, start)
                return Field(key, text[opening:end].strip(), start), end
        end = text.find("\n", position)
        if end < 0:
            end = len(text)
        return Field(key, text[position:end].strip(), start), end

    def formula(self, key: str, start: int, position: int) -> tuple[Field, int]:
        """Parse a formula field; the owner of its problems is filled in later."""
        if self.formula_text > MAX_FORMULA_TEXT:
            self.problems.report("E110", "the formulas of this file are too large together", start)
            return Field(key, "", start, ParseResult(None)), position
        result, end = self.parser.parse_at(self.source, position, file=self.problems.file, in_file=True)
        if result.expression is None and end == position:
            end = self.text.find("\n", position)
            if end < 0:
                end = len(self.text)
        self.formula_text += end - position
        return Field(key, "", start, result), end

    def multi_line(self, key: str, start: int, position: int) -> tuple[Field, int]:
        """Return a multi-line text up to its end mark; without one it is the rest of the line."""
        mark = TEXT_FIELDS[key]
        match = mark.search(self.text, position) if mark not in self.missing_marks else None
        if match is not None:
            return Field(key, self.text[position : match.start()].strip(), start), match.end()
        self.missing_marks.add(mark)
        self.problems.report("W214", f"{key}: the end mark of this text is missing", start)
        end = self.text.find("\n", position)
        if end < 0:
            end = len(self.text)
        return Field(key, self.text[position:end].strip(), start), end

    def list_end(self, opening: int, start: int) -> int:
        """Return the offset after the list that opens at `opening`; an open list ends before the next field."""
        depth = 0
        end = len(self.text)
        for match in _LIST.finditer(self.text, opening):
            mark = match[0]
            if mark == "(":
                depth += 1
            elif mark == ")":
                depth -= 1
                if depth == 0:
                    return match.end()
            elif mark[0] != '"':
                end = match.start()
                break
            elif "\n" in mark and (found := FIELD_LINE.search(mark)) is not None:
                end = match.start() + found.start()
                break
        self.problems.report("E212", "the list is not closed", start)
        return end


_XSTR = re.compile(r'XSTR\s*\(\s*"([^"]*)"\s*,\s*-?\d+\s*\)', re.IGNORECASE)
_ITEM = re.compile(r'"([^"]*)"|([^\s()",]+)')
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_INTEGER = re.compile(r"[-+]?\d+")


def plain_text(value: str) -> str:
    """Return the text of a field, without an XSTR("text", id) wrapper and with character words replaced (R105-R113).

    A malformed wrapper is part of the text.
    """
    if value[:4].upper() == "XSTR":
        match = _XSTR.match(value)
        if match is not None:
            value = match[1].strip()
    return special_characters(value)


def list_items(value: str) -> list[str]:
    """Return the items of a list as `( "a" "b" 5 )`, without quotes and inner parentheses."""
    return [match[1] if match[1] is not None else match[2] for match in _ITEM.finditer(value)]


def quoted_items(value: str) -> tuple[str, ...]:
    """Return the quoted items of a list."""
    return tuple(match[1] for match in _ITEM.finditer(value) if match[1] is not None)


def integer(value: str) -> int | None:
    """Return the 32-bit number at the start of a value, a fraction cut off; None without one."""
    match = _INTEGER.match(value)
    if match is None:
        return None
    number = int(match[0][:20])
    return max(-(2**31), min(2**31 - 1, number))


def numbers(value: str, limit: int) -> list[float]:
    """Return up to `limit` numbers from a value; infinite numbers become 0."""
    found: list[float] = []
    for match in _NUMBER.finditer(value):
        number = float(match[0][:64])
        found.append(number if abs(number) < 1e30 else 0.0)
        if len(found) == limit:
            break
    return found


def describe(value: str) -> str:
    """Return a value in the form for a message."""
    return quoted(value) if value else "nothing"
