"""The kernel: evaluates formulas, writes the fields of ships, draws random numbers and packs recordings.

Begin with docs/kernel.md. `plain*.py` specify all but the evaluation of formulas, in Python, and run where nothing is
compiled; there the interpreter evaluates formulas. In C, `ships.pxi` and `game.pxi` write the fields of ships,
`program.pxi` evaluates formulas, `forms.pxi` argument forms, `performing.pxi` actions, `bounds.pxi` finds how long
movement cannot change a result, `random.pxi` draws, `changes.pxi` packs. All `*.pxi` are compiled with the loops, into
`loops/native`. Imports values, packing and loops only.
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
