"""The variables of a mission under test, as attributes and as items."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sexp_runtime.testing.failures import unknown
from sexp_runtime.values import INT_MAX, INT_MIN

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession


class TestedVariables:
    """`test.variables.Kills` and `test.variables["Kills"]` are a variable's value, and can be set.

    A name that the mission does not have raises UnknownNameError; a number that does not fit 32 bits raises ValueError.
    """

    __test__ = False  # not a class of tests, for pytest
    __slots__ = ("_note", "_session")

    _session: MissionSession
    _note: Callable[[str], None]

    def __init__(self, session: MissionSession, note: Callable[[str], None]) -> None:
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "_note", note)

    def __getitem__(self, name: str) -> int | str:
        return self._session.get_variable(self._known(name))

    def __setitem__(self, name: str, value: int | str) -> None:
        name = self._known(name)
        if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
            raise ValueError(f"variable {name}: {value} does not fit into 32 bits")
        self._note(f"the test: variable {name} is set to {value!r}")
        self._session.set_variable(name, value)

    def __getattr__(self, name: str) -> int | str:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: int | str) -> None:
        self[name] = value

    def __dir__(self) -> list[str]:
        return [name for name in self._session.world.variables.names if name.isidentifier()]

    def _known(self, name: str) -> str:
        if self._session.world.variables.index(name) is None:
            raise unknown("variable", name, self._session.world.variables.names)
        return name
