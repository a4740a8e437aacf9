## A mission is saved in the middle, other things happen, and it is restored: it goes on as it was.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	var mission := SexpMission.new()
	mission.mission = load("res://tests/engine/addon/scene/patrol.fs2")
	mission.savable = true
	mission.autostart = false
	var ship := Node2D.new()
	var object := SexpObject.new()
	object.object_name = "Alpha 1"
	object.max_hull = 60.0
	object.hull = 60.0
	ship.add_child(object)
	add_child(ship)
	add_child(mission)
	await get_tree().process_frame
	SexpRuntime.step(0.5)
	object.hull = 15.0
	SexpRuntime.step(0.2)
	var saved := mission.save_state()
	check(saved.size() > 100, "bytes of a save")
	var before := _state(mission)
	SexpRuntime.step(3.0)
	object.hull = 60.0
	SexpRuntime.set_variable("Lost", 9)
	var newcomer := SexpObject.new() # was not there when the mission was saved
	newcomer.object_name = "Newcomer"
	var how: Array[String] = []
	newcomer.left.connect(func(way: String) -> void: how.append(way))
	add_child(newcomer)
	check(newcomer.is_tied() and "Newcomer" in SexpRuntime.get_objects(), "a new object")
	check(_state(mission) != before, "time went on")
	var told: Array[String] = []
	mission.mission_loaded.connect(func(mission_name: String) -> void: told.append("loaded " + mission_name))
	mission.event_satisfied.connect(func(event_name: String) -> void: told.append("event " + event_name))
	check(told.is_empty(), "not told before: %s" % [told])
	equal(mission.restore_state(saved), OK, "restoring")
	equal(_state(mission), before, "the state")
	check(object.is_tied(), "tied again")
	check(how == ["vanished"] and not newcomer.is_tied(), "what came later is gone: %s" % [how])
	check(not "Newcomer" in SexpRuntime.get_objects() and SexpRuntime.get_object("Newcomer").is_empty(), "no new object")
	equal(object.hull, 15.0, "the hull that the mission knows")
	equal(told, ["loaded Patrol"] as Array[String], "told of the restored mission")
	SexpRuntime.step(0.5)
	equal(told, ["loaded Patrol", "event Late"] as Array[String], "it goes on")
	check(mission.restore_state("nonsense".to_utf8_buffer()) != OK, "bytes that are no save")
	check(mission.is_current() and mission.get_mission_time() > 1.0, "the mission goes on")


func _state(mission: SexpMission) -> Array:
	return [mission.get_mission_time(), mission.get_events(), mission.get_goals(), mission.get_variable("Lost"), mission.evaluate("( hits-left \"Alpha 1\" )")]
