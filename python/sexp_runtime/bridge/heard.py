"""The messages that a mission has sent, for the log of the editor's tab."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.bridge import readings
from sexp_runtime.bridge.gate import RefusedError

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: How many messages are kept, the latest.
MOST_KEPT: Final = 2000
#: The actions that send messages, with the number of arguments before their groups of sender, priority, message, delay.
_GROUPS_AT: Final = {"send-message": 0, "send-random-message": 0, "send-message-list": 0, "send-message-chain": 1}
_TRAINING: Final = "training-msg"

#: Seconds of mission time, the kind "message", the sender, and the message's name with its text.
Heard = tuple[float, str, str, str]


class HeardMessages:
    """The messages that one mission has sent since `open`: the latest in `rows`, their number in `count`."""

    def __init__(self, session: MissionSession) -> None:
        self._session = session
        self._open = False
        self.count = 0
        self.rows: deque[Heard] = deque(maxlen=MOST_KEPT)

    def open(self) -> None:
        """Listen to the mission's actions."""
        if not self._open and not self._session.closed:
            self._open = True
            self._session.offers.hear((*_GROUPS_AT, _TRAINING), self._hear)

    def close(self) -> None:
        """Stop listening."""
        if self._open and not self._session.closed:
            self._session.offers.unhear(self._hear)
        self._open = False

    def since(self, count: int) -> list[Heard]:
        """Return those after the first `count`, as far as they are kept."""
        new = self.count - count
        return list(self.rows)[-new:] if new > 0 else []

    def _hear(self, operator: str, arguments: Sequence[Any]) -> None:
        for sender, message in _sent(operator, arguments):
            self.count += 1
            self.rows.append((self._session.mission_time, "message", sender, self._text(message)))

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
