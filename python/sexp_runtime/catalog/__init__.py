"""The operator catalog: what each operator of both dialects is called, takes and returns; data without code."""

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
