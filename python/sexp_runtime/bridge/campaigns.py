"""A campaign as a game plays it: the data that outlive a mission, in one folder, and the stages of the debriefing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.syntax.printer import print_expression
from sexp_runtime.world.campaign import FAILED, INCOMPLETE, SATISFIED, Campaign, MissionRecord, mission_key
from sexp_runtime.world.persistence import PersistentStores, StoreError, safe_name
from sexp_runtime.world.ships import ExitKind, ShipStatus

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

VERSION: Final = 1
#: Most bytes of a file of records that is read.
MOST_BYTES: Final = 16 << 20
_STATUSES: Final = frozenset((SATISFIED, FAILED, INCOMPLETE))


class CampaignBook:
    """One pilot's progress in one campaign: records of missions, persistent variables and containers.

    Files that are damaged are named in `problems`, and count as empty.
    """

    def __init__(self, folder: Path, name: str, pilot: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{safe_name(name)}.{safe_name(pilot)}.missions.json"
        self.stores = PersistentStores(folder, name, pilot)
        self.problems = list(self.stores.problems)
        self.campaign = Campaign(name, self._read())

    def _read(self) -> dict[str, MissionRecord]:
        try:
            if self._path.stat().st_size > MOST_BYTES:
                raise ValueError("it is too large")
            content = json.loads(self._path.read_text(encoding="utf-8"))
            if content["version"] != VERSION:
                raise ValueError(f"it is of version {content['version']}, this runtime reads version {VERSION}")
            return {str(key): _record(entry) for key, entry in content["missions"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self.problems.append(f"{self._path}: the records of missions cannot be read: {error}")
            return {}

    def finish(self, session: MissionSession, mission: str, *, accepted: bool) -> MissionRecord:
        """End the mission, save what outlives it in one transaction, and return its record.

        Only a mission whose outcome is accepted is completed: its record is kept then, by its file's name (R28, R29).
        Raises StoreError if something cannot be written; nothing is then.
        """
        if accepted:
            self.stores.further = lambda: {self._path.name: self._packed_with(mission, session.manager.record())}
        try:
            record = session.finish(accepted=accepted)
        finally:
            self.stores.further = None
        if accepted:
            self.campaign.missions[mission_key(mission)] = record
        return record

    def _packed_with(self, mission: str, record: MissionRecord) -> bytes:
        """Return the content of the file of records with one more."""
        rows = {
            key: {"goals": found.goals, "events": found.events, "skipped": found.skipped}
            for key, found in (self.campaign.missions | {mission_key(mission): record}).items()
        }
        return json.dumps({"version": VERSION, "missions": rows}, indent=1).encode()


def _record(entry: Any) -> MissionRecord:
    """Return a record from the content of a file; raises ValueError if it is not a record."""
    record = MissionRecord(dict(entry["goals"]), dict(entry["events"]), bool(entry["skipped"]))
    if not all(status in _STATUSES for status in (*record.goals.values(), *record.events.values())):
        raise ValueError("a status is not known")
    return record


def finish(session: MissionSession, book: CampaignBook | None, mission: str, accepted: bool) -> dict[str, Any]:
    """End the mission, keep what outlives it, and return goals and events with their statuses.

    Raises StoreError if something cannot be written.
    """
    record = session.finish(accepted=accepted) if book is None else book.finish(session, mission, accepted=accepted)
    return {"goals": dict(record.goals), "events": dict(record.events), "accepted": accepted}


def debriefing(session: MissionSession) -> list[dict[str, str]]:
    """Return the stages of the debriefing that are shown: those whose formula is exactly 1, in the file's order (R66).

    The mission has to be over. Who is left has left play then: no ship is in the mission any more (R70).
    """
    world = session.world
    for ship in list(world.ships.values()):
        if ship.status is ShipStatus.DEATH_ROLL:
            world.finish_death(ship)
        elif ship.status is ShipStatus.PRESENT:
            world.set_ship(ship, "exit", ExitKind.VANISHED)
            world.set_ship(ship, "status", ShipStatus.EXITED)
    shown = []
    for stage in session.mission.debriefing:
        if stage.formula is None or session.evaluate(print_expression(stage.formula)) == 1:
            replace = world.variables.replace_in
            shown.append({
                "text": replace(stage.text), "recommendation": replace(stage.recommendation), "voice": stage.voice,
            })  # fmt: skip
    return shown


__all__ = ["CampaignBook", "StoreError", "debriefing", "finish"]
