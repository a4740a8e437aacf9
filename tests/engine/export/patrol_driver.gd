## Only for tests: plays the exported patrol demo as a person does, saves, goes on and loads, and prints what it saw.
extends Node


func _ready() -> void:
	process_mode = Node.PROCESS_MODE_ALWAYS
	_drive.call_deferred()


func _drive() -> void:
	await _frames(5)
	_press("Play")
	await _frames(60 * 9)
	_press("Save")
	var saved := _state()
	_press("Play")
	await _frames(60 * 6)
	var first := _state()
	_press("Load")
	var restored := _state()
	await _frames(60 * 6)
	print("PATROL ", JSON.stringify({"saved": saved, "first": first, "restored": restored, "again": _state()}, "", true, true))
	get_tree().quit()


func _press(button: String) -> void:
	(get_tree().current_scene.get_node("%" + button) as Button).pressed.emit()


func _frames(count: int) -> void:
	for frame: int in count:
		await get_tree().process_frame


func _state() -> Dictionary:
	var mission: SexpMission = get_tree().current_scene.get(&"mission")
	var hulls := {}
	for object_name: String in mission.get_objects():
		hulls[object_name] = mission.get_object(object_name)["hull"]
	return {"time": mission.get_mission_time(), "hulls": hulls, "kills": mission.get_variable("Kills"), "events": mission.get_events()}
