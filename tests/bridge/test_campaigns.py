"""Campaigns as a game plays them: what outlives a mission, and the debriefing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.bridge.host import RuntimeHost
from support.fake_nodes import new_host
from support.small_missions import ship

FIRST = (
    """#Mission Info
$Name: Leg one
#Sexp_variables
$Variables:
(
	0	"Kills"	"0"	"number"	"save-on-mission-close"
	1	"Rank"	"ensign"	"string"	"save-on-mission-progress"
)
#Objects
"""
    + ship("Alpha 1")
    + """
#Events
$Formula: ( when ( true )
	( modify-variable @Kills[0] ( + @Kills[0] 3 ) )
	( modify-variable "@Rank[ensign]" "captain" )
)
+Name: Count
#Goals
$Type: Primary
+Name: Done
$MessageNew: Done
$end_multi_text
$Formula: ( is-event-true-delay "Count" 0 )
#Debriefing_info
$Num stages: 3
$Formula: ( is-goal-true-delay "Done" 0 )
$multi text
Well done. Kills: $Kills.
$end_multi_text
$Voice: none.wav
$Recommendation text:
Rest.
$end_multi_text
$Formula: ( is-in-mission "Alpha 1" )
$multi text
Still there.
$end_multi_text
$Voice: none.wav
$Recommendation text:
$end_multi_text
$Formula: ( + 1 1 )
$multi text
Two is not one.
$end_multi_text
$Voice: none.wav
$Recommendation text:
$end_multi_text
#End
"""
)
SECOND = FIRST.replace("Leg one", "Leg two").replace(
    '( is-event-true-delay "Count" 0 )', '( is-previous-goal-true "leg1.fs2" "Done" )'
)


def play(host: RuntimeHost, folder: Path, file: str, text: str, **options: Any) -> None:
    assert host.load(file, text, {"campaign": "Lane", "pilot": "Ada", "campaigns": str(folder), **options})
    for _frame in range(5):
        host.step(0.3)


def test_an_accepted_mission_is_what_the_next_one_remembers(tmp_path: Path) -> None:
    lines: list[str] = []
    host = new_host(lines)
    play(host, tmp_path, "missions/leg1.fs2", FIRST)
    record = host.campaign.finish(accepted=True)
    assert (record["goals"], record["events"]) == ({"done": "satisfied"}, {"count": "satisfied"})
    play(host, tmp_path, "missions/leg2.fs2", SECOND)
    assert host.get_variable("Kills") == 6
    assert host.campaign.finish(accepted=True)["goals"] == {"done": "satisfied"}
    host.close()
    assert not [line for line in lines if line.startswith("error")], lines


def test_a_mission_that_is_not_accepted_is_not_completed(tmp_path: Path) -> None:
    host = new_host([])
    play(host, tmp_path, "leg1.fs2", FIRST)
    host.campaign.finish(accepted=False)
    play(host, tmp_path, "leg2.fs2", SECOND)
    assert host.get_variable("Kills") == 6  # kept whenever the mission closes
    assert host.campaign.finish(accepted=True)["goals"] == {"done": "failed"}
    host.close()


def test_other_pilots_and_campaigns_know_nothing_of_it(tmp_path: Path) -> None:
    host = new_host([])
    play(host, tmp_path, "leg1.fs2", FIRST)
    host.campaign.finish(accepted=True)
    play(host, tmp_path, "leg2.fs2", SECOND, pilot="Bob", campaign="Other")
    assert host.campaign.finish(accepted=True)["goals"] == {"done": "failed"}
    host.close()


def test_the_debriefing_shows_stages_that_are_exactly_one(tmp_path: Path) -> None:
    lines: list[str] = []
    host = new_host(lines)
    play(host, tmp_path, "leg1.fs2", FIRST)
    assert host.campaign.debriefing() == []
    assert "not over" in lines[-1]
    host.campaign.finish(accepted=True)
    (stage,) = host.campaign.debriefing()
    assert (stage["text"].strip(), stage["recommendation"].strip()) == ("Well done. Kills: 3.", "Rest.")
    assert host.campaign.debriefing() == [stage]
    host.close()


def test_damaged_records_are_said_and_count_as_none(tmp_path: Path) -> None:
    lines: list[str] = []
    host = new_host(lines)
    play(host, tmp_path, "leg1.fs2", FIRST)
    host.campaign.finish(accepted=True)
    (path,) = tmp_path.glob("*.missions.json")
    for content in (
        "{",
        '{"version": 7}',
        '{"version": 1, "missions": {"a": {"goals": {"x": "maybe"}, "events": {}, "skipped": 0}}}',
    ):
        path.write_text(content)
        lines.clear()
        play(host, tmp_path, "leg2.fs2", SECOND)
        assert any("cannot be read" in line for line in lines)
        assert host.campaign.finish(accepted=False)["goals"] == {"done": "failed"}
    host.close()


DAMAGED = (
    b"{", b'{"version": 7, "missions": {}}', b"\xff\xfe\x00", b"[" * 100_000, b'{"version": ' + b"9" * 5000 + b"}",
    b'{"version": 1, "missions": Infinity}', b'{"version": 1, "missions": {}, "progress": [1]}',
)  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_damaged_records_are_kept_under_another_name(tmp_path: Path, content: bytes) -> None:
    lines: list[str] = []
    host = new_host(lines)
    path = tmp_path / "Lane.Ada.missions.json"
    path.write_bytes(content)
    play(host, tmp_path, "leg1.fs2", FIRST)
    host.campaign.finish(accepted=True)
    (kept,) = tmp_path.glob("*.damaged-*")
    assert kept.read_bytes() == content
    assert any(f"the file was kept as {kept.name}" in line for line in lines)
    assert path.is_file()
    host.close()


FILES = ("Lane.Ada.missions.json", "Lane.campaign.msgpack", "Ada.pilot.msgpack")
#: What a file can be that is not to be read: made of a path.
UNREADABLE: dict[str, Callable[[Path], object]] = {
    "a pipe": lambda path: os.mkfifo(path),
    "a folder": lambda path: path.mkdir(),
    "an endless device": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices of POSIX")
@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("name", FILES)
def test_a_campaign_with_a_file_that_cannot_be_read_is_refused_at_once(tmp_path: Path, name: str, kind: str) -> None:
    lines: list[str] = []
    host = new_host(lines)
    UNREADABLE[kind](tmp_path / name)
    assert not host.load("leg1.fs2", FIRST, {"campaign": "Lane", "pilot": "Ada", "campaigns": str(tmp_path)})
    (line,) = lines
    assert line.startswith("error: load_mission: leg1.fs2: cannot read") and name in line
    assert os.path.lexists(tmp_path / name)
