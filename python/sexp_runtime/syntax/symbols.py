"""Symbols: the names that determine the kind of a formula's token."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sexp_runtime.syntax.dialect import Dialect


class Symbols:
    """Operator names, retired names, variables and containers that a formula may use.

    operators: present operator names, compared exactly. aliases: retired name in lower case -> present name (A16).
    variables: names by table index, "" for an unset slot; compared exactly (A22); of duplicates the first counts.
    containers: name -> kind ("list" or "map"), compared case-insensitively.
    """

    __slots__ = ("aliases", "containers", "dialect", "operators", "variable_index", "variables")

    def __init__(
        self,
        operators: Collection[str],
        *,
        aliases: Mapping[str, str] | None = None,
        variables: Sequence[str] = (),
        containers: Mapping[str, str] | None = None,
        dialect: Dialect = Dialect.FSO,
    ) -> None:
        self.operators = operators if isinstance(operators, frozenset) else frozenset(operators)
        self.aliases: Mapping[str, str] = aliases or {}
        self.variables = tuple(variables)
        self.containers = {name.lower(): kind for name, kind in (containers or {}).items()}
        self.dialect = dialect
        index: dict[str, int] = {}
        for position, name in enumerate(self.variables):
            if name:
                index.setdefault(name, position)
        #: name -> table index, for names that formulas can hold (A21b: at most 30 characters).
        self.variable_index = {name: position for name, position in index.items() if len(name) <= 30}

    def variable(self, token: str) -> int | None:
        """Return the table index of the variable that `@name` or `@name[initial]` names, else None (A20-A22).

        A token with an open bracket is not a variable, and neither is, in WCS, one without brackets.
        """
        if token[:1] != "@":
            return None
        bracket = token.find("[")
        if bracket < 0:
            if self.dialect is Dialect.WCS:
                return None
            return self.variable_index.get(token[1:])
        if token.find("]", bracket) < 0:
            return None
        return self.variable_index.get(token[1:bracket])
