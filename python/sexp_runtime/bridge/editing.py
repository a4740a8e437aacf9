"""Data for the editor's mission panel: problems of a text, and operators with their kinds. Runs without a game."""

from __future__ import annotations

from typing import Any

from sexp_runtime.catalog import CATALOG
from sexp_runtime.mission import validate_mission
from sexp_runtime.mission.reader import parse_mission

#: Most problems of one text.
MOST_PROBLEMS = 500


def operators() -> dict[str, str]:
    """Return the kind of each operator by its name in lower case, retired names included."""
    found = {name.lower(): row.kind for name, row in CATALOG.items()}
    found.update({old: found[name] for old, name in CATALOG.aliases.items() if name in found})
    return found


def check(content: bytes, file: str) -> list[dict[str, Any]]:
    """Return the problems of a mission's bytes, in the order of their lines, at most MOST_PROBLEMS.

    Each is a dictionary with severity, code, text, file, line, column (both from 1; 0: none) and owner.
    """
    loaded = parse_mission(content, file=file)
    problems = [*loaded.diagnostics]
    if loaded.is_readable:
        problems += validate_mission(loaded.mission)
    rows = {
        (found.line, found.column, found.code, found.message): {
            "severity": str(found.severity),
            "code": found.code,
            "text": found.message,
            "file": found.file or file,
            "line": found.line,
            "column": found.column,
            "owner": found.owner,
        }
        for found in problems
    }
    return [rows[key] for key in sorted(rows)][:MOST_PROBLEMS]
