"""Counters that every engine keeps, under the same names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class EngineCounters:
    """Plain counts since the mission started.

    `requests` are evaluations that the naive engine makes, `evaluations` those really made, `hits` the difference;
    `invalidations` marks set by facts, `permanents` slots retired for good, `errors` exceptions of operators,
    `stale_results` wrong answers found by a self-check. `rehearsals` are evaluations made before the first frame, which
    nobody had requested yet.

    A slot at rest is requested in every frame, and nobody looks at it. How many such requests there were follows from
    the number of frames, so that a frame counts them all by counting itself: see `rest` and `wake`.
    """

    #: The counts, in the order in which they are shown.
    NAMES: ClassVar[tuple[str, ...]] = (
        "frames", "requests", "evaluations", "hits", "invalidations", "permanents", "errors", "stale_results",
        "rehearsals",
    )  # fmt: skip

    frames: int = 0
    #: Frames in which only events with a stamp had their turn (F1b).
    short_frames: int = 0
    #: Requests of slots that were visited, less what `requests` adds too much for those at rest now.
    asked: int = 0
    #: Slots at rest that are requested in every frame, and those that short frames leave out.
    resting_always: int = 0
    resting: int = 0
    evaluations: int = 0
    invalidations: int = 0
    permanents: int = 0
    errors: int = 0
    stale_results: int = 0
    rehearsals: int = 0

    @property
    def requests(self) -> int:
        """Evaluations that the naive engine makes."""
        return self.asked + self.resting_always * self.frames + self.resting * (self.frames - self.short_frames)

    @property
    def hits(self) -> int:
        """Requests answered without an evaluation."""
        return self.requests - self.evaluations

    def rest(self, always: bool) -> None:
        """From the next frame on a slot is requested in every frame (or every one that is not short), unseen."""
        if always:
            self.resting_always += 1
            self.asked -= self.frames
        else:
            self.resting += 1
            self.asked -= self.frames - self.short_frames

    def wake(self, always: bool, frames: int) -> None:
        """Undo `rest`; `frames` says for how many of the latest frames the slot was not requested unseen: 0 or 1."""
        if always:
            self.resting_always -= 1
            self.asked += self.frames - frames
        else:
            self.resting -= 1
            self.asked += self.frames - self.short_frames - frames

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return {name: getattr(self, name) for name in self.NAMES}
