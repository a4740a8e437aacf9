"""The Python half of the benchmark of one condition; runs inside the engine."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import godot

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _condition import PROGRAM, STATES, Condition


@godot.expose
class BenchTarget(godot.Node):
    """The condition in Python's ways, for GDScript to call."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._formula: Callable[[], int] = self._condition.ways[PROGRAM][0]

    @staticmethod
    def cpu_ns() -> int:
        """The CPU time of this thread in nanoseconds."""
        return time.thread_time_ns()

    def states(self) -> list[list[int]]:
        """The variables' values for which all ways are compared; the first is measured."""
        return [list(state) for state in STATES]

    def write(self, values: list[int]) -> None:
        """Give the condition's variables these values."""
        self._condition.write(tuple(values))

    def condition(self) -> bool:
        """The compiled formula's value."""
        return self._formula() == 1

    def truths(self) -> str:
        """The results of Python's ways in each state, as JSON."""
        return json.dumps(self._condition.truths())

    def turn(self) -> str:
        """The microseconds that Python's ways take when called from Python, one pass each, as JSON."""
        return json.dumps(self._condition.turn())
