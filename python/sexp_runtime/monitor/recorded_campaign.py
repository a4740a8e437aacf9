"""The campaign in the header of a recording: the state of it that a mission knew at its start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sexp_runtime.monitor.recording import DamagedRecordingError
from sexp_runtime.world.campaign import Campaign, records_of
from sexp_runtime.world.persistence import MAX_FILE_BYTES, RecordedStores, Store, StoreError

if TYPE_CHECKING:
    from sexp_runtime.world.persistence import Stores


def campaign_header(campaign: Campaign | None, stores: Stores | None) -> dict[str, Any]:
    """Return what a recording keeps of a campaign, plain values; empty for a single mission."""
    if campaign is None:
        return {}
    return {
        "name": campaign.name,
        "missions": {key: record.as_dict() for key, record in campaign.missions.items()},
        "stores": None if stores is None else [stores.campaign.pack(), stores.pilot.pack()],
    }


def recorded_campaign(header: dict[str, Any]) -> tuple[Campaign | None, RecordedStores | None]:
    """Return the campaign of a recorded run, and its stores as they were; None for a single mission.

    Raises DamagedRecordingError if the header's values are not those of a campaign.
    """
    found = header.get("campaign")
    if not found:
        return None, None
    try:
        if type(found["name"]) is not str:
            raise ValueError("its name is not a text")
        campaign = Campaign(found["name"], records_of(found["missions"]))
        if found["stores"] is None:
            return campaign, None
        of_campaign, of_pilot = found["stores"]
        if type(of_campaign) is not bytes or type(of_pilot) is not bytes:
            raise ValueError("its variables are not stores")
        if max(len(of_campaign), len(of_pilot)) > MAX_FILE_BYTES:
            raise ValueError("its variables are too large")
        return campaign, RecordedStores(Store.unpack(of_campaign), Store.unpack(of_pilot))
    except KeyError as error:
        raise DamagedRecordingError(f"the values of the campaign are invalid: {error} is missing") from error
    except TypeError as error:
        raise DamagedRecordingError("the values of the campaign are invalid: one is of a wrong type") from error
    except (ValueError, StoreError) as error:
        raise DamagedRecordingError(f"the values of the campaign are invalid: {error!s:.80}") from error
