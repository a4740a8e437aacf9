## Only for tests: plays the main scene and looks whether the SEXP tab is shown, at once and by its button.
@tool
extends "res://addons/driver/driver.gd"


func _drive() -> void:
	await _prepare()
	_say("before", {"visible": _tab.is_visible_in_tree()})
	EditorInterface.play_main_scene()
	await _until(func() -> bool: return _tab.is_visible_in_tree() and _tab.table.shown_rows().size() > 3)
	await _seconds(0.5)
	_say("started", {"visible": _tab.is_visible_in_tree(), "rows": _tab.table.shown_rows().size()})
	await _shoot("started")
	hide_bottom_panel()
	await _seconds(0.3)
	_say("away", {"visible": _tab.is_visible_in_tree()})
	var pressed := 0
	for found: Node in EditorInterface.get_base_control().find_children("*", "TabContainer", true, false):
		var pages := found as TabContainer
		for index: int in pages.get_tab_count():
			if pages.get_tab_title(index) == "SEXP" and pages.get_tab_control(index) != _tab:
				pages.current_tab = index
				pressed += 1
	await _until(func() -> bool: return _tab.is_visible_in_tree())
	await _seconds(0.5)
	_say("button", {"visible": _tab.is_visible_in_tree(), "buttons": pressed})
	await _shoot("button")
	EditorInterface.stop_playing_scene()
	get_tree().quit()
