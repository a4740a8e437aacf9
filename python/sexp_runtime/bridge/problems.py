"""What is wrong in the mission, for the game: a few lines in the output, and everything on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sexp_runtime.syntax import Diagnostic

#: Most problems of a mission that are reported one by one.
MOST_PROBLEMS: Final = 20


class MissionProblems:
    """The problems of the mission that was loaded last, or that was refused last."""

    def __init__(self, report: Callable[[str, str], None]) -> None:
        self._report = report
        self._found: list[Diagnostic] = []

    def take(self, file: str, problems: list[Diagnostic]) -> None:
        """Keep the problems of a mission and report them: each error on a line, of warnings only the number."""
        self._found = [problem if problem.file else replace(problem, file=file) for problem in problems]
        lines = list(dict.fromkeys(str(problem) for problem in self._found if problem.is_error))
        for line in lines[:MOST_PROBLEMS]:
            self._report("error", line)
        if len(lines) > MOST_PROBLEMS:
            self._report("error", f"... and {len(lines) - MOST_PROBLEMS} more; get_problems() has them")
        warnings = sum(not problem.is_error for problem in self._found)
        if warnings:
            shown = "1 warning" if warnings == 1 else f"{warnings} warnings"
            self._report("info", f"{shown} in the mission; get_problems() and tools/sexp check list them")

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
