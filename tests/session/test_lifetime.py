"""Life and death of sessions: context managers, sessions that nobody closes, disks that fail while recording."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from sexp_runtime.monitor.recording import Recording, RecordingWriter
from sexp_runtime.session import MissionSession

MISSION = """#Mission Info
$Name: Lifetime
#Sexp_variables
$Variables: (
	0	"Score"	"0"	"number"
)
#Objects
#Events
$Formula: ( when ( > @Score[0] 2 ) ( modify-variable @Score[0] ( + @Score[0] 1 ) ) )
+Name: Count
+Repeat Count: -1
+Interval: 0
#Goals
#End
"""


def test_a_session_is_a_context_manager() -> None:
    with MissionSession.load(MISSION) as session:
        session.step(0.1)
        assert not session.closed
    assert session.closed
    with pytest.raises(KeyError), MissionSession.load(MISSION) as failed:
        raise KeyError("of the game's")
    assert failed.closed


def test_a_session_that_nobody_closes_is_collected() -> None:
    session = MissionSession.load(MISSION)
    session.step(0.1)
    gone = weakref.ref(session)
    del session
    gc.collect()
    assert gone() is None


def test_sessions_leave_each_other_frozen() -> None:
    before = gc.get_freeze_count()
    first = MissionSession.load(MISSION, freeze_gc=True)
    second = MissionSession.load(MISSION, freeze_gc=True)
    assert gc.get_freeze_count() > before
    first.close()
    assert gc.get_freeze_count() > 0
    second.close()
    assert gc.get_freeze_count() == 0


class FullDisk:
    """Stands for the file of a recording: it takes so many bytes."""

    def __init__(self, file: object, room: int) -> None:
        self._file = file
        self.room = room

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def write(self, data: bytes) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        written: int = self._file.write(data)  # type: ignore[attr-defined]  # a file
        return written


@pytest.mark.parametrize("room", [0, 40, 200])
def test_a_full_disk_ends_the_recording_and_not_the_frame(tmp_path: Path, room: int) -> None:
    path = tmp_path / "run.rec"
    session = MissionSession.load(MISSION, record_to=path)
    told: list[str] = []
    session.on_variable_changed.append(lambda name, value: told.append(f"{name} {value}"))
    writer = session.recording
    assert isinstance(writer, RecordingWriter)
    writer._file = FullDisk(writer._file, room)  # type: ignore[assignment]  # stands for a disk
    session.set_variable("Score", 3)
    for _ in range(400):
        session.step(0.05)
    assert session.recording is None
    assert session.context.warnings == ["the recording ends here: No space left on device"]
    assert told[-1] == "Score 403"
    session.close()
    whole = Recording(path)
    frames = len(list(whole.frames()))
    assert frames % 32 == 0
    assert whole.damage


def test_a_disk_that_fills_while_closing_keeps_nobody_from_closing(tmp_path: Path) -> None:
    session = MissionSession.load(MISSION, record_to=tmp_path / "run.rec")
    session.step(0.1)
    writer = session.recording
    assert writer is not None
    writer._file = FullDisk(writer._file, 0)  # type: ignore[assignment]  # stands for a disk
    session.close()
    assert (session.closed, writer.failure) == (True, "No space left on device")
