## Plays a mission and tells the debugger, whenever asked, what its frames have cost since it was asked last.
##
## [code]--mission=FILE[/code] names the mission; the message [code]bench:reload[/code] loads it again. Times are of the processor: other load on the machine does not count.
extends "res://tests/engine/addon/case.gd"

var _path := ""
var _frames := 0
var _step_ns := 0
var _process_began := 0


func run() -> void:
	var path := ""
	for argument: String in OS.get_cmdline_user_args():
		if argument.begins_with("--mission="):
			path = argument.trim_prefix("--mission=")
	_path = path
	_load()
	EngineDebugger.register_message_capture("bench", _tell)
	_process_began = _now("process_time_ns")
	while true:
		await get_tree().process_frame
		var began := _now("thread_time_ns")
		SexpRuntime.step(STEP)
		_step_ns += _now("thread_time_ns") - began
		_frames += 1


func _load() -> void:
	equal(SexpRuntime.load_mission(_path, {"scenario": false, "seed": 1}), OK, "loading the mission")


func _tell(message: String, data: Array) -> bool:
	if message == "reload":
		_load.call_deferred()
		return true
	var now := _now("process_time_ns")
	EngineDebugger.send_message("bench:turn", [data[0], _frames, _step_ns, now - _process_began])
	_frames = 0
	_step_ns = 0
	_process_began = now
	return true


func _now(clock: String) -> int:
	return PythonHost.call_function("time", clock, [])
