"""The campaign as is-previous-... operators see it: missions played, and how their goals and events ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

SATISFIED: Final = "satisfied"
FAILED: Final = "failed"
INCOMPLETE: Final = "incomplete"
#: Most records of missions of a campaign.
MOST_RECORDS: Final = 10_000
_STATUSES: Final = frozenset((SATISFIED, FAILED, INCOMPLETE))


@dataclass(slots=True)
class MissionRecord:
    """One mission of the campaign: statuses (SATISFIED, FAILED or INCOMPLETE) by lower-case goal and event name."""

    goals: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    skipped: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain values, for `from_dict`."""
        return {"goals": dict(self.goals), "events": dict(self.events), "skipped": self.skipped}

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Self:
        """Return the record in plain values, which may come from anywhere.

        Raises ValueError if they are no record.
        """
        try:
            record = cls(dict(entry["goals"]), dict(entry["events"]), bool(entry["skipped"]))
            if not all(status in _STATUSES for status in (*record.goals.values(), *record.events.values())):
                raise ValueError("the record has an unknown status")
        except (KeyError, TypeError) as error:
            raise ValueError(f"a record of a mission is damaged: {error!r:.60}") from error
        if not all(type(name) is str for name in (*record.goals, *record.events)):
            raise ValueError("a name of a goal or event is no text")
        return record


def records_of(entries: Any) -> dict[str, MissionRecord]:
    """Return the records of missions by `mission_key` in plain values, which may come from anywhere.

    Raises ValueError if they are no records, or more than a campaign has.
    """
    if not isinstance(entries, Mapping) or not all(type(key) is str for key in entries):
        raise ValueError("the records of missions are damaged")
    if len(entries) > MOST_RECORDS:
        raise ValueError(f"there are more than {MOST_RECORDS} missions")
    return {key: MissionRecord.from_dict(entry) for key, entry in entries.items()}


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
