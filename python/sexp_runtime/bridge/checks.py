"""Checks the texts of ad-hoc expressions before they are evaluated, a sound one once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sexp_runtime.mission import SexpValidator
from sexp_runtime.syntax import Severity
from sexp_runtime.syntax.diagnostics import UNKNOWN_OPERATOR
from sexp_runtime.syntax.tree import NodeKind, SexpExpression

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Maximum number of texts that are remembered as checked.
MOST_REMEMBERED: Final = 4096
#: Diagnostics for names that the mission's file does not have; the world may have them by now.
_UNKNOWN_OBJECT: Final = ("E320", "E321", "E322", "E329")


class TextChecker:
    """Checks whether a session can evaluate a text; `report(line)` gets each problem once."""

    def __init__(self, session: MissionSession, report: Callable[[str], None]) -> None:
        self._session = session
        self._report = report
        self._own = session.operators.rows()
        self._validator = SexpValidator(session.mission, own=self._own)
        self._sound: set[str] = set()
        # What is wrong with a text, and how many objects there were then: a ship that it names can come later.
        self._wrong: dict[str, tuple[str, int]] = {}

    def is_sound(self, text: str) -> bool:
        """Return whether the text can be evaluated now."""
        if text in self._sound:
            return True
        own, world = self._session.operators.rows(), self._session.world
        if own != self._own:
            self._own = own
            self._validator = SexpValidator(self._session.mission, own=own)
            self._wrong = {other: (line, -1) for other, (line, _) in self._wrong.items()}
        objects = len(world.ships) + len(world.wings)
        before = self._wrong.get(text, ("", -1))
        if before[1] == objects:
            return False
        parsed = self._session.read_text(text)
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
        if len(self._sound) + len(self._wrong) >= MOST_REMEMBERED:
            self._sound.clear()
            self._wrong.clear()
        if parsed.expression is not None and not wrong:
            self._wrong.pop(text, None)
            self._sound.add(text)
            return True
        line = f"evaluate: {'; '.join(wrong) or 'no expression'}"
        if line != before[0]:
            self._report(line)
        self._wrong[text] = line, objects
        return False

    def _names_of_now(self, expression: SexpExpression) -> set[tuple[int, int]]:
        """Return the places at which the expression names a ship or wing of the world."""
        world = self._session.world
        return {
            (node.line, node.column)
            for node in expression.root.walk()
            if node.kind is NodeKind.STRING and (world.ship(node.text) is not None or node.text.lower() in world.wings)
        }
