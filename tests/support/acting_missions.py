"""Missions whose events act, for the kernel and the interpreter."""

from __future__ import annotations

VARIABLES = 4


def mission(formulas: list[str], repeats: int) -> str:
    variables = "".join(f'\t{number}\t"v{number}"\t"{number}"\t"number"\n' for number in range(VARIABLES))
    variables += f'\t{VARIABLES}\t"word"\t"calm"\t"string"\n'
    events = "".join(
        f"$Formula: {text}\n+Name: e{number}\n+Repeat Count: {repeats}\n+Interval: 0\n"
        for number, text in enumerate(formulas)
    )
    return (
        f"#Mission Info\n$Version: 24.2\n$Name: assignments\n#Sexp_variables\n$Variables:\n(\n{variables})\n"
        "#Players\n$Starting Shipname: Alpha 1\n#Objects\n$Name: Alpha 1\n$Class: Fighter\n$Team: Friendly\n"
        "$Location: 0, 0, 0\n$Arrival Location: Hyperspace\n$Arrival Cue: ( true )\n"
        "$Departure Location: Hyperspace\n$Departure Cue: ( false )\n#Wings\n"
        f"#Events\n{events}#Goals\n#Waypoints\n#Messages\n#End\n"
    )


def mission_of(formulas: list[str], repeats: int = -1) -> str:
    """Return a mission with these events, three ships, a wing, a path of waypoints, number and text variables."""
    text = mission(formulas, repeats).replace(
        "#Wings\n",
        "".join(
            f"$Name: {name}\n$Class: Fighter\n$Team: Hostile\n$Location: {place}, 0, 7\n"
            "$Arrival Location: Hyperspace\n$Arrival Cue: ( true )\n$Departure Location: Hyperspace\n"
            "$Departure Cue: ( false )\n"
            for name, place in (("Beta 1", 300), ("Beta 2", -300))
        )
        + "#Wings\n",
    )
    path = "#Waypoints\n$Name: Path\n$List:\n(\n( 1.0, 2.0, 3.0 )\n( 4.0, 5.0, 6.0 )\n)\n"
    return text.replace("#Waypoints\n", path)
