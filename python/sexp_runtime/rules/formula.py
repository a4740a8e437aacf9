"""The protocol of a formula as managers evaluate it, and the interpreted kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Protocol

from sexp_runtime.operators import interpreter
from sexp_runtime.operators.budget import is_paying
from sexp_runtime.operators.building import BuildError, build
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.memory import copy_memory
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.syntax.tree import SexpExpression, SyntaxNode
from sexp_runtime.values import UNKNOWN, Status


class Formula(Protocol):
    """A formula with its memory; all kinds mean the same."""

    @property
    def owner(self) -> str:
        """The owner of the formula, as `event "Name"`."""

    @property
    def operator(self) -> str:
        """The name of the root's operator, "" if there is none."""

    @property
    def status(self) -> Status:
        """The status that the root remembers from the last evaluation (B10)."""

    def evaluate(self) -> int:
        """Evaluate once and return the value; a faulty operator may raise anything."""

    def interpret(self, every: int) -> None:
        """Make one evaluation in `every` by walking the nodes, for profilers of operators; 0 for none."""

    def flush(self) -> None:
        """Forget everything that the formula remembers (D3)."""

    def take_memory(self, other: Any) -> None:
        """Copy what another formula of this kind remembers; both have the same text."""

    def walk(self) -> Iterator[EvalNode]:
        """Yield all runtime nodes in text order; whether they remember anything depends on the kind."""


class InterpretedFormula:
    """A formula evaluated by walking its runtime nodes: the reference."""

    __slots__ = ("_is_paying", "context", "owner", "root")

    def __init__(
        self, expression: SexpExpression | SyntaxNode | EvalNode, context: EvaluationContext, owner: str = ""
    ) -> None:
        """Build the runtime nodes; BuildError if the formula cannot be evaluated."""
        self.context = context
        self.owner = owner or (expression.owner if isinstance(expression, SexpExpression) else "")
        self.root = expression if isinstance(expression, EvalNode) else build(expression, context)
        self._is_paying = is_paying(self.root)

    @property
    def operator(self) -> str:
        """The name of the root's operator."""
        return self.root.name

    @property
    def status(self) -> Status:
        """The root's remembered status (B10)."""
        return self.root.status

    def interpret(self, every: int) -> None:
        """Do nothing: all evaluations walk the nodes."""

    def evaluate(self) -> int:
        """Evaluate once (B10-B15)."""
        if self._is_paying:
            self.context.budget.begin(self.root)
        return interpreter.evaluate(self.context, self.root)

    def flush(self) -> None:
        """Forget what all nodes remember (D3)."""
        interpreter.flush(self.context, self.root)

    def take_memory(self, other: Any) -> None:
        """Copy what another interpreted formula of the same text remembers."""
        if isinstance(other, InterpretedFormula):
            copy_memory(other.root, self.root)

    def walk(self) -> Iterator[EvalNode]:
        """Yield all runtime nodes in text order."""
        return self.root.walk()

    def __repr__(self) -> str:
        return f"InterpretedFormula({self.owner!r})"


class AbsentFormula:
    """Replaces a missing or unusable formula: never true, never known (A44)."""

    __slots__ = ("owner",)
    #: No runtime nodes.
    program: Final = None

    def __init__(self, owner: str = "") -> None:
        self.owner = owner

    @property
    def operator(self) -> str:
        """Always the empty text."""
        return ""

    @property
    def status(self) -> Status:
        """Always UNKNOWN."""
        return UNKNOWN

    def interpret(self, every: int) -> None:
        """Do nothing: there is nothing to walk."""

    def evaluate(self) -> int:
        """Return 0."""
        return 0

    def flush(self) -> None:
        """Do nothing: there is nothing to forget."""

    def take_memory(self, other: Any) -> None:
        """Do nothing: there is nothing to remember."""

    def walk(self) -> Iterator[EvalNode]:
        """Yield nothing."""
        return iter(())


def interpreted(expression: SexpExpression | None, context: EvaluationContext, owner: str) -> Formula:
    """Return an interpreted formula; an absent or unusable one never comes true, with a warning for the latter."""
    if expression is None:
        return AbsentFormula(owner)
    try:
        return InterpretedFormula(expression, context, owner)
    except BuildError as error:
        context.warn(f"{owner}: {error}")
        return AbsentFormula(owner)
