"""Tables in which a game declares its own operators: `*-sexp.tbm` (R85 to R93)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from sexp_runtime.operators.own import OwnOperator, OwnOperators
from sexp_runtime.syntax.preprocess import unify_newlines

#: The tables' words for argument types, with the equivalent types of the catalog (R92).
TYPES: Final = {
    "boolean": "bool", "number": "number", "string": "string", "ship": "ship", "shipname": "ship", "prop": "prop",
    "propname": "prop", "team": "iff", "waypointpath": "waypoint-path", "waypoint": "point",
    "variable": "variable-name", "message": "message", "wing": "wing", "shipclass": "ship-class-name",
    "propclass": "prop-class-name", "weaponclass": "weapon-name", "soundentry": "game-snd",
    "ship+waypoint": "ship-point", "ship+wing": "ship-wing", "ship+wing+team": "ship-wing-team",
    "ship+wing+ship_on_team+waypoint": "ship-wing-shiponteam-point", "ship+wing+waypoint": "ship-wing-point",
    "ship+wing+waypoint+none": "ship-wing-point-or-none", "subsystem": "subsystem", "subsystemname": "subsystem",
    "dockpoint": "docker-point", "hudgauge": "any-hud-gauge", "event": "event-name", "goal": "goal-name",
    "enum": "string", "child_enum": "string", "custom_string": "string",
}  # fmt: skip
#: Their words for return types (R90).
RETURNS: Final = {"number": "number", "boolean": "bool", "nothing": "null"}
#: Names of the tables, and the folders beside a mission in which to search for them.
PATTERN: Final = "*-sexp.tbm"
FOLDERS: Final = (".", "tables", "../tables")
#: Maximum size of a table in bytes.
LARGEST: Final = 1 << 20

_FIELD: Final = re.compile(r"[ \t]*([$+][A-Za-z][A-Za-z ]*?)[ \t]*(?::[ \t]*(.*))?$")
_SECTION: Final = re.compile(r"[ \t]*#[ \t]*([A-Za-z ]+?)[ \t]*$")
_SEXPS: Final = "lua sexps"


class _Entry:
    """One operator while its lines are being read."""

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.least: int | None = None
        self.most: int | None = None
        self.returns = "null"
        self.description = ""
        self.types: list[str] = []
        self.repeat_from: int | None = None


class _Reader:
    """Reads the operators of one table; collects problems as lines of text."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[str] = []
        self.entries: list[_Entry] = []

    def report(self, line: int, text: str) -> None:
        self.problems.append(f"{self.file}:{line}: {text}")

    def read(self, text: str) -> None:
        inside = False
        for number, raw in enumerate(unify_newlines(text).split("\n"), 1):
            line = raw.split(";", 1)[0].rstrip()
            section = _SECTION.match(line)
            if section is not None:
                inside = section[1].lower() == _SEXPS
            elif inside and (field := _FIELD.match(line)) is not None:
                self.field(field[1].lower(), (field[2] or "").strip(), number)

    def field(self, key: str, value: str, line: int) -> None:
        if key == "$operator":
            self.entries.append(_Entry(value, line))
            return
        if not self.entries:
            self.report(line, f"{key} comes before the first $Operator and is ignored")
            return
        entry = self.entries[-1]
        if key == "$minimum arguments":
            entry.least = self.number(value, line)
        elif key == "$maximum arguments":
            entry.most = self.number(value, line)
        elif key == "$return type":
            entry.returns = RETURNS.get(value.lower(), "null")
            if value.lower() not in RETURNS:
                self.report(line, f"{entry.name}: unknown return type {value!r}; the operator returns nothing")
        elif key == "$description":
            entry.description = value
        elif key == "$parameter":
            entry.types.append("string")
        elif key == "$repeat":
            if entry.repeat_from is None:
                entry.repeat_from = len(entry.types)
            else:
                self.report(line, f"{entry.name}: a second $Repeat is ignored")
        elif key == "+type" and entry.types:
            entry.types[-1] = TYPES.get(value.lower(), "string")
            if value.lower() not in TYPES:
                self.report(line, f"{entry.name}: unknown type {value!r} counts as string")

    def number(self, value: str, line: int) -> int:
        match = re.match(r"[-+]?\d{1,9}", value)
        found = int(match[0]) if match is not None else 0
        if match is None or found < 0:
            self.report(line, f"expected a number of at least 0, not {value!r}")
        return max(found, 0)


def read_table(own: OwnOperators, text: str, file: str = "") -> list[str]:
    """Declare the operators of a table; return its problems, one line each (R87 to R93).

    A known name keeps its meaning. The operators have no functions: see `OwnOperators.add`.
    """
    reader = _Reader(file)
    reader.read(text)
    for entry in reader.entries:
        if entry.name in own:
            reader.report(entry.line, f"{entry.name} is declared twice; the first declaration counts")
            continue
        if entry.least is None:
            reader.report(entry.line, f"{entry.name}: $Minimum Arguments is missing")
        least, most = entry.least or 0, entry.most
        if most is not None and most < least:
            reader.report(entry.line, f"{entry.name}: $Maximum Arguments is below $Minimum Arguments; they are swapped")
            least, most = most, least
        repeats = 0 if entry.repeat_from is None else len(entry.types) - entry.repeat_from
        declaration: dict[str, Any] = {"args": tuple(entry.types), "repeats": repeats, "returns": entry.returns}
        try:
            own.declare(OwnOperator(entry.name, least, most, description=entry.description, **declaration))
        except ValueError as error:
            reader.report(entry.line, str(error))
    return reader.problems


def read_tables(own: OwnOperators, files: list[Path]) -> list[str]:
    """Declare the operators of tables; earlier tables take precedence. Return the problems."""
    problems: list[str] = []
    for file in files:
        try:
            data = file.read_bytes()[:LARGEST]
        except OSError as error:
            problems.append(f"{file}: {error.strerror or error}")
            continue
        problems += read_table(own, data.decode("utf-8", "replace"), str(file))
    return problems


def tables_beside(mission: Path) -> list[Path]:
    """Return the tables near a mission file: in its folder, in `tables` there, and in `tables` beside it (R120)."""
    found: list[Path] = []
    for folder in FOLDERS:
        found += sorted((mission.parent / folder).glob(PATTERN), key=lambda file: file.name.lower(), reverse=True)
    return found
