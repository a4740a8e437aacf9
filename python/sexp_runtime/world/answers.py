"""Results of a game's own operators: recorded in play, and returned again in a replay."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

#: A number, None for no value, or the word for a special result.
Answer = int | str | None


class Answers:
    """Recorded results not yet returned, by operator, in the order in which the game first gave them."""

    __slots__ = ("_queues", "on_answer")

    def __init__(self) -> None:
        self._queues: dict[str, deque[Answer]] = {}
        #: Called with each new result when set; the recorder sets it.
        self.on_answer: Callable[[str, Answer], None] | None = None

    def put(self, name: str, answer: Answer) -> None:
        """Queue a result for an operator, after the results queued before."""
        self._queues.setdefault(name, deque()).append(answer)

    def has(self, name: str) -> bool:
        """Whether a result is queued for an operator."""
        return bool(self._queues.get(name))

    def take(self, name: str) -> Answer:
        """Take and return the next result of an operator; IndexError if there is none."""
        return self._queues[name].popleft()

    def note(self, name: str, answer: Answer) -> None:
        """Report a result that a game's function has just returned."""
        if self.on_answer is not None:
            self.on_answer(name, answer)
