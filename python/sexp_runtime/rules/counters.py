"""Counters that every engine keeps, under the same names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class EngineCounters:
    """Plain counts since the mission started.

    `requests` are evaluations that the naive engine makes, `evaluations` those really made, `hits` the difference;
    `invalidations` evaluations caused by facts, `permanents` retired slots, `errors` exceptions of operators,
    `stale_results` wrong results found by a self-check. `pre_evaluations` are evaluations before the first frame, which
    no request caused.

    An idle slot is requested in every frame without being visited. The number of such requests follows from the number
    of frames, so that a frame counts them all by counting itself: see `add_idle` and `remove_idle`.
    """

    #: The counts, in the order in which they are shown.
    NAMES: ClassVar[tuple[str, ...]] = (
        "frames", "requests", "evaluations", "hits", "invalidations", "permanents", "errors", "stale_results",
        "pre_evaluations",
    )  # fmt: skip

    frames: int = 0
    #: Frames in which only events with a stamp had their turn (F1b).
    short_frames: int = 0
    #: Requests of visited slots, less what `requests` adds too much for the slots that are idle now.
    asked: int = 0
    #: Idle slots that are requested in every frame, and those that short frames leave out.
    idle_always: int = 0
    idle: int = 0
    evaluations: int = 0
    invalidations: int = 0
    permanents: int = 0
    errors: int = 0
    stale_results: int = 0
    pre_evaluations: int = 0

    @property
    def requests(self) -> int:
        """Evaluations that the naive engine makes."""
        return self.asked + self.idle_always * self.frames + self.idle * (self.frames - self.short_frames)

    @property
    def hits(self) -> int:
        """Requests answered without an evaluation."""
        return self.requests - self.evaluations

    def add_idle(self, always: bool) -> None:
        """Count a slot as requested in every frame from the next on (or in every one that is not short)."""
        if always:
            self.idle_always += 1
            self.asked -= self.frames
        else:
            self.idle += 1
            self.asked -= self.frames - self.short_frames

    def remove_idle(self, always: bool, frames: int) -> None:
        """Undo `add_idle`; `frames` says how many of the latest frames are not to be counted for the slot: 0 or 1."""
        if always:
            self.idle_always -= 1
            self.asked += self.frames - frames
        else:
            self.idle -= 1
            self.asked += self.frames - self.short_frames - frames

    def continue_from(self, other: EngineCounters) -> None:
        """Go on from the counts of an engine that this one replaces, which has made no frame yet."""
        for name in (*self.NAMES, "short_frames"):
            if name not in ("requests", "hits"):
                setattr(self, name, getattr(self, name) + getattr(other, name))
        self.asked += other.requests - self.requests

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return {name: getattr(self, name) for name in self.NAMES}
