"""Records the changes of one session that come from outside, with the phase of the frame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sexp_runtime.kernel import ActionCount
from sexp_runtime.kernel.plain_changes import DIGEST_EVERY
from sexp_runtime.monitor.recorded_calls import check_call
from sexp_runtime.monitor.recording import RecordingWriter
from sexp_runtime.monitor.tap import RecordingTap, WorldTap

if TYPE_CHECKING:
    from sexp_runtime.world.world import World


class RunRecorder:
    """Writes the changes that a game and its stand-ins make to a world, until the recording ends.

    Raises OSError if the file cannot be created. `header` is that of RecordingWriter, `most_bytes` too. `actions`
    counts the actions of each frame. Callers call `log` when a frame begins, and when it has ended or failed. It also
    ends most frames.
    """

    def __init__(
        self, world: World, path: str | Path, header: dict[str, Any], actions: ActionCount, *, most_bytes: int
    ) -> None:
        self._world = world
        self.writer = RecordingWriter(path, header, actions, most_bytes=most_bytes)
        self.log = self.writer.log

    def tap(self) -> WorldTap:
        """Return the world for the game to change; also record results of the game's operators from now on."""
        self._world.answers.on_answer = self._answered
        self._world.answers.on_ask = self._ask
        return RecordingTap(self._world, self, self.log)

    def evaluation(self, text: str, argument: str | None) -> None:
        """Record that a game evaluates a text that can change something."""
        self.record("expressions", "evaluate", (text, argument), {})

    def _ask(self) -> Callable[[], None]:
        """Give the changes that a function of the game makes a phase of their own; return what ends that."""
        log = self.log
        outer = log.phase
        log.begin_asking()

        def done() -> None:
            log.phase = outer

        return done

    def end_frame(self, microseconds: int, digest: Callable[[], int]) -> bool:
        """Write the frame that is over, of so many microseconds; return whether the recording goes on."""
        log = self.log
        self.writer.end_frame(microseconds, None if log.frames % DIGEST_EVERY else digest())
        return not log.ended

    def offer(self, listeners: Callable[[str, tuple[Any, ...]], None], name: str, arguments: tuple[Any, ...]) -> None:
        """Call the listeners with an action; the changes that they make belong to it."""
        log = self.log
        outer = log.phase
        log.begin_action()
        try:
            listeners(name, arguments)
        finally:
            log.phase = outer

    def record(self, part: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes | None:
        """Write a change that is about to be made; return what `withdraw` takes.

        Raises CallRefusedError or TypeError for one that a replay could not make.
        """
        if self.log.ended:
            return None
        check_call(self._world, part, method, list(args), kwargs)
        return self.writer.change(self.log.phase, part, method, args, kwargs)

    def withdraw(self, noted: bytes | None) -> None:
        """Forget a change that was refused."""
        self.log.withdraw(noted)

    def _answered(self, name: str, answer: int | str | None) -> None:
        if not self.log.ended:
            self.writer.answer(name, answer)
