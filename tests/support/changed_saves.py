"""Saves of campaign missions with a changed header and correct check sums, as a player's disk may hold them."""

from __future__ import annotations

import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any

import msgpack

from sexp_runtime.bridge.host import RuntimeHost
from sexp_runtime.bridge.saves import MAGIC as SAVE_MAGIC
from sexp_runtime.bridge.saves import VERSION
from sexp_runtime.monitor.recording import MAGIC, Recording
from support.campaigns import CAMPAIGN, MISSION
from support.fake_nodes import new_host

_BLOCK = struct.Struct("<cII")
_BEGIN = len(SAVE_MAGIC) + 6


class SavingGame:
    """A game in the second mission of a campaign, savable, with its data in a folder."""

    def __init__(self, folder: Path) -> None:
        self.lines: list[str] = []
        self.folder = folder
        self.host: RuntimeHost = new_host(self.lines)
        self.open()
        self.load()
        self.host.set_variable("Won", 1)
        self.step(2)
        assert self.host.campaign.finish(accepted=True)["accepted"]
        self.load()
        self.step(2)

    def open(self) -> None:
        assert self.host.campaign.open("lane.fc2", CAMPAIGN.encode(), str(self.folder), "Ada", False), self.lines

    def load(self) -> None:
        chosen = {"campaign": "Lane", "pilot": "Ada", "campaigns": str(self.folder), "savable": True}
        assert self.host.load(self.host.campaign.state()["mission"], MISSION, chosen), self.lines

    def step(self, frames: int) -> None:
        for _frame in range(frames):
            self.host.step(0.25)

    def restore(self, data: bytes) -> bool:
        return self.host.restore_state(data, {"campaigns": str(self.folder)})


def campaign_save() -> bytes:
    """Return a save of a mission of a campaign."""
    with tempfile.TemporaryDirectory(prefix="sexp-fuzz-") as folder:
        game = SavingGame(Path(folder))
        saved = game.host.save_state()
        game.host.close()
        return saved


def header_of(saved: bytes) -> dict[str, Any]:
    """Return the header of the recording in a save."""
    with tempfile.TemporaryDirectory(prefix="sexp-fuzz-") as folder:
        path = Path(folder) / "saved.rec"
        path.write_bytes(saved[_BEGIN:])
        return dict(Recording(path).header)


def with_header(saved: bytes, header: dict[Any, Any]) -> bytes:
    """Return the save with another header."""
    content = saved[_BEGIN:]
    _, length, _ = _BLOCK.unpack_from(content, len(MAGIC))
    rest = content[len(MAGIC) + _BLOCK.size + length :]
    packed = zlib.compress(msgpack.packb(header, unicode_errors="surrogatepass"))
    whole = MAGIC + _BLOCK.pack(b"H", len(packed), zlib.crc32(packed)) + packed + rest
    return SAVE_MAGIC + struct.pack("<HI", VERSION, zlib.crc32(whole)) + whole
