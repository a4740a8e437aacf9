"""Rehearsal: a twin of a running session makes each frame first, which shows what the frame will do.

A frame cannot stop halfway without harm: formulas are evaluated in order, and each sees what those before it did. So
the frame is made twice, first by a twin that was replayed from the session's own recording. To stop before an action,
a caller stops before the frame in which the twin has run it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any, Final

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.session import MissionSession

#: Frames between two comparisons of the twin with its original.
_COMPARED_EVERY: Final = 64
#: Number of differences after which rehearsing ends.
_MOST_DIFFERENCES: Final = 3

Action = tuple[str, tuple[Any, ...]]


class Rehearsal:
    """Rehearses the frames of a session that is being recorded. `why_not` says why it cannot, "" while it can.

    Call `ahead` before each frame, when the game has made its changes, and `made` after it. A frame that was rehearsed
    and then not made is undone with `rewind`.
    """

    def __init__(self, session: MissionSession) -> None:
        self.why_not = ""
        if session.recording is None:
            self.why_not = "the mission is not recorded"
        elif session.operators.as_dicts():
            self.why_not = "the mission uses operators of the game"
        self._session = session
        self._twin: Replay | None = None
        self._actions: list[Action] = []
        self._pending = 0  # changes of the game before the frame
        self._interfered = False
        self._differences = 0
        session.on_action.append(self._notice)

    def ahead(self, step_us: int) -> list[Action]:
        """Return the actions that a frame of so many microseconds will run now; none if it cannot be known."""
        recorder = self._session.recording
        if recorder is None:
            self.why_not = self.why_not or "the recording has ended"
        if self.why_not or recorder is None:
            return []
        if self._twin is None:
            self._build()
        self._actions.clear()
        self._interfered = False
        self._pending = len(recorder.pending)
        if self._twin is not None:
            try:
                self._twin.make(step_us, list(recorder.pending))
            except ValueError as error:  # the game made a change that was refused
                self.rewind()
                self.why_not = f"its recording cannot be replayed: {error}"
                return []
        return list(self._actions)

    def made(self) -> None:
        """Compare the session's frame with the twin's, once in _COMPARED_EVERY frames."""
        recorder, twin = self._session.recording, self._twin
        if twin is None or recorder is None:
            return
        if self._interfered:
            self.rewind()
        elif recorder.frames % _COMPARED_EVERY == 0 and twin.session.digest() != self._session.digest():
            self._differ()

    def _notice(self, operator: str, arguments: tuple[Any, ...]) -> None:
        """Notice that a handler of an action changed something during a frame, which the twin does not see."""
        recorder = self._session.recording
        if recorder is not None and len(recorder.pending) != self._pending and not self._session.has_scenario:
            self._interfered = True

    def rewind(self) -> None:
        """Forget the twin; the next frame replays the recording again."""
        if self._twin is not None:
            self._twin.session.close()
            self._twin = None

    def close(self) -> None:
        """End the rehearsal."""
        self.rewind()
        if self._notice in self._session.on_action:
            self._session.on_action.remove(self._notice)

    def _differ(self) -> None:
        self.rewind()
        self._differences += 1
        if self._differences >= _MOST_DIFFERENCES:
            self.why_not = "the game does what its recording does not hold"

    def _build(self) -> None:
        """Replay the recording so far: a second of mission time takes a few milliseconds."""
        recorder = self._session.recording
        assert recorder is not None
        descriptor, name = tempfile.mkstemp(prefix="sexp-rehearsal-", suffix=".rec")
        os.close(descriptor)
        twin: Replay | None = None
        try:
            recorder.save(name)
            twin = Replay(name, simulated=self._session.has_scenario, freeze_gc=False)
            for _ in twin.run():
                pass
            if twin.session.digest() == self._session.digest():
                self._twin, twin = twin, None
                _collect_actions(self._twin, self._actions)
            else:
                self._differ()
        except (OSError, ValueError) as error:
            self.why_not = f"its recording cannot be replayed: {error}"
        finally:
            if twin is not None:
                twin.session.close()
            with contextlib.suppress(OSError):
                Path(name).unlink()


class ReplayAhead:
    """A second replay of a recording, one frame ahead of the first: it knows what the next frame will do."""

    def __init__(self, path: Path, engine: str | None) -> None:
        self.why_not = ""
        self._path, self._engine = path, engine
        self._replay: Replay | None = None
        self._actions: list[Action] = []

    def ahead(self, step_us: int) -> list[Action]:
        """Return the actions that the recording's next frame will run."""
        if self._replay is None:  # only a break on an action asks
            self._replay = Replay(self._path, engine=self._engine)
            _collect_actions(self._replay, self._actions)
        self._actions.clear()
        self._replay.step()
        return list(self._actions)

    def made(self) -> None:
        """Do nothing: the recording says what follows."""

    def rewind(self) -> None:
        """Do nothing: a replay ends where it stops."""

    def close(self) -> None:
        """End the second replay."""
        if self._replay is not None:
            self._replay.session.close()
            self._replay = None


def _collect_actions(replay: Replay, into: list[Action]) -> None:
    """Add the actions that a replay runs from now on to a list."""
    replay.session.on_action.append(lambda operator, arguments: into.append((operator, arguments)))
