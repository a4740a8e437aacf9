"""Counters of an engine; all engines keep the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class EngineCounters:
    """Plain counts since the mission started.

    `requests` are the evaluations that the naive engine makes, `evaluations` those really made, `hits` the difference.
    `invalidations` are evaluations caused by facts, `permanents` retired slots, `errors` exceptions of operators,
    `stale_results` wrong results found by a self-check. `pre_evaluations` are evaluations before the first frame,
    without a request.

    An idle slot has a request in every frame, but no visit. The number of frames gives the number of these requests, so
    nothing is counted for each of them: see `add_idle` and `remove_idle`.
    """

    #: The counts, in the order in which they are shown.
    NAMES: ClassVar[tuple[str, ...]] = (
        "frames", "requests", "evaluations", "hits", "invalidations", "permanents", "errors", "stale_results",
        "pre_evaluations",
    )  # fmt: skip

    frames: int = 0
    #: Frames that process only events with a stamp (F1b).
    short_frames: int = 0
    #: Requests of visited slots, minus the frames before each now idle slot became idle, which `requests` adds.
    asked: int = 0
    #: Idle slots requested in every frame, and those requested in all except short frames.
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
        """Requests that needed no evaluation."""
        return self.requests - self.evaluations

    def add_idle(self, always: bool) -> None:
        """Count a request of a slot in every later frame; without `always`, only in frames that are not short."""
        if always:
            self.idle_always += 1
            self.asked -= self.frames
        else:
            self.idle += 1
            self.asked -= self.frames - self.short_frames

    def remove_idle(self, always: bool, frames: int) -> None:
        """Undo `add_idle`; `frames` is the number of latest frames that do not count for the slot: 0 or 1."""
        if always:
            self.idle_always -= 1
            self.asked += self.frames - frames
        else:
            self.idle -= 1
            self.asked += self.frames - self.short_frames - frames

    def continue_from(self, other: EngineCounters) -> None:
        """Add the counts of the engine that this one replaces; this one has made no frame yet."""
        for name in (*self.NAMES, "short_frames"):
            if name not in ("requests", "hits"):
                setattr(self, name, getattr(self, name) + getattr(other, name))
        self.asked += other.requests - self.requests

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return {name: getattr(self, name) for name in self.NAMES}
