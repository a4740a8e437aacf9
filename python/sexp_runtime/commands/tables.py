"""Plain text that fits the terminal's width: tables and wrapped lines."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

#: Minimum width of a column of text that has to give way.
_LEAST: Final = 12


def width() -> int:
    """Return the width of the terminal in characters, 80 where there is none."""
    return max(shutil.get_terminal_size((80, 24)).columns, 40)


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters, with an ellipsis where something is left out."""
    return text if len(text) <= most else text[: max(most - 3, 0)] + "..."


def wrapped(indent: str, text: str) -> list[str]:
    """Return the lines of a text that starts at an indent; what does not fit goes on two characters further right."""
    return textwrap.wrap(
        text, width(), initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def tree_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a formula's tree; what does not fit goes on further right, its columns stay."""
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip(" >")) + 4)
        yield from textwrap.wrap(
            line, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [line]  # fmt: skip


def text_table(
    rows: Sequence[dict[str, Any]], columns: Sequence[tuple[str, str, str]], *, indent: int = 2
) -> Iterator[str]:
    """Yield the lines of a table: its heads, then a line for each row.

    A column is (key of the row, head, format of a number or "" for text). Numbers are aligned to the right; the widest
    texts are shortened until a line fits the terminal.
    """
    cells = [[head for _key, head, _form in columns]]
    for row in rows:
        cells.append([format(row[key], form) if form else str(row[key]) for key, _head, form in columns])
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    excess = indent + sum(widths) + 2 * (len(columns) - 1) - width()
    texts = [at for at, (_key, _head, form) in enumerate(columns) if not form]
    while excess > 0 and texts:
        widest = max(texts, key=widths.__getitem__)
        if widths[widest] <= _LEAST:
            break
        widths[widest] -= 1
        excess -= 1
    for line in cells:
        parts = [
            shortened(text, widths[at]).ljust(widths[at]) if at in texts else text.rjust(widths[at])
            for at, text in enumerate(line)
        ]
        yield (" " * indent + "  ".join(parts)).rstrip()
