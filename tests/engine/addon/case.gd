## A test case that runs in the engine: checks, and at the end one line that tells how it went.
extends Node

## One event for each thing that the tests count.
const MISSION := """#Mission Info
$Version: 24.2
$Name: Bench
#Sexp_variables
$Variables:
(
	0	"Fuel"	"10"	"number"
	1	"Mood"	"calm"	"string"
	2	"Fired"	"0"	"number"
)
#Players
$Starting Shipname: %s
#Objects
%s
#Wings
#Events
%s
#Goals
$Type: Primary
+Name: Keep it
$MessageNew: Keep it
$end_multi_text
$Formula: ( and ( >= @Fired[0] 1 ) ( has-time-elapsed 1 ) )
#Waypoints
$Name: Path
$List: (
	( 10.0, 20.0, 30.0 )
	( 40.0, 50.0, 60.0 )
)
#Messages
$Name: Hello
$Team: -1
$MessageNew: Fuel is $Fuel.
$end_multi_text
#End
"""
const STEP := 1.0 / 60.0

var _problems: Array[String] = []
var _results := {}


func _ready() -> void:
	await run()
	for problem: String in _problems:
		print("CASE PROBLEM ", problem)
	print("CASE RESULT ", JSON.stringify(_results, "", true, true))
	print("CASE ", "OK" if _problems.is_empty() else "FAILED")
	get_tree().quit(0 if _problems.is_empty() else 1)


## The case itself; overridden.
func run() -> void:
	fail("nothing to run")


func fail(problem: String) -> void:
	_problems.append(problem)


func check(condition: bool, what: String) -> void:
	if not condition:
		fail(what)


func equal(found: Variant, wanted: Variant, what: String) -> void:
	if typeof(found) != typeof(wanted) or found != wanted:
		fail("%s: %s instead of %s" % [what, var_to_str(found), var_to_str(wanted)])


func result(key: String, value: Variant) -> void:
	_results[key] = value


## The text of a ship in a mission file.
func ship_text(ship_name: String, arrival_cue: String = "( true )") -> String:
	return """$Name: %s
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Cargo 1: Nothing
$Arrival Location: Hyperspace
$Arrival Cue: %s
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Determination: 10
""" % [ship_name, arrival_cue]


func event_text(event_name: String, formula: String, more: String = "") -> String:
	return "$Formula: %s\n+Name: %s\n+Repeat Count: 1\n+Interval: 1\n%s" % [formula, event_name, more]


## Writes a mission to a file and loads it.
func load_bench(ships: Array[String], events: Array[String], options: Dictionary = {}) -> void:
	var path := "user://bench_%d.fs2" % OS.get_process_id()
	var file := FileAccess.open(path, FileAccess.WRITE)
	var first := ships[0].get_slice("\n", 0).trim_prefix("$Name: ")
	file.store_string(MISSION % [first, "\n".join(ships), "\n".join(events)])
	file.close()
	equal(SexpRuntime.load_mission(path, options), OK, "loading the mission")
	DirAccess.remove_absolute(ProjectSettings.globalize_path(path))


## How many evaluations a frame makes.
func evaluations_of_frame() -> int:
	var before: int = SexpRuntime.get_statistics()["evaluations"]
	SexpRuntime.step(STEP)
	return SexpRuntime.get_statistics()["evaluations"] - before


## Steps until a frame evaluates nothing, at most 20 times.
func settle() -> void:
	for i: int in 20:
		if evaluations_of_frame() == 0:
			return
	fail("the mission does not settle")
