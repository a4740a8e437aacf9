"""Back in time: the editor's side of the process that shows earlier moments of a recorded run.

The tab in the editor calls the functions at the end; they keep the running processes by number.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

#: Seconds of the run that can be looked at, and copies of the replay within them (see `past_process`).
WINDOW: Final = 300.0
CHECKPOINTS: Final = 20
_MODULE: Final = "sexp_runtime.bridge.past_process"
_PACKAGES: Final = Path(__file__).resolve().parents[2]


class PastView:
    """One recording being looked at. `ask` and `poll` never wait.

    One request is answered at a time; of those that arrive meanwhile, only the last counts. Answers are files, one for
    each wish: no thread of the engine may wait for a pipe, and not every system can look into one without waiting.

    `engine` is a command that runs the process where Python has no program of its own. With `temporary` the recording
    is removed in the end. Raises OSError if no process can be started, ValueError where none can be.
    """

    def __init__(
        self, recording: Path, engine: Sequence[str] = (), *, temporary: bool = False,
        window: float = WINDOW, checkpoints: int = CHECKPOINTS,
    ) -> None:  # fmt: skip
        command = [sys.executable, "-m", _MODULE] if sys.executable else list(engine)
        if not command:
            raise ValueError("this Python has no program that could replay the run")
        self._recording = recording
        self._temporary = temporary
        self._busy = True  # until the run is replayed
        self._next: dict[str, Any] | None = None
        self._wish = 0  # the number of the request in work; 0 is the replay
        self._seen = b""
        self._ended = False
        self._folder = Path(tempfile.mkdtemp(prefix="sexp-past-"))
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": str(_PACKAGES)},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._send({
            "recording": str(recording), "answers": str(self._folder), "window": window, "checkpoints": checkpoints,
        })  # fmt: skip

    def ask(self, frame: int, messages: list[list[Any]], *, whole: bool = False) -> None:
        """Request what the tab showed after so many frames, in answer to these messages."""
        self._next = {"frame": frame, "messages": messages, "whole": whole or (self._next or {}).get("whole", False)}
        self._send_next()

    def play_on(self, frame: int, seconds: float, copy: Path) -> None:
        """Request a recording of a copy that plays on for some seconds from the moment after so many frames."""
        self._next = {"frame": frame, "play_on": seconds, "copy": str(copy)}
        self._send_next()

    def poll(self) -> list[dict[str, Any]]:
        """Return what has come since: progress, the ready run, moments or errors (see `past_process`)."""
        running = self._process.poll() is None
        answer = self._read()
        if answer is None and not running and not self._ended:
            answer = {"error": "the replay has ended"}
        if answer is None:
            return []
        self._ended = self._ended or not running
        if "progress" not in answer:
            self._busy = False
            self._send_next()
        return [answer]

    def _read(self) -> dict[str, Any] | None:
        """Return the answer to the present wish if it has come; the replay's progress only when it is new."""
        file = self._folder / str(self._wish)
        try:
            data = file.read_bytes()
        except OSError:  # not yet
            return None
        if data == self._seen:
            return None
        self._seen = data
        answer: dict[str, Any] = json.loads(data)
        if "progress" not in answer:
            file.unlink(missing_ok=True)
        return answer

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._temporary:
            self._recording.unlink(missing_ok=True)

    def _send_next(self) -> None:
        if self._busy or self._next is None:
            return
        wish, self._next = self._next, None
        self._busy = True
        self._wish += 1
        self._seen = b""
        self._send({**wish, "number": self._wish})

    def _send(self, wish: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended: `poll` notices
            self._process.stdin.write((json.dumps(wish) + "\n").encode())
            self._process.stdin.flush()


_views: dict[int, PastView] = {}


def open_past(recording: str, engine: list[str], temporary: bool) -> int | str:
    """Begin to replay a recording; return a number for the other functions, or why it cannot be replayed."""
    try:
        view = PastView(Path(recording), engine, temporary=temporary)
    except (OSError, ValueError) as error:
        if temporary:
            Path(recording).unlink(missing_ok=True)
        return str(error)
    number = max(_views, default=0) + 1
    _views[number] = view
    return number


def ask_past(number: int, frame: int, messages: list[list[Any]], whole: bool) -> None:
    """Request what the tab showed after so many frames."""
    if number in _views:
        _views[number].ask(frame, messages, whole=whole)


def play_on_past(number: int, frame: int, seconds: float, copy: str) -> None:
    """Request a recording of a copy that plays on from the moment after so many frames."""
    if number in _views:
        _views[number].play_on(frame, seconds, Path(copy))


def poll_past(number: int) -> list[dict[str, Any]]:
    """Return what the replay has reported since the last call."""
    return _views[number].poll() if number in _views else []


def close_past(number: int) -> None:
    """End a replay."""
    view = _views.pop(number, None)
    if view is not None:
        view.close()
