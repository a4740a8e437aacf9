"""What each operator means: one module a family; importing this package completes MEANINGS."""

from __future__ import annotations

import importlib
from typing import Final

#: The modules that register operators; each is imported below, in this order.
FAMILIES: Final = (
    "arithmetic",
    "comparison",
    "logic",
    "random",
    "conditionals",
    "arguments",
    "argument_sources",
    "strings",
    "variables",
    "containers",
    "timing",
    "events",
)

for _family in FAMILIES:
    importlib.import_module(f"{__name__}.{_family}")
