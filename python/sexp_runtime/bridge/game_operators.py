"""Operators that a game registers from GDScript: they stay registered for all missions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sexp_runtime.catalog import nearest_names
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.operators.own_tables import RETURNS, TYPES, read_table

#: The keys of a declaration, and the fields of OwnOperator that they set.
KEYS: Final = {
    "arguments": "args", "min": "min_args", "max": "max_args", "repeats": "repeats", "returns": "returns",
    "reads": "reads", "acting": "acting", "description": "description",
}  # fmt: skip


class GameOperators:
    """Reads declarations of games; `report(level, text)` reports an invalid one."""

    def __init__(self, report: Callable[[str, str], None]) -> None:
        self.own = OwnOperators()
        self._report = report

    def register(self, name: str, function: Callable[..., Any], options: Mapping[str, Any]) -> bool:
        """Add an operator that a function of the game evaluates; return whether the declaration is valid."""
        try:
            self.own.add(str(name), lambda *values: function(*values), **_declaration(options))
        except (TypeError, ValueError) as error:
            self._report("error", f"register_operator: {error}")
            return False
        return True

    def read_table(self, text: str, file: str) -> bool:
        """Declare the operators of a table; return whether the table is valid."""
        problems = read_table(self.own, text, file)
        for line in problems:
            self._report("warning", line)
        return not problems

    def changed(self, name: str) -> None:
        """Mark the results of an operator that declares its reads as changed."""
        self.own.changed(name)


def _declaration(options: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in options.items():
        field = KEYS.get(str(key))
        if field is None:
            near = nearest_names(str(key), KEYS)
            raise ValueError(f"there is no option {key!r}" + (f" (did you mean {near[0]!r}?)" if near else ""))
        found[field] = value
    found["args"] = tuple(TYPES.get(str(kind).lower(), str(kind)) for kind in found.get("args", ()))
    if "returns" in found:
        found["returns"] = RETURNS.get(str(found["returns"]).lower(), str(found["returns"]))
    if found.get("reads") is not None:
        found["reads"] = tuple(map(str, found["reads"]))
    for field in ("min_args", "max_args", "repeats"):
        if field in found:
            found[field] = int(found[field])
    if found.get("max_args", 0) < 0:
        found["max_args"] = None
    if "min_args" not in found:
        found["min_args"] = len(found["args"]) - found.get("repeats", 0)
    return found
