"""Records one session: which of its changes come from outside, and in which phase of a frame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.monitor.recorded_calls import check_call
from sexp_runtime.monitor.recording import ANSWERING, BEFORE, DURING, RecordingWriter
from sexp_runtime.monitor.tap import WorldTap

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

#: Frames between two digests of the state in a recording: each takes a while where there are many events.
DIGEST_EVERY: Final = 128


class RunRecorder:
    """Writes the changes that a game and its stand-ins make to a world, until the recording ends.

    Raises OSError if the file cannot be created. `header` is that of RecordingWriter, `most_bytes` too.
    """

    def __init__(self, world: World, path: str | Path, header: dict[str, Any], *, most_bytes: int) -> None:
        self._world = world
        self.writer = RecordingWriter(path, header, most_bytes=most_bytes)
        self._phase = BEFORE
        self._actions = 0  # in this frame, or since the last one
        self._in_frame = False

    def tap(self) -> WorldTap:
        """Return the world as a game is to change it; answers of the game's operators are recorded from now on, too."""
        self._world.answers.on_answer = self._answered
        tap = WorldTap(self._world, self)
        tap.__dict__["move_ship"] = self._moving()
        return tap

    def _moving(self) -> Callable[..., None]:
        """Return the tap's `move_ship`, which is called most, without the calls in between."""
        writer, move = self.writer, self._world.move_ship
        known: set[object] = set()  # ships that are in the world's registry

        def move_ship(*args: Any, **kwargs: Any) -> None:
            if writer.ended:
                move(*args, **kwargs)
                return
            noted = writer.move(self._phase, args, kwargs) if args and args[0] in known else None
            if noted is None:
                noted = self.record("", "move_ship", args, kwargs)
                known.update(args[:1])
            try:
                move(*args, **kwargs)
            except BaseException:
                writer.withdraw(noted)
                raise

        return move_ship

    def evaluation(self, text: str, argument: str | None) -> None:
        """Record that a game evaluates a text that can change something."""
        self.record("expressions", "evaluate", (text, argument), {})

    def begin_frame(self) -> None:
        """A frame begins."""
        self._actions = 0
        self._phase = DURING
        self._in_frame = True

    def leave_frame(self) -> None:
        """The frame is over, or has failed: changes now come before the next one."""
        self._actions = 0
        self._phase = BEFORE
        self._in_frame = False

    def end_frame(self, microseconds: int, digest: Callable[[], int]) -> bool:
        """Write the frame that is over, of so many microseconds; return whether the recording goes on."""
        writer = self.writer
        writer.end_frame(microseconds, None if writer.frames % DIGEST_EVERY else digest())
        return not writer.ended

    def offer(self, listeners: Callable[[str, tuple[Any, ...]], None], name: str, arguments: tuple[Any, ...]) -> None:
        """Call the listeners with an action; the changes that they make belong to it."""
        outer = self._phase
        self._actions += 1
        self._phase = (DURING if self._in_frame else ANSWERING) + self._actions
        try:
            listeners(name, arguments)
        finally:
            self._phase = outer

    def record(self, part: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes | None:
        """Write a change that is about to be made; return what `withdraw` takes.

        Raises CallRefusedError or TypeError for one that a replay could not make.
        """
        if self.writer.ended:
            return None
        check_call(self._world, part, method, list(args), kwargs)
        return self.writer.change(self._phase, part, method, args, kwargs)

    def withdraw(self, noted: bytes | None) -> None:
        """Forget a change that was refused."""
        self.writer.withdraw(noted)

    def _answered(self, name: str, answer: int | str | None) -> None:
        if not self.writer.ended:
            self.writer.answer(name, answer)
