"""The walk over a formula: heads, numbers of arguments, clauses, roots, and each argument by its type (Q2 to Q12)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sexp_runtime.catalog import CATALOG, CatalogRow, nearest_names
from sexp_runtime.mission.model import Mission
from sexp_runtime.mission.validator.arguments import CONTAINERS, EXPRESSIONS, NUMBERS, SPECIAL, ArgumentChecks
from sexp_runtime.mission.validator.names import MissionNames, is_special
from sexp_runtime.mission.validator.operator_rules import SUBSYSTEMS, OperatorRules, Scope
from sexp_runtime.mission.validator.potential import PotentialIssues
from sexp_runtime.mission.validator.report import Link, Report, place
from sexp_runtime.mission.validator.spelling import misspelt_operators
from sexp_runtime.mission.validator.words import GENERIC_SUBSYSTEMS
from sexp_runtime.syntax.diagnostics import Diagnostic, quoted
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode

#: Valid names of operators that script tables define (Q2.2).
_PLAUSIBLE: Final = re.compile(r"[A-Za-z_][\w'!?*+./<>=:-]*")
_NO_DIGITS: Final = str.maketrans("", "", "0123456789")
#: A list still to check: its node, its place, and whether `<argument>` has a meaning there.
_Open = tuple[SyntaxNode, "Link | None", bool]


class SexpValidator:
    """Checks formulas against the catalog and, given a mission, against its names.

    Made from a Mission, from Symbols or from a dialect; the latter two check neither names nor types of variables.
    """

    def __init__(
        self,
        source: Mission | Symbols | Dialect = Dialect.FSO,
        *,
        file: str = "",
        own: Mapping[str, CatalogRow] | None = None,
    ) -> None:
        self.names: MissionNames | None = None
        self.report = Report(file)
        if isinstance(source, Mission):
            self.dialect = source.dialect
            self.names = MissionNames(source)
            self.report = Report(file or source.file)
        elif isinstance(source, Symbols):
            self.dialect = source.dialect
        else:
            self.dialect = source
        self.catalog = CATALOG.dialect_catalog(self.dialect.value)
        #: The game's own operators.
        self.own: Mapping[str, CatalogRow] = own or {}
        self.arguments = ArgumentChecks(self.names, self.report, self.dialect, self.catalog)
        self.potential = PotentialIssues(source, self.report) if isinstance(source, Mission) else None
        self._rules: dict[str, OperatorRules] = {}
        self._unknown: dict[str, tuple[str, str, str | None]] = {}

    def check(self, expression: SexpExpression) -> list[Diagnostic]:
        """Return the problems of one formula, in text order."""
        report = self.report
        found: list[Diagnostic] = []
        report.found = found
        report.owner = expression.owner
        self._check_root(expression)
        stack: list[_Open] = [(expression.root, None, False)]
        while stack:
            node, link, inside = stack.pop()
            stack.extend(reversed(self._check_list(node, link, inside)))
        found.sort(key=lambda problem: (problem.line, problem.column))
        return found

    def _check_root(self, expression: SexpExpression) -> None:
        """Check what the whole formula returns; the game accepts anything (Q4.12)."""
        wanted = _root_type(expression.owner)
        name = expression.root.operator
        if not wanted or name is None or name not in self.catalog:
            return
        returns = self.catalog[name].returns
        if returns != wanted:
            expected = "an action, as when" if wanted == "null" else "a boolean"
            message = f"the formula should be {expected}; {name} is something else"
            self.report.at("W313", message, expression.root)

    # -- lists ---------------------------------------------------------------------------------------------------

    def _check_list(self, node: SyntaxNode, link: Link | None, inside: bool) -> list[_Open]:
        """Check a list's head and arguments; return the lists below it that are still to check."""
        name = node.operator
        if name is None and self.own and node.children and node.children[0].text in self.own:
            name = node.children[0].text
        row_of = self.own if name in self.own else self.catalog
        if name is None or name not in row_of:
            return self._check_unknown(node, link)
        rules = self._rules.get(name)
        if rules is None:
            rules = self._rules[name] = OperatorRules(row_of[name])
        arguments = node.children[1:]
        row = rules.row
        count = len(arguments)
        if count < row.min_args or (row.max_args is not None and count > row.max_args) or row.repeats:
            self._check_count(row, count, node, link)
        inside = inside or rules.is_form
        if name == "cond":
            return self._check_clauses(arguments, link, inside)
        checks = self.arguments
        fine = checks.fine
        types, literals = rules.types, rules.literals
        size = len(types)
        scope = Scope(rules, inside)
        lists: list[_Open] = []
        for position, argument in enumerate(arguments):
            what = argument.kind
            slot: int | None = position
            if position >= size or row.max_args is not None:
                slot = rules.slot(position)
            if slot is not None:
                literal = literals[slot]
                is_text = what is NodeKind.STRING
                if (
                    argument.variable is not None
                    or not (is_text or what is NodeKind.NUMBER)
                    or (literal, is_text, argument.text) not in fine
                ):
                    here = (link, name, position + 1)
                    kind = types[slot]
                    checks.check(scope, kind, literal, argument, here)
                    if kind in CONTAINERS:
                        scope.container = checks.containers.find(argument.text)
                        scope.dynamic = what is not NodeKind.CONTAINER_NAME
                        if scope.dynamic:
                            scope.container = None
            if what is NodeKind.LIST:
                lists.append((argument, (link, name, position + 1), inside))
                scope.after_number = self._is_number(argument)
            elif what is NodeKind.NUMBER:
                scope.after_number = slot is None or types[slot] != "bool"
            elif what is NodeKind.CONTAINER_DATA:
                here = (link, name, position + 1)
                lists.extend((part, here, inside) for part in argument.walk() if part.kind is NodeKind.LIST)
        if rules.names_subsystems:
            self._check_subsystems(rules, arguments, link)
        if self.potential is not None:
            self.potential.look(name, arguments, node, link)
        return lists

    def _is_number(self, node: SyntaxNode) -> bool:
        name = node.operator
        return name is not None and name in self.catalog and self.catalog[name].returns in NUMBERS

    def _check_count(self, row: CatalogRow, count: int, node: SyntaxNode, link: Link | None) -> None:
        """Check the number of arguments (Q3)."""
        report = self.report.at
        if count < row.min_args:
            if row.name != "goals":  # editors write ( goals ) for no orders; see the checks of orders
                report("E302", f"{row.name} takes {_arguments(row)}, not {count}", node, link)
        elif row.max_args is not None and count > row.max_args:
            report("E303", f"{row.name} takes {_arguments(row)}, not {count}", node, link)
        elif row.repeats > 1 and (count - (len(row.args) - row.repeats)) % row.repeats:
            report("W310", f"{row.name}: its arguments come in groups of {row.repeats}", node, link)
        elif row.name == "add-to-map" and count % 2 == 0:
            report("W310", "add-to-map: its last key has no value", node, link)

    def _check_clauses(self, clauses: tuple[SyntaxNode, ...], link: Link | None, inside: bool) -> list[_Open]:
        """Check the clauses of cond: each a condition followed by actions (Q12)."""
        lists: list[_Open] = []
        scope = Scope(None, inside)
        for number, clause in enumerate(clauses, 1):
            here = (link, "cond", number)
            parts = clause.children
            if clause.kind is not NodeKind.LIST or (parts and parts[0].kind is NodeKind.OPERATOR):
                self.report.at("E304", "cond: expected a clause ( condition actions... )", clause, here)
                if parts:
                    lists.append((clause, here, inside))
                continue
            if not parts:
                self.report.at("E115", "cond: an empty clause", clause, here)
            for position, part in enumerate(parts):
                inner = (here, "clause", position)
                kind = "null" if position else "bool"
                self.arguments.check(scope, kind, kind, part, inner)
                if part.kind is NodeKind.LIST:
                    lists.append((part, inner, inside))
        return lists

    # -- heads ---------------------------------------------------------------------------------------------------

    def _check_unknown(self, node: SyntaxNode, link: Link | None) -> list[_Open]:
        """Report a list without an operator of the dialect as head (Q2.2, Q2.6, Q2.7); return the lists in it.

        Below it `<argument>` is not checked: the unknown operator may give it a meaning.
        """
        report = self.report.at
        if not node.children:
            report("E115", "expected an expression, not an empty list", node, link)
            return []
        head = node.children[0]
        if head.kind is NodeKind.LIST:
            report("E301", "expected an operator, not a list", node, link)
        elif head.kind is NodeKind.OPERATOR or (
            head.kind is NodeKind.NUMBER and head.variable is None and _PLAUSIBLE.fullmatch(head.text) is not None
        ):
            code, near, fix = self._judge_operator(head.text)
            report(code, f"unknown operator {quoted(head.text)}{near}", head, link, fix)
        else:
            report("E301", f"expected an operator, not {quoted(head.text)}", head, link)
        name = head.text or "()"
        first = 0 if head.kind is NodeKind.LIST else 1
        return [
            (child, (link, name, position), True)
            for position, child in enumerate(node.children)
            if position >= first and child.kind is NodeKind.LIST
        ]

    def _judge_operator(self, name: str) -> tuple[str, str, str | None]:
        """Return code, hint and correction for an unknown operator: an error if it looks misspelt (Q2.2, Q2.3)."""
        known = self._unknown.get(name)
        if known is None:
            if name in CATALOG:
                other = "WCS" if self.dialect is Dialect.FSO else "FSO"
                known = "E301", f" (it exists in the {other} dialect)", None
            elif name.lower() in self.catalog:
                known = "E301", f" (names are case-sensitive: {name.lower()})", name.lower()
            elif near := misspelt_operators(name):
                fix = near[0] if len(near) == 1 and near[0] in self.catalog else None
                known = "E301", f" (did you mean {', '.join(near[:3])}?)", fix
            else:
                like = nearest_names(name, CATALOG.dialect_catalog(self.dialect.value), limit=1, cutoff=0.8)
                hint = f"; the most similar one is {like[0]}" if like else ""
                known = "W311", f": no operator of the game is called so{hint}; scripts may define it", None
            self._unknown[name] = known
        return known

    # -- subsystems ----------------------------------------------------------------------------------------------

    def _check_subsystems(self, rules: OperatorRules, arguments: tuple[SyntaxNode, ...], link: Link | None) -> None:
        """Check subsystems and the arguments that name their ships (Q8.5, Q9.13)."""
        for position, argument in enumerate(arguments):
            slot = rules.slot(position)
            kind = rules.types[slot] if slot is not None else ""
            if kind not in SUBSYSTEMS or argument.kind is not NodeKind.STRING:
                continue
            if argument.variable is not None or argument.text == SPECIAL:
                continue
            here = (link, rules.name, position + 1)
            name = argument.text.lower()
            if name in GENERIC_SUBSYSTEMS and kind == "subsys-or-generic":
                continue
            if name == "<none>" and kind == "subsystem-or-none":
                continue
            if is_special(name):
                message = f"{place(here)}: {quoted(argument.text)} is not allowed as a subsystem here"
                self.report.at("E332", message, argument, here)
                continue
            of_ship = rules.ship_position(position)
            if of_ship >= len(arguments):
                continue
            ship = arguments[of_ship]
            there = (link, rules.name, of_ship + 1)
            if ship.kind is NodeKind.NUMBER and ship.text == SPECIAL:
                code = "W342" if self.dialect is Dialect.WCS else "E341"
                message = f"{place(there)}: <argument> must be in quotes where it names a subsystem's ship"
                self.report.at(code, message, ship, there)
            elif ship.kind is NodeKind.STRING and ship.variable is None and ship.text != SPECIAL:
                self._check_subsystem(kind, ship, there, argument, here)

    def _check_subsystem(self, kind: str, ship: SyntaxNode, there: Link, node: SyntaxNode, here: Link) -> None:
        """Report a likely misspelling of a subsystem that the file lists for the ship, or an unknown ship.

        Files list only some of a ship's subsystems, so any other name may be correct, also one with other digits.
        """
        names = self.names
        if names is None:
            return
        key = ship.text.lower()
        if key not in names.ships:
            reported = any((found.line, found.column) == (ship.line, ship.column) for found in self.report.found)
            if kind != "subsystem-or-none" and not reported:
                message = f"{place(there)}: no ship {quoted(ship.text)} whose subsystem could be meant"
                self.report.at("E320", message, ship, there)
            return
        known = names.subsystems.get(names.ships[key].lower())
        name = node.text.lower()
        if not known or name in known or name in ("hull", "simulated hull", "shields"):
            return
        shape = name.translate(_NO_DIGITS)
        if any(other.translate(_NO_DIGITS) == shape for other in known):
            return
        nearest = nearest_names(name, known.values(), cutoff=0.85)
        if nearest:
            message = f"{place(here)}: subsystem {quoted(node.text)} (did you mean {', '.join(nearest)}?)"
            self.report.at("W327", message, node, here)


def _arguments(row: CatalogRow) -> str:
    return f"{row.arity} argument{'' if row.arity == '1' else 's'}"


def _root_type(owner: str) -> str:
    """Return the expected return type of a formula, by its owner; "" for any type (Q1.6)."""
    if owner.startswith("event"):
        return "null"
    if owner.startswith(("goal", "arrival cue", "departure cue", "debriefing stage", "briefing formula")):
        return "bool"
    return ""


assert EXPRESSIONS.keys() <= CATALOG.types.keys()
