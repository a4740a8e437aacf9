"""Text in HTML pages: names and texts of a mission are no mark-up, and no control characters reach the page."""

from __future__ import annotations

import re
from html import escape
from typing import Final

#: Characters that are no valid part of a page: control characters but tabs and line ends, and halves of UTF-16 pairs.
_INVALID: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """Return a text with U+FFFD in place of each character that is no valid part of a page."""
    return _INVALID.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(text: str) -> str:
    """Return a text as HTML, for content and for attributes in quotes."""
    return escape(printable(text))
