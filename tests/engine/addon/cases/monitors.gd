## The custom monitors inside the game: there from the start, finite and 0, removed and added again with the autoload.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	var names := ours()
	result("monitors", names)
	equal(names.size(), 8, "monitors: %s" % [names])
	for monitor: String in names:
		equal(float(Performance.get_custom_monitor(monitor)), 0.0, "%s before the first frame" % monitor)
	load_bench([ship_text("Alpha 1")] as Array[String],
		[event_text("often", "( every-time ( true ) ( do-nothing ) )")] as Array[String])
	SexpRuntime.start()
	await get_tree().create_timer(0.8).timeout
	check(float(Performance.get_custom_monitor("sexp/evaluations_per_second")) > 0.0, "evaluations a second while running")
	check(float(Performance.get_custom_monitor("sexp/frame_time_us")) > 0.0, "the frame's time while running")
	# Leaving the tree takes them away, coming back brings them again: both without an error line.
	var root := get_tree().root
	var runtime := SexpRuntime
	root.remove_child(runtime)
	equal(ours().size(), 0, "monitors without the autoload")
	root.add_child(runtime)
	equal(ours().size(), 8, "monitors with the autoload again")


func ours() -> Array[String]:
	var names: Array[String] = []
	for monitor: StringName in Performance.get_custom_monitor_names():
		if str(monitor).begins_with("sexp/"):
			names.append(str(monitor))
	return names
