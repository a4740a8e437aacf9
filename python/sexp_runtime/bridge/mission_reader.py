"""What a game reads of the running mission: objects, events, goals, texts and numbers, as values of Godot's types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge import readings
from sexp_runtime.bridge.gate import Gate, RefusedError
from sexp_runtime.world.ships import ShipStatus

if TYPE_CHECKING:
    from sexp_runtime.bridge.tracking import Tracking
    from sexp_runtime.session import MissionSession

#: Nanoseconds between two measurements of the caches' size, which are slow.
MEMORY_INTERVAL_NS: Final = 1_000_000_000


class MissionReader:
    """Reads the running mission of a host.

    `playing(method)` returns its session; None, after reporting that, without a mission. `session()` and `tracking()`
    return what there is without a report.
    """

    def __init__(
        self,
        playing: Callable[[str], MissionSession | None],
        session: Callable[[], MissionSession | None],
        tracking: Callable[[], Tracking | None],
        gate: Gate,
    ) -> None:
        self._playing = playing
        self._session = session
        self._tracking = tracking
        self._gate = gate
        self._weighed = -MEMORY_INTERVAL_NS
        self._cache_bytes = 0

    def begin(self) -> None:
        """A mission begins: its caches are measured anew."""
        self._weighed = -MEMORY_INTERVAL_NS

    def object_facts(self, name: str) -> dict[str, Any]:
        """Return the facts of a ship; hull and shields are shares, 0 to 1. Empty if there is no such ship."""
        session = self._playing("get_object")
        ship = None if session is None else session.world.ship(name)
        return {} if session is None or ship is None else readings.object_facts(session, ship)

    def object_names(self) -> list[str]:
        """Return the names of the ships that are in the mission now."""
        session = self._playing("get_objects")
        if session is None:
            return []
        return [ship.name for ship in session.world.ships.values() if ship.status is ShipStatus.PRESENT]

    def message_text(self, name: str) -> str:
        """Return a message's text with variables replaced; the name itself if there is no such message (reported)."""
        return str(self.read("get_message_text", name, readings.message_text, name))

    def waypoints(self, path: str) -> Sequence[Sequence[float]]:
        """Return the points of a waypoint path; none if there is no path of that name, which is reported."""
        found: Sequence[Sequence[float]] = self.read("get_waypoints", path, readings.waypoints, ())
        return found

    def mission_time(self) -> float:
        """Return the seconds since the mission began, 0 without one."""
        session = self._session()
        return 0.0 if session is None else session.world.clock.us / 1e6

    def explain(self, event: str) -> str:
        """Return why an event has its result, as text; "" for an unknown event, which is reported."""
        return str(self.read("explain", event, readings.explanation, ""))

    def read(self, method: str, name: str, function: Callable[[MissionSession, str], Any], nothing: Any) -> Any:
        """Return a function's result for a name; `nothing` without a mission or for an unknown name (reported once)."""
        session = self._playing(method)
        if session is None:
            return nothing
        try:
            return function(session, name)
        except RefusedError as reason:
            self._gate.once(f"{method} {name}", f"{method}: {reason}")
            return nothing

    def events(self) -> list[dict[str, Any]]:
        """Return the events in order: name, result, done, count, objective."""
        session = self._playing("get_events")
        return [] if session is None else readings.events(session)

    def goals(self) -> list[dict[str, Any]]:
        """Return the goals in order: name, type, status, message."""
        session = self._playing("get_goals")
        return [] if session is None else readings.goals(session)

    def counters(self) -> Mapping[str, Any]:
        """Return the session's statistics with `cache_bytes`, nothing before a mission is loaded."""
        session = self._session()
        if session is None:
            return {}
        now = perf_counter_ns()
        if now - self._weighed > MEMORY_INTERVAL_NS:
            self._cache_bytes = sum(session.memory().values())
            self._weighed = perf_counter_ns()
        found = session.statistics()
        found["cache_bytes"] = self._cache_bytes
        return found

    def statistics(self) -> dict[str, Any]:
        """Return the session's statistics with the mission's name and time, for the autoload."""
        session, tracking = self._session(), self._tracking()
        if session is None:
            return {}
        found = dict(self.counters())
        found["mission"] = session.mission_name
        found["mission_time"] = session.world.clock.us / 1e6
        found["events"] = len(session.world.events)
        found["tracked_objects"] = 0 if tracking is None else len(tracking)
        found["positions_read"] = 0 if tracking is None else tracking.positions_read
        found["process_bytes"], found["process_peak_bytes"] = readings.process_memory()
        return found

    def performance_report(self, most: int = -1) -> dict[str, Any]:
        """Return the performance report (monitor.report), its lists cut to `most` rows if that is not negative.

        Empty without a mission.
        """
        session = self._session()
        return {} if session is None else session.report(most=most if most >= 0 else None)
