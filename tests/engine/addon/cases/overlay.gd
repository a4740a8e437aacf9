## The overlay: hidden at first, opened by its key, with numbers of the mission that runs.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	load_bench([ship_text("Alpha 1")] as Array[String],
		[event_text("time", "( every-time ( true ) ( modify-variable @Fired[0] 1 ) )")] as Array[String])
	var overlay: CanvasLayer = SexpRuntime.get_child(0)
	check(not overlay.visible, "hidden at first")
	await press(KEY_F9)
	check(overlay.visible, "opened by F9")
	SexpRuntime.start()
	for i: int in 60:
		await get_tree().process_frame
		await get_tree().create_timer(0.01).timeout
	var numbers: Label = overlay.get_node("%Numbers")
	check(numbers.text.contains("Bench") and numbers.text.contains("from cache"), "its numbers: %s" % numbers.text)
	check(numbers.text.contains("dearest") and numbers.text.contains("event \"time\""), "the dearest formula: %s" % numbers.text)
	await press(KEY_F9)
	check(not overlay.visible, "closed by F9")
	SexpRuntime.show_overlay()
	check(overlay.visible, "opened by the game")


func press(key: Key) -> void:
	for pressed: bool in [true, false]:
		var event := InputEventKey.new()
		event.keycode = key
		event.pressed = pressed
		Input.parse_input_event(event)
		await get_tree().process_frame
	await get_tree().process_frame
