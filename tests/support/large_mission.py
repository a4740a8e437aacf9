"""A generated mission with any number of events, of which some change in every frame and most wait."""

from __future__ import annotations

#: Variables of the mission; the first few count frames.
VARIABLES = 60
#: Most variables that count; further counting events share them.
COUNTING = 10


def large_mission(events: int = 500, counters: int = 4) -> str:
    """Return the text of a mission: `counters` events count a variable up in every frame, the others wait.

    Each waiting event reads four variables; one in fifteen reads a counter, so that it is evaluated in every frame, and
    comes true within the first minutes.
    """
    table = "".join(f'\t{at}\t"v{at}"\t"0"\t"number"\n' for at in range(VARIABLES))
    counting = min(counters, COUNTING)
    names = [f"@v{at % counting}[0]" for at in range(counters)]
    parts = [
        _event(f"counter {at}", f"( every-time ( true ) ( modify-variable {name} ( + {name} 1 ) ) )")
        for at, name in enumerate(names)
    ]
    for number in range(events - counters):
        first = number // 15 % counting if number % 15 == 0 else COUNTING + number % 50
        a, b, c, d = (f"@v{at}[0]" for at in (first, *(COUNTING + (number + k) % 50 for k in (7, 19, 31))))
        condition = f"( and ( > {a} {30 + number * 4} ) ( or ( >= {b} 0 ) ( > {c} 10 ) ) ( < {d} 100 ) )"
        parts.append(_event(f"event {number}", f"( when {condition} ( do-nothing ) )"))
    return (
        f"#Mission Info\n$Version: 24.2\n$Name: Large\n#Sexp_variables\n$Variables:\n(\n{table})\n"
        f"#Players\n$Starting Shipname: Alpha 1\n#Objects\n{_SHIP}#Wings\n#Events\n{''.join(parts)}"
        "#Goals\n$Type: Primary\n+Name: Count\n$MessageNew: Count\n$end_multi_text\n$Formula: ( > @v0[0] 300 )\n"
        "#Waypoints\n#Messages\n#End\n"
    )


def _event(name: str, formula: str) -> str:
    return f"$Formula: {formula}\n+Name: {name}\n+Repeat Count: 1\n+Interval: 1\n"


_SHIP = """$Name: Alpha 1
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Cargo 1: Nothing
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
"""
