## The patrol demo used as a person does: play, save, go on, load, and the same things happen again.
extends "res://tests/engine/addon/case.gd"

const GAME := "res://addons/sexp_runtime/demo/patrol/game.tscn"


func run() -> void:
	DirAccess.remove_absolute(ProjectSettings.globalize_path("user://patrol.save"))
	process_mode = Node.PROCESS_MODE_ALWAYS
	var game: Node3D = (load(GAME) as PackedScene).instantiate()
	add_child(game)
	var mission: SexpMission = game.get(&"mission")
	check(get_tree().paused and (game.get_node(^"%Menu") as Control).visible, "the menu is open")
	check((game.get_node(^"%Load") as Button).disabled, "nothing to load yet")
	await _frames(10)
	equal(mission.get_mission_time(), 0.0, "time in the menu")
	_press(game, "Play")
	await _frames(60 * 9)
	check(mission.get_object("Raider 1")["hull"] < 1.0, "the raider is under fire")
	_press(game, "Save")
	check(get_tree().paused, "saving opens the menu")
	var saved := _state(game)
	var early := FileAccess.get_file_as_bytes("user://patrol.save")
	_press(game, "Play")
	await _frames(60 * 8)
	var first := _state(game)
	check(first != saved, "the game went on")
	equal(mission.get_variable("Kills"), 1, "a kill after the save")
	_press(game, "Save")
	_press(game, "Play")
	await _frames(60)
	# The save of nine seconds was written over; the second one is loaded, and what follows is the same each time.
	_press(game, "Load")
	await _frames(1)
	var again: Array[Dictionary] = []
	for round_number: int in 2:
		_press(game, "Load")
		await _frames(60 * 5)
		again.append(_state(game))
	equal(again[0], again[1], "the same things happen again")
	equal(mission.get_variable("Kills"), 1, "kills in the restored mission")
	# The first save, with a ship that is no longer there.
	check(not game.has_node(^"Raider1"), "the raider is gone")
	var file := FileAccess.open("user://patrol.save", FileAccess.WRITE)
	file.store_buffer(early)
	file.close()
	_press(game, "Load")
	equal(_state(game), saved, "the state of the first save")
	await _frames(60 * 8)
	equal(_state(game), first, "the same things happen as the first time")
	get_tree().paused = false


func _press(game: Node, button: String) -> void:
	(game.get_node("%" + button) as Button).pressed.emit()


func _frames(count: int) -> void:
	for frame: int in count:
		await get_tree().process_frame


func _state(game: Node) -> Dictionary:
	var mission: SexpMission = game.get(&"mission")
	var ships := {}
	for object_name: String in mission.get_objects():
		var facts := mission.get_object(object_name)
		ships[object_name] = [facts["hull"], facts["team"], (game.get_node(object_name.replace(" ", "")) as Node3D).position]
	return {"time": mission.get_mission_time(), "ships": ships, "events": mission.get_events(), "kills": mission.get_variable("Kills")}
