"""SexpEvaluator: build and evaluate single formulas with the interpreter."""

from __future__ import annotations

from sexp_runtime.operators.budget import is_paying
from sexp_runtime.operators.building import build
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.interpreter import evaluate, flush
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.syntax.tree import SexpExpression, SyntaxNode


class SexpEvaluator:
    """Evaluates single formulas in a context; defines the reference meaning of the language."""

    def __init__(self, context: EvaluationContext) -> None:
        self.context = context

    def build(self, expression: SexpExpression | SyntaxNode) -> EvalNode:
        """Return the root node of a formula; raises BuildError."""
        return build(expression, self.context)

    def evaluate(self, node: EvalNode) -> int:
        """Evaluate the root node once; its status is in `node.status` afterwards.

        Raises BudgetError for an evaluation that takes more steps than the quotas allow.
        """
        if is_paying(node):
            self.context.budget.begin(node)
        return evaluate(self.context, node)

    def flush(self, node: EvalNode) -> None:
        """Clear everything that the formula remembers (D3)."""
        flush(self.context, node)
