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
	await _reload()
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


## Changes the mission's file while it is played, and presses Reload Mission.
func _reload() -> void:
	var path := "res://addons/sexp_runtime/demo/lantern_run.fs2"
	var text := FileAccess.get_file_as_string(path)
	var file := FileAccess.open(path, FileAccess.WRITE)
	file.store_string(text.replace("\n#Goals", "\n$Formula: ( when ( true ) ( do-nothing ) )\n+Name: Brought later\n#Goals"))
	file.close()
	_tab.offer_reload(path)
	_say("offered", {"status": _tab.status_text()})
	_tab.reload_mission()
	await _until(func() -> bool: return _tab.table.shown_rows().size() == 47)
	await _until(func() -> bool: return _tab.table.shown_rows().any(
			func(row: PackedStringArray) -> bool: return row[0] == "Brought later" and row[1] == "true"))
	_say("reloaded", {"rows": _tab.table.shown_rows().size(), "status": _tab.status_text()})
