"""Saved missions: a run as bytes, and the same run again from them.

A save holds the mission's text and everything that the game did to it, frame by frame (a recording). Restoring
plays the run again. So the restored state is that of the run itself, whatever the engine keeps: a restored run equals
one that was never interrupted. A save grows with the time played, and restoring takes as long as evaluating all of its
frames.

    b"SEXPSAVE"   magic
    u16           version
    u32           CRC-32 of what follows
    ...           the recording
"""

from __future__ import annotations

import contextlib
import os
import struct
import tempfile
import zlib
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.monitor.recorded_campaign import recorded_campaign
from sexp_runtime.monitor.recording import (
    ASKING,
    BEFORE,
    DamagedRecordingError,
    Recording,
    apply_changes,
    recorded_operators,
    recorded_options,
    recorded_quotas,
)
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.dialect import Dialect

if TYPE_CHECKING:
    from sexp_runtime.monitor.recording import RecordingWriter

MAGIC: Final = b"SEXPSAVE"
VERSION: Final = 1
_HEAD: Final = struct.Struct("<HI")
#: Most bytes of a save.
LARGEST: Final = 1 << 30


class SaveError(ValueError):
    """Bytes that are not a saved mission of this version; the text gives the reason."""


def scratch_file() -> Path:
    """Return a new file for the recording that a save is made from; the caller removes it.

    Those of processes that were killed are removed.
    """
    for left in Path(tempfile.gettempdir()).glob("sexp-save-*.rec"):
        with contextlib.suppress(OSError, ValueError):
            if not _is_running(int(left.name.split("-")[2])):
                left.unlink()
    descriptor, name = tempfile.mkstemp(prefix=f"sexp-save-{os.getpid()}-", suffix=".rec")
    os.close(descriptor)
    return Path(name)


def _is_running(process: int) -> bool:
    """Return whether a process runs; on Windows its files cannot be removed then, so it need not be known."""
    if os.name == "nt":
        return process == os.getpid()
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def save_state(recording: RecordingWriter) -> bytes:
    """Return the run that is being recorded, from its beginning up to the last whole frame."""
    copy = scratch_file()
    try:
        recording.save(copy)
        content = copy.read_bytes()
    finally:
        copy.unlink(missing_ok=True)
    return MAGIC + _HEAD.pack(VERSION, zlib.crc32(content)) + content


def restore_state(data: bytes, record_to: Path, **settings: Any) -> MissionSession:
    """Return a session in the state in which the run was saved; it is recorded to `record_to`, from its beginning.

    Raises SaveError for bytes that are not a save, are damaged, or whose replayed run differs from the saved one.
    """
    copy = scratch_file()
    try:
        copy.write_bytes(_content(data))
        recording = Recording(copy)
        session = _begin(recording.header, record_to, settings)
        try:
            for step_us, changes, digest in recording.frames():
                _make_frame(session, step_us, changes)
                if digest is not None and digest != session.digest():
                    raise SaveError(
                        "the replayed run differs from the saved one; another version of the runtime has made the save"
                    )
            session.manager.world.answers.on_take = None
            if recording.damage:
                raise SaveError(f"the saved mission is damaged: {recording.damage}")
        except BaseException:
            session.close()
            raise
    except (DamagedRecordingError, OverflowError, RuntimeError) as error:
        raise SaveError(f"the saved mission cannot be restored: {error}") from error
    finally:
        copy.unlink(missing_ok=True)
    return session


def _make_frame(session: MissionSession, step_us: int, changes: list[bytes]) -> None:
    """Make a frame of a saved run with the changes of the game, and of the functions of its operators."""
    numbers = count(1)
    session.manager.world.answers.on_take = lambda: apply_changes(session.world, changes, ASKING + next(numbers))
    apply_changes(session.world, changes, BEFORE)
    session.step_us(step_us)


def _content(data: bytes) -> bytes:
    """Return the recording in a save; raises SaveError."""
    begin = len(MAGIC) + _HEAD.size
    if data[: len(MAGIC)] != MAGIC or len(data) < begin:
        raise SaveError("these bytes are not a saved mission")
    version, check = _HEAD.unpack(data[len(MAGIC) : begin])
    if version != VERSION:
        raise SaveError(f"the saved mission is of version {version}, this runtime reads version {VERSION}")
    content = data[begin:]
    if len(content) > LARGEST or zlib.crc32(content) != check:
        raise SaveError("the saved mission is damaged: its check sum is wrong")
    return content


def _begin(header: dict[str, Any], record_to: Path, settings: dict[str, Any]) -> MissionSession:
    """Return a session at the beginning of the saved run; raises SaveError for an invalid header."""
    try:
        content = header["mission"]
        if not isinstance(content, bytes):
            raise TypeError("the mission's text is missing")
        campaign, stores = recorded_campaign(header)
        return MissionSession.load(
            content,
            engine=str(header["engine"]),
            seed=int(header["seed"]),
            scenario=bool(header["simulated"]),
            dialect=Dialect(header["dialect"]).name.lower(),
            options=recorded_options(header),
            operators=settings.pop("operators", None) or recorded_operators(header),
            freeze_gc=True,
            record_to=record_to,
            record_notes=dict(header.get("notes", {})),
            file=header.get("file", ""),
            campaign=campaign,
            stores=stores,
            **({"quotas": recorded_quotas(header)} | settings),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SaveError(f"the saved mission cannot be restored: {error}") from error
