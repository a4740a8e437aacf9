"""Countdowns that run by themselves once started: a supernova (N5.5) and the end after a red alert (N9.3)."""

from __future__ import annotations

from typing import Final

from sexp_runtime.world.clock import Clock
from sexp_runtime.world.facts import FactBoard, FactKey

#: The fact of the supernova's stage.
SUPERNOVA: Final[FactKey] = ("supernova",)
#: Microseconds from a red alert to the end of the mission.
RED_ALERT_US: Final = 4_000_000
#: Stages that get-supernova-stage gives: none, started, close, hit; seconds before the end at which the last two begin.
NONE: Final = 0
STARTED: Final = 1
CLOSE: Final = 2
HIT: Final = 3
CLOSE_S: Final = 15
HIT_S: Final = 5


class Supernova:
    """A supernova that reaches the player at `end_us` in microseconds of mission time, None while there is none."""

    __slots__ = ("_clock", "_facts", "end_us")

    def __init__(self, facts: FactBoard, clock: Clock) -> None:
        self._facts = facts
        self._clock = clock
        self.end_us: int | None = None

    @property
    def is_running(self) -> bool:
        """Whether a supernova is running."""
        return self.end_us is not None

    @property
    def stage(self) -> int:
        """The current stage."""
        return self.stage_and_next()[0]

    def stage_and_next(self) -> tuple[int, int | None]:
        """Return the current stage and the microsecond at which the next one begins, None if there is no next stage."""
        if self.end_us is None:
            return NONE, None
        for stage, seconds in ((STARTED, CLOSE_S), (CLOSE, HIT_S)):
            begin_us = self.end_us - seconds * 1_000_000
            if self._clock.us < begin_us:
                return stage, begin_us
        return HIT, None

    def start(self, seconds: int) -> None:
        """Start or restart the countdown; fewer than 5 seconds change nothing."""
        end_us = self._clock.us + seconds * 1_000_000
        if seconds >= HIT_S and end_us != self.end_us:
            self.end_us = end_us
            self._facts.changed(SUPERNOVA)

    def stop(self) -> bool:
        """Cancel the countdown, unless the supernova has hit; return whether it was cancelled."""
        if self.stage not in (STARTED, CLOSE):
            return False
        self.end_us = None
        self._facts.changed(SUPERNOVA)
        return True


class RedAlert:
    """The time until the mission ends after a red alert."""

    __slots__ = ("_clock", "_end_us")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._end_us: int | None = None

    def start(self) -> None:
        """Start or restart the four seconds."""
        self._end_us = self._clock.us + RED_ALERT_US

    @property
    def is_over(self) -> bool:
        """Whether the time has run out."""
        return self._end_us is not None and self._clock.us >= self._end_us
