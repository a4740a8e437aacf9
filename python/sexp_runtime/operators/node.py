"""Runtime nodes: built once from a syntax tree for evaluation; they remember statuses between passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.operators.registry import MEANINGS, OperatorFunction, OperatorMeaning
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, UNKNOWN, Raw, Status, atoi

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: The placeholder for the current candidate (A39).
PLACEHOLDER: Final = "<argument>"
#: Maximum nesting of lists in a formula; building refuses deeper formulas, which would overflow the stack.
MAX_DEPTH: Final = 250
#: The status of the first argument of a `rand` that has drawn its number (I2); no operator returns it.
DRAWN: Final = Status("DRAWN")

#: Operators that open an argument form: nodes in and below them are not trapped (B11) and own candidates (C.2).
ARGUMENT_FORMS: Final = frozenset({"when-argument", "every-time-argument"})


class BuildError(ValueError):
    """A formula that cannot be evaluated: it has no list at the top or an empty list, or nests too deeply."""


class EvalKind(Enum):
    """The kind of a runtime node."""

    OPERATOR = "operator"  #: runs `spec.function`
    WRAPPER = "wrapper"  #: an expression as an argument: the list node around `inner` (A35), None for `( )` (A38)
    CLAUSE = "clause"  #: a clause of `cond`; its elements are `args`
    ATOM = "atom"  #: a literal, variable, placeholder or `&&container` name
    CONTAINER_DATA = "container data"  #: `&name& ( modifiers )`; `args` are the modifiers (A30)


def _no_operator(ctx: EvaluationContext, node: EvalNode) -> Raw:
    raise TypeError(f"{node!r} is no operator")


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
    - `size`: the number of nodes of the subtree, 0 until somebody has counted them
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


class _Builder:
    """Converts one syntax tree into runtime nodes; MAX_DEPTH bounds the recursion."""

    def __init__(
        self,
        constants: ConstantNodes,
        traps_everywhere: bool,
        spellings: Mapping[str, str],
        own_meaning: Callable[[str], OperatorMeaning],
    ) -> None:
        self.constants = constants
        self.traps_everywhere = traps_everywhere
        self.own_meaning = own_meaning  # of an operator that the catalog does not know
        self.spellings = spellings  # by older spelling, in lower case

    def operator(self, syntax: SyntaxNode, form: EvalNode | None, depth: int) -> EvalNode:
        """Return the operator node of a list (A35); form is the argument form around it."""
        if depth > MAX_DEPTH:
            raise BuildError(f"line {syntax.line}: formula nested deeper than {MAX_DEPTH} lists")
        head = syntax.children[0]
        name = head.text if head.kind is not NodeKind.LIST else "( ... )"
        if head.kind is NodeKind.OPERATOR and len(syntax.children) == 1:
            if name == "true":
                return self.constants.true
            if name == "false":
                return self.constants.false
        node = EvalNode(EvalKind.OPERATOR, syntax, name)
        if head.kind is not NodeKind.OPERATOR:  # another dialect may have this operator: it must not be used here
            name = f"unknown {name}"
        node.name = name
        known = MEANINGS.get(name) if head.kind is NodeKind.OPERATOR else None
        node.spec = known if known is not None else self.own_meaning(node.text)
        node.call = node.spec.function
        is_form = name in ARGUMENT_FORMS
        inner_form = node if is_form else form
        self._place(node, inner_form)
        is_cond = name == "cond"
        for child in syntax.children[1:]:
            if is_cond and child.kind is NodeKind.LIST:
                node.args.append(self._clause(child, depth + 1))
            else:
                node.args.append(self.argument(child, inner_form, depth + 1))
        node.has_placeholder = not is_form and any(arg.has_placeholder for arg in node.args)
        return node

    def argument(self, syntax: SyntaxNode, form: EvalNode | None, depth: int) -> EvalNode:
        """Return the node of one argument: a wrapper around an operator, or an atom."""
        kind = syntax.kind
        if kind is NodeKind.LIST or kind is NodeKind.OPERATOR:
            node = EvalNode(EvalKind.WRAPPER, syntax)
            self._place(node, form)
            if kind is NodeKind.OPERATOR:  # a bare operator name is wrapped by itself (A37)
                syntax = SyntaxNode(NodeKind.LIST, "", (syntax,), syntax.line, syntax.column)
            if syntax.children:
                node.inner = self.operator(syntax, form, depth)
                node.has_placeholder = node.inner.has_placeholder
            return node
        text = syntax.text
        if "#" in text and self.spellings:
            text = self.spellings.get(text.lower(), text)
        node = EvalNode(EvalKind.ATOM, syntax, text)
        self._place(node, form)
        if kind is NodeKind.CONTAINER_DATA:
            if depth > MAX_DEPTH:
                raise BuildError(f"line {syntax.line}: formula nested deeper than {MAX_DEPTH} lists")
            node.kind = EvalKind.CONTAINER_DATA
            node.args = [self.argument(child, form, depth + 1) for child in syntax.children]
            node.has_placeholder = any(arg.has_placeholder for arg in node.args)
            return node
        node.variable = syntax.variable
        node.is_name = kind is NodeKind.CONTAINER_NAME
        node.literal = atoi(syntax.text)
        node.is_placeholder = not node.is_name and syntax.variable is None and syntax.text == PLACEHOLDER
        node.has_placeholder = node.is_placeholder
        return node

    def _clause(self, syntax: SyntaxNode, depth: int) -> EvalNode:
        """Return a clause of `cond`; the search for an enclosing argument form ends here (B11)."""
        node = EvalNode(EvalKind.CLAUSE, syntax)
        node.args = [self.argument(child, None, depth + 1) for child in syntax.children]
        node.has_placeholder = any(arg.has_placeholder for arg in node.args)
        return node

    def _place(self, node: EvalNode, form: EvalNode | None) -> None:
        node.form = form
        node.traps = form is None or self.traps_everywhere


def build(expression: SexpExpression | SyntaxNode, ctx: EvaluationContext) -> EvalNode:
    """Return the root operator node of a formula (A36), ready to be evaluated in ctx.

    BuildError if the formula is not a list with an operator, or nested deeper than MAX_DEPTH.
    """
    root = expression.root if isinstance(expression, SexpExpression) else expression
    if root.kind is NodeKind.OPERATOR:
        root = SyntaxNode(NodeKind.LIST, "", (root,), root.line, root.column)
    if root.kind is not NodeKind.LIST or not root.children:
        raise BuildError(f"line {root.line}: a formula is a list that starts with an operator")
    return _Builder(ctx.constants, ctx.wcs, ctx.world.spellings, ctx.own.meaning).operator(root, None, 1)
