"""Sends Python's standard output and error to Godot's output, whole lines at a time."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

_original: tuple[Any, Any] | None = None


class EngineStream(io.TextIOBase):
    """A text stream that passes every finished line to a function of the engine."""

    def __init__(self, put: Callable[[str], object], name: str) -> None:
        super().__init__()
        self._put = put
        self._rest = ""
        self.name = name

    encoding = "utf-8"
    errors = "replace"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if "\n" in text:
            whole, _, rest = (self._rest + text).rpartition("\n")
            self._rest = rest
            self._put(whole)
        else:
            self._rest += text
        return len(text)

    def flush_rest(self) -> None:
        """Pass on the last, unfinished line."""
        if self._rest:
            rest, self._rest = self._rest, ""
            self._put(rest)


def redirect(put: Callable[[str], object], put_error: Callable[[str], object]) -> None:
    """Redirect print() and sys.stderr to the engine."""
    global _original
    if _original is None:
        _original = (sys.stdout, sys.stderr)
    sys.stdout = EngineStream(put, "<godot output>")
    sys.stderr = EngineStream(put_error, "<godot errors>")


def flush() -> None:
    """Pass on unfinished lines."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, EngineStream):
            stream.flush_rest()


def restore() -> None:
    """The engine ends: restore the process's own streams."""
    flush()
    if _original is not None:
        sys.stdout, sys.stderr = _original
