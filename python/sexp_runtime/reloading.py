"""Reload: reads and checks a changed mission file for a running session.

Time, values of variables, present ships, outcomes of events and goals, and what unchanged formulas remember stay.
Everything else follows the file, or is named in `Reloaded.left_out`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sexp_runtime.mission.reader import parse_mission
from sexp_runtime.mission.source import MAX_BYTES
from sexp_runtime.mission.validator import validate_mission

if TYPE_CHECKING:
    from sexp_runtime.catalog import CatalogRow
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.mission.reader import MissionLoad
    from sexp_runtime.syntax.diagnostics import Diagnostic
    from sexp_runtime.world.mission_changes import WorldChanges

#: Most problems and changes in one sentence.
_SHOWN: Final = 5


class ReloadError(ValueError):
    """A file that cannot replace that of the running mission, which stays as it was."""


@dataclass(slots=True)
class Reloaded:
    """The result of a reload, for people: what was applied, and what must wait for a new start and why."""

    applied: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, changes: WorldChanges) -> Reloaded:
        """Return the result for the changes that a world has taken over."""
        return cls(changes.applied, changes.left_out)

    def __str__(self) -> str:
        if not self.applied and not self.left_out:
            return "the file has not changed"
        number = len(self.applied)
        more = f" and {number - _SHOWN} more" if number > _SHOWN else ""
        applied = f": {'; '.join(self.applied[:_SHOWN])}{more}" if number else ""
        left = len(self.left_out)
        waiting = f"; {left} {'change has' if left == 1 else 'changes have'} to wait" if left else ""
        return f"{number} {'change' if number == 1 else 'changes'} applied{applied}{waiting}"


def read_changed(content: bytes, old: Mission) -> MissionLoad:
    """Return the mission in a file's content; raises ReloadError if it holds none."""
    if len(content) > MAX_BYTES:
        raise ReloadError(f"the file is larger than {MAX_BYTES} bytes")
    loaded = parse_mission(content, file=old.file, dialect=old.dialect)
    if not loaded.is_readable:
        raise ReloadError(_shown([str(problem) for problem in loaded.diagnostics]) or "this is not a mission")
    return loaded


def check_changed(
    content: bytes, old: Mission, known: Iterable[Diagnostic], operators: Mapping[str, CatalogRow] | None
) -> None:
    """Raise ReloadError if a file's content holds no mission, or has errors that are not among the `known` ones.

    `operators` are the rows of operators that the game adds.
    """
    loaded = read_changed(content, old)
    problems = [*loaded.diagnostics, *validate_mission(loaded.mission, operators)]
    seen = {(problem.code, problem.message, problem.owner) for problem in known}
    wrong = [
        str(problem)
        for problem in problems
        if problem.is_error and (problem.code, problem.message, problem.owner) not in seen
    ]
    if wrong:
        raise ReloadError(_shown(wrong))


def _shown(lines: list[str]) -> str:
    more = f"; and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return "; ".join(lines[:_SHOWN]) + more
