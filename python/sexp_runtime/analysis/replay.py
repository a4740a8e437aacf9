"""Replays: repeat a recorded run on any engine and compare the recorded check sums."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sexp_runtime.mission.reader import parse_mission
from sexp_runtime.monitor.recorded_campaign import recorded_campaign
from sexp_runtime.monitor.recording import (
    ANSWERING,
    ASKING,
    BEFORE,
    DURING,
    Recording,
    apply_changes,
    recorded_operators,
    recorded_options,
    recorded_quotas,
)
from sexp_runtime.monitor.tap import untapped
from sexp_runtime.session import MissionSession
from sexp_runtime.session_settings import Driver
from sexp_runtime.simulate.scenario import Scenario
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world.ships import PRESENT

if TYPE_CHECKING:
    from sexp_runtime.world.ships import Ship
    from sexp_runtime.world.world import World


class ReplayDriver:
    """Replaces the simulator: makes the recorded changes of each frame at their recorded moments.

    With a `successor`, given at once or by `hand_over`, that driver makes the changes in the middle of frames.
    """

    def __init__(self, successor: Driver | None = None) -> None:
        self.changes: list[bytes] = []
        self._actions = 0
        self._asked = 0
        self._in_frame = False
        self._successor = successor

    def begin(self, world: World) -> None:
        """Let the successor begin; the game's changes before the first frame are part of that frame."""
        if self._successor is not None:
            self._successor.begin(world)

    def hand_over(self, world: World, successor: Driver | None) -> None:
        """End the recorded changes; from the next frame on, `successor` drives the world."""
        self.changes = []
        answers: Any = untapped(world.answers)
        answers.on_take = None
        self._successor = successor
        if successor is not None:
            successor.begin(world)
            for ship in world.ships.values():
                if ship.departing and ship.status is PRESENT:
                    successor.leave(ship)

    def before_frame(self, world: World) -> None:
        """Make the game's changes between two frames."""
        self._in_frame = False
        self._actions = self._asked = 0
        answers: Any = untapped(world.answers)
        answers.on_take = partial(self._taken, world)
        apply_changes(world, self.changes, BEFORE, ANSWERING)
        self._actions = 0
        self._in_frame = True

    def _taken(self, world: World) -> None:
        """Make the changes that the function of an operator of the game made."""
        self._asked += 1
        if self.changes:
            apply_changes(world, self.changes, ASKING + self._asked)

    def step(self, world: World, dt_us: int) -> None:
        """Make the changes of the middle of the frame."""
        if self._successor is not None:
            self._successor.step(world, dt_us)
        else:
            apply_changes(world, self.changes, DURING)

    def leave(self, ship: Ship) -> None:
        """Do nothing during the replay: the recording says when the ship left."""
        if self._successor is not None:
            self._successor.leave(ship)

    def on_action(self, world: World, name: str, args: tuple[Any, ...]) -> None:
        """Make the changes recorded while this action was offered."""
        self._actions += 1
        if self._successor is not None:
            self._successor.on_action(world, name, args)
        elif self.changes:
            apply_changes(world, self.changes, (DURING if self._in_frame else ANSWERING) + self._actions)


class Replay:
    """One recorded run being reproduced. `session` is the mission; `mismatches` are frames whose check sum differs.

    `mission` is the content of another mission file, which replaces the recorded one. With `simulated`, the simulator
    acts again, as in the recorded run, instead of its recorded changes. Further settings are those of
    SessionSettings. Raises OSError for a file that cannot be read, DamagedRecordingError for a file that is not a
    recording.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        engine: str | None = None,
        mission: bytes | None = None,
        simulated: bool = False,
        **settings: Any,
    ) -> None:
        self.recording = Recording(path)
        header = self.recording.header
        self._frames = self.recording.frames()
        self._next = next(self._frames, None)
        self._driver = ReplayDriver(_scenario(header) if simulated else None)
        self.frames = 0
        self.mismatches: list[int] = []
        content = mission if mission is not None else header["mission"]
        campaign, stores = recorded_campaign(header)
        self.session = MissionSession.load(
            content.encode() if isinstance(content, str) else content,
            engine=engine if engine is not None else header["engine"],
            seed=header["seed"],
            scenario=self._driver,
            dialect=Dialect(header["dialect"]).name.lower(),
            file=header.get("file", ""),
            options=recorded_options(header),
            operators=recorded_operators(header),
            **({"quotas": recorded_quotas(header), "campaign": campaign, "stores": stores} | settings),
        )

    @property
    def next_step_us(self) -> int | None:
        """Microseconds of the next recorded frame, None at the end."""
        return None if self._next is None else self._next[0]

    def step(self) -> bool:
        """Make the next recorded frame; return whether there was one."""
        if self._next is None:
            return False
        step_us, changes, digest = self._next
        self.make(step_us, changes)
        if digest is not None and digest != self.session.digest():
            self.mismatches.append(self.frames)
        self.frames += 1
        self._next = next(self._frames, None)
        return True

    def make(self, step_us: int, changes: list[bytes]) -> None:
        """Make a frame of so many microseconds with changes in the form of a recording."""
        self._driver.changes = changes
        self._driver.before_frame(self.session.world)
        self.session.step_us(step_us)

    def run(self) -> Iterator[int]:
        """Make every recorded frame, yielding the number of frames made so far."""
        while self.step():
            yield self.frames

    def run_to(self, seconds: float) -> Iterator[int]:
        """Make all frames that end at a mission time or before it, in seconds, yielding the number made so far."""
        end_us = round(seconds * 1_000_000)
        while self._next is not None and self.session.world.clock.us + self._next[0] <= end_us:
            self.step()
            yield self.frames

    def run_frames(self, count: int) -> Iterator[int]:
        """Make frames until so many have been made since the beginning, yielding the number made so far."""
        while self.frames < count and self.step():
            yield self.frames

    def hand_over(self, *, simulated: bool) -> MissionSession:
        """End the replay at this moment and return the session, which plays on as a copy of the game.

        simulated: whether the seeded simulator takes over all ships, or nothing changes but by the mission itself.
        """
        self._frames, self._next = iter(()), None
        successor = Scenario(self.session.mission, self.recording.header["seed"]) if simulated else None
        self._driver.hand_over(self.session.world, successor)
        return self.session

    @property
    def damage(self) -> str:
        """Place and kind of damage in the file as far as it was read, "" for none."""
        return self.recording.damage


def recorded_length(path: str | Path) -> tuple[int, float]:
    """Return the frames and the seconds of mission time of a recording, up to its end or its damage; as Recording."""
    frames = microseconds = 0
    for step_us, _changes, _digest in Recording(path).frames():
        frames += 1
        microseconds += step_us
    return frames, microseconds / 1_000_000


def _scenario(header: dict[str, Any]) -> Scenario:
    content = header["mission"]
    mission = parse_mission(
        content.encode() if isinstance(content, str) else content, dialect=Dialect(header["dialect"])
    ).mission
    return Scenario(mission, header["seed"])
