"""Variables: texts of bounded length, their numbers, names, replacement in texts (J1-J3, A22, A23)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.values import atoi
from sexp_runtime.world.facts import FactBoard
from sexp_runtime.world.variables import MAX_TEXT_BYTES, VariableManager, cut_text


@given(text=st.text(max_size=60))
def test_variable_texts_are_cut_to_31_bytes_between_characters(text: str) -> None:
    cut = cut_text(text)
    assert text.startswith(cut) and len(cut.encode()) <= MAX_TEXT_BYTES
    assert cut == text or len(text[: len(cut) + 1].encode()) > MAX_TEXT_BYTES


@given(texts=st.lists(st.text("0123456789 -+ab", max_size=35), max_size=8))
def test_numbers_mirror_texts_and_only_changes_are_announced(texts: list[str]) -> None:
    facts = FactBoard()
    table = VariableManager(facts)
    table.declare("v", "")
    touched: list[object] = []
    facts.observer = touched.append
    for text in texts:
        before = table.text(0)
        announced = len(touched)
        assert table.set_text(0, text) == (cut_text(text) != before)
        assert (len(touched) > announced) == (cut_text(text) != before)
        assert table.number(0) == atoi(table.text(0))


def test_names_are_exact_and_declarations_are_checked() -> None:
    table = VariableManager(FactBoard(), 2)
    assert table.declare("a", 5) == 0
    assert table.index("A") is None
    with pytest.raises(ValueError, match="twice"):
        table.declare("a")
    table.declare("b", "x")
    with pytest.raises(ValueError, match="no room"):
        table.declare("c")
    assert (table.types[:2], table.snapshot()) == (["number", "string"], {"a": "5", "b": "x"})


def test_text_replacement_prefers_the_highest_index_and_does_not_rescan() -> None:
    table = VariableManager(FactBoard())
    table.declare("ship", "$ship")
    table.declare("shipname", "Tug")
    assert table.replace_in("$shipname, $ship, $other, $") == "Tug, $ship, $other, $"
    table.declare("s", "S")
    assert table.replace_in("$shipname") == "Shipname"
