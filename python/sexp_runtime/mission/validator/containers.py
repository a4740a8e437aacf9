"""Containers as arguments: names, values, items and their modifiers (Q7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.mission.model import ContainerDef
from sexp_runtime.mission.validator.operator_rules import EITHER, KEY_OPERATORS, Scope
from sexp_runtime.mission.validator.report import Link, Report, place
from sexp_runtime.syntax.diagnostics import quoted
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode

if TYPE_CHECKING:
    from sexp_runtime.mission.validator.names import MissionNames

#: Modifiers for a list's item (Q7.6), in lower case, and as shown.
_MODIFIERS: Final = ("Get_First", "Get_Last", "Remove_First", "Remove_Last", "Get_Random", "Remove_Random", "At")
_FOLDED: Final = frozenset(word.lower() for word in _MODIFIERS)


class ContainerChecks:
    """Checks of container names, items and values; see ArgumentChecks."""

    def __init__(self, names: MissionNames | None, report: Report) -> None:
        self.names = names
        self.report = report

    def find(self, name: str) -> ContainerDef | None:
        """Return the mission's container of that name, ignoring case."""
        return self.names.containers.get(name.lower()) if self.names is not None else None

    def name(self, kind: str, node: SyntaxNode, link: Link) -> None:
        """Check a container's name as an argument (Q7.2, Q7.9, Q7.10)."""
        report = self.report.at
        container = self.find(node.text)
        if kind == "data-or-str-container":
            if container is None:
                return
            have = container.key_type if container.kind == "map" else container.data_type
            if have != "string":
                what = "keys" if container.kind == "map" else "data"
                message = f"{place(link)}: candidates are texts, but the {what} of &&{container.name} are numbers"
                report("E335", message, node, link)
        elif kind in ("container-name", "list-container-name", "map-container-name"):
            wanted = kind.removesuffix("container-name").rstrip("-")
            if wanted and container is not None and container.kind != wanted:
                message = f"{place(link)}: expected a {wanted}; {node.text} is a {container.kind}"
                report("E333", message, node, link)
        else:
            report("E304", f"{place(link)}: the container &&{node.text} is not allowed here", node, link)

    def wanted(self, scope: Scope, number: int) -> str | None:
        """Return the type of values at argument `number` (from 1); None if unknown (Q7.3, Q7.4)."""
        container = scope.container
        if container is None or scope.operator is None:
            return None
        name = scope.operator.name
        is_key = name in KEY_OPERATORS or (name == "add-to-map" and number % 2 == 0)
        return container.key_type if is_key and container.kind == "map" else container.data_type

    def literal(self, scope: Scope, node: SyntaxNode, link: Link) -> None:
        """Check a literal as a container's value or key (Q7.3, Q7.4, Q7.11)."""
        wanted = self.wanted(scope, link[2])
        shown = quoted(node.text)
        if wanted is None:
            if scope.dynamic:
                message = f"{place(link)}: a value names the container, so literals are not allowed here: {shown}"
                self.report.at("E335", message, node, link)
            return
        have = "string" if node.kind is NodeKind.STRING else "number"
        if have == wanted:
            return
        expected = "a text in quotes" if wanted == "string" else "a number without quotes"
        message = f"{place(link)}: &&{scope.container.name if scope.container else ''} expects {expected}"
        passes = wanted == "number" and scope.after_number
        self.report.at("W336" if passes else "E335", f"{message}, not {shown}", node, link)

    # -- items ---------------------------------------------------------------------------------------------------

    def item(self, scope: Scope, kind: str, node: SyntaxNode, link: Link) -> None:
        """Check `&container& ( modifier ... )` as an argument (Q7.5 to Q7.8)."""
        report = self.report.at
        if scope.operator is not None and scope.operator.is_provider:
            report("E304", f"{place(link)}: an item of a container cannot be a candidate", node, link)
        container = self.find(node.text)
        if container is not None:
            self.item_type(scope, kind, container, node, link)
            self.modifiers(container, node, link)

    def item_type(self, scope: Scope, kind: str, container: ContainerDef, node: SyntaxNode, link: Link) -> None:
        """Check the data type of the container against the position, as a variable's (Q7.5)."""
        have = container.data_type
        wanted: str | None = "string"
        if kind in ("number", "positive"):
            wanted = "number"
        elif kind == "container-value":
            wanted = self.wanted(scope, link[2])
        elif kind in EITHER:
            return
        elif kind in ("bool", "null", "ai-goal", "flexible-argument", "none", "unused"):
            self.report.at("E304", f"{place(link)}: an item of a container is not allowed here", node, link)
            return
        if wanted is not None and have != wanted:
            message = f"{place(link)}: expected a {wanted}; the data of &&{container.name} are {have}s"
            self.report.at("E335", message, node, link)

    def modifiers(self, container: ContainerDef, node: SyntaxNode, link: Link) -> None:
        """Check the modifiers in the parentheses of an item."""
        report = self.report.at
        here = (link, f"&{container.name}&", 1)
        if not node.children:
            report("E337", f"&{container.name}& must say which item", node, link)
            return
        first = node.children[0]
        for number, child in enumerate(node.children, 1):
            if child.kind is NodeKind.CONTAINER_DATA:
                inner = self.find(child.text)
                if inner is not None:
                    self.modifiers(inner, child, (link, f"&{container.name}&", number))
        if first.kind is NodeKind.CONTAINER_DATA or first.variable is not None:
            return
        if container.kind == "map":
            wanted = NodeKind.STRING if container.key_type == "string" else NodeKind.NUMBER
            if first.kind is not wanted:
                expected = "a text in quotes" if wanted is NodeKind.STRING else "a number without quotes"
                message = f"a key of &&{container.name} is {expected}, not {quoted(first.text)}"
                report("E337", message, first, here)
            elif wanted is NodeKind.NUMBER and first.text != "<argument>" and not _is_number(first.text):
                report("E305", f"a key of &&{container.name} is a whole number, not {quoted(first.text)}", first, here)
            return
        if first.kind is not NodeKind.STRING or first.text.lower() not in _FOLDED:
            message = f"an item of a list is one of {', '.join(_MODIFIERS)}, in quotes, not {quoted(first.text)}"
            report("E337", message, first, here)
        elif first.text.lower() == "at":
            self.index(container, node, (link, f"&{container.name}&", 2))

    def index(self, container: ContainerDef, node: SyntaxNode, link: Link) -> None:
        """Check the number after `At`: a number or number variable, not negative (Q7.6)."""
        if len(node.children) < 2:
            self.report.at("E337", f"&{container.name}&: a number must follow At", node.children[0], link)
            return
        index = node.children[1]
        right = index.kind is NodeKind.NUMBER and (
            index.variable is not None or index.text == "<argument>" or index.text.lstrip("+").isdigit()
        )
        if index.variable is not None and self.names is not None:
            right = self.names.variable_types.get(index.variable, "number") == "number"
        if not right:
            message = f"&{container.name}&: a number of at least 0 must follow At, not {quoted(index.text)}"
            self.report.at("E337", message, index, link)


def _is_number(text: str) -> bool:
    digits = text[1:] if text[:1] in "+-" else text
    return digits == "" or (digits.isascii() and digits.isdigit())
