"""Answers of a game's own operators: noted for recordings, and given again where a recording is replayed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

#: A number, None for no value, or the word for a special result.
Answer = int | str | None


class Answers:
    """The answers that are still to be given, by operator, in the order in which they were given the first time."""

    __slots__ = ("_queues", "on_answer")

    def __init__(self) -> None:
        self._queues: dict[str, deque[Answer]] = {}
        #: Told of each new answer when set: the recorder.
        self.on_answer: Callable[[str, Answer], None] | None = None

    def put(self, name: str, answer: Answer) -> None:
        """Have an operator give this answer once those put before have been given."""
        self._queues.setdefault(name, deque()).append(answer)

    def has(self, name: str) -> bool:
        """Whether there is an answer for an operator."""
        return bool(self._queues.get(name))

    def take(self, name: str) -> Answer:
        """Return the next answer of an operator; IndexError if there is none."""
        return self._queues[name].popleft()

    def note(self, name: str, answer: Answer) -> None:
        """Note an answer that a game's function has just given."""
        if self.on_answer is not None:
            self.on_answer(name, answer)
