"""The length of fuzz tests: short in the ordinary test command; the variable SEXP_FUZZ changes it."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

#: The share of the ordinary examples that `tools/test --fast` runs (SEXP_FUZZ=fast).
FAST_SHARE = 10


def examples(ordinary: int) -> int:
    """Return the number of examples: `ordinary`; for SEXP_FUZZ=fast a tenth, for long 50 times, or the number given."""
    wish = os.environ.get("SEXP_FUZZ", "")
    if wish.isdigit():
        return max(1, int(wish))
    return ordinary * 50 if wish == "long" else in_fast(ordinary)


def in_fast(ordinary: int) -> int:
    """Return how many seeds of a fixed series to play: `ordinary`, a tenth of it for SEXP_FUZZ=fast."""
    return max(1, ordinary // FAST_SHARE) if os.environ.get("SEXP_FUZZ") == "fast" else ordinary


def fuzz(ordinary: int) -> settings:
    """Return settings for a fuzz test: no time limit for one example, no complaint about slow machines."""
    return settings(
        max_examples=examples(ordinary),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
