"""The table of actions agrees with the operators as they are registered, and the documentation with the table."""

from __future__ import annotations

from pathlib import Path

import pytest

import sexp_runtime.operators  # noqa: F401 - registers the operators
from sexp_runtime.catalog import CATALOG
from sexp_runtime.cli import main
from sexp_runtime.operators.action_table import ACTION_TABLE, as_markdown, parse_rows
from sexp_runtime.operators.actions import CONDITIONAL, PERFORMED
from sexp_runtime.operators.registry import MEANINGS

PAGE = Path(__file__).resolve().parents[2] / "addons" / "sexp_runtime" / "docs" / "actions.md"
#: Actions whose own functions only prepare what the game gets, or do nothing.
ARRANGED = {"do-nothing", "send-message", "send-message-list", "send-message-chain"}
#: Every operator that returns nothing; what the table has to hold.
RETURN_NOTHING = {name for name in CATALOG if CATALOG[name].returns == "null"}


def test_every_row_is_of_an_operator_that_returns_nothing() -> None:
    assert set(ACTION_TABLE) <= RETURN_NOTHING


def test_every_operator_that_returns_nothing_has_a_row() -> None:
    assert set(ACTION_TABLE) == RETURN_NOTHING


def test_what_is_told_only_has_no_effect() -> None:
    wrong = {}
    for name, row in ACTION_TABLE.items():
        function = MEANINGS[name].function
        changes = name not in CONDITIONAL | ARRANGED and (
            function not in PERFORMED or PERFORMED[function][1] is not None
        )
        if changes is row.sent_only:
            wrong[name] = "is game only, but has an effect" if changes else "has no effect, but is not game only"
    assert wrong == {}


def test_the_page_of_the_documentation_is_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown()
    assert main(["operators", "--actions"]) == 0
    assert capsys.readouterr().out == as_markdown()
    assert main(["operators", "set-cargo"]) == 0
    assert "changes: cargo of a ship" in capsys.readouterr().out


def test_lines_that_are_no_rows() -> None:
    assert [row.name for row in parse_rows("a b | M1 | - |\n\nc | M2 | hull")] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="not a row"):
        list(parse_rows("a | M1"))
