"""How long fuzz tests run: bounded in the ordinary test command, longer with SEXP_FUZZ=long or a number of examples."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings


def examples(ordinary: int) -> int:
    """Return the number of examples: `ordinary`, fifty times as many for SEXP_FUZZ=long, or SEXP_FUZZ as a number."""
    wish = os.environ.get("SEXP_FUZZ", "")
    if wish.isdigit():
        return max(1, int(wish))
    return ordinary * 50 if wish == "long" else ordinary


def fuzz(ordinary: int) -> settings:
    """Return settings for a fuzz test: no time limit for one example, no complaint about slow machines."""
    return settings(
        max_examples=examples(ordinary),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
