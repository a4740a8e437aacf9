"""The custom monitors of the engine's debugger: `sexp/...`, registered together and removed on exit."""

from __future__ import annotations

from collections.abc import Callable

import godot
from sexp_runtime.bridge.snapshot import MonitorSnapshot


def monitor_table(snapshot: MonitorSnapshot) -> list[tuple[str, Callable[[], float], int]]:
    """Return id, getter and type of each monitor. Times are in microseconds as plain quantities, because the editor
    shows its own time unit in milliseconds with two decimals."""
    performance = godot.Performance
    quantity, memory = performance.MONITOR_TYPE_QUANTITY, performance.MONITOR_TYPE_MEMORY
    percentage = performance.MONITOR_TYPE_PERCENTAGE
    return [
        ("sexp/cache_hit_rate", lambda: snapshot.hit_rate, percentage),
        ("sexp/evaluations_per_second", lambda: snapshot.evaluations_per_second, quantity),
        ("sexp/invalidations_per_second", lambda: snapshot.invalidations_per_second, quantity),
        ("sexp/frame_time_us", lambda: snapshot.frame_time_us, quantity),
        ("sexp/frame_time_max_us", lambda: snapshot.frame_time_max_us, quantity),
        ("sexp/cache_memory", lambda: snapshot.cache_bytes, memory),
        ("sexp/cached_expressions", lambda: snapshot.cached_expressions, quantity),
        ("sexp/evictions_per_second", lambda: snapshot.evictions_per_second, quantity),
    ]


class CustomMonitors:
    """The runtime's entries among the engine's monitors. Adding and removing twice are harmless."""

    def __init__(self, snapshot: MonitorSnapshot) -> None:
        self._table = monitor_table(snapshot)
        self._added: list[str] = []

    def add(self) -> None:
        """Register all monitors; skips a name that is already registered."""
        performance = godot.Performance
        for name, getter, kind in self._table:
            if not performance.has_custom_monitor(name):
                performance.add_custom_monitor(name, getter, [], kind)
                self._added.append(name)

    def remove(self) -> None:
        """Remove the monitors that `add` registered."""
        performance = godot.Performance
        while self._added:
            name = self._added.pop()
            if performance.has_custom_monitor(name):
                performance.remove_custom_monitor(name)
