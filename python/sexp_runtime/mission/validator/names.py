"""The names of a mission that formulas can refer to, and the checks of literals against them (Q9, Q11)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from sexp_runtime.catalog import CATALOG, nearest_names
from sexp_runtime.mission.model import ContainerDef, Mission, ShipDef
from sexp_runtime.mission.validator.spelling import one_near
from sexp_runtime.mission.validator.words import TEAMS
from sexp_runtime.syntax.diagnostics import quoted
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.tree import NodeKind, SexpExpression

#: Operators that create a ship or prop named by their first argument.
_CREATORS: Final = frozenset({"ship-create", "prop-create"})
#: A vector as a text: no signs, at most one dot in each number, at most one blank between numbers (Q9.6).
_VECTOR: Final = re.compile(r"\([ \t]?([0-9.]++)[ \t]?([0-9.]++)[ \t]?([0-9.]++)[ \t]?\)")
_DIGITS: Final = frozenset("0123456789")

#: A problem of a literal: code, message and the one right text if there is one; None for a correct literal.
Problem = tuple[str, str, str | None] | None
Lookup = Callable[[str], Problem]


class MissionNames:
    """Names in lower case by kind, as mappings to the spelling of the mission file."""

    def __init__(self, mission: Mission) -> None:
        self.mission = mission
        self.ship_defs: dict[str, ShipDef] = {}
        for ship in mission.ships:
            for spelling in ship_spellings(ship.name, ship.wing):
                self.ship_defs.setdefault(spelling.lower(), ship)
        self.ships = {key: ship.name for key, ship in self.ship_defs.items()}
        #: Ships of later waves, or created by a formula. The original refuses them as literals.
        self.later = _table(created_names(mission.formulas()))
        for wing in mission.wings:
            if wing.waves > 1:
                count = min(wing.waves * max(len(wing.ships), 1), 1000)
                older = any(len(ship_spellings(name, wing.name)) > 1 for name in wing.ships)
                for number in range(1, count + 1):
                    self.later.update(_table(wave_names(wing.name, number)[: 2 if older else 1]))
        for key in self.ships:
            self.later.pop(key, None)
        self.wings = _table(wing.name for wing in mission.wings)
        self.props = _table(mission.props)
        self.events = _table(event.name for event in mission.events)
        self.goals = _table(goal.name for goal in mission.goals)
        self.repeated_events = _repeated(event.name for event in mission.events)
        self.repeated_goals = _repeated(goal.name for goal in mission.goals)
        self.messages = _table(message.name for message in mission.messages)
        self.paths = _table(path.name for path in mission.waypoints)
        self.points = {path.name.lower(): len(path.points) for path in reversed(mission.waypoints)}
        self.jump_nodes = _table(node.name for node in mission.jump_nodes)
        self.teams = _table((*TEAMS, *(ship.team for ship in mission.ships if ship.team)))
        #: The subsystems that the file lists for each ship or for another ship of its class; files list few.
        self.subsystems: dict[str, dict[str, str]] = {}
        of_class: dict[str, dict[str, str]] = {}
        for ship in mission.ships:
            known = of_class.setdefault(ship.class_name.lower(), {})
            known.update(_table(part.name for part in ship.subsystems if part.name.lower() != "pilot"))
            self.subsystems[ship.name.lower()] = known
        self.containers: dict[str, ContainerDef] = {row.name.lower(): row for row in mission.containers}
        self.variables = [name for name in mission.variable_names() if name]
        self.variable_types = {row.index: row.type for row in mission.variables}

    def is_point(self, text: str) -> bool:
        """Whether a text is a point of a path, as `Path:2`, or a vector (Q9.6)."""
        path, colon, number = text.rpartition(":")
        if colon and number and _DIGITS.issuperset(number):
            return 1 <= int(number[:9]) <= self.points.get(path.lower(), 0)
        match = _VECTOR.fullmatch(text)
        return match is not None and all(part.count(".") <= 1 for part in match.groups())

    def point_names(self) -> Iterator[str]:
        """Yield the names of all points."""
        for key, count in self.points.items():
            for number in range(1, count + 1):
                yield f"{self.paths[key]}:{number}"

    def lookups(self, dialect: Dialect) -> Mapping[str, Lookup]:
        """Return a function from a literal to its problem, for each argument type that depends on the mission."""
        return _lookups(self, dialect)


def ship_spellings(name: str, wing: str) -> tuple[str, ...]:
    """Return the spellings that find a ship of a wing: two if the file uses the older one."""
    shown, mark, hidden = wing.partition("#")
    if not mark or not shown:
        return (name,)
    number = name[len(shown) : len(name) - len(hidden) - 1].strip()
    if number.isdecimal() and name.lower() == f"{shown} {number}#{hidden}".lower():
        return name, f"{wing} {number}"
    return (name,)


def wave_names(wing: str, number: int) -> tuple[str, ...]:
    """Return the possible names of ship `number` of a wing.

    A wing's name may have a hidden part that starts with `#`. A ship's number is at the end of the whole name
    (`Ares#one 2`) or, as older editors wrote it, before the hidden part (`Ares 2#one`).
    """
    shown, mark, hidden = wing.partition("#")
    name = f"{wing} {number}"
    return (name, f"{shown} {number}#{hidden}") if mark and shown else (name,)


def created_names(formulas: Iterable[SexpExpression]) -> list[str]:
    """Return the literal names that formulas give to ships and props they create."""
    found: list[str] = []
    for formula in formulas:
        if not any(creator in formula.text for creator in _CREATORS):
            continue
        for node in formula.root.walk():
            if node.kind is NodeKind.OPERATOR or node.operator not in _CREATORS or len(node.children) < 2:
                continue
            name = node.children[1]
            if name.kind is NodeKind.STRING and name.variable is None:
                found.append(name.text)
    return found


def is_special(text: str) -> bool:
    """Whether a text is one of the special words like <none>, <argument> or <any friendly>."""
    return text[:1] == "<" and text[-1:] == ">"


def team_of(text: str) -> str | None:
    """Return the team that `<any TEAM>` or `<any TEAM player>` names, else None (Q9.4, Q9.11)."""
    if not text.lower().startswith("<any ") or text[-1] != ">":
        return None
    team = text[5:-1].strip()
    if team.lower().endswith(" player"):
        team = team[:-7].rstrip()
    return "Hostile" if team.lower() == "enemy" else team


def hint(text: str, names: Iterable[str]) -> str:
    """Return ` (did you mean ...?)` with the names most similar to the text, or ""."""
    nearest = nearest_names(text, names)
    return f" (did you mean {', '.join(quoted(name) for name in nearest)}?)" if nearest else ""


def _table(names: Iterable[str]) -> dict[str, str]:
    return {name.lower(): name for name in names}


def _repeated(names: Iterable[str]) -> frozenset[str]:
    """Return the names, in lower case, that occur more than once."""
    counts = Counter(name.lower() for name in names if name)
    return frozenset(name for name, count in counts.items() if count > 1)


def _lookups(names: MissionNames, dialect: Dialect) -> dict[str, Lookup]:
    ships, wings, props = names.ships, names.wings, names.props
    wcs = dialect is Dialect.WCS
    point_code = "W353" if wcs else "E329"

    def unknown(code: str, what: str, text: str, candidates: Iterable[str]) -> Problem:
        if text.lower() in names.later:
            why = "arrives or is created only later: name it through a variable"
            return code, f"no {what} {quoted(text)} when the mission is loaded: it {why}", None
        if is_special(text) and code not in ("E323", "E324", "E325"):
            code = "W353" if wcs and code == "E329" else "E332"
            return code, f"{quoted(text)} is not allowed as a {what} here", None
        candidates = list(candidates)
        message = f"no {what} {quoted(text)}{hint(text, candidates)}"
        return (point_code if code == "E329" else code), message, one_near(text, candidates)

    def among(
        code: str, what: str, *tables: Mapping[str, str], words: tuple[str, ...] = (), points: bool = False
    ) -> Lookup:
        def check(text: str) -> Problem:
            key = text.lower()
            for table in tables:
                if key in table:
                    return None
            if key in words or (points and names.is_point(text)):
                return None
            candidates = [name for table in tables for name in table.values()]
            if points:
                candidates += names.point_names()
            return unknown(code, what, text, candidates)

        return check

    def on_team(code: str, what: str, *tables: Mapping[str, str], players: bool, points: bool) -> Lookup:
        """Names, or `<any TEAM>`; with `players` also `<any TEAM player>`."""
        plain = among(code, what, *tables, points=points)

        def check(text: str) -> Problem:
            team = team_of(text)
            if team is None or (not players and text.lower().endswith(" player>")):
                return plain(text)
            if team.lower() in names.teams:
                return None
            return "W355", f"no team {quoted(team)} in {quoted(text)}{hint(team, names.teams.values())}", None

        return check

    def referred(code: str, what: str, table: Mapping[str, str], repeated: frozenset[str]) -> Lookup:
        plain = among(code, what, table)

        def check(text: str) -> Problem:
            if text.lower() in repeated:
                return "W347", f"several {what}s are called {quoted(text)}; the first one counts", None
            return plain(text)

        return check

    def not_player(text: str) -> Problem:
        ship = names.ship_defs.get(text.lower())
        if ship is not None and ship.is_player_start:
            return "E320", f"{quoted(text)} is a player's ship, which is not allowed here", None
        return among("E320", "ship", ships)(text)

    def sender(text: str) -> Problem:
        if text[:1] == "#":
            return None
        return among("E346", "sender", ships, wings, words=("<any wingman>", "<none>"))(text)

    def recipient(text: str) -> Problem:
        return None if text == "<all fighters>" else among("E322", "ship or wing", ships, wings)(text)

    def team(text: str) -> Problem:
        if text.lower() in names.teams:
            return None
        known = names.teams.values()
        return "W355", f"no team {quoted(text)}{hint(text, known)}", one_near(text, known)

    def skybox(text: str) -> Problem:
        if text.lower() in ("default", "none") or ".pof" in text:
            return None
        return "E339", f"{quoted(text)} is not a skybox; use default, none or a file ending with .pof", None

    ship = among("E320", "ship", ships)
    ship_wing = among("E322", "ship or wing", ships, wings)
    whole_team = among("E322", "ship, wing or team", ships, wings, names.teams)
    on_team_or_point = on_team("E329", "ship, wing, <any TEAM> or waypoint", ships, wings, players=False, points=True)
    return {
        "ship": ship,
        "ship-not-player": not_player,
        "ship-with-bay": among("E320", "ship", ships, words=("<no anchor>",)),
        "ship-or-none": among("E320", "ship", ships, words=("<none>",)),
        "prop": among("E320", "prop", props),
        "ship-prop": among("E320", "ship or prop", ships, props),
        "wing": among("E321", "wing", wings),
        "ship-wing": ship_wing,
        "order-recipient": recipient,
        "ship-wing-wholeteam": whole_team,
        "ship-wing-team": whole_team,
        "ship-wing-shiponteam-point": on_team_or_point,
        "ship-point": among("E329", "ship or waypoint", ships, points=True),
        "point": among("E329", "waypoint", points=True),
        "ship-wing-point": among("E329", "ship, wing or waypoint", ships, wings, points=True),
        "ship-wing-point-or-none": among(
            "E329", "ship, wing or waypoint", ships, wings, words=("<none>",), points=True
        ),
        "arrival-anchor-all": on_team("E320", "ship or <any TEAM>", ships, players=True, points=False),
        "event-name": referred("E323", "event", names.events, names.repeated_events),
        "goal-name": referred("E324", "goal", names.goals, names.repeated_goals),
        "message": among("E325", "message", names.messages),
        "waypoint-path": among("E328", "waypoint path", names.paths),
        "jump-node-name": among("W354" if wcs else "E331", "jump node", names.jump_nodes),
        "who-from": sender,
        "iff": team,
        "skybox-model-name": skybox,
    }


assert _CREATORS.issubset(CATALOG), "an operator that creates things is missing from the catalog"
