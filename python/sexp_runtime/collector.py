"""Excludes a mission's objects, and no others, from Python's garbage collections.

`gc.freeze` would exclude every object of the process, the game's included, and their cycles would never be collected.
Compiled code can exclude single objects; without it all objects are collected.
"""

from __future__ import annotations

import gc
from types import TracebackType
from typing import Self

from sexp_runtime.loops import track, untrack


class LeftOut:
    """The objects of one mission that the collector leaves out, from `end` until `give_back`.

    Create it before the mission is built. Objects made on any thread between then and `end` count if they are lists,
    dictionaries, tuples or sets, or of a class of this package. They are freed by their reference counts as
    usual, but cycles among them only after `give_back`. As a context manager it gives them back if the block fails.
    """

    __slots__ = ("_objects", "_was_enabled")

    def __init__(self) -> None:
        self._objects: list[object] = []
        gc.collect()  # objects that exist already are then in an older generation
        self._was_enabled = gc.isenabled()
        gc.disable()  # keeps everything new in the youngest generation

    def end(self) -> None:
        """Exclude the mission's objects, once it is built."""
        try:
            self._objects = untrack(gc.get_objects(generation=0))
        finally:
            self._resume()

    def give_back(self) -> None:
        """Return the objects to the collector; does nothing if there are none."""
        self._resume()
        objects, self._objects = self._objects, []
        track(objects)

    def _resume(self) -> None:
        if self._was_enabled:
            self._was_enabled = False
            gc.enable()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if kind is not None:
            self.give_back()

    def __len__(self) -> int:
        return len(self._objects)
