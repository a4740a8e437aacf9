"""Names and texts of a mission where people read them: they cannot control a terminal or a page."""

from __future__ import annotations

import re
from html import escape
from typing import Final

#: Characters that are not shown as they are: control characters but tabs and line ends, separators of lines, those that
#: change the direction of text, and halves of UTF-16 pairs.
HARMFUL: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return a text for a page, with U+FFFD in place of each harmful character; line ends are single."""
    return HARMFUL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def escaped(text: str) -> str:
    """Return a text as HTML, for content and for attributes in quotes."""
    return escape(printable(text))
