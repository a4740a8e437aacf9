"""The operator catalog: names, arguments and results of the operators of both dialects; data without code."""

from sexp_runtime.catalog.rows import (
    CATALOG,
    OPERATOR_NAMES,
    ArgumentType,
    Catalog,
    CatalogRow,
    DialectCatalog,
    nearest_names,
)

__all__ = [
    "CATALOG",
    "OPERATOR_NAMES",
    "ArgumentType",
    "Catalog",
    "CatalogRow",
    "DialectCatalog",
    "nearest_names",
]
