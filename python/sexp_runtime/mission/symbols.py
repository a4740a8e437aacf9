"""Symbols of the catalog for a dialect, with a mission's variables and containers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sexp_runtime.catalog import CATALOG
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.symbols import Symbols


def make_symbols(
    dialect: Dialect = Dialect.FSO, variables: Sequence[str] = (), containers: Mapping[str, str] | None = None
) -> Symbols:
    """Return the symbols of a dialect's catalog.

    variables: names by table index, "" for an unset slot. containers: name -> "list" or "map" (none in WCS).
    """
    view = CATALOG.dialect_catalog(dialect.value)
    return Symbols(
        view.names,
        aliases=view.aliases,
        variables=variables,
        containers=containers if dialect is Dialect.FSO else None,
        dialect=dialect,
    )
