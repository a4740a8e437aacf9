"""The catalog: names, arities, argument types and dialect differences."""

from __future__ import annotations

import pytest

from sexp_runtime.catalog import CATALOG, OPERATOR_NAMES, nearest_names


def test_counts_of_both_dialects() -> None:
    assert (len(OPERATOR_NAMES), len(CATALOG.fso), len(CATALOG.wcs)) == (699, 685, 440)
    assert len(set(CATALOG.fso) & set(CATALOG.wcs)) == 426


def test_every_row_has_known_argument_types() -> None:
    for view in (CATALOG.fso, CATALOG.wcs):
        for name in view:
            row = view[name]
            assert set(row.args) <= set(CATALOG.types), name
            assert row.repeats <= len(row.args), name
            assert row.max_args is None or row.min_args <= row.max_args, name


def test_arguments_repeat() -> None:
    row = CATALOG["when"]
    assert [row.argument_type(i) for i in range(4)] == ["bool", "null", "null", "null"]
    row = CATALOG["send-message-chain"]
    group = ["who-from", "priority", "message", "positive"]
    assert [row.argument_type(i) for i in range(9)] == ["event-name", *group, *group]
    assert CATALOG["rand"].argument_type(5) is None


def test_wcs_differs_where_it_says_so() -> None:
    assert CATALOG["ai-chase-any"].arity == "1 to 2"
    assert CATALOG.wcs["ai-chase-any"].arity == "1"
    assert "lock-controls" not in CATALOG.fso
    assert "lock-controls" in CATALOG


def test_retired_names() -> None:
    assert CATALOG.aliases["perform-actions"] == "perform-actions-bool-first"
    assert len(CATALOG.aliases) == 16
    assert set(CATALOG.wcs.aliases) < set(CATALOG.aliases)
    assert len(CATALOG.wcs.aliases) == 6


def test_dialect_view_by_name() -> None:
    assert CATALOG.dialect_catalog("wcs") is CATALOG.wcs
    with pytest.raises(ValueError, match="unknown dialect"):
        CATALOG.dialect_catalog("fs1")


def test_nearest_names() -> None:
    assert nearest_names("is-destroied-delay", OPERATOR_NAMES)[0] == "is-destroyed-delay"
    assert nearest_names("xyzzy-plugh-0", OPERATOR_NAMES) == []
