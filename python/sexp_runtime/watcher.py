"""The change watcher: the changes of events, goals and variables in a frame."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from sexp_runtime.world.mission_state import GOAL_INCOMPLETE

if TYPE_CHECKING:
    from sexp_runtime.world.world import World


class ChangeWatcher:
    """Lists the events, goals and variables that changed; takes no time while nothing changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        facts = world.facts
        self._variable_marks = bytearray(world.variables.capacity)
        self._edges = [(("var", index), self._variable_marks, index) for index in range(world.variables.capacity)]
        for key, flags, index in self._edges:
            facts.subscribe(key, flags, index)

    def close(self) -> None:
        """Remove the subscriptions; the watcher then records nothing."""
        for key, flags, index in self._edges:
            self._world.facts.unsubscribe(key, flags, index)
        self._edges = []

    def forget(self) -> None:
        """Treat the current state as reported."""
        self._world.outcome_log.take_events()
        self._world.outcome_log.take_goals()
        self.forget_variables()

    def forget_variables(self) -> None:
        """Treat the current values of variables as reported, because there is no listener."""
        if 1 in self._variable_marks:
            self._variable_marks[:] = bytes(len(self._variable_marks))

    def events(self) -> list[tuple[bool, str, int]]:
        """Return (came true or failed, name, index) for each outcome of an event, in the order they happened."""
        events = self._world.events
        return [(came_true, events[index].name, index) for came_true, index in self._world.outcome_log.take_events()]

    def goals(self) -> list[tuple[str, str]]:
        """Return (name, status) for each change of a goal, in the order they happened."""
        goals = self._world.goals
        return [(goals[index].name, status) for index, status in self._world.outcome_log.take_goals()]

    def variables(self) -> list[tuple[str, int | str]]:
        """Return (name, value) of each variable that was written, in the table's order."""
        return [
            (self._world.variables.names[index], self.variable_value(index))
            for index in _take_set(self._variable_marks)
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


def _take_set(flags: bytearray) -> list[int]:
    """Return the indices whose flag is set, and clear the flags."""
    found = []
    index = flags.find(1)
    while index >= 0:
        flags[index] = 0
        found.append(index)
        index = flags.find(1, index + 1)
    return found
