"""A mission under test with a clock of its own: load it, and advance time as far as the test says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from sexp_runtime.session import MissionSession
from sexp_runtime.testing import coverage
from sexp_runtime.testing.stage import StillStage
from sexp_runtime.testing.tested import TestedMission


class MissionTest(TestedMission):
    """One run of a mission with its own clock.

    source: a mission file or a mission's text. seed: of random operators, and of the battle if `simulated`. simulated:
    whether the seeded simulator flies the ships and fights; otherwise only the mission and the test act. fps: frames a
    second of mission time. engine: its name; a covered run has the one of coverage. Raises OSError for a file that
    cannot be read, ValueError for a file without a mission.
    """

    def __init__(
        self, source: str | Path, *, seed: int = 1, simulated: bool = False, fps: float = 60.0, engine: str = "cached"
    ) -> None:
        if not fps > 0:
            raise ValueError(f"fps must be above 0, not {fps}")
        self.fps = fps
        covered = coverage.active()
        if covered is not None:
            engine = coverage.ENGINE
        super().__init__(
            MissionSession.load(source, seed=seed, engine=engine, scenario=True if simulated else StillStage())
        )
        if covered is not None:
            covered.watch(self.session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the run; its results stay readable."""
        self.session.close()

    # Time

    def advance(self, seconds: float) -> None:
        """Advance mission time frame by frame; less if the mission ends. ValueError for negative seconds."""
        if not seconds >= 0:
            raise ValueError(f"time cannot go back: {seconds} seconds")
        self.advance_to(self.time + seconds)

    def advance_to(self, seconds: float) -> None:
        """Play up to a moment of mission time; does nothing if it is past."""
        end = round(seconds * 1_000_000)
        while not self._is_at(end):
            self._frame(end)

    def run_until(self, event: str, timeout: float = 60.0) -> float:
        """Play until an event comes true and return its time; returns at once if it has already.

        Raises MissionTestFailure, with the reason, after `timeout` seconds or at the mission's end.
        """
        __tracebackhide__ = True
        self.expect.event(event, within=timeout)
        return self.came_true(event)[0]

    def _is_at(self, end_us: int) -> bool:
        return self.ended or self.session.world.clock.us >= end_us

    def _frame(self, end_us: int) -> None:
        """Make the next frame of the regular frame length, or a shorter one that ends at a moment in microseconds."""
        now = self.session.world.clock.us
        beat = int(now * self.fps / 1_000_000) + 1
        while (following := round(beat * 1_000_000 / self.fps)) <= now:
            beat += 1
        self.session.step_us(min(following, end_us) - now)

    def play_until(self, seconds: float, done: Callable[[], object]) -> bool:
        """Play until `done()` is true or a maximum number of seconds has passed; return whether it is true."""
        end = self.session.world.clock.us + round(seconds * 1_000_000)
        while not (found := bool(done())) and not self._is_at(end):
            self._frame(end)
        return found
