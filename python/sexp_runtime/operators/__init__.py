"""What each operator means: one module a family; importing this package completes MEANINGS."""

from __future__ import annotations

from sexp_runtime.operators import arithmetic, comparison, logic

__all__ = ["arithmetic", "comparison", "logic"]
