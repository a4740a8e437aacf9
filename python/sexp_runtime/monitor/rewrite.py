"""Rewrites: equivalent changes of a formula's text that cost less, each with the condition that makes it safe.

A rule checks one node and its enclosing lists and offers a replacement. It offers only replacements that are equivalent
in their place; callers prove a rewrite by running both forms side by side before they apply it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, atoi, c_divide, c_remainder, wrap32

#: Operators with the position of a condition that is only tested for 1 or known false (C2, C3).
_CONDITIONS: Final = frozenset({("when", 0), ("every-time", 0)})
_COMPARISONS: Final = frozenset({"=", "!=", "<", ">", "<=", ">="})
_FOLD: Final[dict[str, Callable[[int, int], int]]] = {
    "+": lambda a, b: wrap32(a + b),
    "-": lambda a, b: wrap32(a - b),
    "*": lambda a, b: wrap32(a * b),
    "/": c_divide,
    "mod": c_remainder,
    "min": min,
    "max": max,
}
_KNOWN: Final = frozenset({KNOWN_TRUE, KNOWN_FALSE})
#: Traits of operators with an evaluation that has lasting effects or must take place.
_NOTICED: Final = Trait.RANDOM | Trait.STATEFUL | Trait.ACTION | Trait.CONTROL | Trait.VOLATILE | Trait.FLUSHES

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One offer: the node at `path` (positions in `children` from the root) becomes `after`, by a named rule."""

    rule: str
    path: Path
    before: SyntaxNode
    after: SyntaxNode


def offers(root: SyntaxNode, cost: Callable[[SyntaxNode], float] | None = None) -> list[Rewrite]:
    """Return every safe rewrite of a formula, outermost first.

    `cost` returns the measured cost of evaluating an argument; without it no arguments are reordered.
    """
    found = []
    for path, node, enclosing in _walk(root):
        for rule in (_constant_number, _mission_time, _neutral_constant):
            after = rule(node, enclosing)
            if after is not None:
                found.append(Rewrite(rule.__name__.strip("_").replace("_", "-"), path, node, after))
                break
        else:
            if cost is not None:
                after = _cheap_first(node, cost)
                if after is not None:
                    found.append(Rewrite("cheap-first", path, node, after))
    return found


def apply(root: SyntaxNode, rewrite: Rewrite) -> SyntaxNode:
    """Return a copy of the tree with one rewrite applied; it shares unchanged parts with the original.

    Raises ValueError if the rewrite was offered for another tree.
    """
    chain = [root]
    for position in rewrite.path:
        if position >= len(chain[-1].children):
            raise ValueError(f"the formula has no node at {rewrite.path}")
        chain.append(chain[-1].children[position])
    if chain[-1] is not rewrite.before:
        raise ValueError("the rewrite was offered for another formula")
    replaced = rewrite.after
    for parent, position in zip(reversed(chain[:-1]), reversed(rewrite.path), strict=True):
        children = (*parent.children[:position], replaced, *parent.children[position + 1 :])
        replaced = _like(parent, children)
    return replaced


def apply_all(root: SyntaxNode, cost: Callable[[SyntaxNode], float] | None = None, most: int = 200) -> SyntaxNode:
    """Return the tree after applying safe rewrites until none is left, at most `most`."""
    for _ in range(most):
        found = offers(root, cost)
        if not found:
            break
        root = apply(root, found[0])
    return root


def _walk(root: SyntaxNode) -> Iterator[tuple[Path, SyntaxNode, tuple[tuple[str, int], ...]]]:
    """Yield (path, node, enclosing) for every list; enclosing is (operator, argument position) from the root down."""
    stack: list[tuple[Path, SyntaxNode, tuple[tuple[str, int], ...]]] = [((), root, ())]
    while stack:
        path, node, enclosing = stack.pop()
        if node.kind is not NodeKind.LIST:
            continue
        yield path, node, enclosing
        name = node.operator or ""
        for position in range(len(node.children) - 1, 0, -1):
            stack.append(((*path, position), node.children[position], (*enclosing, (name, position - 1))))


def _like(node: SyntaxNode, children: tuple[SyntaxNode, ...]) -> SyntaxNode:
    return SyntaxNode(node.kind, node.text, children, node.line, node.column, node.variable)


def _list(name: str, arguments: tuple[SyntaxNode, ...], at: SyntaxNode) -> SyntaxNode:
    head = SyntaxNode(NodeKind.OPERATOR, name, (), at.line, at.column)
    return SyntaxNode(NodeKind.LIST, "", (head, *arguments), at.line, at.column)


def _literal(node: SyntaxNode) -> int | None:
    """The number of a plain literal, None for anything else (a variable, a placeholder, odd text)."""
    if node.kind is not NodeKind.NUMBER or node.variable is not None:
        return None
    digits = node.text.removeprefix("-")
    return atoi(node.text) if digits.isdecimal() and digits.isascii() else None


def _constant_number(node: SyntaxNode, enclosing: tuple[tuple[str, int], ...]) -> SyntaxNode | None:
    """`( + 1 2 )` as an argument becomes `3`: no status of it can be anything but plain (B20)."""
    name = node.operator
    if name not in _FOLD or not node.arguments or not enclosing:
        return None
    if enclosing[-1][0] not in _FOLD and enclosing[-1][0] not in _COMPARISONS:
        return None  # elsewhere an atom and an expression may be read differently (B14, B35, B48)
    numbers = [_literal(argument) for argument in node.arguments]
    values = [number for number in numbers if number is not None]
    if len(values) < len(numbers):
        return None
    result = values[0]
    for value in values[1:]:
        if name in ("/", "mod") and value == 0:
            return None
        result = _FOLD[name](result, value)
    return SyntaxNode(NodeKind.NUMBER, str(result), (), node.line, node.column)


def _only_truth_counts(enclosing: tuple[tuple[str, int], ...]) -> bool:
    """Whether known true may replace plain true here: only below `and` in a conditional's condition.

    `and` propagates known true only if all arguments are known, and a conditional ignores it (C3). `or` would skip
    its later arguments (B31), and `not` would turn it into known false (B32).
    """
    if not enclosing or enclosing[0] not in _CONDITIONS:
        return False
    return all(name == "and" for name, _position in enclosing[1:])


def _mission_time(node: SyntaxNode, enclosing: tuple[tuple[str, int], ...]) -> SyntaxNode | None:
    """`( >= ( mission-time ) N )` becomes `( has-time-elapsed N )`: one moment to wait for instead of every second."""
    name = node.operator
    if name not in (">", ">=", "<", "<=") or len(node.arguments) != 2 or not _only_truth_counts(enclosing):
        return None
    left, right = node.arguments
    if name in ("<", "<="):  # ( < N ( mission-time ) )
        left, right = right, left
        name = ">" if name == "<" else ">="
    seconds = _literal(right)
    if left.operator != "mission-time" or left.arguments or seconds is None:
        return None
    if name == ">":
        seconds += 1
    if not 0 <= seconds < 32768:
        return None
    moment = SyntaxNode(NodeKind.NUMBER, str(seconds), (), right.line, right.column)
    return _list("has-time-elapsed", (moment,), node)


def _neutral_constant(node: SyntaxNode, enclosing: tuple[tuple[str, int], ...]) -> SyntaxNode | None:
    """`( and ( true ) X )` becomes X, and `( or ( false ) X )` too, if X can only be true, false or known."""
    name = node.operator
    if name not in ("and", "or") or not enclosing:
        return None
    if any(argument.kind is not NodeKind.LIST for argument in node.arguments):
        return None  # a number means something else in first place (B35)
    neutral = "true" if name == "and" else "false"
    rest = tuple(argument for argument in node.arguments if argument.operator != neutral)
    if len(rest) == len(node.arguments) or not rest:
        return None
    if len(rest) > 1:
        # Without the constant, "all arguments are known" depends on the others alone, as it did before.
        return _like(node, (node.children[0], *rest))
    operator, position = enclosing[-1]
    if _is_plain_truth(rest[0]) and (operator in ("and", "or", "not", "xor") or (operator, position) in _CONDITIONS):
        return rest[0]
    return None


def _is_plain_truth(node: SyntaxNode) -> bool:
    """Whether a node can only be 1, 0 or known, so that a logic operator around it changes nothing."""
    name = node.operator
    if name in ("and", "or", "not", "true", "false") or name in _COMPARISONS:
        return True
    return name in ("is-event-true", "is-event-false", "is-goal-incomplete", "is-event-incomplete", "has-time-elapsed")


def _cheap_first(node: SyntaxNode, cost: Callable[[SyntaxNode], float]) -> SyntaxNode | None:
    """Arguments of `and`/`or` in order of cost; any order is equivalent if they have no lasting effects (B30, B31)."""
    if node.operator not in ("and", "or") or len(node.arguments) < 2:
        return None
    if not all(_leaves_no_trace(argument) for argument in node.arguments):
        return None
    ordered = tuple(sorted(node.arguments, key=cost))
    if all(a is b for a, b in zip(ordered, node.arguments, strict=True)):
        return None
    return _like(node, (node.children[0], *ordered))


def _leaves_no_trace(node: SyntaxNode) -> bool:
    """Whether evaluating or skipping an argument has no lasting effect: no actions, memory or remembered not-a-number.

    A remembered known true or false is allowed: it is the same at every evaluation.
    """
    if node.kind is not NodeKind.LIST:
        return False  # number atoms as logic arguments depend on their place (B35)
    for part in node.walk():
        if part.kind is NodeKind.CONTAINER_DATA:
            return False
        if part.kind is NodeKind.LIST:
            meaning = MEANINGS.get(part.operator or "")
            if meaning is None or meaning.traits & _NOTICED or not meaning.results <= _KNOWN:
                return False
            if part.operator in ("/", "mod"):
                return False
    return True
