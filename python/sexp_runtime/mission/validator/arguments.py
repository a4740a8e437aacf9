"""Arguments of operators against their types: expressions, literals, variables and `<argument>` (Q4 to Q6, Q8, Q18)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sexp_runtime.catalog import CATALOG, DialectCatalog
from sexp_runtime.mission.validator.containers import ContainerChecks
from sexp_runtime.mission.validator.names import Lookup, MissionNames, hint
from sexp_runtime.mission.validator.operator_rules import DEMANDED_TYPES, EITHER, Scope
from sexp_runtime.mission.validator.report import Link, Report, place
from sexp_runtime.mission.validator.spelling import one_near
from sexp_runtime.mission.validator.words import WORDS
from sexp_runtime.syntax.diagnostics import quoted
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode

SPECIAL: Final = "<argument>"
#: Maximum number of cached correct literals.
_MOST_REMEMBERED: Final = 100_000
_INTEGER: Final = re.compile(r"[-+]?[0-9]*")
#: Types that accept only expressions, with what they expect in words.
EXPRESSIONS: Final[Mapping[str, str]] = {
    "null": "an action",
    "ai-goal": "an AI goal",
    "flexible-argument": "an argument provider",
}
#: Types of positions that must stay empty (Q3.6).
_NOTHING: Final = frozenset({"none", "unused"})
NUMBERS: Final = frozenset({"number", "positive"})
#: Types that accept a number expression although they are not numbers.
_NUMBER_OR_NAME: Final = frozenset({"game-snd", "fireball"})
#: Finer types of number literals: minimum and maximum value.
_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "docking-count": (1, 2**31),
    "colour-part": (0, 255),
    "goal-priority": (0, 200),
}
#: Types that accept bare numbers as literals, or any kind of literal.
_MAY_BE_NUMBERS: Final = (
    NUMBERS
    | _NUMBER_OR_NAME
    | _RANGES.keys()
    | {"bool", "ambiguous", "anything", "data-or-str-container", "container-value"}
    | {"waypoint-path", "ship-flag", "wing-flag", "subsystem-type"}
)
CONTAINERS: Final[Mapping[str, str]] = {
    "container-name": "",
    "list-container-name": "list",
    "map-container-name": "map",
}


class ArgumentChecks:
    """Checks one argument at a time; adds problems to the report."""

    def __init__(self, names: MissionNames | None, report: Report, dialect: Dialect, catalog: DialectCatalog) -> None:
        self.names = names
        self.report = report
        self.dialect = dialect
        self.catalog = catalog
        self.containers = ContainerChecks(names, report)
        self.lookups: Mapping[str, Lookup] = names.lookups(dialect) if names is not None else {}
        #: Literals found correct; type, quotes and text alone decide.
        self.fine: set[tuple[str, bool, str]] = set()

    def check(self, scope: Scope, kind: str, literal: str, node: SyntaxNode, link: Link) -> None:
        """Check an argument of type `kind`; `literal` is the finer type for literals."""
        what = node.kind
        if what is NodeKind.LIST:
            self.expression(kind, node, link)
        elif what is NodeKind.OPERATOR:
            fix = f"( {node.text} )" if self.catalog[node.text].max_args == 0 else None
            message = f"the operator {node.text} lacks its parentheses"
            self.report.at("E307", message, node, link, fix)
        elif what is NodeKind.CONTAINER_NAME:
            self.containers.name(kind, node, link)
        elif what is NodeKind.CONTAINER_DATA:
            self.containers.item(scope, kind, node, link)
            for part in node.walk():
                if part.text == SPECIAL and part.kind in (NodeKind.STRING, NodeKind.NUMBER):
                    self.special(scope, part, link)
        elif node.variable is not None:
            self.variable(scope, kind, node, link)
        elif node.text == SPECIAL:
            self.special(scope, node, link)
        elif kind == "container-value":
            self.number_token(node, link)
            self.containers.literal(scope, node, link)
        else:
            before = len(self.report.found)
            self.literal(literal, node, link)
            if len(self.report.found) == before:
                if len(self.fine) >= _MOST_REMEMBERED:
                    self.fine.clear()
                self.fine.add((literal, what is NodeKind.STRING, node.text))

    # -- expressions ---------------------------------------------------------------------------------------------

    def expression(self, kind: str, node: SyntaxNode, link: Link) -> None:
        """Check whether the operator of a list returns what the argument wants (Q4)."""
        name = node.operator
        if name is None or name not in self.catalog:
            return  # reported where the list itself is checked
        returns = self.catalog[name].returns
        accepts = CATALOG.types[kind].accepts
        if returns in accepts or (kind in _NUMBER_OR_NAME and returns in NUMBERS):
            return
        if kind == "ambiguous":
            if returns in EXPRESSIONS:
                message = f"{place(link)}: {name} is {EXPRESSIONS[returns]}, whose value has no meaning"
                self.report.at("W312", message, node, link)
        elif kind in _NOTHING:
            self.report.at("E304", f"{place(link)}: no value is allowed here", node, link)
        elif not accepts:
            message = f"{place(link)}: expected {_expected(kind)}, not the expression ( {name} ... )"
            self.report.at("E308", message, node, link)
        else:
            expected = "a boolean" if kind == "bool" else EXPRESSIONS.get(kind, "a number")
            message = f"{place(link)}: expected {expected}; {name} returns {_returned(returns)}"
            self.report.at("E304", message, node, link)

    # -- variables -----------------------------------------------------------------------------------------------

    def variable(self, scope: Scope, kind: str, node: SyntaxNode, link: Link) -> None:
        """Check a variable by its declared type (Q6)."""
        report = self.report.at
        if kind in EXPRESSIONS:
            report("E304", f"{place(link)}: expected {EXPRESSIONS[kind]}, not a variable", node, link)
            return
        if kind in _NOTHING:
            report("E304", f"{place(link)}: no value is allowed here", node, link)
            return
        if self.names is None or kind in EITHER:
            return
        have = self.names.variable_types.get(node.variable if node.variable is not None else -1)
        if have is None:
            return
        if kind == "bool":
            report("E334", f"{place(link)}: expected a boolean, not a {have} variable", node, link)
            return
        wanted: str | None = "string"
        if kind in NUMBERS:
            wanted = "number"
        elif kind == "variable-name":
            wanted = DEMANDED_TYPES.get(scope.operator.name) if scope.operator is not None else None
        elif kind == "container-value":
            wanted = self.containers.wanted(scope, link[2])
        if wanted is not None and have != wanted:
            shown = quoted(node.text)
            report("E334", f"{place(link)}: expected a {wanted} variable; {shown} is a {have}", node, link)

    def unknown_variable(self, node: SyntaxNode, link: Link) -> None:
        """Report anything other than a variable where a variable is expected."""
        known = self.names.variables if self.names is not None else ()
        near = hint(node.text.lstrip("@").split("[")[0], known)
        self.report.at("E326", f"{place(link)}: no variable {quoted(node.text)}{near}", node, link)

    # -- literals ------------------------------------------------------------------------------------------------

    def special(self, scope: Scope, node: SyntaxNode, link: Link) -> None:
        """Check that `<argument>` is below a form that replaces it (Q8.2)."""
        if not scope.inside:
            message = f"{place(link)}: <argument> works only inside a form such as when-argument"
            self.report.at("W342" if self.dialect is Dialect.WCS else "E341", message, node, link)

    def number_token(self, node: SyntaxNode, link: Link) -> bool:
        """Check that a bare token is a whole number, in any position (Q5.1); return whether it is."""
        text = node.text
        if node.kind is not NodeKind.NUMBER or _INTEGER.fullmatch(text) is not None:
            return True
        if text[:1] == "@":
            self.unknown_variable(node, link)
        elif "." in text or "," in text:
            self.report.at("E305", f"{place(link)}: a number must be whole, not {quoted(text)}", node, link)
        else:
            message = f"{place(link)}: without quotes only a whole number is allowed here, not {quoted(text)}"
            self.report.at("E305", message, node, link)
        return False

    def literal(self, kind: str, node: SyntaxNode, link: Link) -> None:
        """Check a number or text against the (finer) argument type (Q5, Q9, Q10, Q18)."""
        report, text = self.report.at, node.text
        is_number = node.kind is NodeKind.NUMBER
        if is_number and not self.number_token(node, link):
            return
        if kind in EXPRESSIONS:
            report("E304", f"{place(link)}: expected {EXPRESSIONS[kind]}, not {quoted(text)}", node, link)
        elif kind in _NOTHING:
            report("E304", f"{place(link)}: no value is allowed here", node, link)
        elif kind == "variable-name":
            self.unknown_variable(node, link)
        elif kind in CONTAINERS:
            near = " (without quotes)" if text.startswith("&&") else ""
            report("E330", f"{place(link)}: expected a container, written as &&name{near}", node, link)
        elif kind in NUMBERS or kind in _RANGES:
            self.number(kind, node, link)
        elif kind == "bool":
            if not is_number:
                report("E304", f"{place(link)}: expected a boolean, not {quoted(text)}", node, link)
        elif is_number and kind == "ssm-class":
            report("W315", f"{place(link)}: name the strike; newer games do not take its number", node, link)
        elif is_number and kind not in _MAY_BE_NUMBERS:
            report("E309", f"{place(link)}: expected {_expected(kind)}, not the number {text}", node, link)
        elif kind == "weapon-bank-number":
            if (bank := _leading_number(text)) >= 4:
                report("E344", f"{place(link)}: a bank has a number from 0 to 3, not {bank}", node, link)
        elif (words := WORDS.get(kind)) is not None:
            if not words.accepts(text):
                code, fix = "E339" if words.severe else "W343", one_near(text, words.words)
                report(code, f"{place(link)}: {words.complaint(text)}", node, link, fix)
        elif (lookup := self.lookups.get(kind)) is not None and (problem := lookup(text)) is not None:
            report(problem[0], f"{place(link)}: {problem[1]}", node, link, problem[2])

    def number(self, kind: str, node: SyntaxNode, link: Link) -> None:
        """Check a literal where a number is expected (Q5.3 to Q5.11)."""
        report, text = self.report.at, node.text
        if node.kind is NodeKind.STRING:
            report("E305", f"{place(link)}: expected a whole number, not the text {quoted(text)}", node, link)
            return
        if kind == "positive":
            if text[0] == "-":
                report("E306", f"{place(link)}: expected a number of at least 0, not {text}", node, link)
            return
        bounds = _RANGES.get(kind)
        if bounds is None:
            return
        value = int(text[:20]) if text.strip("+-") else 0
        least, largest = bounds
        if least <= value <= largest and not text.startswith("-"):
            return
        if kind == "goal-priority" and value > largest:
            report("W345", f"{place(link)}: the maximum of a priority is {largest}, not {text}", node, link)
        elif text.startswith("-"):
            report("E306", f"{place(link)}: expected a number of at least {least}, not {text}", node, link)
        else:
            expected = f"at least {least}" if kind == "docking-count" else f"from {least} to {largest}"
            report("E344", f"{place(link)}: expected a number {expected}, not {text}", node, link)


def _expected(kind: str) -> str:
    """Return what an argument type expects, for a message."""
    if kind == "weapon-bank-number":
        return "the number of a bank in quotes"
    names = CATALOG.types[kind].names if kind in CATALOG.types else ""
    if names in ("", "enum", "any", "asset", "string", "none", "number/string", "number/enum"):
        names = kind.replace("-", " ")
    if names in ("string", "cargo"):
        return "a text"
    article = "an" if names[0] in "aeiou" else "a"
    return f"{article} {names.replace('/', ' or ')} by name"


def _returned(returns: str) -> str:
    """Return a return type in words."""
    return {"null": "nothing, it acts", "bool": "a boolean", "ai-goal": "an AI goal"}.get(
        returns, "a number" if returns in NUMBERS else "candidates for <argument>"
    )


def _leading_number(text: str) -> int:
    """Return the whole number at the start of a text, 0 without one, like C's atoi."""
    match = _INTEGER.match(text.lstrip())
    return int(match[0][:20]) if match is not None and match[0].strip("+-") else 0
