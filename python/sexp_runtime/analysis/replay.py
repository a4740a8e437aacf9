"""Replays: repeat a recorded run on any engine and compare the recorded check sums."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sexp_runtime.monitor.recording import (
    ANSWERING,
    BEFORE,
    DURING,
    Recording,
    apply_changes,
    recorded_operators,
    recorded_options,
    recorded_quotas,
)
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.dialect import Dialect

if TYPE_CHECKING:
    from sexp_runtime.world.ships import Ship
    from sexp_runtime.world.world import World


class ReplayDriver:
    """Replaces the simulator: makes the recorded changes of each frame at their recorded moments."""

    def __init__(self) -> None:
        self.changes: list[bytes] = []
        self._actions = 0
        self._in_frame = False

    def begin(self, world: World) -> None:
        """Do nothing: the game's changes before the first frame are part of that frame."""

    def before_frame(self, world: World) -> None:
        """Make the game's changes between two frames."""
        self._in_frame = False
        apply_changes(world, self.changes, BEFORE, ANSWERING)
        self._actions = 0
        self._in_frame = True

    def step(self, world: World, dt_us: int) -> None:
        """Make the changes of the middle of the frame."""
        apply_changes(world, self.changes, DURING)

    def leave(self, ship: Ship) -> None:
        """Do nothing: the recording says when the ship left."""

    def on_action(self, world: World, name: str, args: tuple[Any, ...]) -> None:
        """Make the changes recorded while this action was offered; those between two frames are made in their order."""
        if not self._in_frame:
            return
        self._actions += 1
        if self.changes:
            apply_changes(world, self.changes, DURING + self._actions)


class Replay:
    """One recorded run being reproduced. `session` is the mission; `mismatches` are frames whose check sum differs.

    `mission` is the content of another mission file, which replaces the recorded mission. Raises OSError for a file
    that cannot be read, DamagedRecordingError for a file that is not a recording.
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
            **({"quotas": recorded_quotas(header)} | settings),
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
        """Place and kind of damage in the file as far as it was read, "" for none."""
        return self.recording.damage
