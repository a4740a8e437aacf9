"""Rows of the operator catalog, loaded from the JSON files beside this module."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DIALECTS: Final = ("fso", "wcs")


@dataclass(frozen=True, slots=True)
class ArgumentType:
    """One argument type of operators, as `ship-wing` or `positive`.

    `names` says what a literal there names (`ship`, `wing`, `number`, `enum` ..., several joined with `/`);
    `accepts` are the return types of operators allowed there (none: only literals, variables, container items).
    """

    name: str
    names: str
    accepts: frozenset[str]
    dialects: frozenset[str]


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """What the catalog knows about one operator in one dialect.

    kind: action, boolean, integer, arithmetic, conditional, argument or goal.
    returns: null, bool, number, positive, ai-goal or flexible-argument.
    max_args: None when unbounded. args: argument types; the last `repeats` of them repeat (0: none does).
    reads, terminal, special_results, constant_result, flags: facts about the original's evaluation.
    """

    name: str
    kind: str
    returns: str
    min_args: int
    max_args: int | None
    args: tuple[str, ...]
    repeats: int
    category: str
    subcategory: str
    aliases: tuple[str, ...]
    dialects: frozenset[str]
    campaign: bool
    effects: bool
    terminal: bool
    terminal_from: str
    special_results: frozenset[str]
    constant_result: str
    flags: frozenset[str]
    reads: frozenset[str]
    renamed_to: str

    def argument_type(self, index: int) -> str | None:
        """Return the type of argument `index` (0 = first), or None if the operator takes no argument there."""
        if self.max_args is not None and index >= self.max_args:
            return None
        size = len(self.args)
        if index < size:
            return self.args[index]
        if not self.repeats:
            return None
        return self.args[size - self.repeats + (index - size) % self.repeats]

    @property
    def arity(self) -> str:
        """The allowed number of arguments in words: `2`, `1 to 3`, `2 or more`."""
        if self.max_args is None:
            return f"{self.min_args} or more"
        if self.max_args == self.min_args:
            return str(self.min_args)
        return f"{self.min_args} to {self.max_args}"


class DialectCatalog(Mapping[str, CatalogRow]):
    """The operators of one dialect by their present names, with `aliases`: retired name in lower case -> name.

    Rows are created on first access: the start of the runtime needs only the names.
    """

    def __init__(self, dialect: str, data: dict[str, Any], aliases: dict[str, str]) -> None:
        self.dialect = dialect
        self.aliases = aliases
        self.names = frozenset(data)
        self._data = data
        self._rows: dict[str, CatalogRow] = {}

    def __getitem__(self, name: str) -> CatalogRow:
        row = self._rows.get(name)
        if row is None:
            row = self._rows[name] = _row(name, self._data[name], self.dialect)
        return row

    def __contains__(self, name: object) -> bool:
        return name in self._data

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


class Catalog(DialectCatalog):
    """All operators of both dialects by name (FSO's row where both have it), argument types, and per-dialect views."""

    def __init__(self, operators: dict[str, Any], types: dict[str, Any], wcs_aliases: Iterable[str]) -> None:
        fso = {name: data for name, data in operators.items() if "fso" in data.get("dialects", DIALECTS)}
        retired = {old.lower(): name for name, data in fso.items() for old in data.get("aliases", ())}
        super().__init__("fso", operators, retired)
        #: The operators of FreeSpace 2 Open.
        self.fso: Final = DialectCatalog("fso", fso, retired)
        wcs = {name: data for name, data in operators.items() if "wcs" in data.get("dialects", DIALECTS)}
        #: The operators of Wing Commander Saga, with its own arities and types.
        self.wcs: Final = DialectCatalog("wcs", wcs, {old: retired[old] for old in wcs_aliases})
        self.types: Final[dict[str, ArgumentType]] = {
            name: ArgumentType(name, data["names"], frozenset(data["accepts"]), frozenset(data["dialects"]))
            for name, data in types.items()
        }

    def dialect_catalog(self, name: str) -> DialectCatalog:
        """Return the view of dialect `fso` or `wcs`; raises ValueError for any other name."""
        if name == "fso":
            return self.fso
        if name == "wcs":
            return self.wcs
        raise ValueError(f"unknown dialect {name!r}, expected one of {', '.join(DIALECTS)}")


_BOTH: Final = frozenset(DIALECTS)


def _row(name: str, data: dict[str, Any], dialect: str) -> CatalogRow:
    if dialect == "wcs" and "wcs" in data:
        difference = data["wcs"]
        data = {**data, **difference}
        if difference.get("max", 0) is None:
            del data["max"]
    get = data.get
    dialects = get("dialects")
    return CatalogRow(
        name=name,
        kind=data["kind"],
        returns=data["returns"],
        min_args=data["min"],
        max_args=get("max"),
        args=tuple(get("args", ())),
        repeats=get("repeats", 0),
        category=data["category"],
        subcategory=get("subcategory", ""),
        aliases=tuple(get("aliases", ())),
        dialects=frozenset(dialects) if dialects else _BOTH,
        campaign=get("campaign", False),
        effects=get("effects", False),
        terminal=get("terminal", False),
        terminal_from=get("terminal_from", ""),
        special_results=frozenset(get("special_results", ())),
        constant_result=get("constant_result", ""),
        flags=frozenset(get("flags", ())),
        reads=frozenset(get("reads", ())),
        renamed_to=get("renamed_to", ""),
    )


def nearest_names(name: str, names: Iterable[str], limit: int = 3, cutoff: float = 0.72) -> list[str]:
    """Return up to `limit` of `names` most similar to `name`, best first; none if nothing is close.

    cutoff: the minimum similarity, from 0 to 1 (equal).
    """
    import difflib  # rarely needed, and slow to import

    folded: dict[str, str] = {}
    for candidate in names:
        folded.setdefault(candidate.lower(), candidate)
    close = difflib.get_close_matches(name.lower()[:64], folded, n=limit, cutoff=cutoff)
    return [folded[match] for match in close]


def _load() -> Catalog:
    folder = Path(__file__).parent / "data"

    def read(file: str) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((folder / file).read_text(encoding="utf-8"))
        return data

    return Catalog(read("operators.json"), read("types.json"), read("aliases.json")["wcs"])


#: The catalog, loaded once at import.
CATALOG: Final = _load()
#: All names of both dialects, without retired ones.
OPERATOR_NAMES: Final = frozenset(CATALOG)
