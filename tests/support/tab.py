"""A game with the editor's tab listening, without the engine."""

from __future__ import annotations

from typing import Any

from sexp_runtime.bridge.feed import DebugFeed
from sexp_runtime.bridge.live_hints import LiveHints
from sexp_runtime.bridge.recordings import MissionRecordings
from sexp_runtime.session import MissionSession
from support.large_mission import large_mission

SMALL = large_mission(20)

FRAME_US = 16_667


class Tab:
    """The other side: keeps every message, and plays frames in a time of its own."""

    def __init__(self, text: str = SMALL, engine: str = "cached") -> None:
        self.messages: list[tuple[str, list[Any]]] = []
        self.now = 0.0
        self.recordings = MissionRecordings()
        self.hints = LiveHints(self.recordings)
        self.feed = DebugFeed(
            lambda name, data: self.messages.append((name, data)), self.hints, self.recordings, lambda: self.now
        )
        self.session = MissionSession.load(text, engine=engine)
        self.mission(self.session)

    def mission(self, session: MissionSession | None) -> None:
        for part in (self.recordings, self.hints, self.feed):
            part.mission(session)

    def ask(self, name: str, *data: Any) -> None:
        assert self.feed.receive(name, list(data))

    def play(self, seconds: float) -> list[int]:
        """Play frames; return how many messages each sent."""
        counts = []
        for _ in range(round(seconds * 60)):
            before = len(self.messages)
            self.session.step_us(FRAME_US)
            self.now += FRAME_US / 1e6
            self.feed.after_frame()
            counts.append(len(self.messages) - before)
        return counts

    def named(self, name: str) -> list[list[Any]]:
        return [data for other, data in self.messages if other == name]

    def rows(self) -> dict[int, list[Any]]:
        """What the tab shows: the latest row of each place."""
        return {row[0]: row[1:] for _time, rows in self.named("rows") for row in rows}
