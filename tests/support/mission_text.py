"""A mission file written here: a player, and raiders that come in waves and destroy themselves."""

_SHIP = """$Name: {name}
$Class: GTF Box
$Team: {team}
$Location: {place}, 0, 0
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$AI Goals: ( goals )
$Cargo 1: Nothing
$Arrival Location: Hyperspace
$Arrival Cue: ( {cue} )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
{flags}
"""


def ship_text(name: str, team: str, place: int, cue: str, flags: str = "") -> str:
    return _SHIP.format(name=name, team=team, place=place, cue=cue, flags=flags)


MISSION = (
    "#Mission Info\n$Version: 24.2\n$Name: Raid\n#Objects\n"
    + ship_text("Heron 1", "Friendly", 0, "true", '+Flags: ( "player-start" )')
    + ship_text("Raider 1", "Hostile", 900, "false")
    + ship_text("Raider 2", "Hostile", 1100, "false")
    + """#Wings
$Name: Raider
$Waves: 3
$Wave Threshold: 1
$Special Ship: 0
$Arrival Location: Hyperspace
$Arrival Cue: ( has-time-elapsed 2 )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Ships: ( "Raider 1" "Raider 2" )
$AI Goals: ( goals ( ai-chase-any 50 ) )
#Events
$Formula: ( when ( has-time-elapsed 10 ) ( self-destruct "Raider 1" "Raider 2" ) )
+Name: First gone
#Goals
#Waypoints
#Messages
#Reinforcements
#End
"""
)
