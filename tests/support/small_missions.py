"""Small missions for tests of rules: the text of a mission made from its events, and a session that plays it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sexp_runtime.session import MissionSession

#: One event counts up from 3, as often as it can.
COUNTING = """#Mission Info
$Name: Lifetime
#Sexp_variables
$Variables: (
	0	"Score"	"0"	"number"
)
#Objects
#Events
$Formula: ( when ( > @Score[0] 2 ) ( modify-variable @Score[0] ( + @Score[0] 1 ) ) )
+Name: Count
+Repeat Count: -1
+Interval: 0
#Goals
#End
"""


def ship(name: str, *fields: str, cue: str = "( true )", place: str = "0, 0, 0", flags: str = "") -> str:
    """Return a ship's entry; `fields` are further lines in the file's order, before the arrival or after it."""
    early = [line for line in fields if line.startswith(("$AI Goals", "+Initial"))]
    late = [line for line in fields if line not in early]
    return "\n".join([
        f"$Name: {name}", "$Class: Skiff", "$Team: Friendly", f"$Location: {place}", *early, "$Cargo 1: Nothing",
        "$Arrival Location: Hyperspace", f"$Arrival Cue: {cue}", "$Departure Location: Hyperspace",
        "$Departure Cue: ( false )", "$Determination: 10", *([f"+Flags: ( {flags} )"] if flags else []), *late,
    ])  # fmt: skip


def wing(name: str, ships: Sequence[str], *fields: str, cue: str = "( true )", waves: int = 1) -> str:
    """Return a wing's entry; `fields` are further lines after the list of ships."""
    members = " ".join(f'"{one}"' for one in ships)
    return "\n".join([
        f"$Name: {name}", f"$Waves: {waves}", "$Wave Threshold: 0", "$Special Ship: 0",
        "$Arrival Location: Hyperspace", f"$Arrival Cue: {cue}", "$Departure Location: Hyperspace",
        "$Departure Cue: ( false )", f"$Ships: ( {members} )", *fields,
    ])  # fmt: skip


def mission(
    events: Sequence[tuple[str, str]],
    *,
    ships: Sequence[str] = (),
    wings: Sequence[str] = (),
    variables: Sequence[str] = (),
    containers: str = "",
    extra: str = "",
) -> str:
    """Return a mission's text: events are (formula, name or further lines), variables their rows in the file's form."""
    rows = "\n".join(variables)
    parts = [
        "#Mission Info\n$Version: 24.2\n$Name: Small\n",
        f"#Sexp_variables\n$Variables:\n(\n{rows}\n)\n" if variables else "",
        f"#Sexp_containers\n{containers}\n" if containers else "",
        "#Players\n$Starting Shipname: Heron\n#Objects\n",
        "\n".join((ship("Heron", flags='"player-start"'), *ships)),
        "\n#Wings\n" + "\n".join(wings),
        "\n#Events\n" + "\n".join(f"$Formula: {formula}\n+Name: {name}" for formula, name in events),
        "\n#Goals\n#Waypoints\n$Name: Lane\n$List: ( ( 100, 0, 0 ) ( 200, 0, 0 ) )\n#Messages\n",
        "$Name: Hail\n$MessageNew: Hail\n$end_multi_text\n",
        extra,
        "#End\n",
    ]
    return "".join(parts)


class Played:
    """A mission played for some seconds: when each event first came true, variables, and the actions for the game."""

    def __init__(self, text: str, seconds: float = 6.0, fps: int = 30, **settings: Any) -> None:
        self.session = session = MissionSession.load(text, seed=1, **settings)
        self.times: dict[str, float] = {}
        self.told: list[tuple[str, tuple[Any, ...]]] = []
        session.on_event_satisfied.append(lambda name, index: self.times.setdefault(name, session.mission_time))
        session.on_action.append(lambda operator, args: self.told.append((operator, args)))
        for _ in session.play(round(seconds * fps), fps):
            pass

    def when(self, name: str) -> float | None:
        """Return the second, to a tenth, at which an event first came true; None if it did not."""
        found = self.times.get(name)
        return None if found is None else round(found, 1)

    def heard(self, operator: str) -> list[tuple[Any, ...]]:
        """Return the arguments of each call of an operator that the game got."""
        return [args for name, args in self.told if name == operator]
