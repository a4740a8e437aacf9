"""The mission log: what happened to which ship or wing and when; fate operators look it up (H.1, L)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sexp_runtime.world.clock import Clock
from sexp_runtime.world.facts import FactBoard

SHIP_DESTROYED: Final = "ship-destroyed"
SELF_DESTRUCTED: Final = "self-destructed"
SHIP_ARRIVED: Final = "ship-arrived"
SHIP_DEPARTED: Final = "ship-departed"
WING_DESTROYED: Final = "wing-destroyed"
WING_ARRIVED: Final = "wing-arrived"
WING_DEPARTED: Final = "wing-departed"
DOCKED: Final = "docked"
UNDOCKED: Final = "undocked"
DISABLED: Final = "disabled"
DISARMED: Final = "disarmed"
SUBSYSTEM_DESTROYED: Final = "subsystem-destroyed"
WAYPOINTS_DONE: Final = "waypoints-done"
CARGO_REVEALED: Final = "cargo-revealed"
SUBSYSTEM_CARGO_REVEALED: Final = "subsystem-cargo-revealed"
GOAL_SATISFIED: Final = "goal-satisfied"
GOAL_FAILED: Final = "goal-failed"

#: The kinds whose second name is a subsystem; lookups ignore one trailing `s` of it (M2.1).
_SUBSYSTEM_SECOND: Final = frozenset((SUBSYSTEM_DESTROYED, SUBSYSTEM_CARGO_REVEALED))
#: The kinds that match their two names in either order (H: "dock entries match in either name order").
_EITHER_ORDER: Final = frozenset((DOCKED, UNDOCKED))

_NOTHING: Final[Mapping[str, int]] = {}


class LogEntry(NamedTuple):
    """One line of the log: time (16.16 fixed-point seconds, G4), kind, name, and a second name if any."""

    fix: int
    kind: str
    name: str
    second: str = ""


class MissionLog:
    """All entries in the order written, with lookups by kind and name; entries are visible at once.

    Names match case-insensitively. Each entry touches ("log", name) for its first and its second name.
    """

    __slots__ = ("_by_name", "_by_pair", "_clock", "_facts", "entries")

    def __init__(self, facts: FactBoard, clock: Clock) -> None:
        self._facts = facts
        self._clock = clock
        self.entries: list[LogEntry] = []
        #: By name in lower case, when the first entry of each kind about it was written (fix).
        self._by_name: dict[str, dict[str, int]] = {}
        self._by_pair: dict[tuple[str, str, str], list[LogEntry]] = {}

    def __iter__(self) -> Iterator[LogEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def add(self, kind: str, name: str, second: str = "", fix: int | None = None) -> LogEntry:
        """Write an entry at the clock's present time, or at `fix` (1/65536 seconds) when given (G4)."""
        entry = LogEntry(self._clock.fix if fix is None else fix, kind, name, second)
        first_key, second_key = name.lower(), second.lower()
        self.entries.append(entry)
        firsts = self._by_name.get(first_key)
        if firsts is None:
            self._by_name[first_key] = {kind: entry.fix}
        else:
            firsts.setdefault(kind, entry.fix)
        if kind in _EITHER_ORDER and second_key < first_key:
            self._by_pair.setdefault((kind, second_key, first_key), []).append(entry)
        else:
            pair = (kind, first_key, second_key.removesuffix("s") if kind in _SUBSYSTEM_SECOND else second_key)
            self._by_pair.setdefault(pair, []).append(entry)
        self._facts.changed(("log", first_key))
        if second_key and second_key != first_key:
            self._facts.changed(("log", second_key))
        return entry

    def first(self, kind: str, name: str, second: str | None = None) -> int | None:
        """Return the time (fix) of the first entry of the kind about name, and naming second if given, else None."""
        if second is not None:
            return self.nth(kind, name, second, 1)
        found = self._by_name.get(name.lower())
        return found.get(kind) if found is not None else None

    def firsts(self, name: str) -> Mapping[str, int]:
        """Return the time (fix) of the first entry of each kind about name; read it at once and do not keep it."""
        return self._by_name.get(name.lower(), _NOTHING)

    def nth(self, kind: str, name: str, second: str, count: int) -> int | None:
        """Return the time (fix) of entry number count (from 1) of the kind for the two names, else None.

        Dock and undock entries match in either name order.
        """
        first_key, second_key = name.lower(), second.lower()
        if kind in _EITHER_ORDER and second_key < first_key:
            first_key, second_key = second_key, first_key
        elif kind in _SUBSYSTEM_SECOND:
            second_key = second_key.removesuffix("s")
        entries = self._by_pair.get((kind, first_key, second_key))
        if entries is None or not 1 <= count <= len(entries):
            return None
        return entries[count - 1].fix

    def clear(self) -> None:
        """Forget every entry, touching every name that had one."""
        names = {entry.name.lower() for entry in self.entries} | {entry.second.lower() for entry in self.entries}
        self.entries.clear()
        self._by_name.clear()
        self._by_pair.clear()
        for name in sorted(names - {""}):
            self._facts.changed(("log", name))
