"""The check sum of the sources that `build.py` compiles, by which a module made from other sources is recognised."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent


def checksum(folder: Path = HERE) -> str:
    """Return the check sum of the sources of the loops in `folder` and of the kernel beside it, "" without sources."""
    found = 0
    files = [folder / "native.pyx", *sorted((folder.parent / "kernel").glob("*.pxi"))]
    try:
        for file in files:
            found = zlib.crc32(file.read_bytes(), zlib.crc32(file.name.encode(), found))
    except OSError:  # not delivered
        return ""
    return f"{found:08x}"


def is_current(built: str, folder: Path = HERE) -> bool:
    """Return whether a module with this check sum is not known to be made from other sources than those there."""
    sources = checksum(folder)
    return not built or not sources or built == sources
