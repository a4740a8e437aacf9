"""Words that represent characters and keys in a mission's texts."""

from __future__ import annotations

import re
from typing import Final

_CHARACTERS: Final = {"$quote": '"', "$semicolon": ";", "$slash": "/", "$backslash": "\\"}
_WORD: Final = re.compile("|".join(map(re.escape, _CHARACTERS)))
#: Names of keys as the original writes them, between two dollar signs.
_KEY: Final = re.compile(
    r"\$((?:Alt-)?(?:Shift-)?(?:[A-Z0-9]|F1[0-2]|F[1-9]|Esc|Tab|Enter|Backspace|Space ?bar|Caps ?Lock|"
    r"Up Arrow|Down Arrow|Left Arrow|Right Arrow|Insert|Delete|Home|End|Page Up|Page Down))\$",
    re.IGNORECASE,
)


def special_characters(text: str) -> str:
    """Return text with `$quote`, `$semicolon`, `$slash` and `$backslash` replaced by their characters (R113)."""
    return _WORD.sub(lambda match: _CHARACTERS[match[0]], text) if "$" in text else text


def replace_keys(text: str) -> str:
    """Return text with key tokens such as `$T$` replaced by the key's name (N10.3)."""
    return _KEY.sub(lambda match: match[1], text)
