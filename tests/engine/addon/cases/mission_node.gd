## A mission that belongs to a scene: loaded and closed with it, its objects tied by themselves, no signals after its end.
extends "res://tests/engine/addon/case.gd"

const PATROL := "res://tests/engine/addon/scene/patrol.tscn"
const Patrol := preload("res://tests/engine/addon/scene/patrol.gd")

var _all: Array[String] = []


func run() -> void:
	# The case outlives the scenes that it plays.
	reparent.call_deferred(get_tree().root)
	await get_tree().process_frame
	SexpRuntime.event_satisfied.connect(func(event_name: String) -> void: _all.append("event " + event_name))
	SexpRuntime.object_left.connect(func(object_name: String, how: String) -> void: _all.append("left %s %s" % [object_name, how]))
	await _play_and_leave()
	await _play_and_leave() # the same again, from the beginning
	await _another_takes_its_place()
	await _failures()
	await _a_scene_that_goes_with_the_autoloads_mission()


func _open() -> Node:
	Patrol.heard.clear()
	_all.clear()
	get_tree().change_scene_to_file(PATROL)
	while get_tree().current_scene == null or get_tree().current_scene.scene_file_path != PATROL:
		await get_tree().process_frame
	return get_tree().current_scene


func _play_and_leave() -> void:
	var scene := await _open()
	var mission: SexpMission = scene.get(&"mission")
	check(mission.is_current(), "the node's mission is played")
	equal(SexpRuntime.get_mission_node(), mission, "the autoload works on it")
	for frame: int in 3:
		await get_tree().process_frame
	equal(Patrol.heard.slice(0, 4), ["loaded Patrol", "arrived Alpha 1", "arrived Alpha 2", "event Begin"] as Array[String], "told to the scene")
	var object: SexpObject = scene.get_node(^"Alpha1/SexpObject")
	check(object.is_tied() and object.tied_to == "Alpha 1", "the object above the mission is tied")
	check((scene.get_node(^"Alpha2/SexpObject") as SexpObject).is_tied(), "the object below it")
	equal(mission.evaluate("( hits-left \"Alpha 1\" )"), 100, "percent of what the node calls full")
	object.hull = 20.0
	equal(mission.evaluate("( hits-left \"Alpha 1\" )"), 25, "percent of the hull")
	object.max_hull = 40.0
	equal(mission.evaluate("( hits-left \"Alpha 1\" )"), 50, "percent of another full hull")
	object.max_hull = 8.0
	equal(mission.evaluate("( hits-left \"Alpha 1\" )"), 100, "never more than 100")
	object.max_hull = 40.0
	object.hull = 10.0
	for frame: int in 2:
		await get_tree().process_frame
	check("event Hurt" in Patrol.heard, "an event: %s" % [Patrol.heard])
	var time := mission.get_mission_time()
	check(time > 0.0, "time goes on")
	mission.paused = true
	await get_tree().process_frame
	time = mission.get_mission_time()
	await get_tree().process_frame
	equal(mission.get_mission_time(), time, "time while paused")
	mission.paused = false
	await get_tree().process_frame
	await get_tree().process_frame
	check(mission.get_mission_time() > time, "time after the pause")
	var told := _all.duplicate()
	get_tree().change_scene_to_packed(_menu())
	for frame: int in 90: # longer than the event Late would wait
		await get_tree().process_frame
	equal(_all, told, "told after the scene has gone")
	check(not SexpRuntime.has_mission(), "no mission in the menu")


func _another_takes_its_place() -> void:
	var scene := await _open()
	var first: SexpMission = scene.get(&"mission")
	var second := SexpMission.new()
	second.mission = load("res://tests/engine/addon/scene/patrol.fs2")
	second.autostart = false
	scene.add_child(second)
	check(second.is_current() and not first.is_current(), "the second mission is played")
	check((scene.get_node(^"Alpha1/SexpObject") as SexpObject).is_tied(), "objects are tied to the second mission")
	first.queue_free()
	await get_tree().process_frame
	await get_tree().process_frame
	check(second.is_current(), "the first node's end does not close the second's mission")
	second.queue_free()
	await get_tree().process_frame
	await get_tree().process_frame
	check(not SexpRuntime.has_mission(), "closed with its node")
	get_tree().change_scene_to_packed(_menu())
	await get_tree().process_frame


func _failures() -> void:
	var scene := await _open()
	var mission: SexpMission = scene.get(&"mission")
	var broken := SexpMissionFile.new()
	broken.content = "no mission at all\n".to_utf8_buffer()
	check(mission.load_mission(broken) != OK, "loading what is no mission")
	check(mission.is_current(), "the mission before goes on")
	var twin := SexpObject.new()
	twin.object_name = "Alpha 1"
	scene.add_child(twin)
	check(not twin.is_tied(), "a second node on one object")
	var nameless := SexpObject.new()
	scene.add_child(nameless)
	check(not nameless.is_tied(), "a node without a name")
	get_tree().change_scene_to_packed(_menu())
	await get_tree().process_frame
	await get_tree().process_frame
	equal(mission_or_null(mission), null, "the scene is freed")


func mission_or_null(node: Variant) -> Variant:
	return node if is_instance_valid(node) else null


## Without a SexpMission the mission goes on, and the nodes of a scene that goes have vanished.
func _a_scene_that_goes_with_the_autoloads_mission() -> void:
	equal(SexpRuntime.load_mission("res://tests/engine/addon/scene/patrol.fs2"), OK, "loading by the autoload")
	var stage := Node.new()
	var ship := Node2D.new()
	var object := SexpObject.new()
	object.object_name = "Alpha 2"
	ship.add_child(object)
	stage.add_child(ship)
	ship.owner = stage
	object.owner = stage
	var packed := PackedScene.new()
	packed.pack(stage)
	stage.free()
	get_tree().change_scene_to_packed(packed)
	await get_tree().process_frame
	await get_tree().process_frame
	_all.clear()
	SexpRuntime.step(STEP)
	get_tree().change_scene_to_packed(_menu())
	await get_tree().process_frame
	await get_tree().process_frame
	SexpRuntime.step(STEP)
	SexpRuntime.step(STEP)
	equal(_all, ["event Begin", "left Alpha 2 vanished"] as Array[String], "a scene that goes")
	equal(SexpRuntime.get_variable("Lost"), 0, "nothing was destroyed")
	SexpRuntime.close_mission()


func _menu() -> PackedScene:
	var menu := Node.new()
	var packed := PackedScene.new()
	packed.pack(menu)
	menu.free()
	return packed
