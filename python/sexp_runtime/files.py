"""Files that are complete or absent: atomic writes, several files as one, and folders that processes share.

A file is first written beside its target, under a name that ends with TEMPORARY, and then takes its place. What a
killed process leaves behind is removed by the next write to the same target, or when a shared folder is opened.

A journal makes several files one transaction. With the journal in place, all new files take their places, at the
latest when the folder is next opened. Without it, none does.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

TEMPORARY: Final = ".sexp-tmp"
JOURNAL: Final = "sexp-save.journal"
LOCK: Final = "sexp-save.lock"
#: Seconds to wait for another process that is saving.
WAIT_S: Final = 5.0
#: Seconds after which a temporary file outside a shared folder counts as left by a killed process.
_ABANDONED_S: Final = 600.0
_MOST_JOURNAL_BYTES: Final = 64 << 10


class FolderBusyError(OSError):
    """Another process holds a folder for longer than WAIT_S seconds."""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file atomically: it always has either its old or its new content, also after a crash. Raises OSError.

    Keeps a symbolic link and the permissions of an existing file. Writes directly to a target that is not a regular
    file, such as a pipe or a terminal.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return
    for abandoned in target.parent.glob(f".{_escaped(target.name)}.*{TEMPORARY}"):
        with contextlib.suppress(OSError):
            if time.time() - abandoned.stat().st_mtime > _ABANDONED_S:
                abandoned.unlink()
    temporary = _written(target, data)
    try:
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8 as `write_whole` does."""
    write_whole(path, text.encode())


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a folder against other processes, and complete what a killed one left unfinished.

    Raises FolderBusyError, an OSError, if another process holds it for longer than WAIT_S seconds.
    """
    with open(folder / LOCK, "ab") as lock:
        _wait_for(lock.fileno(), folder)
        try:
            recover(folder)
            yield
        finally:
            _release(lock.fileno())


def replace_together(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write several files of a locked folder, by name: all of them, or none if it fails or the process is killed.

    Raises OSError. If that happens after the journal is in place, the next `locked` finishes it.
    """
    written: dict[str, Path] = {}
    try:
        for name, data in files.items():
            written[name] = _written(folder / name, data)
        lines = "".join(f"{temporary.name}\t{name}\n" for name, temporary in written.items()).encode()
        journal = _written(folder / JOURNAL, b"%08x\n" % zlib.crc32(lines) + lines)
        written[JOURNAL] = journal
        os.replace(journal, folder / JOURNAL)
    except BaseException:
        for temporary in written.values():
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    _finish(folder)


def recover(folder: Path) -> None:
    """Finish the transaction of a killed process, and remove temporary files. Only for a locked folder."""
    if (folder / JOURNAL).exists():
        _finish(folder)
    for left in folder.glob(f".*{TEMPORARY}"):
        left.unlink(missing_ok=True)


def _finish(folder: Path) -> None:
    """Put the files of the journal into their places; a damaged journal names none."""
    journal = folder / JOURNAL
    with open(journal, "rb") as file:
        head, _, lines = file.read(_MOST_JOURNAL_BYTES).partition(b"\n")
    if head == b"%08x" % zlib.crc32(lines):
        for line in lines.decode("utf-8", "replace").splitlines():
            temporary, _, name = line.partition("\t")
            # The names stay in the folder, whoever wrote them.
            if _is_plain(name) and _is_plain(temporary) and temporary.startswith(f".{name}."):
                with contextlib.suppress(FileNotFoundError):
                    os.replace(folder / temporary, folder / name)
    _sync_folder(folder)
    journal.unlink(missing_ok=True)


def _is_plain(name: str) -> bool:
    return name not in ("", ".", "..") and not any(char in name for char in "/\\:\0")


def _written(target: Path, data: bytes) -> Path:
    """Return a new temporary file beside a target that has the data, on the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=TEMPORARY, dir=target.parent)
    temporary = Path(name)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
        else:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(temporary, 0o666 & ~mask)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _escaped(name: str) -> str:
    """Return a name as a pattern that matches nothing else."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _sync_folder(folder: Path) -> None:
    """Ask the system to make a renaming durable. Not every system can; the data are safe without it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _wait_for(handle: int, folder: Path) -> None:
    deadline = time.monotonic() + WAIT_S
    while not _try_to_hold(handle):
        if time.monotonic() > deadline:
            raise FolderBusyError(f"another process has been saving to {folder} for {WAIT_S:.0f} seconds")
        time.sleep(0.02)


if fcntl is not None:

    def _try_to_hold(handle: int) -> bool:
        assert fcntl is not None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(handle: int) -> None:
        assert fcntl is not None
        fcntl.flock(handle, fcntl.LOCK_UN)

else:  # pragma: no cover  # Windows
    from importlib import import_module

    _msvcrt = import_module("msvcrt")

    def _try_to_hold(handle: int) -> bool:
        os.lseek(handle, 0, os.SEEK_SET)
        try:
            _msvcrt.locking(handle, _msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        _msvcrt.locking(handle, _msvcrt.LK_UNLCK, 1)
