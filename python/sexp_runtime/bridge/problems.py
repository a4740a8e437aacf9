"""The mission's problems, for the game: a few lines in the output, and all of them on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sexp_runtime.syntax import Diagnostic

#: Most problems of a mission that are reported singly.
MOST_PROBLEMS: Final = 20


class MissionProblems:
    """The problems of the mission that was loaded last, or that was refused last."""

    def __init__(self, report: Callable[[str, str], None]) -> None:
        self._report = report
        #: Shows an error at its place in the mission's file, if that is possible; otherwise it is a line of text.
        self.show: Callable[[Diagnostic], None] | None = None
        self._found: list[Diagnostic] = []

    def take(self, file: str, problems: list[Diagnostic]) -> None:
        """Store the problems of a mission and report them: one line for each error, and the number of warnings."""
        self._found = [problem if problem.file else replace(problem, file=file) for problem in problems]
        errors = list({str(problem): problem for problem in self._found if problem.is_error}.values())
        for problem in errors[:MOST_PROBLEMS]:
            if self.show is not None:
                self.show(problem)
            else:
                self._report("error", str(problem))
        if len(errors) > MOST_PROBLEMS:
            self._report("error", f"... and {len(errors) - MOST_PROBLEMS} more; get_problems() has them")
        warnings = sum(not problem.is_error for problem in self._found)
        if warnings:
            shown = "1 warning" if warnings == 1 else f"{warnings} warnings"
            self._report("info", f"{shown} in the mission; get_problems() lists them")

    def as_list(self) -> list[dict[str, Any]]:
        """Return each problem as severity, code, text, file, line, column (0: none) and owner."""
        return [
            {
                "severity": str(problem.severity),
                "code": problem.code,
                "text": problem.message,
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "owner": problem.owner,
            }
            for problem in self._found
        ]
