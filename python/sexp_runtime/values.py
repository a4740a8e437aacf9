"""The values of evaluation: special results, node statuses, helpers for 32-bit integer arithmetic and random states."""

from __future__ import annotations

import hashlib
from typing import Final

INT_MIN: Final = -(2**31)
INT_MAX: Final = 2**31 - 1
#: The default seed of a random generator; `rand` with the seed 1 means it, too (I1).
DEFAULT_SEED: Final = 5489


class Status:
    """One special result or node status (B3); compared by identity, never an integer."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str:
        return self.name


KNOWN_TRUE: Final = Status("KNOWN_TRUE")
KNOWN_FALSE: Final = Status("KNOWN_FALSE")
NAN: Final = Status("NAN")
NAN_FOREVER: Final = Status("NAN_FOREVER")
CANT_EVAL: Final = Status("CANT_EVAL")
#: Statuses that a node can remember but no operator returns.
UNKNOWN: Final = Status("UNKNOWN")
TRUE: Final = Status("TRUE")
FALSE: Final = Status("FALSE")

#: The special results that are not numbers (B3).
NAN_LIKE: Final = frozenset({NAN, NAN_FOREVER})

#: What an operator function returns: an ordinary 32-bit number, or one of the five special results.
Raw = int | Status

_DIGITS = frozenset("0123456789")
_BLANKS = " \t\n\r\v\f"


def wrap32(value: int) -> int:
    """Return value wrapped to a 32-bit signed integer (B1)."""
    if INT_MIN <= value <= INT_MAX:
        return value
    return ((value - INT_MIN) & 0xFFFFFFFF) + INT_MIN


def atoi(text: str) -> int:
    """Return the number that C `atoi` reads from a text (A17); clamps digits beyond 32 bits, which A17 leaves open."""
    text = text.lstrip(_BLANKS)
    sign = 1
    start = 0
    if text[:1] in ("+", "-"):
        sign = -1 if text[0] == "-" else 1
        start = 1
    end = start
    size = min(len(text), start + 4300)
    while end < size and text[end] in _DIGITS:
        end += 1
    if end == start:
        return 0
    value = sign * int(text[start:end])
    return max(INT_MIN, min(INT_MAX, value))


def c_divide(a: int, b: int) -> int:
    """Return a / b truncated toward zero and wrapped to 32 bits (B21); b must not be zero."""
    quotient = abs(a) // abs(b)
    return wrap32(quotient if (a < 0) == (b < 0) else -quotient)


def c_remainder(a: int, b: int) -> int:
    """Return the C remainder of a by b, which has the sign of a (B21); b must not be zero."""
    remainder = abs(a) % abs(b)
    return -remainder if a < 0 else remainder


def hash_of_state(state: tuple[int, ...]) -> str:
    """Return a short text that is equal for equal states of random generators."""
    return hashlib.blake2b(repr(state).encode(), digest_size=8).hexdigest()
