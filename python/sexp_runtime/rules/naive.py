"""The naive engine: every formula on every pass, kept for ever as the oracle that other engines are compared with."""

from __future__ import annotations

from collections.abc import Callable

from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.formula import Formula, interpreted
from sexp_runtime.rules.manager import MissionEventManager
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world.world import World

#: Makes a formula of an expression (None where there is none), with the text that says whose it is.
FormulaFactory = Callable[[SexpExpression | None, EvaluationContext, str], Formula]


class NaiveEventManager(MissionEventManager):
    """The event manager over the formulas of a world's own events and goals, interpreted by default."""

    def __init__(
        self,
        world: World,
        context: EvaluationContext,
        make: FormulaFactory = interpreted,
        *,
        training: bool = False,
        on_request: Callable[[str, int], None] | None = None,
    ) -> None:
        """Build a formula from each event's and goal's definition, which has it as attribute `formula`."""
        super().__init__(
            world,
            context,
            [make(formula_of(event.definition), context, f'event "{event.name}"') for event in world.events],
            [make(formula_of(goal.definition), context, f'goal "{goal.name}"') for goal in world.goals],
            training=training,
            on_request=on_request,
        )


def formula_of(definition: object) -> SexpExpression | None:
    """Return the formula in an event's or goal's definition, None if there is no definition or formula."""
    formula = getattr(definition, "formula", None)
    return formula if isinstance(formula, SexpExpression) else None
