"""Data that only the game has: entries of the mission's log, and values of operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge.gate import RefusedError, choices, meant, text, whole_number
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
