"""The change watcher: which events, goals and variables a frame changed, told by facts instead of looked for."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from sexp_runtime.world.mission_state import GOAL_INCOMPLETE

if TYPE_CHECKING:
    from sexp_runtime.world.world import World


class ChangeWatcher:
    """Notices which events, goals and variables changed, by their facts: costs nothing while nothing does."""

    def __init__(self, world: World) -> None:
        self._world = world
        facts = world.facts
        self._event_marks = bytearray(len(world.events))
        self._goal_marks = bytearray(len(world.goals))
        self._variable_marks = bytearray(world.variables.capacity)
        self._edges = [
            *((("event", event.key), self._event_marks, event.index) for event in world.events),
            *((("goal", goal.key), self._goal_marks, goal.index) for goal in world.goals),
            *((("var", index), self._variable_marks, index) for index in range(world.variables.capacity)),
        ]
        for key, marks, index in self._edges:
            facts.subscribe(key, marks, index)
        self._counts = [event.count for event in world.events]
        self._failed = [False] * len(world.events)
        self._goals = [goal.status for goal in world.goals]

    def close(self) -> None:
        """Give the edges back; nothing is noticed from then on."""
        for key, marks, index in self._edges:
            self._world.facts.unsubscribe(key, marks, index)
        self._edges = []

    def forget(self) -> None:
        """Take the present state as told."""
        for marks in (self._event_marks, self._goal_marks, self._variable_marks):
            marks[:] = bytes(len(marks))

    def forget_variables(self) -> None:
        """Take the present values of variables as told: nobody listens."""
        self._variable_marks[:] = bytes(len(self._variable_marks))

    def events(self) -> list[tuple[bool, str, int]]:
        """Return (came true or failed, name, index) for each event of which that is new, in order."""
        changes = []
        for index in _drain(self._event_marks):
            event = self._world.events[index]
            if event.count != self._counts[index]:
                if event.count > self._counts[index]:
                    changes.append((True, event.name, index))
                self._counts[index] = event.count
            failed = event.done and event.result == 0
            if failed and not self._failed[index]:
                changes.append((False, event.name, index))
            self._failed[index] = failed
        return changes

    def goals(self) -> list[tuple[str, str]]:
        """Return (name, status) of each goal whose status is new, in order."""
        changes = []
        for index in _drain(self._goal_marks):
            goal = self._world.goals[index]
            if goal.status != self._goals[index]:
                self._goals[index] = goal.status
                changes.append((goal.name, goal.status))
        return changes

    def variables(self) -> list[tuple[str, int | str]]:
        """Return (name, value) of each variable that was written, in the table's order."""
        return [
            (self._world.variables.names[index], self.variable_value(index)) for index in _drain(self._variable_marks)
        ]

    def variable_value(self, index: int) -> int | str:
        """Return a variable's value by its type."""
        variables = self._world.variables
        return variables.number(index) if variables.types[index] == "number" else variables.text(index)

    def digest(self) -> int:
        """Return a check sum of variables, events, goals and the random generator."""
        world = self._world
        events = [(event.result, event.done, event.timestamp, event.repeat, event.trigger) for event in world.events]
        goals = [goal.status for goal in world.goals if goal.status != GOAL_INCOMPLETE]
        text = repr((events, goals, sorted(world.variables.snapshot().items()), world.rng.state_hash()))
        return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _drain(marks: bytearray) -> list[int]:
    """Return the indices that are marked and clear the marks."""
    found = []
    index = marks.find(1)
    while index >= 0:
        marks[index] = 0
        found.append(index)
        index = marks.find(1, index + 1)
    return found
