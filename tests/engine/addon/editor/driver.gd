## Only for tests: plays the main scene from the editor, uses the SEXP tab as a person would, and prints what it shows.
@tool
extends EditorPlugin

const SexpTab := preload("res://addons/sexp_runtime/editor/sexp_tab.gd")
const PATIENCE := 25.0

var _tab: SexpTab = null


func _enter_tree() -> void:
	_drive.call_deferred()


func _drive() -> void:
	await _prepare()
	_say("before", {"status": _tab.status_text()})
	EditorInterface.play_main_scene()
	await _until(func() -> bool: return _tab.status_text() == _tab.NO_MISSION)
	await _seconds(1.0)
	_say("hidden", {"listening": _tab.listening, "rows": _tab.table.shown_rows().size()})
	_reveal()
	await _until(func() -> bool: return _tab.table.shown_rows().size() > 3 and not _tab.numbers.value_text("frame").is_empty())
	_say("shown", {
		"listening": _tab.listening,
		"rows": _tab.table.shown_rows(),
		"from_cache": _tab.numbers.value_text("from_cache"),
		"frame": _tab.numbers.value_text("frame"),
		"slots": _tab.numbers.value_text("slots"),
		"status": _tab.status_text(),
	})
	_tab.set_full_profiling(true)
	await _until(func() -> bool: return _tab.numbers.value_text("watching").begins_with("full") and _tab.hot.counts().y > 0)
	_say("full", {"watching": _tab.numbers.value_text("watching"), "hot": _tab.hot.counts().x, "operators": _tab.hot.counts().y})
	_tab.table.sort_by(_tab.FormulaTable.Column.EVALUATIONS, true)
	_say("sorted", {"rows": _tab.table.shown_rows()})
	_tab.table.choose("event", 2)
	await _until(func() -> bool: return _tab.why.text.contains("value"))
	await _until(func() -> bool: return _tab.tree.row_count() > 1)
	_say("why", {"text": _tab.why.text, "first": _tab.tree.row_texts(0), "rows": _tab.tree.row_count()})
	var flashed := [0]
	await _until(func() -> bool:
		flashed[0] = maxi(flashed[0], _tab.table.flashing())
		return flashed[0] > 0)
	_say("flash", {"most": flashed[0]})
	await _shoot("why")
	_tab.line_wanted.connect(func(path: String, line: int) -> void: _say("line", {"path": path, "line": line}))
	_tab.tree.open_row(0)
	await _seconds(0.5)
	_reveal() # the panel Mission had taken its place
	await _seconds(0.5)
	_tab.time_bar.press("pause")
	await _seconds(0.5)
	_tab.time_bar.set_break("variable Nobody")
	await _until(func() -> bool: return _tab.status_text().begins_with("failed"))
	_say("no_break", {"status": _tab.status_text()})
	_tab.time_bar.set_break("frame 1")
	_tab.time_bar.press("step")
	await _until(func() -> bool: return _tab.status_text().begins_with("paused at"))
	_say("break", {"status": _tab.status_text(), "button": _tab.time_bar.pause_text()})
	await _shoot("break")
	_tab.wanted.emit("clear_breaks", [])
	_tab.time_bar.press("pause")
	_tab.set_filter("", "true")
	_say("filtered", {"rows": _tab.table.shown_rows()})
	_tab.set_filter("", "")
	_tab.wanted.emit("hints", [])
	await _until(func() -> bool: return _tab.hints.listed().size() > 0)
	_say("hints", {"count": _tab.hints.listed().size(), "detail": _tab.hints.detail_text()})
	await _shoot("hints")
	_tab.pages.current_tab = _tab.hot.get_index()
	await _shoot("hot")
	_tab.pages.current_tab = _tab.numbers.get_index()
	_tab.save_report("user://report.json")
	await _until(func() -> bool: return _tab.status_text().begins_with("report saved"))
	_say("report", {"status": _tab.status_text(), "path": ProjectSettings.globalize_path("user://report.json")})
	_tab.save_recording("user://bug.rec")
	await _until(func() -> bool: return _tab.status_text().begins_with("recording saved"))
	_say("recording", {"status": _tab.status_text(), "path": ProjectSettings.globalize_path("user://bug.rec")})
	await _shoot("numbers")
	EditorInterface.stop_playing_scene()
	await _until(func() -> bool: return _tab.status_text().contains("has ended"))
	_say("after", {"status": _tab.status_text(), "rows": _tab.table.shown_rows().size(), "listening": _tab.listening})
	await _apply_hint()
	get_tree().quit()


## Sets the editor up for a script, and finds the tab.
func _prepare() -> void:
	EditorInterface.get_editor_settings().set_setting("run/window_placement/game_embed_mode", -1)
	EditorInterface.get_editor_settings().set_setting("run/bottom_panel/action_on_play", 0)
	EditorInterface.get_editor_settings().set_setting("run/bottom_panel/action_on_stop", 0)
	EditorInterface.set_main_screen_editor("Script") # drawing three dimensions without a graphics card takes its time
	await _seconds(0.5)
	_tab = EditorInterface.get_base_control().find_children("SEXP", "VBoxContainer", true, false)[0] as SexpTab


## Plays a mission for which there is a hint, and applies it with the button.
func _apply_hint() -> void:
	EditorInterface.play_custom_scene("res://addons/driver/stutter.tscn")
	await _until(func() -> bool: return _tab.table.shown_rows().size() == 8)
	await _seconds(6.0)
	_tab.wanted.emit("hints", [])
	await _until(func() -> bool: return _tab.hints.listed().any(_is_wanted))
	var wanted: Dictionary = _tab.hints.listed().filter(_is_wanted)[0]
	_tab.hints.choose(wanted["id"])
	await _shoot("apply")
	_tab.hints.apply_rewritten()
	_say("applying", {"said": _tab.hints.outcome_text()})
	await _until(func() -> bool: return _tab.hints.outcome_text().contains("applied"))
	await _until(func() -> bool: return not _tab.hints.listed().any(_is_wanted))
	await _until(func() -> bool: return _tab.table.shown_rows().any(
			func(row: PackedStringArray) -> bool: return row[0] == "polls the clock" and int(row[5]) <= 1))
	await _shoot("applied")
	_say("applied", {"said": _tab.hints.outcome_text(), "rows": _tab.table.shown_rows()})
	EditorInterface.stop_playing_scene()
	await _until(func() -> bool: return _tab.status_text().contains("has ended"))


func _is_wanted(hint: Dictionary) -> bool:
	return hint["owner"] == "event \"polls the clock\"" and not str(hint["rewritten"]).is_empty()


## Brings the tab to the front, whatever it lies in.
func _reveal() -> void:
	var node: Node = _tab
	while node.get_parent() != null:
		var pages := node.get_parent() as TabContainer
		if pages != null:
			pages.current_tab = pages.get_tab_idx_from_control(node as Control)
		node = node.get_parent()


func _shoot(shot: String) -> void:
	var folder := OS.get_environment("SEXP_SHOTS")
	if folder.is_empty() or DisplayServer.get_name() == "headless":
		return
	EditorInterface.get_base_control().queue_redraw() # an editor in which nothing moves draws nothing
	await RenderingServer.frame_post_draw
	EditorInterface.get_base_control().get_viewport().get_texture().get_image().save_png(folder.path_join(shot + ".png"))


func _say(step: String, facts: Dictionary) -> void:
	print("TAB ", JSON.stringify({"step": step, "facts": facts, "ms": Time.get_ticks_msec()}))


func _seconds(seconds: float) -> void:
	await get_tree().create_timer(seconds).timeout


func _until(condition: Callable) -> void:
	var deadline := Time.get_ticks_msec() + int(PATIENCE * 1000.0)
	while not condition.call():
		if Time.get_ticks_msec() > deadline:
			_say("timeout", {"status": _tab.status_text(), "hints": _tab.hints.outcome_text(), "rows": _tab.table.shown_rows().slice(0, 3)})
			await _shoot("timeout")
			EditorInterface.stop_playing_scene() # or the game would outlive the editor
			get_tree().quit(1)
			await _seconds(1000.0)
		await get_tree().process_frame
