"""A game that plays a campaign, without the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sexp_runtime.bridge.host import RuntimeHost
from support.campaigns import CAMPAIGN, MISSION
from support.fake_nodes import new_host


class Game:
    """A game that plays the campaign of `support.campaigns`, with its data in a folder."""

    def __init__(self, folder: Path, text: str = CAMPAIGN, *, anew: bool = False) -> None:
        self.lines: list[str] = []
        self.folder = folder
        self.host: RuntimeHost = new_host(self.lines)
        self.is_open = self.host.campaign.open("lane.fc2", text.encode(), str(folder), "Ada", anew)

    def load(self, file: str = "", **options: Any) -> bool:
        chosen = {"campaign": "Lane", "pilot": "Ada", "campaigns": str(self.folder), **options}
        return self.host.load(file or self.state["mission"], MISSION, chosen)

    def play(self, **variables: int) -> None:
        assert self.load()
        for name, value in variables.items():
            self.host.set_variable(name, value)
        for _frame in range(3):
            self.host.step(0.5)

    @property
    def state(self) -> dict[str, Any]:
        return self.host.campaign.state()
