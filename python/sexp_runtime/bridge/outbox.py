"""Signals for the game: held back while a frame is evaluated, then emitted in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from sexp_runtime.bridge.readings import as_lists

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Most rounds in one frame, when handlers of signals keep causing new ones.
MOST_ROUNDS: Final = 100

#: A signal's name and its arguments.
Signal = tuple[str, tuple[Any, ...]]


class Emitter(Protocol):
    """Emits signals to the game; in Godot the binding's own, which takes many in one call."""

    def emit(
        self,
        rows: list[Signal],
        start: int,
        failed: Callable[[Signal, Exception], object],
        after: Callable[[str, tuple[Any, ...]], object] | None,
    ) -> int:
        """Emit the signals from `start` on, as many as it likes, at least one; return the index of the first one left.

        `after(*row)` is called after each, `failed(row, error)` for one that cannot be emitted.
        """

    def stop(self) -> None:
        """Have `emit` return after the signal that it is emitting."""


class OneByOne:
    """An Emitter that calls `emit(signal, *arguments)` for one signal after the other."""

    def __init__(self, emit: Callable[..., None]) -> None:
        self._emit = emit
        self._stopped = False

    def emit(
        self,
        rows: list[Signal],
        start: int,
        failed: Callable[[Signal, Exception], object],
        after: Callable[[str, tuple[Any, ...]], object] | None,
    ) -> int:
        """Emit one signal."""
        row = rows[start]
        self._stopped = False
        try:
            self._emit(row[0], *as_lists(row[1]))
            if after is not None and not self._stopped:
                after(*row)
        except Exception as error:  # an error in one listener must not affect the others
            failed(row, error)
        return start + 1

    def stop(self) -> None:
        """Leave out what follows the signal."""
        self._stopped = True


class Outbox:
    """Signals of one mission at a time; those of a mission that was closed or replaced are dropped.

    `emitter` emits them to the game. One that fails is reported by `report(text)`, and the next is still emitted.
    """

    def __init__(self, emitter: Emitter, report: Callable[[str], None]) -> None:
        self.emitter = emitter
        self._report = report
        self._kept: list[Signal] = []
        self._mission = 0
        self.busy = False
        #: Returns what is called with each signal once it is emitted, as `after(signal, arguments)`; None for nothing.
        self.after: Callable[[], Callable[[str, tuple[Any, ...]], object] | None] = lambda: None

    def __len__(self) -> int:
        return len(self._kept)

    def new_mission(self) -> None:
        """Drop the signals held back and those being emitted: they belong to a mission that was closed."""
        self._kept.clear()
        self._mission += 1
        self.emitter.stop()

    def put(self, signal: str, *arguments: Any) -> None:
        """Hold a signal back until the next `flush`."""
        self._kept.append((signal, arguments))

    def put_action(self, name: str, values: tuple[Any, ...]) -> None:
        """Hold the signal of an action back."""
        self._kept.append(("action_requested", (name, values)))

    def put_variable(self, name: str, value: int | str) -> None:
        """Hold the signal of a variable's new value back."""
        self._kept.append(("variable_changed", (name, value)))

    def listen(self, session: MissionSession) -> None:
        """Collect a mission's actions and new values of variables from now on."""
        session.offers.collector = self.put_action
        session.on_variable_changed.append(self.put_variable)

    def step(self, session: MissionSession, seconds: float, is_wanted: Callable[[str], bool]) -> None:
        """Make a frame; its actions and new values are collected only where their signals are wanted."""
        if not is_wanted("action_requested"):
            session.offers.collector = None
        left_out = not is_wanted("variable_changed")
        if left_out:
            session.on_variable_changed.remove(self.put_variable)
        try:
            session.step(seconds)
        finally:
            if not session.closed:
                session.offers.collector = self.put_action
                if left_out:
                    session.on_variable_changed.insert(0, self.put_variable)

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
                mission, at = self._mission, 0
                while at < len(kept) and mission == self._mission:  # else a handler has closed or replaced the mission
                    at = self.emitter.emit(kept, at, self._failed, self.after())
        finally:
            self.busy = False

    def interrupt(self) -> None:
        """Ask `after` again before the next signal, because listeners have changed."""
        self.emitter.stop()

    def _failed(self, row: Signal, error: Exception) -> None:
        self._report(f"a listener of {row[0]} failed: {type(error).__name__}: {error}")
