"""Building blocks for declaring what operators read: each returns a function from argument texts to fact keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sexp_runtime.operators.registry import ReadsFunction
from sexp_runtime.world.facts import FactKey


def _picked(texts: Sequence[str], at: int, rest: bool) -> Iterable[str]:
    """Return the chosen texts in lower case: the one at a position, or all from there on."""
    return [text.lower() for text in (texts[at:] if rest else texts[at : at + 1])]


def ship_reads(*fields: str, at: int = 0, rest: bool = False) -> ReadsFunction:
    """Reads of fields of the ship named at a position (`rest`: of all from there on), always with its status."""
    names = ("status", *(field for field in fields if field != "status"))

    def reads(world: Any, texts: Sequence[str]) -> Iterable[FactKey]:
        return [("ship", name, field) for name in _picked(texts, at, rest) for field in names]

    return reads


def log_reads(at: int = 0, rest: bool = False) -> ReadsFunction:
    """Reads of the mission log's entries that name the text at a position (`rest`: any text from there on)."""
    return named_reads("log", at, rest)


def event_reads(at: int = 0, rest: bool = False) -> ReadsFunction:
    """Reads of the state of the event named at a position (`rest`: at all from there)."""
    return named_reads("event", at, rest)


def container_reads(at: int = 0, rest: bool = False) -> ReadsFunction:
    """Reads of the contents of the container named at a position (`rest`: at all from there)."""
    return named_reads("container", at, rest)


def named_reads(kind: str, at: int = 0, rest: bool = False) -> ReadsFunction:
    """Reads of the fact (kind, name) for the name at a position (`rest`: for all from there)."""

    def reads(world: Any, texts: Sequence[str]) -> Iterable[FactKey]:
        return [(kind, name) for name in _picked(texts, at, rest)]

    return reads


def fixed_reads(*keys: FactKey) -> ReadsFunction:
    """Reads of the same facts whatever the arguments are."""

    def reads(world: Any, texts: Sequence[str]) -> Iterable[FactKey]:
        return keys

    return reads


def roster_reads() -> ReadsFunction:
    """Reads of the roster: which ships are in the mission, and on which side."""
    return fixed_reads(("roster",))


def variable_index_reads(at: int = 0) -> ReadsFunction:
    """Reads of the variable with the literal index at a position; of all variables if it is not a literal."""

    def reads(world: Any, texts: Sequence[str]) -> Iterable[FactKey]:
        text = texts[at] if at < len(texts) else ""
        if text.isascii() and text.isdigit() and len(text) < 4:
            return [("var", int(text))]
        return [("var", index) for index in range(world.variables.capacity)]

    return reads


def both(*parts: ReadsFunction) -> ReadsFunction:
    """Combined reads of all parts."""

    def reads(world: Any, texts: Sequence[str]) -> Iterable[FactKey]:
        return [key for part in parts for key in part(world, texts)]

    return reads
