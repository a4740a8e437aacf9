"""A small mission with one of everything, for the tests of reader and validator."""

SAMPLE = """#Mission Info
$Version: 24.2
$Name: XSTR("Harbour Lights", -1)
$Author: test
$Notes:
A line with "quotes".
$End Notes:
$Mission Desc: XSTR("Two
lines", -1)
$end_multi_text
+Game Type Flags: 5
+All Teams Attack
+Player Entry Delay: 1.5
$Starting wing names: ( "Heron" )
$AI Profile: PLAIN

#Sexp_variables
$Variables:
(
	0	"Kills"	"0"	"number"
	1	"Mood"	"calm sea"	"string"	"network-variable" "eternal" "campaign-persistent"
	3	"Blast"	"10"	"block"
	4	"Rank"	"2"	"Number"	"save-on-mission-close"
)

#Sexp_containers
$Lists
$Name: Queue
$Data Type: String
$Data: ( "Tug 1" "Tug 2" )
+Save On Mission Progress
$End Lists
$Maps
$Name: Prices
$Data Type: Number
$Key Type: String
$Data: ( "ore" "3" "salt" "5" )
+Eternal
$End Maps

#Cutscenes
$Briefing Cutscene: intro.ogg
+formula: ( true )
$Debriefing Cutscene: outro.ogg
+campaign_only
+formula: ( is-goal-true-delay "Tug survives" 0 )
#end

#Fiction Viewer
$File: log.txt
$Formula: ( true )

#Briefing
$start_briefing
$num_stages: 1
$start_stage
$multi_text
XSTR("#Events ( and $Formula: in a text", -1)
$end_multi_text
$formula: ( true )
$end_stage
$end_briefing

#Debriefing_info
$Num stages: 1
$Formula: ( is-event-true-delay "Loaded" 0 )
$Multi text
XSTR("Well done.", -1)
$end_multi_text
$Voice: none.wav
$Recommendation text:
XSTR("", -1)
$end_multi_text

#Callsigns:
$Callsign: Gull
#end

#Players		;! 1 total
$Starting Shipname: Heron 1
$Ship Choices: ( "Patrol Boat" 5 "@Mood[calm]" @Rank[2] )
+Weaponry Pool: ( "Flare" 10 )

#Objects		;! 4 total
$Name: Heron 1		;! Object #0
$Display Name: The Heron
$Class: Patrol Boat
$Callsign: Gull
$Team: Friendly
$Location: 1.5, -2, 3e2
$Orientation:
	1.000000, 0.000000, 0.000000,
	0.000000, 0.000000, 1.000000,
	0.000000, -1.000000, 0.000000
$AI Behavior: None
+AI Class: Captain
$AI Goals: ( goals ( ai-chase "Raider 1" 80 ) )
$Cargo 1: XSTR("Nothing", -1)
+Initial Velocity: 33
+Initial Hull: 90
+Initial Shields: 50
+Subsystem: Pilot
+Subsystem: turret01
$Damage: 25
+Cargo Name: XSTR("Scrap", -1)
+AI Class: Major
+Primary Banks: ( "Gun" "Gun" )
+Sbank Ammo: ( 100 )
$Arrival Location: Near Ship
+Arrival Distance: 500
$Arrival Anchor: <any friendly>
$Arrival Cue: ( true )
$Departure Location: Docking Bay
$Departure Anchor: Tug 1
+Departure Paths: ( "$bay01" )
+Departure Delay: 4
$Departure Cue: ( false )
$Determination: 10
+Flags: ( "cargo-known" "Player-Start" )
+Flags2: ( "no-builtin-messages" )
+Respawn priority: 1
+Escort priority: 9
+Special Hitpoints: 500
+Docked With: Tug 1
$Docker Point: dockee side
$Dockee Point: docker side
+Orders Accepted: 7		;! a bit field
+Group: 2
+Use Table Score:
+Score: 12
+Persona Name: Wingman 1

$Name: Tug 1
$Class: Tug
$Team: Friendly
$Location: 500, 0, 800
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$Cargo 1: Ore
$Arrival Location: Hyperspace
$Arrival Cue: ( false )
$Departure Location: Hyperspace
$Departure Cue: ( is-event-true-delay "Loaded" 5 )
$Determination: 10
+Destroy At: 30

$Name: Raider 1
$Class: Raider
$Team: Hostile
$Location: 0, 0, 0
$Orientation: 1, 0, 0, 0, 1, 0, 0, 0, 1
$Cargo 1: Nothing
$Arrival Location: Hyperspace
$Arrival Cue: ( false )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10

#Wings		;! 1 total
$Name: Raider
$Waves: 3
$Wave Threshold: 1
$Special Ship: 0
$Arrival Location: Hyperspace
+Arrival delay: 6
$Arrival Cue: ( is-destroyed-delay 2 "Tug 1" )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Ships: (		;! 1 total
	"Raider 1"
)
$AI Goals: ( goals ( ai-chase-any 89 ) )
+Hotkey: 2
+Flags: ( "no-arrival-music" )
+Wave Delay Min: 5
+Wave Delay Max: 9

#Events		;! 3 total
$Formula: ( when
   ( has-arrived-delay 2 "Tug 1" )
   ( modify-variable @Kills[0] ( + @Kills[0] 1 ) )
   ( modify-variable "@Mood[calm]" "glad" )
)
+Name: Loaded
+Repeat Count: 1
+Interval: 1
+Score: 50
+Objective: XSTR("Wait for the tug", -1)
+Objective key: XSTR("F4", -1)
+Team: 0
$Annotations Start
+Comment: not ( read
$end_multi_text
$Annotations End

$Formula: ( when ( true ) ( add-to-list &&Queue ( true ) "Tug 9" ) )
+Name: Next in line
+Repeat Count: -1
+Trigger Count: 3
+Interval: 400
+Chained: 2
+Event Flags: ( "interval & delay use msecs" )
+Event Log Flags: ( "true" "State Change" )

$Formula: ( every-time
   ( and ( > @Rank[2] 1 ) ( is-destroyed-delay 0 "Raider 1" ) )
   ( send-message "#Command" "High" "Hurry" )
)
+Name: Watch
+Repeat Count: -5

#Goals		;! 1 total
$Type: Primary
+Name: Tug survives
$MessageNew: XSTR("Keep the tug alive", -1)
$end_multi_text
$Formula: ( and ( is-event-true-delay "Loaded" 0 ) ( not ( is-destroyed-delay 0 "Tug 1" ) ) )
+Invalid
+No music
+Score: 5

#Waypoints		;! 2 lists total
$Jump Node: 0, 0, 8000
$Jump Node Name: Far Gate
+Display Name: Gate
$Name: Lane
$List: (		;! 2 points in list
	( 1.0, 2.0, 3.0 )
	( 4.0, 5.0, 6.0 )
)

#Messages		;! 1 total
$Command Sender: Harbour
$Name: Hurry
$Team: -1
$MessageNew: XSTR("Hurry up; $Mood!", -1)
$end_multi_text
+AVI Name: Head-1
+Wave Name: none.wav

#Reinforcements		;! 1 total
$Name: Raider
$Type: Attack/Protect
$Num times: 2
+Arrival delay: 7
+No Messages: ( )
+Yes Messages: ( "Hurry" )

#Background bitmaps		;! 0 total
$Num stars: 0
#Asteroid Fields
#Music
#End
not read any more
"""
