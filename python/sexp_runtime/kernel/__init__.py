"""What a write does and how a formula is evaluated, as close to the processor as set-up could bring it.

Begin with `plain.py`: the fields of ships, the variables and the board of facts that compiled code reaches, in Python;
it also serves where nothing is compiled. `nodes.pxi` and `program.pxi` evaluate formulas, `forms.pxi` argument forms
over a set of candidates, `geometry.pxi` finds what names stand for, `random.pxi` draws random numbers, `changes.pxi`
packs what is recorded. Where nothing is compiled the interpreter evaluates formulas. All parts in Cython are
compiled with the loops, into `loops/native`. Imports values, packing and loops only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.kernel.plain import Op, Reading
from sexp_runtime.loops import LANGUAGE

__all__ = [
    "LANGUAGE", "Act", "ActionCount", "ActionProgram", "Assignment", "BoardCore", "ChangeLog", "ClockCore",
    "ContextCore", "Course", "Distance", "FormProgram", "Hits", "Leaf", "MersenneTwister", "Op", "Place", "Program",
    "Reading", "ShipCore", "Step", "Strength", "TapCore", "VariablesCore", "WorldCore", "move_all", "use_cosines",
]  # fmt: skip

if TYPE_CHECKING or LANGUAGE == "c":
    from sexp_runtime.loops.native import (
        Act,
        ActionCount,
        ActionProgram,
        Assignment,
        BoardCore,
        ChangeLog,
        ClockCore,
        ContextCore,
        Course,
        Distance,
        FormProgram,
        Hits,
        Leaf,
        MersenneTwister,
        Place,
        Program,
        ShipCore,
        Step,
        Strength,
        TapCore,
        VariablesCore,
        WorldCore,
        move_all,
        use_cosines,
    )  # fmt: skip
else:
    from sexp_runtime.kernel.plain import (
        ActionCount,
        BoardCore,
        ClockCore,
        ContextCore,
        ShipCore,
        VariablesCore,
        WorldCore,
    )
    from sexp_runtime.kernel.plain_changes import ChangeLog, TapCore
    from sexp_runtime.kernel.plain_game import Course, Hits, Strength, move_all
    from sexp_runtime.kernel.plain_random import MersenneTwister
