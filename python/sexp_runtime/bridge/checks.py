"""Checks the texts of ad-hoc expressions, each once, before they are evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sexp_runtime.mission import SexpValidator
from sexp_runtime.syntax import ParseResult, Severity
from sexp_runtime.syntax.diagnostics import UNKNOWN_OPERATOR
from sexp_runtime.syntax.tree import NodeKind, SexpExpression

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.world.world import World

#: How many texts are remembered as checked.
MOST_REMEMBERED: Final = 4096
#: Diagnostics for names that the mission's file does not have; the world may have them by now.
_UNKNOWN_OBJECT: Final = ("E320", "E321", "E322", "E329")


class TextChecker:
    """Checks whether the mission's world can evaluate a text, and reports each problem once."""

    def __init__(
        self,
        mission: Mission,
        world: World,
        report: Callable[[str], None],
        parse: Callable[[str], ParseResult],
    ) -> None:
        """`parse` reads a text with the mission's symbols."""
        self._world = world
        self._report = report
        self._known: dict[str, bool] = {}
        self._validator = SexpValidator(mission)
        self._parse = parse

    def is_sound(self, text: str) -> bool:
        """Return whether the text can be evaluated."""
        known = self._known.get(text)
        if known is not None:
            return known
        parsed = self._parse(text)
        problems = list(parsed.diagnostics)
        if parsed.expression is not None and parsed.ok:
            there = self._names_of_now(parsed.expression)
            problems += [
                problem
                for problem in self._validator.check(parsed.expression)
                if problem.code not in _UNKNOWN_OBJECT or (problem.line, problem.column) not in there
            ]
        wrong = [
            str(replace(problem, file=""))
            for problem in problems
            if problem.severity is Severity.ERROR or problem.code in UNKNOWN_OPERATOR
        ]
        sound = parsed.expression is not None and not wrong
        if not sound:
            self._report(f"evaluate: {'; '.join(wrong) or 'no expression'}")
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[text] = sound
        return sound

    def _names_of_now(self, expression: SexpExpression) -> set[tuple[int, int]]:
        """Return the places at which the expression names a ship or wing of the world."""
        world = self._world
        return {
            (node.line, node.column)
            for node in expression.root.walk()
            if node.kind is NodeKind.STRING and (world.ship(node.text) is not None or node.text.lower() in world.wings)
        }
