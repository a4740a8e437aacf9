"""The checker: finds what the original refuses or warns about in a mission (rules Q), and where.

Begin with `validate_mission`. `formulas` walks over a formula; `arguments` checks one argument by its type, with
`containers`, `names` (of the mission) and `words` (fixed sets) for the literals; `operator_rules` holds those of single
operators. `objects`, `orders` and `variables` check the mission beyond its formulas, `potential` finds pitfalls.
It may import the catalog, syntax and the mission's model.
"""

from __future__ import annotations

from collections.abc import Mapping

from sexp_runtime.catalog import CatalogRow
from sexp_runtime.mission.model import Mission
from sexp_runtime.mission.validator.formulas import SexpValidator
from sexp_runtime.mission.validator.objects import check_objects
from sexp_runtime.mission.validator.orders import check_orders
from sexp_runtime.mission.validator.report import Report
from sexp_runtime.mission.validator.variables import check_variables
from sexp_runtime.syntax.diagnostics import Diagnostic

__all__ = ["RefusedMissionError", "SexpValidator", "validate_mission"]


class RefusedMissionError(ValueError):
    """A mission was refused: it cannot be read, or it has errors and loading is strict. `problems` says why."""

    def __init__(self, problems: list[Diagnostic]) -> None:
        self.problems = problems
        errors = [str(problem) for problem in problems if problem.is_error]
        shown = "; ".join(errors[:3]) or "no mission"
        super().__init__(f"{shown}; and {len(errors) - 3} more errors" if len(errors) > 3 else shown)


def validate_mission(mission: Mission, own: Mapping[str, CatalogRow] | None = None) -> list[Diagnostic]:
    """Return the problems of a mission beyond those that reading it found.

    Checks all formulas, initial orders, ships, wings, docking and variables. Each problem has its severity (error:
    the original refuses the mission, or the meaning is lost), code, text, place and owner. `own` are the catalog rows
    of the game's own operators.
    """
    validator = SexpValidator(mission, own=own)
    names = validator.names
    found: list[Diagnostic] = []
    for formula in mission.formulas():
        found.extend(validator.check(formula))
    report = Report(mission.file)
    if names is not None:
        check_orders(mission, names, report)
        check_objects(mission, names, report)
    check_variables(mission, any(problem.code == "W311" for problem in found), report)
    return found + report.found
