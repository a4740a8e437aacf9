"""Finds the files of tests in folders."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

_ADDON: Final = ("addons", "sexp_runtime")


def find_files(places: Iterable[Path], suffix: str) -> list[Path]:
    """Return the files with a suffix that are named, or in the folders named and below, sorted.

    Left out are hidden folders and, below a folder named, the add-on itself, whose demo has tests of its own.
    """
    found: dict[Path, None] = {}
    for place in places:
        if place.is_dir():
            inside = sorted(place.rglob(f"*{suffix}"))
            found.update(dict.fromkeys(one for one in inside if not _is_left_out(one, place)))
        elif place.name.endswith(suffix):
            found[place] = None
    return list(found)


def _is_left_out(path: Path, place: Path) -> bool:
    parts = path.relative_to(place).parts
    return any(part.startswith(".") for part in parts) or any(pair == _ADDON for pair in pairwise(parts))
