"""Diagnostics: what is wrong in a text, where, and under which stable code."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final


class Severity(StrEnum):
    """ERROR: the original refuses the mission or the meaning is lost. WARNING: it loads, but look at it."""

    ERROR = "error"
    WARNING = "warning"


#: Every code that is ever reported, with what it means; the first letter is the severity. Codes are never reused.
CODES: Final[dict[str, str]] = {
    # formula text
    "E101": "a formula must start with an opening parenthesis (A10)",
    "E102": "the text or the field ends inside a list; the list becomes false (A13)",
    "E103": "a string has no closing quote; the list becomes false (A11)",
    "E104": "a bare token is longer than 31 bytes; its list becomes false (A14)",
    "W105": "a string is longer than 31 bytes and is cut (A14)",
    "E106": "lists are nested too deeply",
    "E107": "a variable's bracket is not closed; the token is no variable (A20)",
    "E108": "a container that the mission does not have; the list becomes false (A30)",
    "E109": "a malformed container token; the list becomes false (A30)",
    "E110": "a text, or its tree, is larger than the runtime accepts",
    "W111": "text after the end of the formula",
    "W112": "a bare true or false as an argument stands for the list ( true ) or ( false ) (A37)",
    "E113": "too many problems in one text; the others are not shown",
    "W114": "extra arguments of a retired operator are dropped (A16)",
    "E115": "an empty list is no formula (A38)",
    "E116": "a NUL character; it is read as a blank",
    "W118": "a string runs over the end of its line: a quote may be missing",
    # files and sections
    "E201": "the file cannot be read",
    "E202": "the file is too large",
    "W203": "the file is neither ASCII nor UTF-8; it is read as Latin-1",
    "W204": "a NUL byte in the file; it is read as a blank",
    "E205": "no section of a mission: this is no mission file",
    "W206": "a section that every mission has is missing",
    "W207": "a section stands twice; both are read",
    "W208": "an unknown section is skipped",
    "W209": "sections stand in an unusual order",
    # fields
    "W210": "an unknown field is skipped",
    "E211": "a number is expected",
    "E212": "a list is not closed",
    "E213": "a required field is missing",
    "W214": "a multi-line text has no end mark",
    "E215": "a field that holds a formula has none",
    "W216": "a field stands where nothing has been opened that it could belong to",
    "W217": "a quote without a partner (A2)",
    "W218": "a name is longer than 31 bytes and is cut, as it is in formulas (A14)",
    # things with names
    "E220": "a duplicate name; the first one counts",
    "W221": "a duplicate event or goal name; formulas reach only the first (F23)",
    "E222": "a malformed row of the variable table",
    "E223": "an unknown variable type",
    "W224": "an unknown variable flag is ignored",
    "E225": "a variable index is out of range",
    "E226": "a container is malformed and rejected",
    "E227": "a wing names a ship that the mission does not have",
    "E228": "a ship stands in two wings",
    "E229": "the player's start ship does not exist",
    "W230": "an unknown word where one of a fixed set is expected",
    "W231": "an arrival or departure anchor that the mission does not have",
    # checks of formulas
    "E301": "an unknown operator; the runtime evaluates it as false",
    "E302": "too few arguments",
    "E303": "too many arguments",
    "E304": "an argument of the wrong type",
    "E305": "a number is expected",
    "E306": "a negative number where none is allowed (A41)",
    "E307": "an operator name stands without its parentheses",
    "E308": "a list stands where only a literal, variable or container item may",
    "W310": "arguments that come in groups do not make whole groups (A40)",
    "E320": "an unknown ship",
    "E321": "an unknown wing",
    "E322": "an unknown ship or wing",
    "E323": "an unknown event",
    "E324": "an unknown goal",
    "E325": "an unknown message",
    "E326": "an unknown variable",
    "W327": "a subsystem nearly like one that the mission lists for that ship",
    "E328": "an unknown waypoint path",
    "E329": "an unknown waypoint, ship or wing",
    "E330": "an unknown container",
    "E331": "an unknown jump node",
    "E333": "a container of the wrong kind",
    "W340": "a variable is never used",
    "E350": "an event or goal without a readable formula (A44)",
}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. Lines and columns count from 1 (0: none); `path` leads to the place, as `when[1]/and[2]`."""

    code: str
    severity: Severity
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    owner: str = ""
    path: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the severity is ERROR."""
        return self.severity is Severity.ERROR

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        return {**asdict(self), "severity": str(self.severity)}

    def __str__(self) -> str:
        place = f"{self.file or '<text>'}:{self.line}:{self.column}"
        owner = f" [{self.owner}]" if self.owner else ""
        return f"{place}: {self.severity} {self.code} {self.message}{owner}"


def make_diagnostic(
    code: str, message: str, *, file: str = "", line: int = 0, column: int = 0, owner: str = "", path: str = ""
) -> Diagnostic:
    """Return a diagnostic with the severity of its code; raises KeyError for a code that is not in CODES."""
    CODES[code]
    severity = Severity.ERROR if code[0] == "E" else Severity.WARNING
    return Diagnostic(code, severity, message, file, line, column, owner, path)


def quoted(text: str, limit: int = 40) -> str:
    """Return text in quotes for a message: shortened, and with control characters made visible."""
    if len(text) > limit:
        text = text[: limit - 3] + "..."
    return '"' + "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text) + '"'
