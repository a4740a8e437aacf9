"""What ExpressionCache keeps of one expression, and what takes its value away when a fact changes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final

from sexp_runtime.cache.contract import Evaluable
from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import FactKey

_EDGE_BYTES: Final = 150  #: one edge with its place in the board's list, often the only one there
_TABLE_BYTES: Final = 160  #: an entry's share of the dictionaries


class Entry:
    """What is known of one key: the value while it is valid, the compiled form, the facts that it depends on."""

    __slots__ = ("due_us", "facts", "given", "hits", "hits_seen", "index", "key", "nbytes", "permanent", "pinned",
                 "prepared", "serial", "used_us", "valid", "value")  # fmt: skip

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.value: Any = None
        self.valid = False
        self.prepared: Evaluable | None = None
        self.facts: tuple[FactKey, ...] = ()
        self.given: Iterable[FactKey] = ()  # as they came with the value, to recognise the same ones at once
        self.index = -1  # of the flag that the facts set; -1 without facts
        self.due_us = NEVER
        self.permanent = False
        self.pinned = False
        self.hits = 0
        self.hits_seen = 0  # hits at the last clean-up
        self.serial = 0  # tells this value's place in the due heap from an older value's
        self.used_us = 0
        self.nbytes = 0

    def measured(self) -> int:
        """Return the bytes that it holds: key, value, facts, edges, compiled form and its place in the tables."""
        size = sys.getsizeof(self) + _TABLE_BYTES + sys.getsizeof(self.key)
        if isinstance(self.key, tuple):
            size += sum(sys.getsizeof(part) for part in self.key)
        size += sys.getsizeof(self.value) + sys.getsizeof(self.facts)
        for fact in self.facts:
            size += _EDGE_BYTES + sys.getsizeof(fact)
        if self.prepared is not None:
            size += self.prepared.nbytes
        return size


class Dropper:
    """Replaces the bytearray of flags that the fact board expects: setting a flag removes the entry's value."""

    __slots__ = ("drop",)

    def __init__(self, drop: Callable[[int], None]) -> None:
        self.drop = drop

    def __setitem__(self, index: int, _flag: int) -> None:
        self.drop(index)
