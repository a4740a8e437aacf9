## The game: a menu, a mission, and its ships. The tree is paused while the menu is open.
extends Node3D

const SHIP := preload("ship.tscn")
const SAVE := "user://patrol.save"

@onready var mission: SexpMission = $Mission


func _ready() -> void:
	mission.object_arrived.connect(_on_object_arrived)
	mission.action_requested.connect(_on_action)
	mission.goal_changed.connect(func(goal: String, status: String) -> void: say("Goal: %s: %s" % [goal, status]))
	mission.object_left.connect(func(ship: String, how: String) -> void: say("%s: %s" % [ship, how]))
	mission.mission_ended.connect(_on_mission_ended)
	(%Play as Button).pressed.connect(play)
	(%Save as Button).pressed.connect(save)
	(%Load as Button).pressed.connect(restore)
	(%Restart as Button).pressed.connect(restart)
	open_menu()
	if "--play" in OS.get_cmdline_user_args():
		play()


func _unhandled_key_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"ui_cancel"):
		open_menu()


func open_menu() -> void:
	get_tree().paused = true
	(%Menu as Control).show()
	(%Load as Button).disabled = not FileAccess.file_exists(SAVE)


func play() -> void:
	get_tree().paused = false
	(%Menu as Control).hide()


func restart() -> void:
	get_tree().paused = false
	get_tree().reload_current_scene()


## Saves the mission, and what only the game knows: the positions of the ships.
func save() -> void:
	var places := {}
	for ship: Node3D in get_tree().get_nodes_in_group(&"ships"):
		places[(ship.get(&"object") as SexpObject).object_name] = ship.position
	var file := FileAccess.open(SAVE, FileAccess.WRITE)
	file.store_var({"mission": mission.save_state(), "places": places})
	file.close()
	say("Saved at %.1f s" % mission.get_mission_time())
	open_menu()


## Ships that had left when the mission was saved free themselves; ships that were present are made again.
func restore() -> void:
	var saved: Dictionary = FileAccess.open(SAVE, FileAccess.READ).get_var()
	if mission.restore_state(saved["mission"]) != OK:
		say("This save cannot be read")
		return
	for ship: Node3D in get_tree().get_nodes_in_group(&"ships"):
		ship.position = saved["places"].get((ship.get(&"object") as SexpObject).object_name, ship.position)
	say("Restored to %.1f s" % mission.get_mission_time())
	play()


func say(text: String) -> void:
	print(text)
	(%Message as Label).text = text


## Makes the node of a ship that arrives, unless the scene has it.
func _on_object_arrived(ship_name: String) -> void:
	if has_node(ship_name.replace(" ", "")):
		return
	var facts := mission.get_object(ship_name)
	var ship: Node3D = SHIP.instantiate()
	var object := SexpObject.new()
	object.name = "SexpObject"
	object.object_name = ship_name
	ship.add_child(object)
	ship.set(&"hostile", facts["team"] == "Hostile")
	ship.set(&"damage", 0.0 if facts["class"] == "Freighter" else 9.0)
	ship.position = facts["position"]
	add_child(ship)


func _on_action(operator: String, arguments: Array) -> void:
	if operator == "send-message":
		say("%s: %s" % [(arguments[0] as String).trim_prefix("#"), mission.get_message_text(arguments[2])])


func _on_mission_ended() -> void:
	say("The mission is over after %d seconds" % roundi(mission.get_mission_time()))
	if DisplayServer.get_name() == "headless":
		get_tree().quit()
	else:
		open_menu()
