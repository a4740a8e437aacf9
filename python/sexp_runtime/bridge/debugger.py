"""The connection to Godot's debugger: receives messages of the SEXP tab and sends the feed's messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import godot
from sexp_runtime.bridge.feed import DebugFeed

if TYPE_CHECKING:
    from sexp_runtime.bridge.host import RuntimeHost
    from sexp_runtime.session import MissionSession

PREFIX: Final = "sexp"


class DebuggerLink:
    """Registers the capture `sexp` while a debugger is connected; `feed` builds the messages.

    `emit` emits a signal of the autoload, which pauses, continues and steps mission time for the tab.
    """

    def __init__(self, host: RuntimeHost, emit: Callable[..., None]) -> None:
        self.feed = DebugFeed(self._send, host.hints, host.recordings)
        self.feed.reload = host.reload_again
        self.feed.breaks = host.breaks
        self.feed.expects_tab = bool(godot.EngineDebugger.is_active())
        self.feed.pages.nodes = host.node_paths
        self.feed.control = lambda wish, seconds: emit("debugger_wish", wish, seconds)
        host.breaks.on_hit.append(self.feed.break_hit)
        host.on_mission.append(self.feed.mission)
        host.on_reload.append(self.feed.mission)
        host.after_frame.append(self.feed.after_frame)
        host.on_mission.append(self._announce)
        self._registered = False
        self._announced = False

    def _announce(self, session: MissionSession | None) -> None:
        """Report the first mission to the editor, which then shows the tab."""
        if session is not None and self._registered and not self._announced:
            self._announced = True
            self._send("playing", [])

    def open(self) -> None:
        """Listen to the debugger, if the game was started with one."""
        debugger = godot.EngineDebugger
        if debugger.is_active() and not debugger.has_capture(PREFIX):
            debugger.register_message_capture(PREFIX, self._receive)
            self._registered = True
            self._send("ready", [])

    def close(self) -> None:
        """Stop listening; the feed keeps the mission for the case that the autoload enters the tree again."""
        self.feed.pause()
        if self._registered:
            self._registered = False
            debugger = godot.EngineDebugger
            if debugger.has_capture(PREFIX):
                debugger.unregister_message_capture(PREFIX)

    def _receive(self, message: str, data: list[Any]) -> bool:
        return self.feed.receive(message.removeprefix(PREFIX + ":"), data)

    def _send(self, message: str, data: list[Any]) -> None:
        godot.EngineDebugger.send_message(f"{PREFIX}:{message}", data)
