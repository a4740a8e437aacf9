## A mission under test: loads it, lets the engine's frames run, acts as a player or a battle would, and checks the results.
##
## A file [code]*_mission_test.gd[/code] that extends this class is a test of its own: [code]addons/sexp_runtime/testing/run.gd[/code]
## runs each of its methods [code]test_*[/code] with a new instance. In GUT or gdUnit4 make an instance, and connect
## [signal failed] to the failure of the framework. [code]mission-tests.md[/code] has an example of each.
## [codeblock]
## extends SexpMissionTest
##
## func test_the_raiders_come() -> void:
##     load_mission("res://missions/patrol.fs2", {"seed": 1})
##     await expect_event_at("Raiders", 4.0)
##     ship("Raider 1").destroy("Alpha 1")
##     await expect_variable("Kills", 1, 1.0)
## [/codeblock]
## Nodes, physics and [SexpObject]s are alive while a method is awaited. An expectation returns whether it holds; the test
## continues after one that fails.
class_name SexpMissionTest
extends RefCounted

## An expectation has failed, or the test has made a mistake; [param text] explains why.
signal failed(text: String)
## An expectation holds.
signal passed(text: String)

const Runtime := preload("res://addons/sexp_runtime/sexp_runtime.gd")
const TestedShip := preload("res://addons/sexp_runtime/testing/tested_ship.gd")
const TestedVariables := preload("res://addons/sexp_runtime/testing/tested_variables.gd")
## Frames of the engine without mission time after which a wait gives up.
const MOST_STILL_FRAMES := 600

## The engine of runs whose coverage is wanted.
const COVERED_ENGINE := "naive"

## Whether missions loaded from now on are covered; the runner sets it.
static var covered := false

## The texts of all failures.
var failures: PackedStringArray = []
## How many expectations were checked.
var expectations := 0
## The variables of the mission, as [code]variables["Kills"][/code].
var variables := TestedVariables.new(self)
## Seconds of mission time.
var time: float:
	get:
		return _runtime().get_mission_time() if _runtime() != null else 0.0
## Whether the mission is over, or there is none.
var ended: bool:
	get:
		return _runtime() == null or not _runtime().has_mission() or _run(&"ended", [])["value"] == true

var _scene: Node = null


## Loads a mission without a scene and starts it. [param options] are those of [method SexpRuntime.load_mission]; the seed is 1
## if none is given, and [code]simulated[/code] has the built-in simulation fly the ships and fight. Returns whether it is loaded.
func load_mission(path: String, options: Dictionary = {}) -> bool:
	var runtime := _runtime()
	if runtime == null:
		return fail("the autoload SexpRuntime is missing; enable SEXP Runtime in Project > Project Settings > Plugins")
	var chosen := {"seed": 1}
	chosen.merge(options, true)
	if chosen.has("simulated"):
		chosen["scenario"] = chosen["simulated"]
		chosen.erase("simulated")
	if covered:
		chosen["engine"] = COVERED_ENGINE
	var error := runtime.load_mission(path, chosen)
	if error != OK:
		return fail("%s: the mission is not loaded: %s" % [path, error_string(error)])
	_begin()
	runtime.start()
	return true


## Adds a scene, given as a path or as a [PackedScene], that loads a mission itself, as by a [SexpMission], and returns its
## root; [code]null[/code] if it has no mission. [param options] are properties of its [SexpMission], as [code]mission_seed[/code].
func load_scene(scene: Variant, options: Dictionary[StringName, Variant] = {&"mission_seed": 1}) -> Node:
	var packed: PackedScene = scene as PackedScene if scene is PackedScene else load(str(scene)) as PackedScene
	if packed == null or _runtime() == null:
		fail("%s is not a scene that can be loaded, or the autoload SexpRuntime is missing" % scene)
		return null
	_leave_scene()
	_scene = packed.instantiate()
	for node: Node in [_scene] + _scene.find_children("*", "SexpMission", true, false):
		if node is SexpMission:
			for key: StringName in options:
				node.set(key, options[key])
			if covered:
				(node as SexpMission).options["engine"] = COVERED_ENGINE
	_tree().root.add_child(_scene)
	if not _runtime().has_mission():
		fail("%s: the scene has loaded no mission" % scene)
		return null
	_begin()
	return _scene


## Closes the mission and frees the scene. The runner calls it after each test.
func close() -> void:
	_leave_scene()
	if _runtime() != null and _runtime().has_mission():
		_runtime().close_mission()


## Plays so many seconds of mission time, less if the mission ends; to be awaited.
func advance(seconds: float) -> void:
	await advance_to(time + seconds)


## Plays up to a moment of mission time; to be awaited.
func advance_to(seconds: float) -> void:
	while not ended and time < seconds - 1e-6:
		if not await _frame():
			return


## Plays until an event comes true, at most [param timeout] seconds, and expects it; to be awaited.
func run_until(event_name: String, timeout := 60.0) -> bool:
	return await expect_event(event_name, timeout)


## A ship of the mission, to act on.
func ship(ship_name: String) -> TestedShip:
	return TestedShip.new(self, ship_name)


## Presses a key of the player, by the name that the mission uses.
func press(key: String) -> void:
	command(&"press", [key])


## The value of a variable, an [int] or a [String] by its type.
func get_variable(variable_name: String) -> Variant:
	return command(&"variable", [variable_name])


## Sets a variable.
func set_variable(variable_name: String, value: Variant) -> void:
	command(&"set_variable", [variable_name, value])


## The mission times in seconds at which an event came true, in order.
func came_true(event_name: String) -> Array:
	var times: Variant = command(&"came_true", [event_name])
	return times if times is Array else []


## The status of a goal: [code]"incomplete"[/code], [code]"complete"[/code] or [code]"failed"[/code].
func goal(goal_name: String) -> String:
	return str(command(&"goal", [goal_name]))


## Whether a message of the mission has been sent to the player.
func said(message: String) -> bool:
	return command(&"said", [message]) == true


## Whether an action has been run with arguments that begin with these.
func acted(operator: String, arguments: Array = []) -> bool:
	return command(&"acted", [operator, arguments]) == true


## Expects that an event has come true, or does within so many seconds; to be awaited.
func expect_event(event_name: String, within := 0.0) -> bool:
	return await _expect(&"event", [event_name], {}, within)


## Expects that an event comes true at a moment of mission time, [param within] seconds earlier or later; to be awaited.
func expect_event_at(event_name: String, at: float, within := 0.5) -> bool:
	return await _expect(&"event", [event_name], {"at": at, "within": within}, at + within - time)


## Expects the status of a goal, now or within so many seconds; to be awaited.
func expect_goal(goal_name: String, status := "complete", within := 0.0) -> bool:
	return await _expect(&"goal", [goal_name, status], {}, within)


## Expects that an event has not come true and does not within so many seconds; to be awaited.
func expect_never(event_name: String, within := 0.0) -> bool:
	var end := time + within
	while _holds(&"never", [event_name], {}) and not ended and time < end - 1e-6:
		if not await _frame():
			return false
	return _judge(&"never", [event_name], {})


## Expects the value of a variable, now or within so many seconds; to be awaited.
func expect_variable(variable_name: String, value: Variant, within := 0.0) -> bool:
	return await _expect(&"variable", [variable_name, value], {}, within)


## Expects that a message has been sent to the player, or is within so many seconds; to be awaited.
func expect_said(message: String, within := 0.0) -> bool:
	return await _expect(&"said", [message], {}, within)


## Expects that an action has been run with arguments that begin with these, or is within so many seconds; to be awaited.
func expect_acted(operator: String, arguments: Array = [], within := 0.0) -> bool:
	return await _expect(&"acted", [operator] + arguments, {}, within)


## Expects that something is true now, for what the other words do not cover. Returns the condition.
func expect(condition: bool, what: String) -> bool:
	expectations += 1
	if not condition:
		return fail(what)
	passed.emit(what)
	return true


## Reports a failure. Returns false.
func fail(text: String) -> bool:
	failures.append(text)
	failed.emit(text)
	return false


## Runs a word of a test by its name and returns its value; a mistake is a failure.
func command(word: StringName, arguments: Array) -> Variant:
	var answer := _run(word, arguments)
	if answer["mistake"] != "":
		fail(answer["mistake"])
	return answer["value"]


func _begin() -> void:
	command(&"begin", [])
	if covered:
		command(&"cover", [])


func _expect(kind: StringName, arguments: Array, keys: Dictionary, within: float) -> bool:
	var end := time + within
	while not _holds(kind, arguments, keys) and not ended and time < end - 1e-6:
		if not await _frame():
			return false
	return _judge(kind, arguments, keys)


func _holds(kind: StringName, arguments: Array, keys: Dictionary) -> bool:
	var answer := _run(&"expect", [kind, false, arguments, keys])
	return answer["failure"] == "" and answer["mistake"] == ""


func _judge(kind: StringName, arguments: Array, keys: Dictionary) -> bool:
	expectations += 1
	var answer := _run(&"expect", [kind, true, arguments, keys])
	for key: String in ["failure", "mistake"]:
		if answer[key] != "":
			return fail(answer[key])
	passed.emit("%s %s" % [kind, ", ".join(arguments.map(str))])
	return true


func _run(word: StringName, arguments: Array) -> Dictionary:
	if _runtime() == null:
		return {"value": null, "failure": "", "mistake": "the autoload SexpRuntime is missing"}
	return _runtime().run_test_command(word, arguments)


# Lets the engine make a frame. False, with a failure, if mission time has stood still for too long.
func _frame() -> bool:
	var before := time
	for still: int in MOST_STILL_FRAMES:
		await _tree().process_frame
		if time > before or ended:
			return true
	return fail("mission time does not advance at %.3f s: the runtime is paused, or the scene tree is" % time)


func _leave_scene() -> void:
	if is_instance_valid(_scene):
		_scene.free()
	_scene = null


func _tree() -> SceneTree:
	return Engine.get_main_loop() as SceneTree


func _runtime() -> Runtime:
	return _tree().root.get_node_or_null(^"SexpRuntime")
