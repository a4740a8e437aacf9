"""Compares two readings of a mission file: which entries belong together, and what differs besides their places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final

from sexp_runtime.syntax.printer import same_tree
from sexp_runtime.syntax.tree import SexpExpression

#: Fields that hold an entry's place in the file.
_PLACES: Final = frozenset(("line", "file"))


def is_same(one: Any, other: Any) -> bool:
    """Return whether two parts of missions are equal apart from their places in the files."""
    if isinstance(one, SexpExpression) and isinstance(other, SexpExpression):
        return same_tree(one, other)
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return not differing(one, other)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)


def differing(one: Any, other: Any) -> list[str]:
    """Return the names of the fields in which two entries of one class differ, without their places."""
    return [
        entry.name
        for entry in fields(one)
        if entry.name not in _PLACES and not is_same(getattr(one, entry.name), getattr(other, entry.name))
    ]


def partners(before: Sequence[Any], after: Sequence[Any], is_equal: Callable[[Any, Any], bool]) -> list[int | None]:
    """Return for each entry of `after` the index of its partner in `before`, None for a new entry.

    Partners have the same name, ignoring case. Of several with one name those belong together that `is_equal` holds
    for, then those that are left, in order.
    """
    waiting: dict[str, list[int]] = {}
    for index, entry in enumerate(before):
        waiting.setdefault(entry.name.lower(), []).append(index)
    found: list[int | None] = [None] * len(after)
    for at, entry in enumerate(after):
        others = waiting.get(entry.name.lower(), [])
        equal = next((index for index in others if is_equal(before[index], entry)), None)
        if equal is not None:
            others.remove(equal)
            found[at] = equal
    for at, entry in enumerate(after):
        others = waiting.get(entry.name.lower(), [])
        if found[at] is None and others:
            found[at] = others.pop(0)
    return found
