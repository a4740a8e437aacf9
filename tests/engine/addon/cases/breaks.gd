## Breaks in a running game: mission time stands before an action runs, the game goes on, and start() continues.
extends "res://tests/engine/addon/case.gd"

const COMING: Array[String] = [
	"action modify-variable Fuel 99 is about to run",
	"action modify-variable Fired 1 is about to run",
]

var _hits: Array[String] = []


func run() -> void:
	SexpRuntime.break_hit.connect(func(reason: String) -> void: _hits.append(reason))
	load_bench([ship_text("Alpha 1")] as Array[String], [
		event_text("burn", "( when ( < ( distance \"Alpha 1\" \"Path:2\" ) 40 ) ( modify-variable @Fuel[0] 99 ) )"),
		event_text("count", "( when ( = @Fuel[0] 99 ) ( modify-variable @Fired[0] 1 ) )"),
	] as Array[String], {"record": true})
	var ship := Node3D.new()
	add_child(ship)
	equal(SexpRuntime.track(ship, "Alpha 1"), OK, "tracking")
	equal(SexpRuntime.add_break("action"), 0, "a break that says too little")
	check(SexpRuntime.add_break("action modify-variable") > 0, "the break on an action")
	SexpRuntime.start()
	for i: int in 600:
		ship.position += Vector3(0.5, 0.5, 0.5)
		await get_tree().process_frame
		if not _hits.is_empty():
			break
	equal(_hits, COMING, "the break: both actions of the frame")
	equal(SexpRuntime.get_variable("Fuel"), 10, "before the action")
	equal(SexpRuntime.get_events()[0]["result"], 0, "the event before the action")
	var stands := SexpRuntime.get_mission_time()
	for i: int in 10:
		await get_tree().process_frame
	equal(SexpRuntime.get_mission_time(), stands, "mission time while the break holds")
	equal(_hits.size(), 2, "breaks while it holds")
	SexpRuntime.start()
	for i: int in 10:
		await get_tree().process_frame
	equal(SexpRuntime.get_variable("Fuel"), 99, "after the action")
	check(SexpRuntime.get_mission_time() > stands, "mission time after start()")
	equal(SexpRuntime.get_variable("Fired"), 1, "after the second action")
	equal(_hits.size(), 2, "breaks after start()")
