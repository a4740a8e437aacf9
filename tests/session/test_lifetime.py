"""The lifetime of sessions: context managers, unclosed sessions, disks that fail while recording."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from sexp_runtime.loops import LANGUAGE
from sexp_runtime.monitor.recording import Recording, RecordingWriter
from sexp_runtime.session import MissionSession
from support.small_missions import COUNTING


def test_a_session_is_a_context_manager() -> None:
    with MissionSession.load(COUNTING) as session:
        session.step(0.1)
        assert not session.closed
    assert session.closed
    with pytest.raises(KeyError), MissionSession.load(COUNTING) as failed:
        raise KeyError("of the game's")
    assert failed.closed


def test_an_unclosed_session_is_collected() -> None:
    session = MissionSession.load(COUNTING)
    session.step(0.1)
    gone = weakref.ref(session)
    del session
    gc.collect()
    assert gone() is None


class Cycle:
    """An object of the caller's that only the garbage collector can free."""

    def __init__(self) -> None:
        self.itself = [self]


@pytest.mark.parametrize("first_closed", [0, 1])
def test_only_what_is_ours_is_left_out_of_the_collectors_rounds(first_closed: int) -> None:
    callers = [Cycle(), [Cycle()]]
    frozen = gc.get_freeze_count()
    sessions = []
    for _ in range(2):
        sessions.append(MissionSession.load(COUNTING, freeze_gc=True))
        callers.append(Cycle())
    others = [weakref.ref(one[0] if isinstance(one, list) else one) for one in callers]
    ours = [weakref.ref(session) for session in sessions]
    assert gc.isenabled()
    assert gc.get_freeze_count() == frozen
    callers.clear()
    gc.collect()
    assert [other() for other in others] == [None] * 4
    for session in sessions:
        session.step(0.1)
    while sessions:
        closed = sessions.pop(min(first_closed, len(sessions) - 1))
        left_out = LANGUAGE == "c" and closed._left_out is not None
        assert not left_out or not gc.is_tracked(closed.manager)
        assert all(not left_out or not gc.is_tracked(session.manager) for session in sessions)
        closed.close()
        assert gc.is_tracked(closed.manager)
        assert all(not left_out or not gc.is_tracked(session.manager) for session in sessions)
    del closed, session
    gc.collect()
    assert [session() for session in ours] == [None, None]


def test_a_mission_that_cannot_be_loaded_leaves_the_collector_as_it_was() -> None:
    with pytest.raises(ValueError, match="mission"):
        MissionSession.load("no mission\n", freeze_gc=True)
    assert gc.isenabled()
    gc.disable()
    try:
        MissionSession.load(COUNTING, freeze_gc=True).close()
        assert not gc.isenabled()
    finally:
        gc.enable()


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
    session = MissionSession.load(COUNTING, record_to=path)
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


def test_a_disk_that_fills_while_closing_does_not_prevent_closing(tmp_path: Path) -> None:
    session = MissionSession.load(COUNTING, record_to=tmp_path / "run.rec")
    session.step(0.1)
    writer = session.recording
    assert writer is not None
    writer._file = FullDisk(writer._file, 0)  # type: ignore[assignment]  # stands for a disk
    session.close()
    assert (session.closed, writer.failure) == (True, "No space left on device")
