"""Recordings of the missions that a game plays: the last few are kept in a folder, each can be saved as one file."""

from __future__ import annotations

import contextlib
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sexp_runtime.bridge.options import LoadOptions
    from sexp_runtime.monitor.recording import RecordingWriter
    from sexp_runtime.session import MissionSession

#: How many recordings the folder keeps.
KEPT: Final = 5
#: A recording ends when it has reached this many bytes.
MOST_BYTES: Final = 64 << 20


class MissionRecordings:
    """Decides where a mission is recorded, and returns the recordings.

    A recording begins with its mission, because only from there a replay can reach the same state. `switched` is the
    choice of the editor's tab for later missions; with None the mission's options decide.
    """

    def __init__(self) -> None:
        self.switched: bool | None = None
        self._writer: RecordingWriter | None = None
        self._session: MissionSession | None = None

    def place(self, mission: str, options: LoadOptions) -> Path | None:
        """Return the file for a mission to come, None for none; raises OSError if the folder cannot be written.

        Options: `record_to` names a file; else `record` says whether to, and `recordings` names the folder.
        """
        if options.record_to:
            return Path(options.record_to)
        wanted = options.record if self.switched is None else self.switched
        return _new_file(Path(options.recordings), mission) if wanted and options.recordings else None

    def mission(self, session: MissionSession | None) -> None:
        """Set the running mission, None for none."""
        self._session = session
        self._writer = None if session is None else session.recording

    @property
    def running(self) -> bool:
        """Whether the current mission is being recorded."""
        return self._session is not None and self._session.recording is not None

    @property
    def bytes(self) -> int:
        """The size of the current mission's recording, in bytes as in the file."""
        return 0 if self._writer is None else self._writer.bytes

    @property
    def file(self) -> str:
        """The file of the current mission's recording, "" if there is none."""
        return "" if self._writer is None else str(self._writer.path.absolute())

    def stop(self) -> None:
        """End the recording of the current mission; what was recorded can still be saved."""
        if self._session is not None:
            self._session.stop_recording()

    def save(self, target: Path) -> float:
        """Write what was recorded since the mission began to a file; return its length in seconds of mission time.

        Raises LookupError if nothing was recorded, OSError if the file cannot be written.
        """
        if self._writer is None:
            raise LookupError(
                "this mission is not recorded (see the project setting sexp_runtime/debug/record); "
                "a recording begins when a mission is loaded"
            )
        self._writer.save(target)
        return self._writer.microseconds / 1e6


def _new_file(folder: Path, mission: str) -> Path:
    """Return a new file in the folder, named by time and mission, and remove the oldest of too many others."""
    folder.mkdir(parents=True, exist_ok=True)
    others = sorted(folder.glob("*.rec"), key=lambda path: path.stat().st_mtime)
    for path in others[: max(0, len(others) + 1 - KEPT)]:
        with contextlib.suppress(OSError):  # another game may have it open
            path.unlink()
    name = re.sub(r"\W+", "_", Path(mission).stem).strip("_") or "mission"
    stem = f"{datetime.now():%Y%m%d-%H%M%S}-{name}"
    for number in range(1, 1000):
        path = folder / (f"{stem}.rec" if number == 1 else f"{stem}-{number}.rec")
        with contextlib.suppress(FileExistsError):
            path.touch(exist_ok=False)
            return path
    raise FileExistsError(f"{folder}: too many recordings of one second")
