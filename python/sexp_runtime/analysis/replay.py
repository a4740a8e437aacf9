"""Replays: a recorded run once more, on any engine, with the recorded check sums compared on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sexp_runtime.monitor.recording import (
    BEFORE,
    DURING,
    Recording,
    apply_changes,
    recorded_operators,
    recorded_options,
)
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.dialect import Dialect

if TYPE_CHECKING:
    from sexp_runtime.world.ships import Ship
    from sexp_runtime.world.world import World


class ReplayDriver:
    """Stands where the simulator stood: makes the recorded changes of each frame in the moments they were made."""

    def __init__(self) -> None:
        self.changes: list[bytes] = []
        self._actions = 0

    def begin(self, world: World) -> None:
        """Do nothing: what the game did before the first frame comes with that frame."""

    def before_frame(self, world: World) -> None:
        """Make the changes that the game made between two frames."""
        self._actions = 0
        apply_changes(world, self.changes, BEFORE)

    def step(self, world: World, dt_us: int) -> None:
        """Make the changes of the middle of the frame."""
        apply_changes(world, self.changes, DURING)

    def leave(self, ship: Ship) -> None:
        """Do nothing: when the ship left is recorded."""

    def on_action(self, world: World, name: str, args: tuple[Any, ...]) -> None:
        """Make the changes that were made while this action was offered."""
        self._actions += 1
        if self.changes:
            apply_changes(world, self.changes, DURING + self._actions)


class Replay:
    """One recorded run being reproduced. `session` is the mission; `mismatches` are frames whose check sum differs.

    `mission` is the content of another mission file, to be played with the recorded changes instead of its own. Raises
    OSError for a file that cannot be read, DamagedRecordingError for one that is no recording.
    """

    def __init__(
        self, path: str | Path, *, engine: str | None = None, mission: bytes | None = None, **settings: Any
    ) -> None:
        self.recording = Recording(path)
        header = self.recording.header
        self._frames = self.recording.frames()
        self._next = next(self._frames, None)
        self._driver = ReplayDriver()
        self.frames = 0
        self.mismatches: list[int] = []
        content = mission if mission is not None else header["mission"]
        self.session = MissionSession.load(
            content.encode() if isinstance(content, str) else content,
            engine=engine if engine is not None else header["engine"],
            seed=header["seed"],
            scenario=self._driver,
            dialect=Dialect(header["dialect"]).name.lower(),
            options=recorded_options(header),
            operators=recorded_operators(header),
            **settings,
        )

    def step(self) -> bool:
        """Make the next recorded frame; return whether there was one."""
        if self._next is None:
            return False
        step_us, changes, digest = self._next
        self._driver.changes = changes
        self._driver.before_frame(self.session.world)
        self.session.step_us(step_us)
        if digest is not None and digest != self.session.digest():
            self.mismatches.append(self.frames)
        self.frames += 1
        self._next = next(self._frames, None)
        return True

    def run(self) -> Iterator[int]:
        """Make every recorded frame, yielding the number of frames made so far."""
        while self.step():
            yield self.frames

    @property
    def damage(self) -> str:
        """Where and how the file is damaged, "" if it is not (as far as it was read)."""
        return self.recording.damage
