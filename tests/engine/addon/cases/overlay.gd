## The overlay: hidden at first, opened by its key, with numbers of the mission that runs.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	load_bench([ship_text("Alpha 1")] as Array[String],
		[event_text("odd [b]name[/b]", "( when ( > @Fuel[10] 12 ) ( do-nothing ) )"), event_text("time", "( every-time ( true ) ( modify-variable @Fired[0] 1 ) )")] as Array[String])
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
	SexpRuntime.show_overlay(false)
	await why(overlay)


## The panel Why: opened with Shift, an event chosen with the keyboard, its formula as it is, in step with the mission.
func why(overlay: CanvasLayer) -> void:
	var panel: PanelContainer = overlay.get_node("%Why")
	check(not panel.visible, "Why is closed at first")
	await press(KEY_F9, true)
	check(overlay.visible and panel.visible, "opened by Shift+F9")
	equal(panel.call("chosen"), "odd [b]name[/b]", "the first event that is not done")
	await press(KEY_DOWN)
	equal(panel.call("chosen"), "time", "the next one")
	await press(KEY_UP)
	equal(panel.call("chosen"), "odd [b]name[/b]", "and back")
	var shown: RichTextLabel = panel.find_children("*", "RichTextLabel", true, false)[0]
	var lines := shown.get_parsed_text().split("\n")
	equal(lines[0], "odd [b]name[/b]", "names show as they are")
	check(lines[1].begins_with("when") and lines[2].strip_edges().begins_with(">"), "the formula: %s" % "|".join(lines))
	check(lines[2].contains("= 0 misses by 3"), "by how much it misses: %s" % lines[2])
	SexpRuntime.set_variable("Fuel", 11)
	await get_tree().create_timer(0.4).timeout
	check(shown.get_parsed_text().contains("= 0 misses by 2"), "it follows the mission: %s" % shown.get_parsed_text())
	await press(KEY_ESCAPE)
	check(overlay.visible and not panel.visible, "closed by Escape")
	check(get_viewport().gui_get_focus_owner() == null, "the keyboard belongs to the game")
	SexpRuntime.show_why("time")
	equal(panel.call("chosen"), "time", "chosen by the game")
	check(panel.visible and panel.call("shown_text").contains("modify-variable"), "its formula: %s" % panel.call("shown_text"))
	SexpRuntime.show_why("no such event")
	check(panel.call("shown_text").contains("no event"), "an unknown name: %s" % panel.call("shown_text"))
	SexpRuntime.show_why("")
	check(not panel.visible, "closed by the game")
	SexpRuntime.show_why("time")
	load_bench([ship_text("Alpha 1")] as Array[String], [event_text("other", "( when ( true ) ( do-nothing ) )")] as Array[String])
	check(panel.call("shown_text").contains("no event"), "a mission without the event: %s" % panel.call("shown_text"))
	SexpRuntime.show_why("later")
	load_bench([ship_text("Alpha 1")] as Array[String], [event_text("later", "( when ( true ) ( do-nothing ) )")] as Array[String])
	equal(panel.call("chosen"), "later", "an event of the mission that was loaded since")
	await press(KEY_F9)
	check(not overlay.visible, "F9 closes all")


func press(key: Key, shift: bool = false) -> void:
	for pressed: bool in [true, false]:
		var event := InputEventKey.new()
		event.keycode = key
		event.shift_pressed = shift
		event.pressed = pressed
		Input.parse_input_event(event)
		await get_tree().process_frame
	await get_tree().process_frame
