"""Runtime nodes: the formula as the evaluator walks it; they remember statuses between passes."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from sexp_runtime.operators.registry import MEANINGS, OperatorFunction, OperatorMeaning
from sexp_runtime.syntax.tree import SyntaxNode
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, UNKNOWN, Raw, Status

#: The status of the first argument of a `rand` that has drawn its number (I2); no operator returns it.
DRAWN: Final = Status("DRAWN")

#: Operators that open an argument form: nodes in and below them are not trapped (B11) and own candidates (C.2).
ARGUMENT_FORMS: Final = frozenset({"when-argument", "every-time-argument"})


class EvalKind(Enum):
    """The kind of a runtime node."""

    OPERATOR = "operator"  #: runs `spec.function`
    WRAPPER = "wrapper"  #: an expression as an argument: the list node around `inner` (A35), None for `( )` (A38)
    CLAUSE = "clause"  #: a clause of `cond`; its elements are `args`
    ATOM = "atom"  #: a literal, variable, placeholder or `&&container` name
    CONTAINER_DATA = "container data"  #: `&name& ( modifiers )`; `args` are the modifiers (A30)


def _no_operator(ctx: Any, node: EvalNode) -> Raw:
    raise TypeError(f"{node!r} is not an operator")


class EvalNode:
    """One node with everything that the original remembers in it.

    - `status`: the special result or truth remembered from the last evaluation (B10)
    - `args`: argument nodes of an operator, elements of a clause, modifiers of container data
    - `text`, `literal`: an atom's text and the number in it; `rand` overwrites both (I2)
    - `call`: the function that runs the operator: `spec.function`, or an engine's wrapper around it
    - `variable`: index in the variable table if the atom is a variable (A22)
    - `form`: the operator node of the nearest enclosing argument form, found as in the original (C33)
    - `traps`: whether known statuses end an evaluation at once (B11)
    - `valid`, `selected`: a candidate's flags (C26, C30); a flush leaves them alone
    - `cache`: the first value read from a candidate atom through the placeholder (D7)
    - `looked_up`, `lookup`: whether a candidate's text was looked up as a variable's name, and the result (C40)
    - `choice`: the valid candidates of a provider, None if they must be looked up again
    - `subtree`: this node and all below it, after their first flush together
    - `size`: the number of nodes of the subtree, 0 until they are counted
    - `memory`: start of an `is-true-for-duration` (D10), in fixed-point seconds
    """

    __slots__ = (
        "args",
        "cache",
        "call",
        "choice",
        "form",
        "has_placeholder",
        "inner",
        "is_name",
        "is_placeholder",
        "kind",
        "literal",
        "looked_up",
        "lookup",
        "memory",
        "name",
        "selected",
        "size",
        "spec",
        "status",
        "subtree",
        "syntax",
        "text",
        "traps",
        "valid",
        "variable",
    )

    def __init__(self, kind: EvalKind, syntax: SyntaxNode | None = None, text: str = "") -> None:
        self.kind = kind
        self.syntax = syntax
        self.text = text
        self.literal = 0
        self.name = ""
        self.args: list[EvalNode] = []
        self.inner: EvalNode | None = None
        self.spec: OperatorMeaning | None = None
        self.call: OperatorFunction = _no_operator
        self.variable: int | None = None
        self.is_placeholder = False
        self.is_name = False
        self.has_placeholder = False
        self.form: EvalNode | None = None
        self.traps = True
        self.status: Status = UNKNOWN
        self.valid = True
        self.selected = False
        self.cache: tuple[str, Any] | None = None
        self.looked_up = False
        self.lookup: int | None = None
        self.choice: Any = None
        self.size = 0
        self.subtree: tuple[EvalNode, ...] | None = None
        self.memory: int | None = None

    def arg(self, position: int) -> EvalNode | None:
        """Return the argument at position, counted from 0, or None if there are fewer."""
        return self.args[position] if position < len(self.args) else None

    @property
    def head(self) -> EvalNode:
        """The operator node of an expression argument; the node itself for anything else."""
        return self.inner if self.inner is not None else self

    @property
    def is_expression(self) -> bool:
        """Whether this argument is an expression, so that its head has its own status."""
        return self.inner is not None

    def walk(self) -> Iterator[EvalNode]:
        """Yield this node and all below it, in text order; the shared true and false nodes come once per use."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.args))
            if node.inner is not None:
                stack.append(node.inner)

    def __repr__(self) -> str:
        return f"EvalNode({self.kind.value}, {self.name or self.text!r}, {self.status})"


def constant_node(name: str, status: Status) -> EvalNode:
    """Return the shared node of all `( true )` or of all `( false )` (A37)."""
    node = EvalNode(EvalKind.OPERATOR, None, name)
    node.name = name
    node.spec = MEANINGS[name]
    node.call = node.spec.function
    node.status = status
    return node


class ConstantNodes:
    """The shared nodes of `( true )` and `( false )`, one pair for all formulas of a mission (A37)."""

    __slots__ = ("false", "true")

    def __init__(self) -> None:
        self.true = constant_node("true", KNOWN_TRUE)
        self.false = constant_node("false", KNOWN_FALSE)
