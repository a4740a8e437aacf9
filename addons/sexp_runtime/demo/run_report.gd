## Prints a mission's events line by line, and the numbers at the end, as text and as JSON.
extends RefCounted

const Runtime := preload("res://addons/sexp_runtime/sexp_runtime.gd")
const RunOptions := preload("res://addons/sexp_runtime/demo/run_options.gd")

var _runtime: Runtime = null
var _quiet := false
var _satisfied := {}
var _failed := {}
var _firings := 0
var _actions := 0
var _arrived := 0
var _left := {"destroyed": 0, "departed": 0, "vanished": 0}
var _ended := false
var _result := {}


## Starts to listen to the runtime; [param quiet] leaves out the lines while the mission runs.
func listen(runtime: Runtime, quiet: bool) -> void:
	_runtime = runtime
	_quiet = quiet
	_runtime.mission_loaded.connect(func(mission_name: String) -> void: print("mission \"%s\"" % mission_name))
	_runtime.event_satisfied.connect(_on_event_satisfied)
	_runtime.event_failed.connect(_on_event_failed)
	_runtime.goal_changed.connect(_on_goal_changed)
	_runtime.action_requested.connect(_on_action_requested)
	_runtime.object_arrived.connect(_on_object_arrived)
	_runtime.object_left.connect(_on_object_left)
	_runtime.mission_ended.connect(func() -> void: _ended = true)


## Builds and prints the results of the run; [param seconds] is mission time.
func finish(seconds: float, options: RunOptions) -> void:
	var statistics := _runtime.get_statistics()
	var times: Dictionary = statistics["frame_time_us"]
	_result = {
		"mission": statistics.get("mission", ""),
		"seed": options.seed_value,
		"engine": options.engine if not options.engine.is_empty() else "cached",
		"fps": options.fps,
		"mission_seconds": seconds,
		"mission_ended": _ended,
		"frames": statistics["frames"],
		"events": statistics.get("events", 0),
		"events_satisfied": _satisfied.size(),
		"events_failed": _failed.size(),
		"event_firings": _firings,
		"actions": _actions,
		"objects_arrived": _arrived,
		"objects_left": _left,
		"goals": _goals(),
		"evaluations": statistics["evaluations"],
		"requests": statistics["requests"],
		"hit_rate": statistics["hit_rate"],
		"invalidations": statistics["invalidations"],
		"frame_time_us": {"median": times["median"], "p99": times["p99"], "max": times["max"]},
		"memory": {
			"cache_bytes": statistics["cache_bytes"],
			"process_bytes": statistics.get("process_bytes", 0),
			"process_peak_bytes": statistics.get("process_peak_bytes", 0),
		},
		"statistics": statistics,
		"godot": Engine.get_version_info()["string"],
	}
	print("--- after %.1f s of mission time%s" % [seconds, ", the mission's end" if _ended else ""])
	print("events       %d of %d satisfied, %d failed; %d firings, %d actions"
			% [_satisfied.size(), _result["events"], _failed.size(), _firings, _actions])
	print("ships        %d arrived, %d destroyed, %d departed, %d vanished"
			% [_arrived, _left["destroyed"], _left["departed"], _left["vanished"]])
	for goal: Dictionary in _runtime.get_goals():
		print("goal         %-10s %-10s %s" % [goal["type"], goal["status"], goal["name"]])
	print("evaluations  %d for %d requests (%.2f %% from cache) in %d frames"
			% [statistics["evaluations"], statistics["requests"], 100.0 * statistics["hit_rate"], statistics["frames"]])
	print("frame time   median %.1f us, 99 %% below %.1f us, longest %.1f us" % [times["median"], times["p99"], times["max"]])
	print("memory       cache %s, process %s (peak %s)" % [
		String.humanize_size(statistics["cache_bytes"]),
		String.humanize_size(statistics.get("process_bytes", 0)),
		String.humanize_size(statistics.get("process_peak_bytes", 0)),
	])


## Writes the numbers to a file, or to the output for [code]-[/code]; false if that failed.
func write(path: String) -> bool:
	if path.is_empty():
		return true
	var text := JSON.stringify(_result, "  ", false, true)
	if path == "-":
		print(text)
		return true
	var file := FileAccess.open(path, FileAccess.WRITE)
	if file == null:
		printerr("demo: %s cannot be written: %s" % [path, error_string(FileAccess.get_open_error())])
		return false
	file.store_string(text + "\n")
	file.close()
	return true


func _goals() -> Dictionary:
	var goals := {}
	for goal: Dictionary in _runtime.get_goals():
		goals[goal["name"]] = goal["status"]
	return goals


func _say(kind: String, text: String) -> void:
	if not _quiet:
		print("[%7.2f s] %-8s %s" % [_runtime.get_mission_time(), kind, text])


func _on_event_satisfied(event_name: String) -> void:
	_firings += 1
	if not _satisfied.has(event_name):
		_satisfied[event_name] = true
		_say("event", event_name)


func _on_event_failed(event_name: String) -> void:
	_failed[event_name] = true
	_say("failed", event_name)


func _on_goal_changed(goal_name: String, status: String) -> void:
	_say("goal", "%s: %s" % [goal_name, status])


func _on_action_requested(operator: String, arguments: Array) -> void:
	_actions += 1
	if operator == "send-message" and arguments.size() > 2:
		_say("message", "%s: %s" % [(arguments[0] as String).trim_prefix("#"), _runtime.get_message_text(arguments[2])])


func _on_object_arrived(object_name: String) -> void:
	_arrived += 1
	_say("arrives", object_name)


func _on_object_left(object_name: String, how: String) -> void:
	_left[how] = _left.get(how, 0) + 1
	_say(how, object_name)
