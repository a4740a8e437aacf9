"""A mission with a problem planted for each kind of hint, and the hints that a run of it gives."""

from __future__ import annotations

from functools import cache

from sexp_runtime.monitor.hints import Hint, PerformanceHints
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession

SHARED = "( and ( > @a[0] 3 ) ( < @a[0] 9 ) ( > @b[0] 100 ) )"
MISSION = f"""#Mission Info
$Version: 24.2
$Name: Planted
#Sexp_variables
$Variables:
(
	0	"a"	"0"	"number"
	1	"b"	"0"	"number"
)
#Objects
$Name: Alpha 1
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Arrival Cue: ( true )
$Departure Cue: ( false )
+Flags: ( "player-start" )
#Events
$Formula: ( when ( >= ( mission-time ) 25 ) ( do-nothing ) )
+Name: polls the clock
$Formula: ( when ( and ( true ) ( = @a[0] -1 ) ) ( do-nothing ) )
+Name: constant part
$Formula: ( every-time ( true ) ( modify-variable @a[0] ( mod ( + @a[0] 1 ) 10 ) ) )
+Name: writes a
$Formula: ( when {SHARED} ( do-nothing ) )
+Name: same one
$Formula: ( when {SHARED} ( do-nothing ) )
+Name: same two
$Formula: ( when {SHARED} ( do-nothing ) )
+Name: same three
$Formula: ( when ( and ( = @a[0] 5 ) ( false ) ) ( do-nothing ) )
+Name: never
$Formula: ( when ( = @b[0] 77 ) ( do-nothing ) )
+Name: quiet
#Goals
#End
"""


def lane(condition: str) -> str:
    """Return a mission with one event and the ships "Alpha 1", "Beta 1", and "Gamma 1" of the wing "Gamma"."""
    ships = "".join(
        f"""$Name: {name}
$Class: Fighter
$Team: Friendly
$Location: {place}, 0, 0
$Arrival Cue: ( true )
$Departure Cue: ( false )
"""
        for name, place in (("Alpha 1", 0), ("Beta 1", 300), ("Gamma 1", 900))
    )
    return f"""#Mission Info
$Version: 24.2
$Name: Lane
#Objects
{ships}#Wings
$Name: Gamma
$Waves: 1
$Wave Threshold: 0
$Special Ship: 0
$Arrival Cue: ( true )
$Departure Cue: ( false )
$Ships: ( "Gamma 1" )
#Events
$Formula: ( when {condition} ( do-nothing ) )
+Name: watches
#Goals
#End
"""


@cache
def planted_hints() -> tuple[Hint, ...]:
    """Return the hints of 20 seconds of the mission; the run is made once."""
    session = MissionSession.load(MISSION, seed=1, scenario=True, monitor=Mode.FULL, freeze_gc=False)
    for _ in range(1200):
        session.step_us(16_667)
    found = PerformanceHints().analyze(session)
    session.close()
    return tuple(found)


def hints_of(kind: str) -> list[Hint]:
    """Return those of one kind."""
    return [hint for hint in planted_hints() if hint.kind == kind]
