extends SceneTree
## Starts the measurement, or only says how much memory the process has (`-- ready`).


func _initialize() -> void:
	var arguments := OS.get_cmdline_user_args()
	if arguments[0] == "ready":
		report_memory(arguments[1])
		return
	var bench = load("res://bench.gd").new()
	root.add_child(bench)
	await process_frame
	var answers: Dictionary = await bench.measure(int(arguments[2]))
	write(arguments[1], JSON.stringify(answers))
	bench.free()
	quit()


func report_memory(path: String) -> void:
	await process_frame
	var resident := 0
	var status := FileAccess.open("/proc/self/status", FileAccess.READ)
	for line in status.get_buffer(16384).get_string_from_ascii().split("\n"):
		if line.begins_with("VmRSS:"):
			resident = int(line.split(":")[1].strip_edges().split(" ")[0])
	write(path, str(resident))
	quit()


func write(path: String, text: String) -> void:
	var file := FileAccess.open(path, FileAccess.WRITE)
	file.store_string(text)
	file.close()
