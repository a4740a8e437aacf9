"""A campaign over two missions: what was saved by the first is what the second begins with."""

from __future__ import annotations

from pathlib import Path

from sexp_runtime.session import MissionSession
from sexp_runtime.world.campaign import SATISFIED, Campaign
from sexp_runtime.world.persistence import PersistentStores

MISSION = """#Mission Info
$Version: 24.2
$Name: Leg
#Sexp_variables
$Variables:
(
	0	"Kills"	"0"	"number"	"save-on-mission-close"
	1	"Rank"	"ensign"	"string"	"save-on-mission-progress"
	2	"Local"	"0"	"number"
)
#Events
$Formula: ( when ( true ) ( modify-variable @Kills[0] ( + @Kills[0] 3 ) ) ( modify-variable @Local[0] 9 ) )
+Name: Count
$Formula: ( when ( true ) ( modify-variable "@Rank[ensign]" "captain" ) )
+Name: Promote
#Goals
$Type: Primary
+Name: Done
$Formula: ( is-event-true "Count" )
#End
"""


def play(folder: Path, *, accepted: bool) -> tuple[object, object, object]:
    stores = PersistentStores(folder, "lane")
    session = MissionSession.load(MISSION, campaign=Campaign(), stores=stores, freeze_gc=False)
    for _ in range(3):
        session.step(0.1)
    values = tuple(session.get_variable(name) for name in ("Kills", "Rank", "Local"))
    record = session.finish(accepted=accepted)
    assert record.goals["done"] == SATISFIED
    session.close()
    return values


def test_what_was_saved_is_what_the_next_mission_begins_with(tmp_path: Path) -> None:
    assert play(tmp_path, accepted=False) == (3, "captain", 9)
    stored = PersistentStores(tmp_path, "lane")
    begun = MissionSession.load(MISSION, campaign=Campaign(), stores=stored, freeze_gc=False)
    assert [begun.get_variable(name) for name in ("Kills", "Rank", "Local")] == [3, "ensign", 0]
    begun.close()
    assert play(tmp_path, accepted=True) == (6, "captain", 9)
    stored = PersistentStores(tmp_path, "lane")
    begun = MissionSession.load(MISSION, campaign=Campaign(), stores=stored, freeze_gc=False)
    assert begun.get_variable("Rank") == "captain"
    begun.close()


def test_a_single_mission_reads_and_writes_nothing(tmp_path: Path) -> None:
    session = MissionSession.load(MISSION, freeze_gc=False)
    session.step(0.1)
    session.finish(accepted=True)
    session.close()
    assert list(tmp_path.iterdir()) == []
