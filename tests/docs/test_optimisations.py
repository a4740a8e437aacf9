"""The page of optimisations: each has a reason, a gain and a guard, and names files that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "addons/sexp_runtime/docs/optimisations.md"


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| **")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_each_optimisation_has_reason_gain_and_guard() -> None:
    assert len(rows()) > 10
    for row in rows():
        assert len(row) == 4, row
        assert all(row), row


def test_the_files_that_the_page_names_exist() -> None:
    for row in rows():
        for name in re.findall(r"`([a-z_/]+(?:\.py|\.pxi|\.pyx))`|`(tests/[a-z_]+)`", " ".join(row)):
            place = "".join(name)
            assert (ROOT / place).exists() or (ROOT / "python/sexp_runtime" / place).exists(), place
