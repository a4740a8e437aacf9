"""The table of actions: what each operator that returns nothing changes, and by which rule.

It has one row for each such operator of the catalog. Rows of actions on objects are in `action_table_objects`, the
others in `action_table_world`. A row says what formulas can read back afterwards. A row without that is "game only":
the game gets the evaluated arguments, and nothing else happens. Arguments are numbers by the types of the catalog, and
texts with variables looked up. `docs/actions.md` is made from the table; a test compares both with the operators.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sexp_runtime.operators.action_table_objects import ROWS as OBJECT_ROWS
from sexp_runtime.operators.action_table_world import ROWS as WORLD_ROWS

INTRODUCTION: Final = """\
# Actions

What each operator that returns nothing does.

- The game gets every action by the signal `action_requested`: the operator and its evaluated arguments.
- *Game only* marks an action that changes nothing that a formula can read.
- Arguments are numbers or texts, by the types that `tools/sexp operators NAME` shows. The game does not get arguments
  that a mission leaves out; the notes say what the original takes for them.
- With not-a-number (NaN) as an argument, an action does nothing and the game does not get it. Notes name exceptions.
- [Rules of actions](rules-actions.md) explains each rule.

`tools/sexp operators --actions` makes this page from `python/sexp_runtime/operators/action_table*.py`.
"""
#: Marks an empty column in a row.
NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action of the table.

    `rule` is the number of the rule that it implements. `changes` says what formulas can read afterwards; "" for an
    action that only the game carries out. `note` holds defaults, units and bounds of its arguments.
    """

    name: str
    rule: str
    changes: str
    note: str

    @property
    def sent_only(self) -> bool:
        """Whether the action changes nothing that a formula reads."""
        return not self.changes


def parse_rows(text: str) -> Iterator[ActionRow]:
    """Yield the rows of a text of lines `names | rule | changes | note`; each name in a line gets its own row.

    Raises ValueError for a line of another form.
    """
    for line in text.splitlines():
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) not in (3, 4):
            raise ValueError(f"not a row of the table of actions: {line!r}")
        names, rule, changes, note = (*parts, "")[:4]
        for name in names.split():
            yield ActionRow(name, rule, "" if changes == NOTHING else changes, note)


def _table() -> dict[str, ActionRow]:
    table: dict[str, ActionRow] = {}
    for row in (*parse_rows(OBJECT_ROWS), *parse_rows(WORLD_ROWS)):
        if row.name in table:
            raise ValueError(f"two rows for the action {row.name}")
        table[row.name] = row
    return dict(sorted(table.items()))


#: The rows by the operator's name, in alphabetical order.
ACTION_TABLE: Final[Mapping[str, ActionRow]] = _table()


def as_markdown() -> str:
    """Return the table as a page of the documentation."""
    game_only = sum(row.sent_only for row in ACTION_TABLE.values())
    lines = [
        INTRODUCTION,
        f"{len(ACTION_TABLE)} operators: {len(ACTION_TABLE) - game_only} change something, "
        f"{game_only} go to the game only.",
        "",
        "| operator | rule | what formulas can read afterwards | arguments |",
        "|---|---|---|---|",
    ]
    for row in ACTION_TABLE.values():
        lines.append(f"| `{row.name}` | {row.rule} | {row.changes or '*game only*'} | {row.note} |")
    return "\n".join(lines) + "\n"
