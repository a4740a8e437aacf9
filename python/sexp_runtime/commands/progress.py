"""Progress bars for commands that take long; silent without a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")
_BAR_WIDTH: Final = 28
#: Seconds before the first bar, so that short work stays quiet, and between two bars.
_PATIENCE: Final = 0.4
_INTERVAL: Final = 0.1


def track(items: Sequence[T], label: str) -> Iterator[T]:
    """Yield the items, with a bar on standard error while that is a terminal and the work takes a while."""
    return track_some(items, len(items), label)


def track_some(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    """Like `track`, for items that arrive one by one, at most `total`."""
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    drawn = time.monotonic() + _PATIENCE - _INTERVAL
    shown = False
    try:
        for done, item in enumerate(items):
            now = time.monotonic()
            if now - drawn >= _INTERVAL:
                drawn = now
                shown = True
                filled = _BAR_WIDTH * done // total
                bar = "#" * filled + "." * (_BAR_WIDTH - filled)
                print(f"\r{label} [{bar}] {done}/{total}", end="", file=sys.stderr, flush=True)
            yield item
    finally:
        if shown:
            print("\r" + " " * (len(label) + _BAR_WIDTH + 24) + "\r", end="", file=sys.stderr, flush=True)
