"""The syntax tree: the structure of a formula's text, with positions, before evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class NodeKind(Enum):
    """The kind of a syntax tree node (A15, A30, A35)."""

    LIST = "list"  #: ( ... ): children[0] is the operator atom, or a LIST for a clause of `cond`; () has no children
    OPERATOR = "operator"  #: a bare token that is in the operator table; text is the current name (A16)
    NUMBER = "number"  #: any other bare token, whatever its text (A15)
    STRING = "string"  #: a quoted token, text without the quotes
    CONTAINER_NAME = "container name"  #: &&name, text is the name alone
    CONTAINER_DATA = "container data"  #: &name& ( modifiers ), text is the name, children are the modifiers


@dataclass(slots=True, eq=False)
class SyntaxNode:
    """One node: an atom, or a list with its elements in `children`.

    `line` and `column` count from 1 in the original file, columns in characters. `variable` is the index in the
    mission's variable table when the atom is a variable (A20-A22), else None.
    """

    kind: NodeKind
    text: str = ""
    children: tuple[SyntaxNode, ...] = ()
    line: int = 0
    column: int = 0
    variable: int | None = None

    @property
    def operator(self) -> str | None:
        """The operator's name if this is a list headed by an operator, else None."""
        if self.kind is NodeKind.LIST and self.children and self.children[0].kind is NodeKind.OPERATOR:
            return self.children[0].text
        return None

    @property
    def arguments(self) -> tuple[SyntaxNode, ...]:
        """The elements after the head of a list; empty for an atom."""
        return self.children[1:] if self.kind is NodeKind.LIST else ()

    def walk(self) -> Iterator[SyntaxNode]:
        """Yield this node and all below it, in text order, without recursion."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


@dataclass(slots=True, eq=False)
class SexpExpression:
    """One parsed formula: its tree and its place.

    `owner` names the formula's owner, as `event "Name"`, `goal "Name"`, `arrival cue of "Ship"`, "" for ad-hoc text.
    """

    root: SyntaxNode
    owner: str = ""
    file: str = ""
    line: int = 0
    text: str = ""
