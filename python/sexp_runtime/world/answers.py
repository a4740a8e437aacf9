"""Results of a game's own operators: recorded in play, and returned again in a replay."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

#: A number, None for no value, or the word for a special result.
Answer = int | str | None


def _nothing() -> None:
    """Do nothing."""


class Answers:
    """Recorded results not yet returned, by operator, in the order in which the game first gave them."""

    __slots__ = ("_queues", "on_answer", "on_ask", "on_take")

    def __init__(self) -> None:
        self._queues: dict[str, deque[Answer]] = {}
        #: Called with each new result when set; the recorder sets it.
        self.on_answer: Callable[[str, Answer], None] | None = None
        #: Called before an operator is evaluated when set, by the recorder; returns what is called after it.
        self.on_ask: Callable[[], Callable[[], None]] | None = None
        #: Called when a queued result is taken, when set: a replay makes the changes that the game's function made.
        self.on_take: Callable[[], None] | None = None

    def put(self, name: str, answer: Answer) -> None:
        """Queue a result for an operator, after the results queued before."""
        self._queues.setdefault(name, deque()).append(answer)

    def has(self, name: str) -> bool:
        """Whether a result is queued for an operator."""
        return bool(self._queues.get(name))

    def take(self, name: str) -> Answer:
        """Take and return the next result of an operator; IndexError if there is none."""
        answer = self._queues[name].popleft()
        if self.on_take is not None:
            self.on_take()
        return answer

    def ask(self) -> Callable[[], None]:
        """Begin the evaluation of an operator; return what must be called after it."""
        return _nothing if self.on_ask is None else self.on_ask()

    def note(self, name: str, answer: Answer) -> None:
        """Report a result that a game's function has just returned."""
        if self.on_answer is not None:
            self.on_answer(name, answer)
