"""The report to which checks add problems."""

from __future__ import annotations

from typing import Final

from sexp_runtime.syntax.diagnostics import Diagnostic, make_diagnostic
from sexp_runtime.syntax.tree import SyntaxNode

#: Where a path leads: (path of the operator, its name, argument number from 1) or None at the root.
Link = tuple["Link | None", str, int]


class Report:
    """Collects problems of one mission, or of one formula of it."""

    def __init__(self, file: str = "") -> None:
        self.file: Final = file
        self.found: list[Diagnostic] = []
        self.owner = ""  #: of the formula being checked

    def at(self, code: str, message: str, node: SyntaxNode, link: Link | None = None, fix: str | None = None) -> None:
        """Add a problem of the formula being checked, at a node of it; `fix` is the one right text, if there is one."""
        parts = []
        while link is not None:
            parent, name, position = link
            parts.append(f"{name}[{position}]")
            link = parent
        self.found.append(
            make_diagnostic(
                code,
                message,
                file=self.file,
                line=node.line,
                column=node.column,
                owner=self.owner,
                path="/".join(reversed(parts)),
                fix=None if fix is None else (node.text, fix),
            )
        )

    def of(self, code: str, message: str, line: int, owner: str) -> None:
        """Add a problem of an object of the mission, in the line where it begins."""
        self.found.append(make_diagnostic(code, message, file=self.file, line=line, owner=owner))


def place(link: Link) -> str:
    """Return the argument that a link leads to, for a message."""
    return f"{link[1]}, argument {link[2]}"
