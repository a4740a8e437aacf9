"""Plain text that fits the terminal's width: tables and wrapped lines."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sexp_runtime.events.tree import ACTION, TreePart

#: Width of the column of values in a tree.
_RESULT: Final = 32
#: Minimum width of a column of text that is shortened.
_LEAST: Final = 12


def width() -> int:
    """Return the width of the terminal in characters, 80 without a terminal."""
    return max(shutil.get_terminal_size((80, 24)).columns, 40)


def shortened(text: str, most: int) -> str:
    """Return a text cut to `most` characters, with an ellipsis at the end if it was longer."""
    return text if len(text) <= most else text[: max(most - 3, 0)] + "..."


def wrapped(indent: str, text: str) -> list[str]:
    """Return a text that starts at an indent, broken into lines; further lines begin two characters further right."""
    return _folded(indent + text, indent + "  ", width())


def fitted(text: str) -> Iterator[str]:
    """Yield the lines of a text, broken to the terminal's width; further lines begin four characters further right."""
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()) + 4)
        yield from _folded(line, indent, width()) or [line]


def tree_lines(tree: TreePart, most: int = 120, *, indent: int = 0) -> list[str]:
    """Return a formula's tree in at most `most` lines that fit the terminal at an indent; `>` marks what decides.

    Values are in a column; the facts that a part reads are in brackets below it. Actions are cut to one line.
    """
    lines = list(_part_lines(tree, 0, width() - indent))
    return lines if len(lines) <= most else [*lines[:most], f"  ... and {len(lines) - most} more lines"]


def _part_lines(part: TreePart, depth: int, wide: int) -> Iterator[str]:
    indent = "  " * depth
    head = indent + ("> " if part.decides else "  ") + part.text
    if part.role == ACTION:
        yield shortened(head, wide)
        return
    result, column = part.result(facts=False), wide - _RESULT
    if result and len(head) < column:
        yield from _folded(f"{head:<{column}}{result}", " " * (column + 2), wide)
    elif result and len(head) + len(result) < wide:
        yield f"{head} {result}"
    else:
        yield from _folded(head, indent + "      ", wide)
        if result:
            yield from _folded(" " * column + result, " " * (column + 2), wide)
    if part.facts:
        facts = ", ".join(f"{name} {value}".rstrip() for name, value in part.facts.items())
        yield from _folded(f"{indent}      [{facts}]", indent + "       ", wide)
    for inner in part.parts:
        yield from _part_lines(inner, depth + 1, wide)


def _folded(text: str, indent: str, wide: int) -> list[str]:
    return textwrap.wrap(text, wide, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


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
