"""Quotas: no mission takes all memory or time; what is refused is warned about, with the line of its formula."""

from __future__ import annotations

import time

import pytest

from sexp_runtime.engines import ENGINES
from sexp_runtime.session import MissionSession
from sexp_runtime.world.quotas import Quotas

MISSION = """#Mission Info
$Name: Quotas
#Sexp_variables
$Variables: (
	0	"Score"	"0"	"number"
)
#Sexp_containers
$Lists
$Name: A
$Data Type: String
$Data: ( "x" "y" )
$Name: B
$Data Type: String
$Data: ( "z" )
$End Lists
$Maps
$Name: M
$Data Type: Number
$Key Type: Number
$Data: ( )
$End Maps
#Objects
$Name: Alpha 1
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
#Events
$Formula: {formula}
+Name: Grow
+Repeat Count: -1
+Interval: 0
$Formula: ( when ( true ) ( modify-variable @Score[0] ( + @Score[0] 1 ) ) )
+Name: Other
+Repeat Count: -1
+Interval: 0
#Goals
#End
"""


def play(formula: str, engine: str, frames: int = 40, quotas: Quotas | None = None) -> MissionSession:
    session = MissionSession.load(MISSION.format(formula=formula), engine=engine, quotas=quotas)
    for _ in range(frames):
        session.step(0.05)
    assert int(session.get_variable("Score")) >= frames - 1  # the mission goes on
    return session


@pytest.mark.parametrize("engine", ENGINES)
def test_two_copying_actions_do_not_double_for_ever(engine: str) -> None:
    start = time.perf_counter()
    formula = "( when ( true ) ( copy-container &&A &&B ( false ) ) ( copy-container &&B &&A ( false ) ) )"
    with play(formula, engine) as session:
        sizes = [len(container) for container in session.world.containers.by_name.values()]
        assert 1000 < max(sizes) <= Quotas().container_items
        assert any("100000 items at most" in line and line.startswith("line 33: ") for line in session.context.warnings)
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("formula", "size"),
    [
        ('( when ( true ) ( add-to-list &&A ( true ) "1" "2" "3" ) )', 8),
        ("( when ( true ) ( add-to-map &&M ( rand-multiple 1 1000000 ) 1 ) )", 10),
    ],
)
def test_containers_stop_growing(engine: str, formula: str, size: int) -> None:
    with play(formula, engine, quotas=Quotas(container_items=10)) as session:
        assert max(len(container) for container in session.world.containers.by_name.values()) == size
        assert any("10 items at most" in line for line in session.context.warnings)


@pytest.mark.parametrize("engine", ENGINES)
def test_counters_have_so_many_rounds(engine: str) -> None:
    formula = (
        "( when-argument ( for-counter 1 1000000 ) ( true ) ( modify-variable @Score[0] ( + @Score[0] <argument> ) ) )"
    )
    with play(formula, engine, frames=1, quotas=Quotas(candidates=500)) as session:
        assert int(session.get_variable("Score")) - 1 in (125_250, 250_500)  # once or twice 1 + ... + 500
        assert any("stops after 500 of 1000000" in line for line in session.context.warnings)


@pytest.mark.parametrize("engine", ENGINES)
def test_ships_stop_coming(engine: str) -> None:
    formula = '( when-argument ( for-counter 1 50 ) ( true ) ( ship-create "<argument>" "Fighter" 0 0 0 ) )'
    session = MissionSession.load(MISSION.format(formula=formula), engine=engine, quotas=Quotas(ships=20))
    with session:
        session.step(0.05)
        session.step(0.05)
        assert len(session.world.ships) == 20
        assert any("20 ships at most" in line for line in session.context.warnings)
