## Plays a mission while its scene is in the tree: it is loaded when the node enters the tree and closed when the node leaves.
##
## Set [member mission], connect the signals, and put a [SexpObject] below each ship of the scene: it ties itself to the mission's
## object of its name. When the scene is freed, the mission is closed: nothing is destroyed, no event fires, no signal is emitted.
## One mission is played at a time, and the autoload [code]SexpRuntime[/code] works on the same one.
## [codeblock]
## func _ready() -> void:
##     $SexpMission.event_satisfied.connect(func(event_name: String) -> void: print(event_name))
## [/codeblock]
@tool
@icon("res://addons/sexp_runtime/icons/sexp_mission.svg")
class_name SexpMission
extends Node

## The mission is loaded and is at time 0; emitted when the scene is ready.
@warning_ignore("unused_signal") # all signals are handed on from the runtime, by name
signal mission_loaded(mission_name: String)
## The mission is over. Its state can still be read.
@warning_ignore("unused_signal")
signal mission_ended()
## An event's formula has become true (once for each time, for repeating events).
@warning_ignore("unused_signal")
signal event_satisfied(event_name: String)
## An event can never become true any more.
@warning_ignore("unused_signal")
signal event_failed(event_name: String)
## A goal was completed, has failed or was reset.
@warning_ignore("unused_signal")
signal goal_changed(goal_name: String, status: String)
## A variable has a new value, an [int] or a [String] by its type.
@warning_ignore("unused_signal")
signal variable_changed(variable_name: String, value: Variant)
## The mission has run an action. The arguments are evaluated: numbers, texts, and (for orders) arrays.
@warning_ignore("unused_signal")
signal action_requested(operator: String, arguments: Array)
## The mission uses an operator that neither the runtime nor the game defines: it counts as false. Emitted once for each operator.
@warning_ignore("unused_signal")
signal operator_unknown(operator: String)
## An object has arrived: time to show it.
@warning_ignore("unused_signal")
signal object_arrived(object_name: String)
## An object has left; [param how] is [code]"destroyed"[/code], [code]"departed"[/code] or [code]"vanished"[/code].
@warning_ignore("unused_signal")
signal object_left(object_name: String, how: String)

const _SIGNALS: Array[StringName] = [
	&"mission_loaded", &"mission_ended", &"event_satisfied", &"event_failed", &"goal_changed", &"variable_changed",
	&"action_requested", &"operator_unknown", &"object_arrived", &"object_left",
]
const Runtime := preload("res://addons/sexp_runtime/sexp_runtime.gd")

## The mission's file.
@export var mission: SexpMissionFile = null:
	set(value):
		mission = value
		update_configuration_warnings()
## Whether mission time starts as soon as the mission is loaded.
@export var autostart := true
## Seed of everything random in the mission; negative for the project setting.
@export_range(-1, 2147483647, 1) var mission_seed := -1
## Whether mission time is paused.
@export var paused := false:
	set(value):
		paused = value
		if _is_current():
			_runtime.running = _started and not paused
## Whether the mission can be saved. Recording what the game does to it takes some time and memory.
@export var savable := false
## Further options, as [method SexpRuntime.load_mission] takes them.
@export var options: Dictionary[String, Variant] = {}

var _runtime: Runtime = null
var _started := false
var _held: Array[Array] = []
var _holding := false


func _enter_tree() -> void:
	if Engine.is_editor_hint():
		return
	_runtime = get_node_or_null(^"/root/SexpRuntime")
	if _runtime == null:
		push_error("SexpMission %s: the autoload SexpRuntime is missing; enable SEXP Runtime in Project > Project Settings > Plugins" % name)
	elif mission != null:
		load_mission(mission)


func _exit_tree() -> void:
	close_mission()


## Loads a mission and replaces the current one. If a mission cannot be loaded, the current one stays as it is.
func load_mission(file: SexpMissionFile) -> Error:
	if _runtime == null:
		return ERR_UNAVAILABLE
	var chosen := options.duplicate()
	if mission_seed >= 0:
		chosen["seed"] = mission_seed
	if savable:
		chosen["savable"] = true
	var error := _begin(func() -> Error: return _runtime.load_for(self, file, chosen))
	if error == OK:
		mission = file
		_started = autostart
		_runtime.running = _started and not paused
	return error


## See [method SexpRuntime.reload_mission].
func reload_mission(keep := true) -> Error:
	return _runtime.reload_mission(keep) if _check("reload_mission") else ERR_UNCONFIGURED


## The mission as bytes, for [method restore_state]. Empty, with an error that gives the reason, if the mission is not [member savable].
func save_state() -> PackedByteArray:
	return _runtime.save_state() if _check("save_state") else PackedByteArray()


## Replaces the current mission by a saved one, in the state in which it was saved. Whether mission time runs does not change.
func restore_state(bytes: PackedByteArray) -> Error:
	if _runtime == null:
		return ERR_UNAVAILABLE
	var error := _begin(func() -> Error: return _runtime.restore_for(self, bytes))
	if error == OK:
		_runtime.running = _started and not paused
	return error


# The node's signals are held back until the scene is ready, so that its handlers are connected.
func _begin(function: Callable) -> Error:
	var kept := _held
	_held = []
	_holding = not is_node_ready() or (owner != null and not owner.is_node_ready())
	_listen()
	var error: Error = function.call()
	if error != OK:
		_held = kept + _held # the previous mission continues
	if _holding:
		_release.call_deferred()
	if error != OK and not _is_current():
		_ignore()
	return error


## Closes the mission: its objects are untied, and no more signals are emitted.
func close_mission() -> void:
	if _is_current():
		_runtime.close_mission()
	_ignore()


## Whether this node's mission is the running one.
func is_current() -> bool:
	return _is_current()


## Starts or resumes mission time.
func start() -> void:
	_started = true
	if _is_current():
		_runtime.running = not paused


## Ends the mission: incomplete goals become failed, unfinished events false.
func end_mission() -> void:
	if _check("end_mission"):
		_runtime.end_mission()


## See [method SexpRuntime.finish].
func finish(accepted := true, loop := false) -> Dictionary:
	return _runtime.finish(accepted, loop) if _check("finish") else {}


## See [method SexpRuntime.get_fiction].
func get_fiction() -> Dictionary:
	return _runtime.get_fiction() if _check("get_fiction") else {}


## See [method SexpRuntime.get_briefing].
func get_briefing() -> Array[Dictionary]:
	return _runtime.get_briefing() if _check("get_briefing") else ([] as Array[Dictionary])


## See [method SexpRuntime.get_debriefing].
func get_debriefing() -> Array[Dictionary]:
	return _runtime.get_debriefing() if _check("get_debriefing") else ([] as Array[Dictionary])


## See [method SexpRuntime.get_cutscenes].
func get_cutscenes(kind: String) -> PackedStringArray:
	return _runtime.get_cutscenes(kind) if _check("get_cutscenes") else PackedStringArray()


## See [method SexpRuntime.evaluate].
func evaluate(text: String, hints: Dictionary = {}) -> Variant:
	return _runtime.evaluate(text, hints) if _check("evaluate") else null


## See [method SexpRuntime.set_variable].
func set_variable(variable_name: String, value: Variant) -> Error:
	return _runtime.set_variable(variable_name, value) if _check("set_variable") else ERR_UNCONFIGURED


## See [method SexpRuntime.get_variable].
func get_variable(variable_name: String) -> Variant:
	return _runtime.get_variable(variable_name) if _check("get_variable") else null


## See [method SexpRuntime.track].
func track(node: Node, object_name: String, mapping: Dictionary = {}) -> Error:
	return _runtime.track(node, object_name, mapping) if _check("track") else ERR_UNCONFIGURED


## See [method SexpRuntime.untrack].
func untrack(node: Node) -> void:
	if _check("untrack"):
		_runtime.untrack(node)


## See [method SexpRuntime.report].
func report(kind: String, object_name: String, second_name: String = "") -> Error:
	return _runtime.report(kind, object_name, second_name) if _check("report") else ERR_UNCONFIGURED


## See [method SexpRuntime.set_game_value].
func set_game_value(operator: String, arguments: Array, value: Variant) -> Error:
	return _runtime.set_game_value(operator, arguments, value) if _check("set_game_value") else ERR_UNCONFIGURED


## See [method SexpRuntime.get_object].
func get_object(object_name: String) -> Dictionary:
	return _runtime.get_object(object_name) if _check("get_object") else {}


## See [method SexpRuntime.get_objects].
func get_objects() -> PackedStringArray:
	return _runtime.get_objects() if _check("get_objects") else PackedStringArray()


## See [method SexpRuntime.get_waypoints].
func get_waypoints(path_name: String) -> PackedVector3Array:
	return _runtime.get_waypoints(path_name) if _check("get_waypoints") else PackedVector3Array()


## See [method SexpRuntime.get_message_text].
func get_message_text(message_name: String) -> String:
	return _runtime.get_message_text(message_name) if _check("get_message_text") else message_name


## See [method SexpRuntime.get_events].
func get_events() -> Array[Dictionary]:
	return _runtime.get_events() if _check("get_events") else ([] as Array[Dictionary])


## See [method SexpRuntime.get_goals].
func get_goals() -> Array[Dictionary]:
	return _runtime.get_goals() if _check("get_goals") else ([] as Array[Dictionary])


## See [method SexpRuntime.explain].
func explain(event_name: String) -> String:
	return _runtime.explain(event_name) if _check("explain") else ""


## See [method SexpRuntime.explain_tree].
func explain_tree(event_name: String) -> Dictionary:
	return _runtime.explain_tree(event_name) if _check("explain_tree") else {}


## Seconds since the mission began; 0 without one.
func get_mission_time() -> float:
	return _runtime.get_mission_time() if _is_current() else 0.0


func _is_current() -> bool:
	return is_instance_valid(_runtime) and _runtime.get_mission_node() == self


func _check(method: String) -> bool:
	if not _is_current():
		push_error("SexpMission %s: %s: no mission is loaded here" % [name, method])
		return false
	return true


func _listen() -> void:
	for signal_name: StringName in _SIGNALS:
		var told := _on_told.bind(signal_name)
		if not _runtime.is_connected(signal_name, told):
			_runtime.connect(signal_name, told)


func _ignore() -> void:
	_held.clear()
	if not is_instance_valid(_runtime):
		return
	for signal_name: StringName in _SIGNALS:
		var told := _on_told.bind(signal_name)
		if _runtime.is_connected(signal_name, told):
			_runtime.disconnect(signal_name, told)


func _on_told(...arguments: Array) -> void:
	if not _is_current():
		_ignore() # another mission has replaced this one
		return
	var signal_name: StringName = arguments.pop_back()
	arguments.push_front(signal_name)
	if _holding:
		_held.append(arguments)
	else:
		callv(&"emit_signal", arguments)


func _release() -> void:
	_holding = false
	var held := _held
	_held = []
	for arguments: Array in held:
		if _is_current():
			callv(&"emit_signal", arguments)


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := PackedStringArray()
	if mission == null:
		warnings.append("No mission is set: drop an .fs2 file on the property Mission.")
	if not ProjectSettings.has_setting("autoload/SexpRuntime"):
		warnings.append("The autoload SexpRuntime is missing: enable SEXP Runtime in Project > Project Settings > Plugins.")
	if is_inside_tree() and get_tree().edited_scene_root != null:
		var root := get_tree().edited_scene_root
		for other: Node in root.find_children("*", "SexpMission", true, false):
			if other != self:
				warnings.append("There is another SexpMission in this scene (%s); one mission is played at a time." % root.get_path_to(other))
				break
	return warnings
