"""Applies a changed mission file to the running mission: replaces formulas and keeps everything else.

Time, variables, ships and the statuses of unchanged formulas stay. A changed formula of an event or a goal takes the
old one's place and starts with fresh statuses; texts of messages, objectives and goals are replaced. Whatever else
differs needs the mission to be loaded anew, and is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.mission import validate_mission
from sexp_runtime.mission.reader import parse_mission
from sexp_runtime.syntax import Severity
from sexp_runtime.syntax.printer import print_expression, same_tree
from sexp_runtime.syntax.tree import SexpExpression

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.session import MissionSession
    from sexp_runtime.syntax import Diagnostic

#: Fields of definitions that no formula reads.
_SHOWN: Final = frozenset(("objective", "objective_key", "message"))
_PLACES: Final = frozenset(("line", "file"))
#: Most names in one sentence.
_NAMED: Final = 5


class ReloadError(ValueError):
    """A file that cannot replace that of the running mission; the running mission stays as it was."""


@dataclass(slots=True)
class Reloaded:
    """The result of a reload: owners of the replaced formulas, replaced texts, and changes that were not applied."""

    replaced: list[str] = field(default_factory=list)
    texts: int = 0
    left_out: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        formulas, texts = len(self.replaced), self.texts
        more = f"; {len(self.left_out)} other changes need a new start" if self.left_out else ""
        return (
            f"{formulas} {'formula' if formulas == 1 else 'formulas'} and "
            f"{texts} {'text' if texts == 1 else 'texts'} replaced{more}"
        )


def reload_formulas(session: MissionSession, content: bytes | str, file: str) -> Reloaded:
    """Put the changed formulas of a file into a running session; raises ReloadError if the file has errors.

    `content` is the whole file. A recording of the session ends, because a replay would lack the change.
    """
    if not session.rows:
        raise ReloadError(f"formulas are replaced on the cached engine, this is {session.engine}")
    loaded = parse_mission(content, file=file, dialect=session.mission.dialect)
    problems: list[Diagnostic] = [*loaded.diagnostics]
    if loaded.is_readable:
        problems += validate_mission(loaded.mission)
    wrong = [str(problem) for problem in problems if problem.severity is Severity.ERROR]
    if wrong:
        raise ReloadError("; ".join(wrong[:_NAMED]))
    old, new = session.mission, loaded.mission
    found = Reloaded(left_out=_differences(old, new))
    manager: Any = session.manager
    for kind, before, after in (("event", old.events, new.events), ("goal", old.goals, new.goals)):
        for index, definition in _matched(kind, before, after, found):
            mine = before[index]
            _take_texts(mine, definition, found)
            if definition.formula is None or mine.formula is None or same_tree(mine.formula, definition.formula):
                continue
            expression = _in_this_session(session, definition.formula)
            manager.replace_formula(kind, index, expression)
            mine.formula = expression
            session.monitor.formulas.pop((kind, index), None)
            found.replaced.append(f'{kind} "{mine.name}"')
    found.texts += _take_messages(old, new)
    if found.replaced:
        session.stop_recording()
    return found


def _in_this_session(session: MissionSession, formula: SexpExpression) -> SexpExpression:
    """Return the formula with the running mission's variables and containers, at its places in the new file."""
    expression = session.parse(print_expression(formula))
    expression.owner, expression.file = formula.owner, formula.file
    for node, place in zip(expression.root.walk(), formula.root.walk(), strict=False):
        node.line, node.column = place.line, place.column
    return expression


def _matched(kind: str, before: Sequence[Any], after: Sequence[Any], found: Reloaded) -> list[tuple[int, Any]]:
    """Return (index in the running mission, new definition) of each event or goal that both have, by name."""
    counted = Counter(definition.name for definition in before)
    unique = {definition.name: index for index, definition in enumerate(before) if counted[definition.name] == 1}
    twice = {name for name, count in Counter(definition.name for definition in after).items() if count > 1}
    matched, new = [], []
    for definition in after:
        index = unique.get(definition.name)
        if index is None or definition.name in twice:
            new.append(definition.name)
            continue
        matched.append((index, definition))
        other = [
            entry.name
            for entry in fields(definition)
            if entry.name not in _SHOWN | _PLACES | {"name", "formula"}
            and not _same(getattr(before[index], entry.name), getattr(definition, entry.name))
        ]
        if other:
            found.left_out.append(f'{kind} "{definition.name}": {", ".join(other)}')
    names = {definition.name for definition in after}
    gone = [definition.name for definition in before if definition.name not in names]
    if new:
        found.left_out.append(f"new {kind}s: {_listed(new)}")
    if gone:
        found.left_out.append(f"removed {kind}s, which go on: {_listed(gone)}")
    kept = [definition.name for definition in before if definition.name in names]
    if kept != [definition.name for definition in after if definition.name in unique]:
        found.left_out.append(f"the order of {kind}s")
    return matched


def _take_texts(mine: Any, other: Any, found: Reloaded) -> None:
    for name in _SHOWN:
        if hasattr(mine, name) and getattr(mine, name) != getattr(other, name):
            setattr(mine, name, getattr(other, name))
            found.texts += 1


def _take_messages(old: Mission, new: Mission) -> int:
    """Take the messages of the new file over; return how many differ."""
    before = {message.name: message.text for message in old.messages}
    changed = sum(before.get(message.name) != message.text for message in new.messages)
    old.messages[:] = new.messages
    return changed


def _differences(old: Mission, new: Mission) -> list[str]:
    """Return the differences besides events, goals and messages, a sentence for each part of the file."""
    found = []
    for entry in fields(old):
        if entry.name in ("events", "goals", "messages", "file"):
            continue
        before, after = getattr(old, entry.name), getattr(new, entry.name)
        if _same(before, after):
            continue
        title = entry.name.replace("_", " ")
        named = isinstance(before, list) and all(hasattr(item, "name") for item in [*before, *after])
        if named:
            known = {item.name: item for item in before}
            changed = [item.name for item in after if not _same(known.get(item.name), item)]
            changed += [name for name in known if name not in {item.name for item in after}]
            found.append(f"{title}: {_listed(changed)}")
        else:
            found.append(title)
    return found


def _same(one: Any, other: Any) -> bool:
    """Return whether two parts of missions are equal apart from their places in the files."""
    if isinstance(one, SexpExpression) and isinstance(other, SexpExpression):
        return same_tree(one, other)
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(
            _same(getattr(one, entry.name), getattr(other, entry.name))
            for entry in fields(one)
            if entry.name not in _PLACES
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
