"""Building: converts a syntax tree into the runtime nodes that one context evaluates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import ARGUMENT_FORMS, ConstantNodes, EvalKind, EvalNode
from sexp_runtime.operators.own_meaning import own_meaning
from sexp_runtime.operators.registry import MEANINGS, OperatorMeaning
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode
from sexp_runtime.values import atoi

#: The placeholder for the current candidate (A39).
PLACEHOLDER: Final = "<argument>"
#: Maximum nesting of lists in a formula; building refuses deeper formulas, which would overflow the stack.
MAX_DEPTH: Final = 250


class BuildError(ValueError):
    """A formula that cannot be evaluated: it has no list at the top or an empty list, or nests too deeply."""


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
    return _Builder(ctx.constants, ctx.wcs, ctx.world.spellings, partial(own_meaning, ctx.own)).operator(root, None, 1)
