## A small game for the tests of exports: it does what its arguments say and prints a line of JSON for each.
extends Node

const STEP := 1.0 / 60.0


func _ready() -> void:
	for argument: String in OS.get_cmdline_user_args():
		var parts := argument.split("=", true, 1)
		var told := {"did": argument}
		match parts[0]:
			"--pack":
				told["ok"] = ProjectSettings.load_resource_pack(parts[1])
			"--load":
				told["ok"] = SexpRuntime.load_mission(parts[1], {"record": true, "scenario": false})
			"--write": # a file into user://
				DirAccess.make_dir_recursive_absolute("user://")
				FileAccess.open(parts[1], FileAccess.WRITE).store_string(
						FileAccess.get_file_as_string("res://missions/first.fs2"))
			"--play": # so many frames
				for i: int in int(parts[1]):
					if i % 30 == 0:
						SexpRuntime.set_variable("Fuel", i)
					SexpRuntime.step(STEP)
				told["statistics"] = _steady_numbers()
				told["events"] = SexpRuntime.get_events()
			"--hint":
				for hint: Dictionary in SexpRuntime.get_performance_hints():
					if hint["safe"]:
						told["ok"] = SexpRuntime.apply_hint(str(hint["id"]))
						break
			"--outcome": # what comes of the hint, while the game goes on
				var outcomes: Array[Array] = []
				SexpRuntime.hint_tried.connect(func(_id: String, applied: bool, text: String) -> void: outcomes.append([applied, text]))
				var deadline := Time.get_ticks_msec() + 60000
				while outcomes.is_empty() and Time.get_ticks_msec() < deadline:
					await get_tree().create_timer(0.05).timeout
					SexpRuntime.step(0.0)
				told["outcome"] = outcomes
			"--files":
				told["files"] = _files("res://")
			"--python":
				var host: Object = ClassDB.instantiate(&"PythonHost")
				told["python"] = host.call("call_function", "game_side", "facts", [])
			"--overlay":
				told["overlay"] = SexpRuntime.get_child_count()
			"--wait":
				told["ready"] = true
		print("TOLD ", JSON.stringify(told))
	if not "--wait" in OS.get_cmdline_user_args():
		get_tree().quit()


func _steady_numbers() -> Dictionary:
	var numbers := SexpRuntime.get_statistics()
	for name: String in ["frame_time_us", "process_bytes", "process_peak_bytes", "cache_bytes"]:
		numbers.erase(name)
	return numbers


func _files(folder: String) -> Array[String]:
	var found: Array[String] = []
	for name: String in DirAccess.get_files_at(folder):
		found.append(folder.path_join(name))
	for name: String in DirAccess.get_directories_at(folder):
		found.append_array(_files(folder.path_join(name)))
	return found
