"""A stand-in for the editor's debugger: a game started with --remote-debug connects to it and its messages are read."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.godot.variant_codec import decode, encode

#: Larger packets than this mean that the stream is out of step.
MAX_PACKET_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the game: its name, like "performance:profile_frame", the sending thread's id, the data, and when
    it came (monotonic seconds)."""

    name: str
    thread: int
    data: list[Any]
    at: float


@dataclass(slots=True)
class MonitorReadings:
    """What the wire said about the custom monitors, by id in the order of registration: types, and values in time."""

    types: dict[str, int] = field(default_factory=dict)
    values: dict[str, list[float]] = field(default_factory=dict)


class DebuggerServer:
    """Listens on a free local port for one game: a context manager; `arguments` go on the game's command line.

    The messages that came are in `messages` (append-only, safe to read at any time); `send` writes one to the game.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.messages: list[Message] = []
        self.error: Exception | None = None
        self._peer: socket.socket | None = None
        self._main_thread: int = 1
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._serve, name="debugger-server", daemon=True)

    @property
    def arguments(self) -> list[str]:
        """What the game's command line needs for it to connect here."""
        return ["--remote-debug", f"tcp://127.0.0.1:{self.port}"]

    def __enter__(self) -> DebuggerServer:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up and stop listening."""
        for sock in (self._peer, self._listener):
            if sock is not None:
                with contextlib.suppress(OSError):  # never connected, or the game has gone first
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()
        self._thread.join(5.0)

    def send(self, name: str, data: Sequence[Any] = ()) -> None:
        """Send one message, such as `send("sexp:start_session", [])`, to the game's main thread.

        Raises ConnectionError when no game is connected.
        """
        if self._peer is None:
            raise ConnectionError("no game is connected")
        body = encode([name, self._main_thread, list(data)])
        self._peer.sendall(struct.pack("<I", len(body)) + body)

    def toggle_profiler(self, profiler: str, on: bool, options: Sequence[Any] = ()) -> None:
        """Switch one of the game's profilers ("performance", "servers" ...) on or off, as the editor's panels do."""
        self.send(f"profiler:{profiler}", [on, list(options)] if on else [on])

    def wait_for(self, wanted: str | Callable[[Message], bool], *, timeout: float = 20.0, after: int = 0) -> Message:
        """Return the first message from index `after` on with that name, or that the test accepts.

        Waits up to timeout seconds, then raises TimeoutError, naming what did come.
        """
        accepts = wanted if callable(wanted) else lambda message: message.name == wanted
        deadline = time.monotonic() + timeout
        seen = after
        with self._changed:
            while True:
                while seen < len(self.messages):
                    if accepts(self.messages[seen]):
                        return self.messages[seen]
                    seen += 1
                left = deadline - time.monotonic()
                if left <= 0 or self.error is not None:
                    came = sorted({message.name for message in self.messages})
                    raise TimeoutError(f"no {wanted} within {timeout} s; error {self.error}; came: {came}")
                self._changed.wait(left)

    def let_pass(self, seconds: int) -> None:
        """Wait for as many reports of the game's performance, of which it sends one a second while frames go by."""
        for _ in range(seconds):
            self.wait_for("performance:profile_frame", after=len(self.messages), timeout=240.0)

    def named(self, name: str) -> list[Message]:
        """All messages of that name so far."""
        return [message for message in list(self.messages) if message.name == name]

    def monitors(self) -> MonitorReadings:
        """Read the custom monitors from the messages so far; they stand after the engine's own in each frame."""
        readings = MonitorReadings()
        names: list[str] = []
        for message in list(self.messages):
            if message.name == "performance:profile_names":
                names = [str(name) for name in message.data[0]]
                readings.types.update(zip(names, message.data[1] if len(message.data) > 1 else (), strict=False))
            elif message.name == "performance:profile_frame" and names:
                for name, value in zip(names, message.data[-len(names) :], strict=True):
                    readings.values.setdefault(name, []).append(value)
        return readings

    def _serve(self) -> None:
        try:
            self._peer, _ = self._listener.accept()
            stream = self._peer.makefile("rb")
            while True:
                head = stream.read(4)
                if len(head) < 4:
                    return
                size = struct.unpack("<I", head)[0]
                if size > MAX_PACKET_BYTES:
                    raise ConnectionError(f"a packet of {size} bytes: the stream is out of step")
                body = stream.read(size)
                if len(body) < size:
                    return
                self._take(decode(body))
        except OSError:
            return  # closed by close(), or by the game's end
        except Exception as error:  # reported to the waiting test
            with self._changed:
                self.error = error
                self._changed.notify_all()

    def _take(self, packet: Any) -> None:
        name, thread, data = packet
        with self._changed:
            if name == "set_pid":
                self._main_thread = thread
            self.messages.append(Message(name, thread, data, time.monotonic()))
            self._changed.notify_all()
        if name == "debug_enter":
            self.send("continue")  # the game stops at a script error until this message
