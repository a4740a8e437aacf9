"""The pages for beginners: the files that they have their readers save, and the commands with what they print."""

from __future__ import annotations

import re

from support.godot.game import ROOT

ADDON = ROOT / "addons" / "sexp_runtime"
TUTORIAL = ADDON / "docs" / "tutorial.md"
#: A line that names a file, then its text in a block.
FILE = re.compile(r"^`([\w.]+)`, [^\n]*:\n\n```\w*\n(.*?)^```", re.S | re.M)

#: A command and what it prints.
SHELL = re.compile(r"^ {4}(godot .*)\n\nIt prints:\n\n```text\n(.*?)^```", re.S | re.M)


def files_of(text: str) -> dict[str, str]:
    """Return the files that a page tells its reader to save."""
    return dict(FILE.findall(text))
