"""The persistent data of a campaign in one folder: records, progress, variables and containers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.files import write_whole
from sexp_runtime.mission.source import read_regular
from sexp_runtime.world.campaign import Campaign, MissionRecord, mission_key, records_of
from sexp_runtime.world.persistence import PersistentStores, Store, StoreError, safe_name, set_aside, write_store

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

VERSION: Final = 1
#: Most bytes of a file of records that is read.
MOST_BYTES: Final = 16 << 20


class CampaignBook:
    """One pilot's progress in one campaign: records of missions, persistent variables and containers.

    Files that are damaged are named in `problems`, are kept under another name, and count as empty. Raises StoreError
    for one that cannot be read at all, because the next save would overwrite it.
    """

    def __init__(self, folder: Path, name: str, pilot: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{safe_name(name)}.{safe_name(pilot)}.missions.json"
        self.stores = PersistentStores(folder, name, pilot)
        self.problems = list(self.stores.problems)
        self.name, self.pilot = name, pilot
        #: The place in the campaign as `CampaignProgress.as_dict` returned it; empty at the beginning.
        self.progress: dict[str, Any] = {}
        self.campaign = Campaign(name, self._read())

    def _read(self) -> dict[str, MissionRecord]:
        try:
            data = read_regular(self._path, MOST_BYTES)
        except FileNotFoundError:
            return {}
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError(f"cannot read the records of missions from {self._path}: {reason}") from error
        try:
            if len(data) > MOST_BYTES:
                raise ValueError("it is too large")
            content = json.loads(data)
            if content["version"] != VERSION:
                raise ValueError(f"it is of version {content['version']}, this runtime reads version {VERSION}")
            records = records_of(content["missions"])
            self.progress = dict(content.get("progress", {}))
            return records
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            kept = set_aside(self._path, str(error))
            wrong = f"the records of missions cannot be read: {error}"
            self.problems.append(f"{self._path}: {wrong}; the file was kept as {kept.name}")
            return {}

    def finish(
        self,
        session: MissionSession,
        mission: str,
        *,
        accepted: bool,
        progress: dict[str, Any] | None = None,
        record: MissionRecord | None = None,
        is_kept: bool = True,
    ) -> MissionRecord:
        """End the mission, save its persistent data in one transaction, and return its record.

        Only a mission whose result is accepted is completed: its record is kept then, by its file's name (R28, R29).
        It is not with `is_kept` False, as after `end-campaign` (R47).
        progress: the new place in the campaign, None where no campaign file is played. record: what is kept, None for
        that of the session. Raises StoreError if something cannot be written; nothing is then.
        """
        if accepted or progress is not None:
            self.progress = self.progress if progress is None else progress

            def files() -> dict[str, bytes]:
                added = {mission_key(mission): record or session.manager.record()} if is_kept and accepted else {}
                return {self._path.name: self._packed(added)}

            self.stores.further = files
        try:
            ended = session.finish(accepted=accepted)
        finally:
            self.stores.further = None
        if accepted and is_kept:
            self.campaign.missions[mission_key(mission)] = record or ended
        return record or ended

    def clear(self) -> None:
        """Forget the campaign: records, progress, and its variables and containers; the pilot's own stay.

        Raises StoreError or OSError if a file cannot be written.
        """
        self.campaign.missions.clear()
        self.progress = {}
        self.stores.campaign = Store()
        write_store(self.stores.campaign_path, self.stores.campaign)
        self.write()

    def write(self) -> None:
        """Write records and progress; raises OSError. The file is always either the old or the new one."""
        write_whole(self._path, self._packed({}))

    def can_keep(self, missions: Mapping[str, MissionRecord]) -> bool:
        """Return whether these records make a file that can be read again, with room for one more mission."""
        rows = {key: found.as_dict() for key, found in missions.items()}
        return len(json.dumps(rows, indent=1)) < MOST_BYTES // 2

    def _packed(self, added: dict[str, MissionRecord]) -> bytes:
        """Return the content of the file of records and progress, with further records."""
        rows = {key: found.as_dict() for key, found in (self.campaign.missions | added).items()}
        return json.dumps({"version": VERSION, "missions": rows, "progress": self.progress}, indent=1).encode()
