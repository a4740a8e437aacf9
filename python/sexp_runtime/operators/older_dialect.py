"""WCS status operators have fewer special results than FSO's: those they never return become plain false (K).

The catalog lists the special results of each operator. If WCS has only the temporary NaN, it replaces both kinds.
"""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Final

from sexp_runtime.catalog import CATALOG
from sexp_runtime.operators.registry import MEANINGS, OperatorFunction
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Raw, Status

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.operators.node import EvalNode

#: The modules of operators that read the world's state; arithmetic and logic have their own rules for WCS.
_FAMILIES: Final = (
    "fates",
    "counting",
    "ship_state",
    "cargo",
    "motion",
    "subsystems",
    "weapons",
    "player",
    "training",
)
_STATUSES: Final = {
    "known-true": KNOWN_TRUE,
    "known-false": KNOWN_FALSE,
    "nan": NAN,
    "nan-forever": NAN_FOREVER,
    "cant-eval": CANT_EVAL,
}


def in_older_dialect(function: OperatorFunction, known: frozenset[Status]) -> OperatorFunction:
    """Return the function with special results that WCS lacks replaced in that dialect."""

    @wraps(function)
    def result(ctx: EvaluationContext, node: EvalNode) -> Raw:
        raw = function(ctx, node)
        if ctx.wcs and isinstance(raw, Status) and raw not in known:
            return NAN if raw is NAN_FOREVER and NAN in known else 0
        return raw

    return result


def _apply() -> None:
    modules = {f"{__package__}.{family}" for family in _FAMILIES}
    for name, row in CATALOG.dialect_catalog(Dialect.WCS.value).items():
        meaning = MEANINGS.get(name)
        if meaning is None or meaning.function.__module__ not in modules or row.kind == "action":
            continue
        known = frozenset(_STATUSES[word] for word in row.special_results)
        if not meaning.results <= known:
            MEANINGS[name] = replace(meaning, function=in_older_dialect(meaning.function, known))


_apply()
