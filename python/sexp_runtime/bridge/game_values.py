"""Data that only the game has: entries of the mission's log, and values of operators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge.gate import Gate, RefusedError, choices, meant, set_variable, text, whole_number
from sexp_runtime.catalog import CATALOG
from sexp_runtime.world import log as log_kinds

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Kinds of log entries that a game may write; the world writes the others when objects change.
REPORTABLE: Final = frozenset(
    (
        log_kinds.WAYPOINTS_DONE, log_kinds.DOCKED, log_kinds.UNDOCKED, log_kinds.DISABLED, log_kinds.DISARMED,
        log_kinds.SUBSYSTEM_DESTROYED, log_kinds.CARGO_REVEALED, log_kinds.SUBSYSTEM_CARGO_REVEALED,
    )
)  # fmt: skip
#: The name under which `set_game_value` takes the results of a game's own scripts.
SCRIPTS: Final = "script"


def report_entry(session: MissionSession, kind: str, name: str, second: str) -> None:
    """Write an entry of the mission's log; raises RefusedError for an unknown kind or object."""
    if kind not in REPORTABLE:
        raise RefusedError(f"there is no kind {kind!r}{choices(kind, sorted(REPORTABLE))}")
    if session.world.ship(name) is None:
        near = meant(name, (ship.name for ship in session.world.ships.values()))
        raise RefusedError(f"the mission has no object {name!r}{near}")
    session.world.log.add(kind, name, second)


def set_game_value(session: MissionSession, operator: str, arguments: Sequence[Any], value: Any) -> None:
    """Set the whole number that an operator returns for its arguments, None withdraws it; raises RefusedError."""
    name = operator.lower()
    name = CATALOG.aliases.get(name, name)
    if name not in CATALOG.names and name != SCRIPTS:
        raise RefusedError(f"there is no operator {operator!r}{meant(operator, CATALOG.names)}")
    keys = [text(item) if isinstance(item, str) else whole_number(item) for item in arguments]
    session.world.set_game(name, keys, None if value is None else whole_number(value))


class GameValues:
    """Changes and reads values of the running mission for a game; what is refused is reported.

    `playing(method)` returns the session, None after reporting that there is none. `flush()` emits the signals of a
    change.
    """

    def __init__(
        self,
        playing: Callable[[str], MissionSession | None],
        gate: Gate,
        report: Callable[[str, str], None],
        flush: Callable[[], None],
    ) -> None:
        self._playing = playing
        self._gate = gate
        self._report = report
        self._flush = flush

    def set_variable(self, name: str, value: Any) -> bool:
        """Set a variable and return whether it was set; reports an unknown name and a value of another type."""
        session = self._playing("set_variable")
        if session is None:
            return False
        try:
            set_variable(session.world, name, value)
        except RefusedError as reason:
            self._gate.refused("set_variable", f"@{name}", value, reason)
            return False
        self._gate.accepted("set_variable", f"@{name}")
        self._flush()
        return True

    def get_variable(self, name: str) -> int | str | None:
        """Return a variable's value by its type; None if there is none of that name."""
        session = self._playing("get_variable")
        if session is None or session.world.variables.index(name) is None:
            return None
        return session.get_variable(name)

    def report_entry(self, kind: str, name: str, second: str) -> bool:
        """Write an entry of the mission log for the game; return whether the entry was valid."""
        session = self._playing("report")
        if session is None:
            return False
        try:
            report_entry(session, kind, name, second)
        except RefusedError as reason:
            self._report("error", f"report: {reason}")
            return False
        return True

    def set_game_value(self, operator: str, arguments: Sequence[Any], value: Any) -> bool:
        """Set a whole number that only the game has, None withdraws it; return whether it was accepted."""
        session = self._playing("set_game_value")
        if session is None:
            return False
        fact = f"{operator} {' '.join(str(item) for item in arguments)}".strip()
        try:
            set_game_value(session, operator, arguments, value)
        except RefusedError as reason:
            self._gate.refused("set_game_value", fact, value, reason)
            return False
        self._gate.accepted("set_game_value", fact)
        return True
