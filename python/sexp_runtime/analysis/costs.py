"""The cost of a formula part by part: its text as a tree, with the measured time and the value of every part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sexp_runtime.monitor.calls import PartTime
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.printer import print_expression
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode

#: Maximum length of the text of a part, and number of parts of a formula that are kept.
LONGEST: Final = 200
MOST_PARTS: Final = 400


@dataclass(slots=True)
class PartCost:
    """One part of a formula.

    text: the operator with the atoms before its first expression. line, column: its place in the file. time: the
    measured evaluations, None if there were none. now: value and facts at the end of the run, "" where there is no
    value. decides: whether the formula has its value because of it. parts: those inside.
    """

    text: str
    line: int
    column: int
    time: PartTime | None = None
    now: str = ""
    decides: bool = False
    parts: list[PartCost] = field(default_factory=list)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, PartCost]]:
        """Yield this part and those inside it with their depth, in text order."""
        yield depth, self
        for part in self.parts:
            yield from part.walk(depth + 1)


@dataclass(slots=True)
class FormulaCost:
    """The parts of one formula. kind, index: which formula of the mission. owner: its name, which others may share."""

    kind: str
    index: int
    owner: str
    root: PartCost


def formula_costs(session: MissionSession, chosen: Sequence[tuple[str, int]]) -> list[FormulaCost]:
    """Return the parts of the formulas of these kinds and indexes, measured by a session in full mode.

    Leaves out formulas that all missions share, such as `( true )`.
    """
    found = []
    for kind, index in chosen:
        root = next(session.formula(kind, index).walk(), None)
        if root is None or root.syntax is None:
            continue
        times = session.monitor.parts(kind, index)
        values: dict[tuple[int, int], tuple[str, bool]] = {}
        for part in session.explain_tree(kind, index).walk():
            values.setdefault((part.line, part.column), (part.result(), part.decides))
        made = _part(root.syntax, times, values, [MOST_PARTS])
        found.append(FormulaCost(kind, index, session.owner_of(kind, index), made))
    return found


def _part(
    node: SyntaxNode, times: dict[tuple[int, int], PartTime], values: dict[tuple[int, int], tuple[str, bool]],
    left: list[int],
) -> PartCost:  # fmt: skip
    left[0] -= 1
    place = (node.line, node.column)
    now, decides = values.get(place, ("", False))
    inner = [child for child in node.arguments if child.kind is NodeKind.LIST]
    leading = node.arguments[: node.arguments.index(inner[0])] if inner else node.arguments
    text = " ".join((node.operator or "", *map(print_expression, leading))).strip()
    part = PartCost(text[:LONGEST], node.line, node.column, times.get(place), now, decides)
    for child in inner:
        if left[0] > 0:
            part.parts.append(_part(child, times, values, left))
    return part
