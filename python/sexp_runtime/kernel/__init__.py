"""What a write does and how a formula is evaluated, as close to the processor as set-up could bring it.

`plain.py` is the description: the same classes in Python, which also serve where nothing is compiled. The parts in
Cython (`*.pxi`) are compiled together with the loops, into `loops/native`. Imports values and loops only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.loops import LANGUAGE

__all__ = ["BoardCore", "ShipCore", "VariablesCore", "WorldCore"]

if TYPE_CHECKING or LANGUAGE != "c":
    from sexp_runtime.kernel.plain import BoardCore, ShipCore, VariablesCore, WorldCore
else:
    from sexp_runtime.loops.native import BoardCore, ShipCore, VariablesCore, WorldCore
