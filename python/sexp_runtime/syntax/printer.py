"""The printer: converts a syntax tree to text; parsing the text gives the same tree."""

from __future__ import annotations

from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode


def print_expression(expression: SexpExpression | SyntaxNode, *, indent: int | None = None) -> str:
    """Return the text of an expression or node.

    indent: None gives one line; a number gives a line for each argument that is a list, indented by that many blanks.
    """
    root = expression.root if isinstance(expression, SexpExpression) else expression
    out: list[str] = []
    # Nodes still to print, with their depth; texts are printed unchanged.
    stack: list[tuple[SyntaxNode | str, int]] = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, str):
            out.append(node)
            continue
        kind = node.kind
        if kind is NodeKind.LIST or kind is NodeKind.CONTAINER_DATA:
            children = node.children
            nested = indent is not None and any(child.kind is NodeKind.LIST for child in children)
            out.append("(" if kind is NodeKind.LIST else f"&{node.text}& (")
            stack.append(("\n" + " " * (depth * (indent or 0)) + ")" if nested else " )", 0))
            for position in range(len(children) - 1, -1, -1):
                stack.append((children[position], depth + 1))
                lead = nested and position > 0
                stack.append(("\n" + " " * ((depth + 1) * (indent or 0)) if lead else " ", 0))
        elif kind is NodeKind.STRING:
            out.append(f'"{node.text}"')
        elif kind is NodeKind.CONTAINER_NAME:
            out.append("&&" + node.text)
        else:
            out.append(node.text)
    return "".join(out)


def same_tree(a: SexpExpression | SyntaxNode, b: SexpExpression | SyntaxNode) -> bool:
    """Whether two trees are equal in kinds, texts, variables and structure; ignores positions."""
    first = a.root if isinstance(a, SexpExpression) else a
    second = b.root if isinstance(b, SexpExpression) else b
    stack = [(first, second)]
    while stack:
        x, y = stack.pop()
        if x.kind is not y.kind or x.text != y.text or x.variable != y.variable:
            return False
        if len(x.children) != len(y.children):
            return False
        stack.extend(zip(x.children, y.children, strict=True))
    return True
