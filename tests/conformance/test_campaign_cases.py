"""Campaign files of the original's cases, where they are at hand: which mission comes next after each one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.conformance import read_cases
from sexp_runtime.mission import parse_campaign
from sexp_runtime.rules.campaign import CampaignProgress
from sexp_runtime.session import MissionSession
from sexp_runtime.world.campaign import Campaign

FOLDER = Path(os.environ.get("SEXP_CASES", Path(__file__).resolve().parents[3] / "shared" / "cases"))
FILE = FOLDER / "campaign-and-data.jsonl"
CASES = [case for case in read_cases(FILE) if "campaign_file" in case] if FILE.exists() else []


@pytest.mark.skipif(not CASES, reason=f"no campaign cases at {FILE} (set SEXP_CASES)")
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_campaign_cases(case: dict[str, Any]) -> None:
    load = parse_campaign(case["campaign_file"])
    expect = case["expect"]
    if "error" in expect:
        assert [problem.code for problem in load.diagnostics] == ["E236"]
        return
    warnings: list[str] = []
    campaign = Campaign(load.campaign.name)
    progress = CampaignProgress(load.campaign, campaign, warnings.append)
    following, must_replay, offered = [], [], []
    for step in case["played"]:
        with MissionSession.load(case["missions"][step["mission"]], campaign=campaign) as session:
            for _frame in session.play(int(step["seconds"] * 30), 30):
                pass
            record = session.finish(accepted=step["finish"] != "reject")
        if step["finish"] != "end-campaign":  # which neither stores a record nor evaluates the branch (R47)
            progress.settle(record)
            must_replay.append(progress.must_replay)
            offered.append(progress.loop is not None)
            if step["finish"] == "reject":
                progress.reject()
            else:
                progress.accept(loop=bool(step.get("loop")))
        following.append(None if progress.mission is None else progress.mission.file)
    assert (load.ok, warnings) == (True, [])
    assert following == expect["next"]
    assert must_replay == expect.get("must_replay", must_replay)
    assert offered == expect.get("loop_offered", offered)
