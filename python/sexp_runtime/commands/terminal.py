"""Output on a terminal: names and texts of a mission cannot control it."""

from __future__ import annotations

import re
from typing import Any, TextIO

from sexp_runtime.markup import HARMFUL


class PlainOutput:
    """A text stream that writes harmful characters as their codes, such as `\\x1b`; line ends and tabs stay.

    `kept` is a control character that stays.
    """

    def __init__(self, stream: TextIO, kept: str = "") -> None:
        self.stream = stream
        self._kept = kept

    def write(self, text: str) -> int:
        """Write a text."""
        return self.stream.write(HARMFUL.sub(self._shown, text))

    def _shown(self, match: re.Match[str]) -> str:
        char = match.group()
        return char if char == self._kept else char.encode("unicode_escape").decode()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
