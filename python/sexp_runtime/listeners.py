"""The listeners of a session: functions to call when events, goals or variables change, or the mission ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sexp_runtime.watcher import ChangeWatcher

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

_LOG: Final = logging.getLogger(__name__)


class SessionListeners:
    """Lists of listeners, and the watcher of the changes to report. MissionSession documents the lists.

    `name` is the mission's name for log lines.
    """

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.watcher = ChangeWatcher(world)
        self.event_satisfied: list[Callable[[str, int], None]] = []
        self.event_failed: list[Callable[[str, int], None]] = []
        self.goal_changed: list[Callable[[str, str], None]] = []
        self.variable_changed: list[Callable[[str, int | str], None]] = []
        self.operator_unknown: list[Callable[[str], None]] = []
        self.mission_ended: list[Callable[[], None]] = []
        #: Called once, before the listeners of the mission's end.
        self.before_end: Callable[[], object] = lambda: None
        self._has_ended = False
        self._world = world
        self._closed = False

    def report(self) -> None:
        """Report what has changed since the last call: events, then goals, then variables, then the mission's end."""
        if self._world.outcome_log.has_any:
            for came_true, name, index in self.watcher.events():
                self.call(self.event_satisfied if came_true else self.event_failed, name, index)
            for name, status in self.watcher.goals():
                self.call(self.goal_changed, name, status)
        if self.variable_changed:
            for name, value in self.watcher.variables():
                self.call(self.variable_changed, name, value)
        elif not self._closed:
            self.watcher.forget_variables()
        if self._world.mission_over and not self._has_ended:
            self._has_ended = True
            self.before_end()
            self.call(self.mission_ended)

    def call(self, listeners: list[Callable[..., None]], *args: object) -> None:
        """Call listeners; an exception is logged and does not stop the others.

        After a listener has closed the session, no other is called.
        """
        for listener in tuple(listeners):
            if self._closed:
                return
            try:
                listener(*args)
            except Exception:  # a listener's mistake must stop neither the frame nor others
                _LOG.exception("a listener of %s failed", self.name)

    def close(self) -> None:
        """Remove all listeners and stop watching; no listener is called afterwards."""
        self._closed = True
        self.watcher.close()
        self.event_satisfied.clear()
        self.event_failed.clear()
        self.goal_changed.clear()
        self.variable_changed.clear()
        self.operator_unknown.clear()
        self.mission_ended.clear()
