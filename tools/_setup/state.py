"""The state of the set-up: folders, locks against two set-ups at once, and stamps that make a second run quick."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .console import Progress, SetupError

PROJECT = Path(__file__).resolve().parent.parent.parent


def cache_folder() -> Path:
    """The folder that keeps the unpacked engine: $SEXP_CACHE, or sexp-godot in the user's cache folder."""
    chosen = os.environ.get("SEXP_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    if base and os.path.isabs(base):
        return Path(base) / "sexp-godot"
    return Path.home() / ".cache" / "sexp-godot"


def make_folder(path: Path) -> Path:
    """Creates a folder with its parents; raises SetupError on failure."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SetupError(f"The disk is full: {path} cannot be created. Free about 1 GB and run again.") from error
        raise SetupError(
            f"The folder {path} cannot be created ({error.strerror}). Set SEXP_CACHE to a folder that you can write to."
        ) from error
    return path


@contextlib.contextmanager
def locked(folder: Path, progress: Progress) -> Iterator[None]:
    """Holds the folder's lock file: the second of two set-ups waits for the first, with a message."""
    make_folder(folder)
    try:
        handle = open(folder / "lock", "w", encoding="utf-8")  # noqa: SIM115 - the with is below, past the error
    except OSError as error:
        raise SetupError("{} cannot be written ({}).".format(folder / "lock", error.strerror)) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise SetupError("{} cannot be locked ({}).".format(folder / "lock", error.strerror)) from error
            progress.say(f"another set-up is at work in {folder}: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read_stamp(path: Path) -> dict[str, Any]:
    """The stamp's content; an empty dictionary if it is absent or damaged (then the step simply runs again)."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_stamp(path: Path, content: dict[str, Any]) -> None:
    """Writes a stamp atomically: a reader sees the old or the new one, never a part."""
    make_folder(path.parent)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if error.errno == errno.ENOSPC:
            raise SetupError(f"The disk is full: {path} cannot be written. Free some space and run again.") from error
        raise SetupError(f"{path} cannot be written ({error.strerror}).") from error


def digest_of_files(paths: Iterable[Path]) -> str:
    """A digest of names and contents, including which files are absent."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0")
        try:
            digest.update(path.read_bytes())
        except OSError:
            digest.update(b"(absent)")
        digest.update(b"\0")
    return digest.hexdigest()


def identity(path: Path) -> str | None:
    """The identity of a file's content (size, time, inode); None if it does not exist."""
    try:
        status = path.stat()
    except OSError:
        return None
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"
