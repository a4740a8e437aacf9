"""Breaks in a running game: set by the game or by the editor's tab, they pause mission time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sexp_runtime.breaks import BreakError, Breaks

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession


class GameBreaks:
    """The breaks of the current mission. They go with it.

    `emit("break_hit", reason)` reports each break that was hit to the game; `on_hit` are called with the reason.
    """

    def __init__(self, emit: Callable[[str, str], None], report: Callable[[str, str], None]) -> None:
        self._emit = emit
        self._report = report
        self._breaks: Breaks | None = None
        self.on_hit: list[Callable[[str], None]] = []

    def mission(self, session: MissionSession | None) -> None:
        """Set the running mission, None for none."""
        if self._breaks is not None:
            self._breaks.close()
        self._breaks = None if session is None else Breaks(session)

    def set(self, text: str) -> int:
        """Set a break; raises BreakError for an invalid one, and without a mission."""
        if self._breaks is None:
            raise BreakError("no mission is loaded")
        return self._breaks.add(text)

    def add(self, text: str) -> int:
        """Set a break and return its id; 0 for an invalid one, which is reported."""
        try:
            return self.set(text)
        except BreakError as error:
            self._report("error", f"add_break: {error}")
            return 0

    def remove(self, break_id: int) -> bool:
        """Remove a break; return whether there was one of this id."""
        return self._breaks is not None and self._breaks.remove(break_id)

    def clear(self) -> None:
        """Remove all breaks."""
        if self._breaks is not None:
            self._breaks.clear()

    def rows(self) -> list[list[int | str]]:
        """Return [id, text] of each break."""
        return [] if self._breaks is None else [list(row) for row in self._breaks.rows()]

    def before_frame(self, seconds: float) -> list[str]:
        """Return why a frame of so many seconds must not be made now: the actions that are about to run."""
        if self._breaks is None or not len(self._breaks):
            return []
        return self._breaks.before(round(seconds * 1_000_000))

    def after_frame(self) -> None:
        """Report the breaks that the frame has hit; costs nothing without breaks."""
        if self._breaks is None or not len(self._breaks):
            return
        self.stop(self._breaks.check())

    def stop(self, reasons: list[str]) -> None:
        """Report breaks that were hit to the game and the listeners."""
        for reason in reasons:
            self._emit("break_hit", reason)
            for listener in self.on_hit:
                listener(reason)
