"""The naive engine: evaluates every formula on every pass. It is the oracle to which other engines are compared."""

from __future__ import annotations

from collections.abc import Callable

from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.formula import Formula, interpreted
from sexp_runtime.rules.manager import MissionEventManager
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world.world import World

#: Makes a formula from an expression (None if there is none) and the name of its owner.
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
        """Build the formula of each event and goal from the attribute `formula` of its definition."""
        super().__init__(
            world,
            context,
            [make(formula_of(event.definition), context, f'event "{event.name}"') for event in world.events],
            [make(formula_of(goal.definition), context, f'goal "{goal.name}"') for goal in world.goals],
            training=training,
            on_request=on_request,
        )


def formula_of(definition: object) -> SexpExpression | None:
    """Return the formula in the definition of an event or goal, None if it has no definition or formula."""
    formula = getattr(definition, "formula", None)
    return formula if isinstance(formula, SexpExpression) else None
