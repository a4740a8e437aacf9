"""A game that plays a mission through the runtime behind the autoload, without the engine."""

from __future__ import annotations

from typing import Any

from sexp_runtime.bridge.host import RuntimeHost
from support.fake_nodes import FakeAccess

MISSION = """#Mission Info
$Version: 24.2
$Name: Bench
#Sexp_variables
$Variables:
(
	0	"Fuel"	"10"	"number"
	1	"Mood"	"calm"	"string"
)
#Players
$Starting Shipname: Alpha 1
#Objects
{ships}
#Wings
{wings}
#Events
{events}
#Goals
#Waypoints
#Messages
$Name: Hello
$Team: -1
$MessageNew: Fuel is $Fuel.
$end_multi_text
#End
"""
SHIP = """$Name: {name}
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Cargo 1: Nothing
$Arrival Location: Hyperspace
$Arrival Cue: {cue}
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
{more}
"""


def ship(name: str, cue: str = "( true )", more: str = "") -> str:
    return SHIP.format(name=name, cue=cue, more=more)


def event(name: str, formula: str, more: str = "") -> str:
    return f"$Formula: {formula}\n+Name: {name}\n+Repeat Count: 1\n+Interval: 1\n{more}"


class Bench:
    """A host with a mission, and what it told."""

    def __init__(self, ships: list[str], events: list[str], wings: str = "", **options: Any) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.lines: list[tuple[str, str]] = []
        self.handlers: dict[str, Any] = {}
        self.host = RuntimeHost(FakeAccess(), self._emit, lambda *line: self.lines.append(line))
        text = MISSION.format(ships="\n".join(ships), wings=wings, events="\n".join(events))
        assert self.host.load("bench.fs2", text, options)

    def _emit(self, *what: Any) -> None:
        self.told.append(what)
        handler = self.handlers.get(what[0])
        if handler is not None:
            handler(*what[1:])

    @property
    def world(self) -> Any:
        assert self.host.session is not None
        return self.host.session.world

    def take(self) -> list[tuple[Any, ...]]:
        told, self.told = self.told, []
        return told

    def step(self, seconds: float = 1 / 60) -> int:
        """Make a frame and return how many evaluations it took."""
        before = self.host.counters()["evaluations"]
        self.host.step(seconds)
        return int(self.host.counters()["evaluations"] - before)

    def errors(self) -> list[str]:
        return [text for level, text in self.lines if level == "error"]
