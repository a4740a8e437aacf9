"""What a mission has said and decided: its messages and the outcomes of its events, for the log of the editor's tab."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge import readings
from sexp_runtime.bridge.gate import RefusedError
from sexp_runtime.world.clock import EVENT_CLOCK_START

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Number of latest rows that are kept.
MOST_KEPT: Final = 2000
#: The actions that send messages, with the number of arguments before their groups of sender, priority, message, delay.
_GROUPS_AT: Final = {"send-message": 0, "send-random-message": 0, "send-message-list": 0, "send-message-chain": 1}
_TRAINING: Final = "training-msg"

#: Seconds of mission time, a kind, a name and a text: "message", the sender, the message's name with its text; or
#: "event", the event's name, its outcome.
Row = tuple[float, str, str, str]


class Chronicle:
    """The messages and outcomes of one mission since `open`: the latest in `rows`, their number in `count`.

    The first `open` also takes the events that have come true before.
    """

    def __init__(self, session: MissionSession) -> None:
        self._session = session
        self._open = False
        self._has_begun = False
        self.count = 0
        self.rows: deque[Row] = deque(maxlen=MOST_KEPT)

    def open(self) -> None:
        """Listen to the mission's actions and events."""
        session = self._session
        if self._open or session.closed:
            return
        self._open = True
        session.offers.hear((*_GROUPS_AT, _TRAINING), self._hear)
        session.on_event_satisfied.append(self._satisfied)
        session.on_event_failed.append(self._failed)
        if not self._has_begun:
            self._has_begun = True
            for event in session.world.events:
                if event.satisfied_time is not None:
                    self._add((event.satisfied_time - EVENT_CLOCK_START) / 1000, "event", event.name, "came true")

    def close(self) -> None:
        """Stop listening."""
        session = self._session
        if self._open and not session.closed:
            session.offers.unhear(self._hear)
            session.on_event_satisfied.remove(self._satisfied)
            session.on_event_failed.remove(self._failed)
        self._open = False

    def since(self, count: int) -> list[Row]:
        """Return those after the first `count`, as far as they are kept."""
        new = self.count - count
        return list(self.rows)[-new:] if new > 0 else []

    def _add(self, seconds: float, kind: str, name: str, text: str) -> None:
        self.count += 1
        self.rows.append((seconds, kind, name, text))

    def _satisfied(self, name: str, index: int) -> None:
        count = self._session.world.events[index].count
        self._add(self._session.mission_time, "event", name, f"came true ({count})" if count > 1 else "came true")

    def _failed(self, name: str, _index: int) -> None:
        self._add(self._session.mission_time, "event", name, "failed")

    def _hear(self, operator: str, arguments: Sequence[Any]) -> None:
        for sender, message in _sent(operator, arguments):
            self._add(self._session.mission_time, "message", sender, self._text(message))

    def _text(self, message: str) -> str:
        try:
            text = readings.message_text(self._session, message)
        except RefusedError:
            return message
        return f"{message}: {' '.join(text.split())}"


def _sent(operator: str, arguments: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield sender and message of each message that an action sends."""
    if operator == _TRAINING:
        yield "training", str(arguments[0]) if arguments else ""
        return
    rest = arguments[_GROUPS_AT[operator] :]
    size = 4 if len(rest) > 3 else 3
    for at in range(0, len(rest) - 2, size):
        yield str(rest[at]), str(rest[at + 2])
