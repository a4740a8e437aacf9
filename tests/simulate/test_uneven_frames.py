"""Frames of every length, from none to seconds: cues and events over distances come in the same frame everywhere."""

from __future__ import annotations

import pytest

from sexp_runtime.commands.diff import compare_engines
from sexp_runtime.session import MissionSession
from support.mission_text import ship_text

GUARDS = range(250, 4000, 250)


def mission() -> str:
    """Return a mission in which a courier flies along a path, and guards arrive when it comes near its end."""
    courier = ship_text("Courier 1", "Friendly", 0, "true").replace("( goals )", '( goals ( ai-waypoints "Path" 89 ) )')
    guards = [
        ship_text(f"Guard {metres}", "Friendly", 9000, f'< ( distance "Courier 1" "Path:2" ) {metres}')
        for metres in GUARDS
    ]
    events = [
        f'$Formula: ( when ( > ( get-object-z "Courier 1" ) {metres} ) ( do-nothing ) )\n+Name: past {metres}\n'
        for metres in GUARDS
    ]
    return (
        "#Mission Info\n$Version: 24.2\n$Name: Courier\n#Objects\n" + courier + "".join(guards) + "#Wings\n#Events\n"
        + "".join(events)
        + "#Goals\n#Waypoints\n$Name: Path\n$List: (\n\t( 0, 0, 300 )\n\t( 0, 0, 4500 )\n)\n"
        + "#Messages\n#Reinforcements\n#End\n"
    )  # fmt: skip


def test_the_courier_flies() -> None:
    session = MissionSession.load(mission(), engine="naive", scenario=True, seed=1, freeze_gc=False)
    for _ in session.play(60 * 20, 20.0):
        pass
    assert sum(ship.status.value == "present" for ship in session.world.ships.values()) > 5
    session.close()


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_distance_is_judged_in_time_after_a_long_frame(seed: int) -> None:
    found = compare_engines(mission(), frames=600, fps=60.0, seed=seed, uneven=True)
    assert found.frames > 300
    assert found.mismatches == 0, found.differences
