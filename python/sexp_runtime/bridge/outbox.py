"""Signals for the game: held back while a frame is evaluated, then emitted in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge.readings import as_lists

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Most rounds in one frame, when handlers of signals keep causing new ones.
MOST_ROUNDS: Final = 100

Signal = tuple[str, tuple[Any, ...]]


class Outbox:
    """Signals of one mission at a time; those of a mission that was closed or replaced are dropped.

    `emit(signal, *arguments)` emits a signal to the game. An exception in it is reported by `report(text)`, and the
    next signal is still emitted.
    """

    def __init__(self, emit: Callable[..., None], report: Callable[[str], None]) -> None:
        self._emit = emit
        self._report = report
        self._kept: list[Signal] = []
        self._mission = 0
        self.busy = False
        #: Called with each signal once it is emitted, as `after(signal, arguments)`.
        self.after: Callable[[str, tuple[Any, ...]], None] | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def new_mission(self) -> None:
        """Drop the signals held back and those being emitted: they belong to a mission that was closed."""
        self._kept.clear()
        self._mission += 1

    def put(self, signal: str, *arguments: Any) -> None:
        """Hold a signal back until the next `flush`."""
        self._kept.append((signal, arguments))

    def put_action(self, name: str, values: tuple[Any, ...]) -> None:
        """Hold the signal of an action back."""
        self._kept.append(("action_requested", (name, as_lists(values))))

    def put_variable(self, name: str, value: int | str) -> None:
        """Hold the signal of a variable's new value back."""
        self._kept.append(("variable_changed", (name, value)))

    def listen(self, session: MissionSession) -> None:
        """Collect a mission's actions and new values of variables from now on."""
        session.on_action.append(self.put_action)
        session.on_variable_changed.append(self.put_variable)

    def step(self, session: MissionSession, seconds: float, is_wanted: Callable[[str], bool]) -> None:
        """Make a frame; its actions and new values are collected only where their signals are wanted."""
        aside: list[tuple[list[Any], Callable[..., None]]] = []
        if not is_wanted("action_requested"):
            aside.append((session.on_action, self.put_action))
        if not is_wanted("variable_changed"):
            aside.append((session.on_variable_changed, self.put_variable))
        for listeners, put in aside:
            listeners.remove(put)
        try:
            session.step(seconds)
        finally:
            for listeners, put in () if session.closed else aside:
                listeners.insert(0, put)

    def put_first(self, signals: list[Signal]) -> None:
        """Hold signals back; they are emitted before all others of this frame."""
        self._kept[:0] = signals

    def flush(self) -> None:
        """Emit the signals held back, then those that handlers caused; the rest of an endless chain waits a frame."""
        if self.busy:
            return
        self.busy = True
        try:
            for _round in range(MOST_ROUNDS):
                kept, self._kept[:] = list(self._kept), []
                if not kept:
                    return
                mission = self._mission
                for signal, arguments in kept:
                    if mission != self._mission:
                        break  # a handler has closed or replaced the mission
                    self._tell(signal, arguments, mission)
        finally:
            self.busy = False

    def _tell(self, signal: str, arguments: tuple[Any, ...], mission: int) -> None:
        try:
            self._emit(signal, *arguments)
            if self.after is not None and mission == self._mission:
                self.after(signal, arguments)
        except Exception as error:  # an error in one listener must not affect the others
            self._report(f"a listener of {signal} failed: {type(error).__name__}: {error}")
