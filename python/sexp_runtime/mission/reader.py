"""The reader of mission files: text to Mission. Each problem becomes a diagnostic, and the rest loads."""

from __future__ import annotations

import gc
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sexp_runtime.catalog import CATALOG
from sexp_runtime.mission.formula_sections import Briefing, Cutscenes, Debriefing, Events, Fiction, Goals
from sexp_runtime.mission.handlers import Handler, Skipped
from sexp_runtime.mission.model import Mission
from sexp_runtime.mission.objects import Players, Props, Ships, Wings
from sexp_runtime.mission.scanner import SUBSECTIONS, Problems, Scanner
from sexp_runtime.mission.source import MAX_BYTES, decode, read_source
from sexp_runtime.mission.symbols import make_symbols
from sexp_runtime.mission.tables import Containers, Info, Messages, Reinforcements, Variables, Waypoints
from sexp_runtime.syntax.diagnostics import Diagnostic, make_diagnostic, quoted
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.parser import SexpParser
from sexp_runtime.syntax.preprocess import ENGINE_VERSION, SourceText, strip_comments

#: Sections in their usual order (E) with the handlers of those that formulas can read.
SECTIONS: Final[dict[str, type[Handler]]] = {
    "mission info": Info,
    "plot info": Skipped,
    "sexp_variables": Variables,
    "sexp_containers": Containers,
    "briefing_info": Skipped,
    "cutscenes": Cutscenes,
    "fiction viewer": Fiction,
    "command briefing": Skipped,
    "briefing": Briefing,
    "debriefing_info": Debriefing,
    "alternate types": Skipped,
    "callsigns": Skipped,
    "players": Players,
    "objects": Ships,
    "wings": Wings,
    "props": Props,
    "events": Events,
    "goals": Goals,
    "waypoints": Waypoints,
    "messages": Messages,
    "reinforcements": Reinforcements,
    "background bitmaps": Skipped,
    "asteroid fields": Skipped,
    "music": Skipped,
    "custom data": Skipped,
}
#: Sections that every mission has.
REQUIRED: Final = ("mission info", "objects", "events", "goals")
#: Sections that appear once for each team.
_PER_TEAM: Final = frozenset({"command briefing", "briefing", "debriefing_info"})
_ORDER: Final = {name: position for position, name in enumerate(SECTIONS)}
_SECTION_LINE = re.compile(
    r"^[ \t]*+#[ \t]*+(" + "|".join(re.escape(name) for name in SECTIONS) + r")[ \t]*+:?[ \t]*+(?:;.*)?$",
    re.IGNORECASE | re.MULTILINE,
)
_TABLES = ("sexp_variables", "sexp_containers")
#: Operators that FSO has under no name: a mission with one of them is in the WCS dialect.
_WCS_ONLY = sorted(name for name in CATALOG.wcs if name not in CATALOG.fso and name not in CATALOG.aliases)
_WCS_SIGN = re.compile(
    r"\(\s*+(?:" + "|".join(re.escape(name) for name in _WCS_ONLY) + r")[\s)]|^\$AI Profile:[ \t]*SAGA", re.MULTILINE
)


@dataclass(slots=True)
class MissionLoad:
    """The result of loading a mission: the mission, as far as it could be read, and all problems."""

    mission: Mission
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not any(problem.is_error for problem in self.diagnostics)

    @property
    def is_readable(self) -> bool:
        """Whether the file exists and contains a mission."""
        return not any(problem.code in ("E201", "E202", "E205") for problem in self.diagnostics)


def load_mission(
    path: str | Path,
    *,
    dialect: Dialect | None = None,
    engine_version: tuple[int, ...] = ENGINE_VERSION,
    max_bytes: int = MAX_BYTES,
) -> MissionLoad:
    """Read a mission file; never raises for its content or an unreadable file.

    dialect: None detects it, see `detect_dialect`. engine_version: for version tags (A5). max_bytes: larger files
    are refused.
    """
    text, problems = read_source(path, max_bytes)
    if text is None:
        return MissionLoad(Mission(file=str(path), dialect=dialect or Dialect.FSO), problems)
    load = parse_mission(text, file=str(path), dialect=dialect, engine_version=engine_version)
    load.diagnostics[:0] = problems
    return load


def parse_mission(
    text: str | bytes,
    *,
    file: str = "",
    dialect: Dialect | None = None,
    engine_version: tuple[int, ...] = ENGINE_VERSION,
) -> MissionLoad:
    """Read a mission from its text, or from the bytes of its file; see load_mission."""
    found: list[Diagnostic] = []
    if isinstance(text, bytes):
        text, found = decode(text, file)
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_BYTES:
        message = f"the text has {len(text)} characters, the limit is {MAX_BYTES}"
        return MissionLoad(
            Mission(file=file, dialect=dialect or Dialect.FSO), [make_diagnostic("E202", message, file=file)]
        )
    # Trees are many small objects without cycles: garbage collection while they grow would double the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        load = _Reader(text, file, dialect, engine_version).read()
    finally:
        if collecting:
            gc.enable()
    load.diagnostics[:0] = found
    return load


def detect_dialect(text: str) -> Dialect:
    """Return the dialect of a mission text without comments.

    WCS if a list starts with an operator that FSO does not have, not even as a retired name. WCS, too, if the name of
    the AI profile begins with SAGA, as in all missions of that game. Else FSO.
    """
    return Dialect.WCS if _WCS_SIGN.search(text) is not None else Dialect.FSO


class _Reader:
    """One reading of one text."""

    def __init__(self, text: str, file: str, dialect: Dialect | None, engine_version: tuple[int, ...]) -> None:
        nul = text.find("\0")
        if nul >= 0:
            text = text.replace("\0", " ")
        stray: list[int] = []
        self.source: SourceText = strip_comments(text, engine_version, stray_quotes=stray)
        self.problems = Problems(self.source, file)
        for line in stray[:20]:
            message = "a quote without a partner is ignored"
            self.problems.add(make_diagnostic("W217", message, file=file, line=line))
        if nul >= 0:
            line = text.count("\n", 0, nul) + 1
            self.problems.add(make_diagnostic("W204", "NUL bytes are read as blanks", file=file, line=line))
        self.mission = Mission(file=file, dialect=dialect or detect_dialect(self.source.text))

    def read(self) -> MissionLoad:
        """Read the whole mission."""
        load = MissionLoad(self.mission, self.problems.found)
        sections = [
            (match[1].lower(), match.start(), match.end()) for match in _SECTION_LINE.finditer(self.source.text)
        ]
        if not sections:
            self.problems.report("E205", "no mission section: this is not a mission file", 0)
            return load
        # Formulas may come before the tables that they need.
        for name, _, end in sections:
            if name in _TABLES:
                self.table(name, end)
        mission = self.mission
        symbols = make_symbols(mission.dialect, mission.variable_names(), mission.container_kinds())
        self.stream(Scanner(self.source, SexpParser(symbols), self.problems))
        present = {name for name, _, _ in sections}
        for name in REQUIRED:
            if name not in present:
                self.problems.report("W206", f"the section #{SECTIONS[name].name} is missing", len(self.source.text))
        check_names(mission, self.problems)
        self.problems.found.sort(key=lambda problem: (problem.line, problem.column))
        return load

    def table(self, name: str, start: int) -> None:
        """Read the section of variables or containers that begins at `start`."""
        scanner = Scanner(self.source, SexpParser(make_symbols(self.mission.dialect)), self.problems)
        handler = SECTIONS[name](self.mission, self.problems)
        for item in scanner.fields(start, stop_at_section=True):
            handler.field(item)
        handler.finish()

    def stream(self, scanner: Scanner) -> None:
        """Read everything except the tables."""
        handler: Handler | None = None
        name = ""
        seen: set[str] = set()
        last = -1
        disordered = False
        for item in scanner.fields():
            if item.key != "#":
                if handler is not None:
                    handler.field(item)
                continue
            if handler is not None:
                handler.finish()
            if item.value == "end":
                if name in SUBSECTIONS:
                    handler, name = None, ""
                    continue
                return
            name = item.value
            handler = None
            kind = SECTIONS.get(name)
            if kind is None:
                self.problems.report("W208", f"unknown section #{quoted(name)}; it is skipped", item.offset)
                continue
            if name in seen and name not in _PER_TEAM:
                self.problems.report("W207", f"a second section #{name}", item.offset)
            elif _ORDER[name] < last and not disordered and name not in _PER_TEAM:
                disordered = True
                self.problems.report("W209", f"the section #{name} comes later than usual", item.offset)
            seen.add(name)
            last = max(last, _ORDER[name])
            handler = kind(self.mission, self.problems) if name not in _TABLES else None
        if handler is not None:
            handler.finish()


def check_names(mission: Mission, problems: Problems) -> None:
    """Assign ships to their wings and check names that refer to other sections."""

    def report(code: str, message: str, line: int, owner: str = "") -> None:
        problems.add(make_diagnostic(code, message, file=mission.file, line=line, owner=owner))

    ships = {ship.name.lower(): ship for ship in mission.ships}
    for wing in mission.wings:
        owner = f'wing "{wing.name}"'
        members: list[str] = []
        for name in wing.ships:
            ship = ships.get(name.lower())
            if ship is None:
                report("E227", f'the wing\'s ship "{name}" is not in #Objects', wing.line, owner)
            elif ship.wing:
                report("E228", f'"{name}" is in the wing "{ship.wing}" already', wing.line, owner)
            else:
                ship.wing = wing.name
                members.append(ship.name)
        wing.ships = members
        if any(ships[name.lower()].is_player_start for name in members):
            if wing.arrival.delay:
                message = f"the arrival delay {wing.arrival.delay} of a player's wing is corrected to 0"
                report("W364", message, wing.line, owner)
            wing.arrival.delay = 0  # E6
    for player in mission.players:
        if player.start_ship and player.start_ship.lower() not in ships:
            report("E229", f'the start ship "{player.start_ship}" is not in #Objects', player.line)
    for what, rows in (("event", mission.events), ("goal", mission.goals)):
        seen: set[str] = set()
        for row in rows:
            key = row.name.lower()
            if key and key in seen:
                owner = f'{what} "{row.name}"'
                report("W221", f'a second {what} "{row.name}": formulas reach only the first', row.line, owner)
            seen.add(key)
