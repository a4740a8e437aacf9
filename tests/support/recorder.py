"""Stands for an engine around one compiled formula: takes its facts and marks what it remembers when one changes."""

from __future__ import annotations

from collections.abc import Iterable

from sexp_runtime.compiler.memory import Memory
from sexp_runtime.world.facts import FactBoard, FactKey


class Recorder:
    """The sink of a formula, and the keeper of its memory."""

    def __init__(self, board: FactBoard) -> None:
        self.epoch = 0
        self.board = board
        self.keys: set[FactKey] = set()
        self.memory = Memory(bytearray(1))

    def __call__(self, keys: Iterable[FactKey]) -> None:
        for key in set(keys) - self.keys:
            self.board.subscribe(key, self.memory.marks, 0)
            self.keys.add(key)

    def keep(self, facts: Iterable[FactKey]) -> Memory:
        """Return the memory, which rests on these facts, too."""
        self(facts)
        return self.memory
