"""Trees of formulas for GDScript and for the editor's tab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge.gate import RefusedError, meant
from sexp_runtime.events.tree import TreePart
from sexp_runtime.syntax.printer import print_expression

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Maximum number of parts that the tab shows, and of characters of each text.
MOST_PARTS: Final = 200
LONGEST_TEXT: Final = 240


def tree(session: MissionSession, event: str) -> dict[str, Any]:
    """Return the formula of an event as nested dictionaries (see TreePart); raises RefusedError for an unknown name."""
    known = [state.name for state in session.world.events]
    try:
        return session.explain_tree("event", event).as_dict()
    except KeyError:
        raise RefusedError(f"the mission has no event {event!r}{meant(event, known)}") from None
    except ValueError as error:
        raise RefusedError(str(error)) from None


def tree_rows(session: MissionSession, kind: str, index: int) -> list[list[Any]]:
    """Return a formula's parts in text order as rows [depth, role, text, value, result, reads, decides, line].

    `value` is None where there is none. At most MOST_PARTS rows; none where there is no formula.
    """
    try:
        root = session.explain_tree(kind, index)
    except (LookupError, ValueError):
        return []
    rows: list[list[Any]] = []
    stack: list[tuple[int, TreePart]] = [(0, root)]
    while stack and len(rows) < MOST_PARTS:
        depth, part = stack.pop()
        reads = "\n".join(f"{name}: {value}" for name, value in part.facts.items())
        rows.append([
            depth, part.role, part.text[:LONGEST_TEXT], part.value, part.result(facts=False)[:LONGEST_TEXT],
            reads[:LONGEST_TEXT], part.decides, part.line,
        ])  # fmt: skip
        stack.extend((depth + 1, inner) for inner in reversed(part.parts))
    if stack:
        rows.append([0, "atom", "and more", None, "", "", False, 0])
    return rows


def formula_text(session: MissionSession, kind: str, index: int) -> str:
    """Return a formula as text in one line, "" where there is none."""
    root = next(session.formula(kind, index).walk(), None)
    return "" if root is None or root.syntax is None else print_expression(root.syntax)
