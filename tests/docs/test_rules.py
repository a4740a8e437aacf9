"""The rules that docstrings cite: each number leads to a line of the documentation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = sorted((ROOT / "addons/sexp_runtime/docs").glob("rules*.md"))
#: A rule as it is cited: B12, H.3, M12.5, F8b; not a diagnostic's code (E304), which has a letter and three digits.
CITED: Final = re.compile(
    r"(?<![\w.\"'])(?:[A-L]\d{1,2}b?|[BCFH]\.\d|[MN]\d{1,2}(?:\.\d+)?|Q\d{1,2}(?:\.\d+)?|R\d{1,3})(?![\w\"'])"
)
EXPLAINED: Final = re.compile(r"\*\*([A-R]\.?\d+(?:\.\d+)?b?)\*\*(?: to \*\*([A-R])(\d+)(?:\.(\d+))?\*\*)?")
#: Texts that look like a rule's number and are none: keys, shapes of data, units.
NO_RULES: Final = frozenset({"F9", "F1", "F8"})


def explained() -> frozenset[str]:
    """Return every rule that a page explains; a chapter (M12) counts as explained where one of its rules is."""
    found: set[str] = set()
    for page in PAGES:
        for match in EXPLAINED.finditer(page.read_text(encoding="utf-8")):
            first, letter, last, sub = match.groups()
            found.add(first)
            if letter and sub:
                found.update(f"{letter}{last}.{number}" for number in range(int(first.split(".")[1]), int(sub) + 1))
            elif letter:
                found.update(f"{letter}{number}" for number in range(int(first[1:]), int(last) + 1))
    return frozenset(found | {rule.partition(".")[0] for rule in found})


def cited(path: Path) -> set[str]:
    """Return the rules that a module names anywhere in its text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {rule for line in lines for rule in CITED.findall(line)}


SOURCES: Final = sorted((ROOT / "python/sexp_runtime").rglob("*.py"))


def test_there_are_rules_and_citations() -> None:
    assert len(explained()) > 500 and sum(bool(cited(path)) for path in SOURCES) > 60


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT / "python").as_posix())
def test_every_cited_rule_is_explained(path: Path) -> None:
    missing = cited(path) - explained() - NO_RULES
    assert not missing, f"{path.name} cites {sorted(missing)}, which no page of addons/sexp_runtime/docs explains"
