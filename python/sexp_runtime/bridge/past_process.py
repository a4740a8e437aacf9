"""The process that shows a recorded run at earlier moments: it replays the run and answers from copies of itself.

The editor's tab starts it through `bridge.past`. It reads lines of JSON from standard input. In the folder `answers`,
the file N is the answer to wish number N, and the file 0 tells of the replay.

    in   {"recording": file, "answers": folder, "window": seconds, "checkpoints": number}      once
    0    {"progress": 0 to 1}                                               while the run is replayed
    0    {"first": frame, "last": frame, "first_time": s, "last_time": s, "differs": frame or -1, "damage": text}
    in   {"number": N, "frame": number, "messages": [[name, data]...], "whole": whether to begin with the mission}
    N    {"frame": number, "time": seconds, "messages": [[name, data]...]}
    in   {"number": N, "frame": number, "play_on": seconds, "copy": file}
    N    {"progress": 0 to 1}, then {"played_on": file, "frame": number}
    any  {"error": text}

The third kind of line plays on from a moment as a copy, in which the simulator flies all ships. The file is a recording
of the copy, from the mission's beginning.

The messages are those of the live tab (`bridge.feed`), so what is shown of a moment is what the tab showed then.

Where the system can fork, the replay leaves a copy of itself behind at regular moments of the window: an answer costs
the frames since the nearest one. Elsewhere going back replays the run from its beginning.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import sys
import warnings
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.bridge.feed import DebugFeed
from sexp_runtime.bridge.live_hints import LiveHints
from sexp_runtime.bridge.recordings import MissionRecordings
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.monitor.recording import Recording

#: Longest time in seconds that replaying the run may take.
LONGEST_REPLAY: Final = 180.0
#: Most copies of the replay, seconds of the window, and the time in seconds between two reports of progress.
MOST_CHECKPOINTS: Final = 32
LONGEST_WINDOW: Final = 3600.0
#: Longest time in seconds that a copy plays on, and its frames a second.
LONGEST_PLAY_ON: Final = 3600.0
_FPS: Final = 60
#: Seconds between two checks for ended checkpoints.
_LOOK_EVERY: Final = 0.2
_PROGRESS_EVERY: Final = 0.25
#: Messages of the feed that mean nothing in the past, and those of a tab that can be answered there.
_LEFT_OUT: Final = ("numbers", "hot", "paused")
_ANSWERED: Final = ("why", "view", "watch", "search")

Messages = list[list[Any]]
#: Passes an answer on: the number of the wish, and the answer.
Say = Callable[[int, dict[str, Any]], None]


class TooLongError(ValueError):
    """The run takes longer to replay than LONGEST_REPLAY."""


class PastRun:
    """One replay of the run with the feed of a tab that looks at it."""

    def __init__(self, path: Path) -> None:
        self.replay = Replay(path, monitor=Mode.OFF)
        self._collected: Messages = []
        recordings = MissionRecordings()
        self._feed = DebugFeed(self._collect, LiveHints(recordings), recordings)
        self._feed.keeps_messages = True
        self._feed.mission(self.replay.session)

    def _collect(self, name: str, data: list[Any]) -> None:
        if name not in _LEFT_OUT:
            self._collected.append([name, data])

    def play_to(self, frame: int) -> None:
        """Make frames until so many were made, or the recording ends."""
        replay = self.replay
        while replay.frames < frame and replay.step():
            pass

    def look(self, messages: Messages, *, whole: bool) -> dict[str, Any]:
        """Return what a tab that sends these messages shows now; `whole` begins with the mission's formulas."""
        self._collected = []
        self._feed.receive("start_session", [])
        if not whole:
            self._collected = [message for message in self._collected if message[0] != "mission"]
        for name, data in messages:
            if name in _ANSWERED:
                self._feed.receive(str(name), list(data))
        self._feed.receive("stop_session", [])
        return {
            "frame": self.replay.frames,
            "time": self.replay.session.mission_time,
            "messages": self._collected,
        }


@dataclass(slots=True)
class _Checkpoint:
    """A copy of the replay that waits after a frame; lines written to `pipe` are answered from there."""

    frame: int
    process: int
    pipe: int


class Past:
    """Replays a recording once and answers for its last seconds."""

    def __init__(self, path: Path, window: float, checkpoints: int, say: Say) -> None:
        self._path = path
        self._say = say
        self._times = _frame_times(path)
        self.last = len(self._times) - 1
        since = self._times[-1] - round(min(max(window, 1.0), LONGEST_WINDOW) * 1e6)
        self.first = next(frame for frame, us in enumerate(self._times) if us >= since)
        wanted = min(max(checkpoints, 0), MOST_CHECKPOINTS) if hasattr(os, "fork") else 0
        every = max(1, -(-(self.last - self.first + 1) // wanted)) if wanted else 0
        self._planned = list(range(self.first, self.last + 1, every)) if wanted else []
        self._checkpoints: list[_Checkpoint] = []
        self._given: tuple[_Checkpoint, dict[str, Any]] | None = None  # the wish that a copy got last
        self._run = PastRun(path)

    def prepare(self) -> None:
        """Replay the run, leaving checkpoints behind; raises TooLongError if that takes too long."""
        run, began = self._run, monotonic()
        said = began
        waiting = list(self._planned)
        gc.collect()
        gc.freeze()  # the collector would write into memory that the copies share
        while True:
            while waiting and run.replay.frames >= waiting[0]:
                waiting.pop(0)
                self._leave_checkpoint()
            if run.replay.frames >= self.last or not run.replay.step():
                break
            if run.replay.frames % 64 == 0:
                now = monotonic()
                if now - began > LONGEST_REPLAY:
                    raise TooLongError(
                        f"the run of {self._times[-1] / 1e6:.0f} s takes longer than {LONGEST_REPLAY:.0f} s to replay; "
                        "save the recording and use tools/sexp replay"
                    )
                if now - said > _PROGRESS_EVERY:
                    said = now
                    self._say(0, {"progress": run.replay.frames / max(1, self.last)})
        self.last = run.replay.frames
        mismatches = run.replay.mismatches
        self._say(0, {
            "first": min(self.first, self.last), "last": self.last,
            "first_time": self._times[min(self.first, self.last)] / 1e6, "last_time": self._times[self.last] / 1e6,
            "differs": mismatches[0] if mismatches else -1, "damage": run.replay.damage,
        })  # fmt: skip

    def answer(self, wish: dict[str, Any]) -> None:
        """Answer a wish from the nearest moment before it."""
        self._given = None
        if "play_on" in wish:
            self._play_on(wish)
            return
        frame = min(max(int(wish["frame"]), 0), self.last)
        before = [one for one in self._checkpoints if one.frame <= frame]
        while before and not before[-1].frame <= self._run.replay.frames <= frame:
            try:
                _write(before[-1].pipe, wish)
            except BrokenPipeError:  # the system has ended that copy, perhaps because memory is short
                self._end(before.pop())
            else:
                self._given = (before[-1], wish)
                return
        if self._run.replay.frames > frame:
            self._run = PastRun(self._path)
        self._answer_here(wish)

    @property
    def has_copies(self) -> bool:
        """Whether there are copies, which can end."""
        return bool(self._checkpoints)

    def look_after_copies(self) -> None:
        """Forget copies that the system has ended, and answer the wish that an ended copy had."""
        given = self._given
        for one in list(self._checkpoints):
            try:
                ended = os.waitpid(one.process, os.WNOHANG)[0] != 0
            except ChildProcessError:
                ended = True
            if ended:
                self._end(one)
                if given is not None and given[0] is one:
                    self.answer(given[1])

    def _play_on(self, wish: dict[str, Any]) -> None:
        """Play a copy of the run from a moment on, with the simulator, and record it."""
        copy, number = Path(wish["copy"]), wish["number"]
        frame = min(max(int(wish["frame"]), 0), self.last)
        more = round(min(max(float(wish["play_on"]), 1.0), LONGEST_PLAY_ON) * _FPS)
        replay = Replay(self._path, monitor=Mode.OFF, record_to=copy)
        try:
            said = 0.0
            for made in chain(replay.run_frames(frame), _simulated(replay, more)):
                now = monotonic()
                if now - said > _PROGRESS_EVERY:
                    said = now
                    self._say(number, {"progress": made / (frame + more)})
            replay.session.stop_recording()
        except BaseException:
            replay.session.close()
            copy.unlink(missing_ok=True)
            raise
        replay.session.close()
        self._say(number, {"played_on": str(copy), "frame": frame})

    def close(self) -> None:
        """End the copies."""
        while self._checkpoints:
            self._end(self._checkpoints[-1])

    def _end(self, one: _Checkpoint) -> None:
        self._checkpoints.remove(one)
        os.close(one.pipe)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(one.process, 0)

    def _answer_here(self, wish: dict[str, Any]) -> None:
        self._run.play_to(min(max(int(wish["frame"]), 0), self.last))
        self._say(wish["number"], self._run.look(wish.get("messages", []), whole=bool(wish.get("whole"))))

    def _leave_checkpoint(self) -> None:
        """Leave a copy of this process behind that answers for the frames from here on."""
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # other threads: the copy uses none of their locks
            process = os.fork()
        if process:
            os.close(reading)
            self._checkpoints.append(_Checkpoint(self._run.replay.frames, process, writing))
            return
        try:
            os.close(writing)
            for one in self._checkpoints:
                os.close(one.pipe)  # else those would not notice the end of this process
            self._wait(reading)
        finally:
            os._exit(0)

    def _wait(self, reading: int) -> None:
        """Answer each line, in a copy that plays on from here."""
        gc.disable()
        with os.fdopen(reading) as lines:
            for line in lines:
                wish = json.loads(line)
                worker = os.fork()
                if not worker:
                    try:
                        _guarded(self._answer_here, wish, self._say)
                    finally:
                        os._exit(0)
                _, status = os.waitpid(worker, 0)
                if status:  # ended by the system, perhaps because memory is short
                    self._say(wish["number"], {"error": f"the replay to this moment was ended (status {status})"})


def _simulated(replay: Replay, frames: int) -> Iterator[int]:
    """Hand a replay's ships over to the simulator and make so many frames; yields the frames since the beginning."""
    before = replay.frames
    for number in replay.hand_over(simulated=True).play(frames, _FPS):
        yield before + number


def _lines(past: Callable[[], Past | None]) -> Iterator[bytes]:
    """Yield the lines of standard input, and look after the copies of the replay meanwhile."""
    source, rest = sys.stdin.fileno(), b""
    while True:
        now = past()
        if now is not None and now.has_copies and not select.select([source], [], [], _LOOK_EVERY)[0]:
            now.look_after_copies()
            continue
        data = os.read(source, 1 << 16)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        yield from lines


def _frame_times(path: Path) -> array[int]:
    """Return the mission time in microseconds after each number of frames, 0 frames first."""
    times = array("q", [0])
    now = 0
    for step_us, _changes, _digest in Recording(path).frames():
        now += step_us
        times.append(now)
    return times


def _write(target: int, message: dict[str, Any]) -> None:
    data = (json.dumps(message) + "\n").encode()
    while data:
        data = data[os.write(target, data) :]


def _put(folder: Path, number: int, answer: dict[str, Any]) -> None:
    """Write an answer atomically, so that no part of it is ever read."""
    new = folder / f"{number}.new"
    new.write_text(json.dumps(answer))
    for _attempt in range(100):
        try:
            new.replace(folder / str(number))
        except PermissionError:  # on Windows, while the last one is being read
            sleep(0.01)
        else:
            return


def _guarded(action: Callable[[dict[str, Any]], None], wish: dict[str, Any], say: Say) -> bool:
    """Run an action with a wish; an error becomes its answer. Return whether there was none."""
    try:
        action(wish)
    except Exception as error:  # whatever it is: the editor shows a sentence
        say(wish.get("number", 0), {"error": _reason(error)})
        return False
    return True


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


def main() -> int:
    """Answer the lines of standard input until it ends; 1 if the recording cannot be replayed."""
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)  # the game has priority
    past: Past | None = None
    lines = _lines(lambda: past)
    first = json.loads(next(lines))
    say = partial(_put, Path(first["answers"]))

    def begin(wish: dict[str, Any]) -> None:
        nonlocal past
        past = Past(Path(wish["recording"]), float(wish["window"]), int(wish["checkpoints"]), say)
        past.prepare()

    try:
        if not _guarded(begin, first, say) or past is None:
            return 1
        for line in lines:
            _guarded(past.answer, json.loads(line), say)
    finally:
        if past is not None:
            past.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
