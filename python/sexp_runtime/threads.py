"""Objects that belong to one thread and refuse all others."""

from __future__ import annotations

from threading import current_thread, get_ident


class WrongThreadError(RuntimeError):
    """An object that belongs to one thread was used by another."""


class OneThread:
    """The thread that an object belongs to: the first that uses it."""

    __slots__ = ("_owner", "ident", "what")

    def __init__(self, what: str) -> None:
        """`what` names the object in messages, with its article."""
        self.what = what
        self.ident = 0
        self._owner = ""

    def check(self, use: str) -> None:
        """Raise WrongThreadError unless this is the object's thread; the first use sets the thread."""
        if get_ident() != self.ident:
            self._claim(use)

    def _claim(self, use: str) -> None:
        if not self.ident:
            self.ident, self._owner = get_ident(), current_thread().name
            return
        raise WrongThreadError(
            f"{use}: {self.what} belongs to the thread that used it first ({self._owner}) and cannot be used by "
            f"{current_thread().name}"
        )
