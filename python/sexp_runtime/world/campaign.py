"""The campaign as is-previous-... operators see it: missions played, how their goals and events ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SATISFIED: Final = "satisfied"
FAILED: Final = "failed"
INCOMPLETE: Final = "incomplete"


@dataclass(slots=True)
class MissionRecord:
    """One mission of the campaign: statuses (SATISFIED, FAILED or INCOMPLETE) by lower-case goal and event name."""

    goals: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    skipped: bool = False


def mission_key(name: str) -> str:
    """Return the key of a mission's record: its name in lower case, without folder and without the .fs2 ending."""
    key = name.lower().replace("\\", "/").rsplit("/", 1)[-1]
    return key.removesuffix(".fs2")


@dataclass(slots=True)
class Campaign:
    """A running campaign: its name and the records of missions by `mission_key`.

    `skipped` says whether the player skips the current mission (C10).
    """

    name: str = ""
    missions: dict[str, MissionRecord] = field(default_factory=dict)
    skipped: bool = False

    def mission(self, name: str) -> MissionRecord | None:
        """Return the record of a mission that belongs to the campaign, or None."""
        return self.missions.get(mission_key(name))
