"""Text for HTML pages: escapes names and texts of a mission, and replaces control characters."""

from __future__ import annotations

import re
from html import escape
from typing import Final

#: Characters that a page must not contain: control characters except tabs and line ends, and lone UTF-16 surrogates.
_INVALID: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """Return a text with each character that a page must not contain replaced by U+FFFD."""
    return _INVALID.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(text: str) -> str:
    """Return a text as HTML, for content and for attributes in quotes."""
    return escape(printable(text))
