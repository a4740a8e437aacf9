"""The validator: operators, arities, argument types and names of formulas (A40-A44, E)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from sexp_runtime.catalog import CATALOG, CatalogRow, nearest_names
from sexp_runtime.mission.model import Mission
from sexp_runtime.mission.names import MissionNames, is_special
from sexp_runtime.syntax.diagnostics import Diagnostic, make_diagnostic, quoted
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode

_INTEGER = re.compile(r"[-+]?\d+")
#: Argument types that only an expression can fill.
_EXPRESSIONS: Final = frozenset({"null", "ai-goal", "flexible-argument"})
_NUMBERS: Final = frozenset({"number", "positive"})
#: What may stand where the catalog's table of types names no return type: the type depends on another argument.
_EXTRA: Final[Mapping[str, frozenset[str]]] = {
    "ambiguous": frozenset({"number", "positive"}),
    "container-value": frozenset({"number", "positive"}),
    "anything": frozenset({"number", "positive"}),
    "data-or-str-container": frozenset({"number", "positive"}),
    "game-snd": frozenset({"number", "positive"}),
    "fireball": frozenset({"number", "positive"}),
    "weapon-bank-number": frozenset({"number", "positive"}),
}
_CONTAINERS: Final[Mapping[str, str]] = {
    "container-name": "",
    "list-container-name": "list",
    "map-container-name": "map",
}
_SHIP_TYPES: Final = frozenset({"ship", "ship-or-none", "ship-with-bay"})
_SUBSYSTEMS: Final = frozenset(
    {
        "subsystem",
        "subsystem-or-none",
        "subsys-or-generic",
        "rotating-subsystem",
        "translating-subsystem",
        "awacs-subsystem",
    }
)
_NO_DIGITS: Final = str.maketrans("", "", "0123456789")
#: Where a path leads: (path of the operator, its name, argument number) or None at the root.
_Link = tuple["_Link | None", str, int]


class SexpValidator:
    """Checks formulas against the catalog and, given a mission, against its names.

    Made from a Mission, from Symbols (no names are checked then, except containers), or from a dialect.
    """

    def __init__(self, source: Mission | Symbols | Dialect = Dialect.FSO, *, file: str = "") -> None:
        self.names: MissionNames | None = None
        self.file = file
        if isinstance(source, Mission):
            self.dialect = source.dialect
            self.names = MissionNames(source, source.formulas())
            self.file = file or source.file
        elif isinstance(source, Symbols):
            self.dialect = source.dialect
        else:
            self.dialect = source
        self.catalog = CATALOG.dialect_catalog(self.dialect.value)
        self._hints: dict[str, str] = {}
        self._found: list[Diagnostic] = []
        self._owner = ""
        self._checks: Mapping[str, Callable[[str], tuple[str, str] | None]] = (
            _name_checks(self.names) if self.names is not None else {}
        )

    def check(self, expression: SexpExpression) -> list[Diagnostic]:
        """Return the problems of one formula, in text order."""
        self._found = []
        self._owner = expression.owner
        stack: list[tuple[SyntaxNode, _Link | None]] = [(expression.root, None)]
        while stack:
            node, link = stack.pop()
            stack.extend(reversed(self._check_list(node, link)))
        self._found.sort(key=lambda problem: (problem.line, problem.column))
        return self._found

    # -- lists ---------------------------------------------------------------------------------------------------

    def _check_list(self, node: SyntaxNode, link: _Link | None) -> list[tuple[SyntaxNode, _Link]]:
        """Check a list's head and arguments; return the lists below it that are still to check."""
        name = node.operator
        if name is None or name not in self.catalog:
            head = node.children[0] if node.children else node
            shown = name or head.text
            if head.kind is NodeKind.LIST and node.children:
                self._report("E301", "a list stands where an operator is expected", node, link)
            elif node.children:
                self._report("E301", f"unknown operator {quoted(shown)}{self._hint_operator(shown)}", head, link)
            return [
                (child, (link, shown or "()", position))
                for position, child in enumerate(node.children[1:], 1)
                if child.kind is NodeKind.LIST
            ]
        row = self.catalog[name]
        arguments = node.children[1:]
        self._check_arity(row, len(arguments), node, link)
        if name == "cond":
            return self._check_clauses(arguments, link)
        lists: list[tuple[SyntaxNode, _Link]] = []
        ship = ""
        about_other_mission = row.name.startswith("is-previous-")
        for position, argument in enumerate(arguments):
            here = (link, name, position + 1)
            kind = row.argument_type(position)
            if kind is not None and not (about_other_mission and position > 0):
                self._check_argument(kind, argument, here)
                if argument.kind is NodeKind.STRING and argument.variable is None:
                    if kind in _SHIP_TYPES:
                        ship = argument.text.lower()
                    elif kind in _SUBSYSTEMS and ship:
                        self._check_subsystem(ship, argument, here)
            if argument.kind is NodeKind.LIST:
                lists.append((argument, here))
            elif argument.kind is NodeKind.CONTAINER_DATA:
                lists.extend((child, here) for child in argument.walk() if child.kind is NodeKind.LIST)
        return lists

    def _check_arity(self, row: CatalogRow, count: int, node: SyntaxNode, link: _Link | None) -> None:
        if count < row.min_args and row.name != "goals":  # ( goals ) is how editors write no orders
            self._report("E302", f"{row.name} takes {_arguments(row)}, not {count}", node, link)
        elif row.max_args is not None and count > row.max_args:
            self._report("E303", f"{row.name} takes {_arguments(row)}, not {count}", node, link)
        elif row.repeats > 1 and (count - (len(row.args) - row.repeats)) % row.repeats:
            self._report("W310", f"{row.name}: its arguments come in groups of {row.repeats}", node, link)

    def _check_clauses(self, clauses: tuple[SyntaxNode, ...], link: _Link | None) -> list[tuple[SyntaxNode, _Link]]:
        """Check the clauses of cond: each a condition followed by actions (C8)."""
        lists: list[tuple[SyntaxNode, _Link]] = []
        for number, clause in enumerate(clauses, 1):
            here = (link, "cond", number)
            if clause.kind is not NodeKind.LIST:
                self._report("E304", "cond: a clause ( condition actions... ) is expected", clause, here)
                continue
            for position, part in enumerate(clause.children):
                inner = (here, "clause", position)
                self._check_argument("null" if position else "bool", part, inner)
                if part.kind is NodeKind.LIST:
                    lists.append((part, inner))
        return lists

    # -- arguments -----------------------------------------------------------------------------------------------

    def _check_argument(self, kind: str, node: SyntaxNode, link: _Link) -> None:
        what = node.kind
        if what is NodeKind.LIST:
            self._check_expression(kind, node, link)
        elif what is NodeKind.OPERATOR:
            self._report("E307", f"{node.text} is an operator and stands without its parentheses", node, link)
        elif what is NodeKind.CONTAINER_NAME:
            self._check_container(kind, node, link)
        elif kind in _EXPRESSIONS:
            expected = {"null": "an action", "ai-goal": "an AI goal"}.get(kind, "an argument provider")
            self._report("E304", f"{self._place(link)}: {expected} is expected, not {quoted(node.text)}", node, link)
        elif kind == "variable-name":
            if node.variable is None and what is not NodeKind.CONTAINER_DATA and not is_special(node.text):
                self._report_variable(node, link)
        elif kind in _CONTAINERS:
            self._report("E330", f"{self._place(link)}: a container is expected, as &&name", node, link)
        elif node.variable is not None or what is NodeKind.CONTAINER_DATA or is_special(node.text):
            return
        elif kind in _NUMBERS:
            self._check_number(kind, node, link)
        elif kind == "bool":
            if what is NodeKind.STRING:
                self._report("E304", f"{self._place(link)}: a boolean is expected, not {quoted(node.text)}", node, link)
        else:
            check = self._checks.get(kind)
            if check is not None and (problem := check(node.text)) is not None:
                self._report(problem[0], f"{self._place(link)}: {problem[1]}", node, link)

    def _check_expression(self, kind: str, node: SyntaxNode, link: _Link) -> None:
        """Check whether the operator of a list returns what the argument wants."""
        name = node.operator
        if name is None or name not in self.catalog:
            return  # reported where the list itself is checked
        returns = self.catalog[name].returns
        accepts = CATALOG.types[kind].accepts
        if returns in accepts or returns in _EXTRA.get(kind, ()):
            return
        if not accepts and kind not in _EXTRA:
            expected = CATALOG.types[kind].names
            message = f"{self._place(link)}: a {expected} by name is expected, not the expression ( {name} ... )"
            self._report("E308", message, node, link)
            return
        expected = {"null": "an action", "bool": "a boolean", "ai-goal": "an AI goal"}.get(kind, f"a {kind}")
        self._report("E304", f"{self._place(link)}: {expected} is expected, {name} returns {returns}", node, link)

    def _check_number(self, kind: str, node: SyntaxNode, link: _Link) -> None:
        text = node.text
        if text[:1] == "@":
            self._report_variable(node, link)
        elif node.kind is NodeKind.STRING or _INTEGER.fullmatch(text) is None:
            shown = quoted(text) if node.kind is NodeKind.STRING else text[:40]
            self._report("E305", f"{self._place(link)}: a whole number is expected, not {shown}", node, link)
        elif kind == "positive" and text[0] == "-" and int(text[:20]) != 0:
            self._report("E306", f"{self._place(link)}: a number of at least 0 is expected, not {text}", node, link)

    def _report_variable(self, node: SyntaxNode, link: _Link) -> None:
        known = self.names.variables if self.names is not None else ()
        hint = self._hint_name(node.text.lstrip("@").split("[")[0], known)
        self._report("E326", f"{self._place(link)}: no variable {quoted(node.text)}{hint}", node, link)

    def _check_subsystem(self, ship: str, node: SyntaxNode, link: _Link) -> None:
        """Report a subsystem that is nearly one that the file lists for the ship.

        Files list only some of a ship's subsystems, so any other name may be right, and so may one with other digits.
        """
        known = self.names.subsystems.get(ship) if self.names is not None else None
        name = node.text.lower()
        if not known or name in known or is_special(name):
            return
        shape = name.translate(_NO_DIGITS)
        if any(other.translate(_NO_DIGITS) == shape for other in known):
            return
        nearest = nearest_names(name, known.values(), cutoff=0.85)
        if nearest:
            message = f"{self._place(link)}: subsystem {quoted(node.text)} (did you mean {', '.join(nearest)}?)"
            self._report("W327", message, node, link)

    def _check_container(self, kind: str, node: SyntaxNode, link: _Link) -> None:
        if kind == "data-or-str-container":
            return
        if kind not in _CONTAINERS:
            self._report("E304", f"{self._place(link)}: the container &&{node.text} cannot stand here", node, link)
            return
        wanted = _CONTAINERS[kind]
        have = self.names.containers.get(node.text.lower(), "") if self.names is not None else ""
        if wanted and have and have != wanted:
            self._report("E333", f"{self._place(link)}: a {wanted} is expected, {node.text} is a {have}", node, link)

    # -- reporting -----------------------------------------------------------------------------------------------

    def _report(self, code: str, message: str, node: SyntaxNode, link: _Link | None) -> None:
        parts = []
        while link is not None:
            parent, name, position = link
            parts.append(f"{name}[{position}]")
            link = parent
        self._found.append(
            make_diagnostic(
                code,
                message,
                file=self.file,
                line=node.line,
                column=node.column,
                owner=self._owner,
                path="/".join(reversed(parts)),
            )
        )

    @staticmethod
    def _place(link: _Link) -> str:
        return f"{link[1]}, argument {link[2]}"

    def _hint_operator(self, name: str) -> str:
        hint = self._hints.get(name)
        if hint is None:
            if name in CATALOG:
                other = "WCS" if self.dialect is Dialect.FSO else "FSO"
                hint = f" (it exists in the {other} dialect)"
            elif name.lower() in self.catalog:
                hint = f" (names are case-sensitive: {name.lower()})"
            else:
                hint = self._hint_name(name, self.catalog)
            self._hints[name] = hint
        return hint

    @staticmethod
    def _hint_name(name: str, names: Iterable[str]) -> str:
        nearest = nearest_names(name, names)
        return f" (did you mean {', '.join(nearest)}?)" if nearest else ""


def _arguments(row: CatalogRow) -> str:
    return f"{row.arity} argument{'' if row.arity == '1' else 's'}"


def _name_checks(names: MissionNames) -> dict[str, Callable[[str], tuple[str, str] | None]]:
    """Return for each argument type that the mission can judge a function: text -> (code, message) or None."""

    def among(code: str, what: str, *tables: Mapping[str, str]) -> Callable[[str], tuple[str, str] | None]:
        def check(text: str) -> tuple[str, str] | None:
            key = text.lower()
            for table in tables:
                if key in table:
                    return None
            nearest = nearest_names(text, [name for table in tables for name in table.values()])
            hint = f" (did you mean {', '.join(quoted(name) for name in nearest)}?)" if nearest else ""
            return code, f"no {what} {quoted(text)}{hint}"

        return check

    ships, wings, points, paths = names.ships, names.wings, names.points, names.paths
    ship = among("E320", "ship", ships)
    ship_wing = among("E322", "ship or wing", ships, wings)
    anything_placed = among("E329", "ship, wing or waypoint", ships, wings, points, paths)
    teams = names.teams
    checks: dict[str, Callable[[str], tuple[str, str] | None]] = {
        "ship": ship,
        "ship-not-player": ship,
        "ship-with-bay": ship,
        "ship-or-none": ship,
        "prop": among("E320", "prop", names.props, ships),
        "ship-prop": among("E320", "ship or prop", ships, names.props),
        "wing": among("E321", "wing", wings),
        "ship-wing": ship_wing,
        "order-recipient": ship_wing,
        "ship-wing-wholeteam": among("E322", "ship, wing or team", ships, wings, teams),
        "ship-wing-team": among("E322", "ship, wing or team", ships, wings, teams),
        "ship-wing-shiponteam-point": among("E329", "ship, wing, team or waypoint", ships, wings, teams, points, paths),
        "ship-point": among("E329", "ship or waypoint", ships, points, paths),
        "point": among("E329", "waypoint", points, paths),
        "ship-wing-point": anything_placed,
        "ship-wing-point-or-none": anything_placed,
        "event-name": among("E323", "event", names.events),
        "goal-name": among("E324", "goal", names.goals),
        "message": among("E325", "message", names.messages),
        "waypoint-path": among("E328", "waypoint path", paths),
        "jump-node-name": among("E331", "jump node", names.jump_nodes),
    }
    return checks


def validate_mission(mission: Mission) -> list[Diagnostic]:
    """Return the problems of all formulas of a mission, of names that fields refer to, and unused variables."""
    validator = SexpValidator(mission)
    found: list[Diagnostic] = []
    for formula in mission.formulas():
        found.extend(validator.check(formula))
    found.extend(_anchors(mission, validator))
    found.extend(_unused_variables(mission))
    return found


def _anchors(mission: Mission, validator: SexpValidator) -> list[Diagnostic]:
    """Look at the ships that others arrive near or depart into."""
    found = []
    ships = validator.names.ships if validator.names is not None else {}
    for what, rows in (("ship", mission.ships), ("wing", mission.wings)):
        for row in rows:
            for way, anchor in (("arrival", row.arrival.anchor), ("departure", row.departure.anchor)):
                if anchor and not is_special(anchor) and anchor.lower() not in ships:
                    message = f'the {way} anchor "{anchor}" is no ship of the mission'
                    owner = f'{what} "{row.name}"'
                    found.append(make_diagnostic("W231", message, file=mission.file, line=row.line, owner=owner))
    return found


_BY_INDEX = frozenset(
    {
        "get-variable-by-index",
        "set-variable-by-index",
        "copy-variable-from-index",
        "copy-variable-between-indexes",
        "variable-array-get",
        "variable-array-set",
    }
)


def _unused_variables(mission: Mission) -> list[Diagnostic]:
    """Report variables that no formula, message or list names; none where variables are reached by index.

    Variables that live on after the mission, or that other machines see, may be used elsewhere.
    """
    candidates = {
        row.index: row for row in mission.variables if row.persistence == "none" and not row.eternal and not row.network
    }
    if not candidates:
        return []
    texts: list[str] = [message.text for message in mission.messages]
    for formula in mission.formulas():
        for node in formula.root.walk():
            if node.variable is not None:
                candidates.pop(node.variable, None)
            elif node.kind is NodeKind.OPERATOR and node.text in _BY_INDEX:
                return []
            elif node.kind is NodeKind.STRING and ("$" in node.text or "@" in node.text):
                texts.append(node.text)
    for player in mission.players:
        for pair in player.ship_choices + player.weapons:
            texts.extend(pair)
    for ship in mission.ships:
        texts.extend((ship.class_name, ship.cargo, ship.display_name))
    for goal in mission.goals:
        texts.append(goal.message)
    for event in mission.events:
        texts.append(event.objective)
    for stage in mission.debriefing:
        texts.extend((stage.text, stage.recommendation))
    joined = "\n".join(text for text in texts if "$" in text or "@" in text)
    return [
        make_diagnostic(
            "W340", f'the variable "{row.name}" is never used', file=mission.file, line=row.line, owner="variables"
        )
        for row in candidates.values()
        if f"${row.name}" not in joined and f"@{row.name}" not in joined
    ]
