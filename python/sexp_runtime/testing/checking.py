"""The errors of a mission file, as `sexp check` finds them."""

from __future__ import annotations

from pathlib import Path

from sexp_runtime.mission.reader import load_mission
from sexp_runtime.mission.validator import validate_mission
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.operators.own_tables import read_tables, tables_beside


def mission_errors(path: Path) -> list[str]:
    """Return the errors of a mission file with file and line; omits warnings."""
    load = load_mission(path)
    found = list(load.diagnostics)
    if load.is_readable:
        own = OwnOperators()
        read_tables(own, tables_beside(path))
        found += validate_mission(load.mission, own.rows())
    found.sort(key=lambda problem: (problem.line, problem.column))
    return [str(problem) for problem in found if problem.is_error]
