## Only for the documentation: plays the main scene and takes pictures of the SEXP tab, large.
@tool
extends "res://addons/driver/driver.gd"

## Seconds after which the first picture is taken.
const MOMENT := 30.0


func _drive() -> void:
	await _prepare()
	EditorInterface.play_main_scene()
	await _until(func() -> bool: return _tab.status_text() == _tab.NO_MISSION)
	_reveal()
	var key := InputEventKey.new()
	key.keycode = KEY_F12
	key.shift_pressed = true
	key.pressed = true
	EditorInterface.get_base_control().get_viewport().push_input(key) # expands the bottom panel
	EditorInterface.distraction_free_mode = true
	await _until(func() -> bool: return _tab.table.shown_rows().size() > 3)
	await _seconds(MOMENT)
	_tab.table.choose("event", int(OS.get_environment("SEXP_SHOTS_EVENT")))
	await _until(func() -> bool: return _tab.tree.row_count() > 1)
	await _seconds(2.5)
	await _shoot("tab_tree")
	for page: Control in [_tab.why, _tab.glance.variables, _tab.glance.log_panel, _tab.glance.goals, _tab.numbers, _tab.hot]:
		await _shoot_page(page)
	_tab.pages.current_tab = _tab.glance.objects.get_index()
	await _until(func() -> bool: return _tab.glance.objects.table.shown_rows().size() > 0)
	_tab.glance.objects.table.choose(_tab.glance.objects.table.shown_rows()[0][0])
	await _shoot_page(_tab.glance.objects)
	_tab.time_bar.set_break("variable Pings")
	_tab.time_bar.set_break("( > ( mission-time ) 50 )") # for missions without that variable
	_tab.pages.current_tab = _tab.tree.get_index()
	await _until(func() -> bool: return _tab.status_text().begins_with("paused at"))
	await _seconds(0.3)
	await _shoot("tab_break")
	_tab.wanted.emit("clear_breaks", [])
	_tab.go_back()
	await _until(func() -> bool: return _tab.past_bar.shown_frame() > 0)
	var bounds := _tab.past_bar.bounds()
	_tab.past_bar.go_to(bounds.x + (bounds.y - bounds.x) * 2 / 3)
	await _until(func() -> bool: return _tab.past_bar.shown_frame() < bounds.y)
	await _seconds(0.3)
	await _shoot("tab_past")
	_say("pictures", {"frame": _tab.past_bar.shown_frame(), "note": _tab.past_bar.note_text()})
	EditorInterface.stop_playing_scene()
	await _seconds(1.0)
	get_tree().quit()


func _shoot_page(page: Control) -> void:
	_tab.pages.current_tab = page.get_index()
	await _seconds(1.3)
	await _shoot("tab_" + page.name.to_lower())
