"""Reading a mission file from disk: size limit, encoding, and diagnostics instead of exceptions."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

from sexp_runtime.syntax.diagnostics import Diagnostic, make_diagnostic

#: Maximum file size in bytes; the largest known mission has a third of a megabyte.
MAX_BYTES: Final = 16 * 1024 * 1024


def read_source(path: str | Path, max_bytes: int = MAX_BYTES) -> tuple[str | None, list[Diagnostic]]:
    """Return the text of a file, or None when it cannot be read, with the problems met.

    UTF-8 with or without a byte order mark; any other file is Latin-1, or UTF-16 if it has that mark.
    """
    name = str(path)
    try:
        data = read_regular(path, max_bytes)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return None, [make_diagnostic("E201", f"cannot read the file: {reason}", file=name)]
    if len(data) > max_bytes:
        return None, [_too_large(name, len(data), max_bytes)]
    return decode(data, name)


def read_regular(path: str | Path, most: int) -> bytes:
    """Return the bytes of a regular file; at most `most` + 1, so that the caller sees that it is larger.

    Refuses a pipe or device at once, without waiting for it: OSError, as for a file that cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "no regular file", str(path))
        return file.read(most + 1)


def decode(data: bytes, name: str = "") -> tuple[str, list[Diagnostic]]:
    """Return the text of a file's bytes with the problems met; see read_source."""
    problems: list[Diagnostic] = []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = "not UTF-8 from here on: the file is read as Latin-1"
            problems.append(make_diagnostic("W203", message, file=name, line=line))
            text = data.decode("latin-1")
    return text, problems


def _too_large(name: str, size: int, limit: int) -> Diagnostic:
    return make_diagnostic("E202", f"the file has {size} bytes or more, the limit is {limit}", file=name)
