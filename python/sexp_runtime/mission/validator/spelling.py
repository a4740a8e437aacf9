"""Spelling: the edit distance of two names, and whether exactly one name is a likely correction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sexp_runtime.catalog import CATALOG

#: Maximum number of wrong letters in a misspelling.
MISSPELT: Final = 2
#: Shorter names never count as misspelt: too many others are similar.
_SHORTEST: Final = 4


def misspelt_operators(name: str) -> list[str]:
    """Return the operators that a misspelt name may mean, most similar first: up to two wrong letters (Q2.2)."""
    found: list[tuple[int, str]] = []
    wanted = name.lower()
    for known in (*CATALOG, *CATALOG.aliases):
        if abs(len(known) - len(wanted)) <= MISSPELT:
            distance = edits(wanted, known.lower(), MISSPELT)
            if distance <= MISSPELT:
                found.append((distance, known))
    return [known for _, known in sorted(found)]


def one_near(name: str, names: Iterable[str]) -> str | None:
    """Return the one name that a misspelt text can mean; None if there is none, or more than one.

    Digits must be equal: "Alpha 3" is not a misspelling of "Alpha 1".
    """
    if len(name) < _SHORTEST:
        return None
    wanted, digits = name.lower(), _digits(name)
    near = {
        known
        for known in names
        if abs(len(known) - len(name)) <= MISSPELT
        and _digits(known) == digits
        and edits(wanted, known.lower(), MISSPELT) <= MISSPELT
    }
    return near.pop() if len(near) == 1 else None


def edits(one: str, other: str, limit: int) -> int:
    """Return the number of letters to insert, delete or replace to turn one text into the other.

    Any number above `limit` counts as limit + 1.
    """
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        last, row[0] = row[0], number
        for index, char in enumerate(other, 1):
            last, row[index] = row[index], min(row[index] + 1, row[index - 1] + 1, last + (letter != char))
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def _digits(name: str) -> str:
    return "".join(char for char in name if char.isdigit())
