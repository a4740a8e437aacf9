"""The journal of a test: every outcome, action, new value and log entry with its time, for the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Seconds of the timeline that a failure shows, and the most lines of it.
SHOWN_SECONDS: Final = 60.0
SHOWN_LINES: Final = 60
#: How often something is shown in full; what happens more often, only for the first and the last time.
MOST_SAME: Final = 6
#: Maximum number of entries; the oldest are dropped first.
MOST: Final = 100_000


class Journal:
    """Listens to a session from its first frame. Times are seconds of mission time.

    `events` and `failures` hold the times at which each event came true or failed, by lower-case name; `actions` the
    time, operator and arguments of each action that the game got.
    """

    def __init__(self, session: MissionSession) -> None:
        self._session = session
        self._logged = len(session.world.log.entries)
        self.lines: list[tuple[float, str]] = []
        self.events: dict[str, list[float]] = {}
        self.failures: dict[str, list[float]] = {}
        self.actions: list[tuple[float, str, tuple[Any, ...]]] = []
        session.on_event_satisfied.append(self._satisfied)
        session.on_event_failed.append(self._failed)
        session.on_goal_changed.append(lambda name, status: self.note(f'goal "{name}" is {status}'))
        session.on_variable_changed.append(lambda name, value: self.note(f"variable {name} = {value!r}"))
        session.on_action.append(self._acted)
        session.on_mission_ended.append(lambda: self.note("the mission ended"))

    def note(self, text: str) -> None:
        """Add a line at the current time, after earlier log entries."""
        self.catch_up()
        self.lines.append((self._session.mission_time, text))
        if len(self.lines) > MOST:
            del self.lines[: MOST // 10]

    def catch_up(self) -> None:
        """Add the entries of the mission log since the last call."""
        entries = self._session.world.log.entries
        for entry in entries[self._logged :]:
            second = f", {entry.second}" if entry.second else ""
            self.lines.append((entry.fix / 65536, f"{entry.kind}: {entry.name}{second}"))
        self._logged = len(entries)

    def _satisfied(self, name: str, index: int) -> None:
        self.events.setdefault(name.lower(), []).append(self._session.mission_time)
        self.note(f'event "{name}" came true')

    def _failed(self, name: str, index: int) -> None:
        self.failures.setdefault(name.lower(), []).append(self._session.mission_time)
        self.note(f'event "{name}" failed')

    def _acted(self, operator: str, args: tuple[Any, ...]) -> None:
        self.actions.append((self._session.mission_time, operator, args))
        self.note(f"action {' '.join((operator, *(_shown(one) for one in args)))}")

    def timeline(self) -> str:
        """Return the lines of the last minute as text, the newest last."""
        self.catch_up()
        since = self._session.mission_time - SHOWN_SECONDS
        lines = [f"  {time:9.3f} s  {text}" for time, text in _folded([row for row in self.lines if row[0] >= since])]
        left_out = len(lines) - SHOWN_LINES
        if left_out > 0:
            lines = [f"  ... {left_out} lines before", *lines[left_out:]]
        return "\n".join(lines) or "  nothing happened"


def _folded(rows: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return rows without the middle ones of those that happen again and again, as in every frame."""
    places: dict[str, list[int]] = {}
    for at, (_, text) in enumerate(rows):
        places.setdefault(_subject(text), []).append(at)
    found = dict(enumerate(rows))
    for same in places.values():
        if len(same) > MOST_SAME:
            for at in same[1:-1]:
                del found[at]
            last, (began, _) = rows[same[-1]], rows[same[0]]
            found[same[-1]] = last[0], f"{last[1]} ({len(same)} times since {began:.3f} s)"
    return list(found.values())


def _subject(text: str) -> str:
    """Return what a line is about: a variable, an operator with its first argument, or the whole line."""
    if text.startswith("variable "):
        return text.partition(" = ")[0]
    return " ".join(text.split()[:3]) if text.startswith("action ") else text


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
