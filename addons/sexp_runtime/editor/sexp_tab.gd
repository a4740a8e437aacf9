## The tab "SEXP" of a debugger session: the mission's events and goals live, numbers, costs, hints, and why an event waits.
##
## It shows the game's messages and emits requests to the game; [code]sexp_debugger_plugin.gd[/code] transports both.
@tool
extends VBoxContainer

## A message for the game, with its data.
signal wanted(message: String, data: Array)
## Emitted when the user wants to see a line of the mission's file.
signal line_wanted(path: String, line: int)
## The tab goes back in time or returns: see [method is_live].
signal live_changed()

const FormulaTable := preload("res://addons/sexp_runtime/editor/formula_table.gd")
const NumbersPanel := preload("res://addons/sexp_runtime/editor/numbers_panel.gd")
const HotList := preload("res://addons/sexp_runtime/editor/hot_list.gd")
const FormulaTree := preload("res://addons/sexp_runtime/editor/formula_tree.gd")
const GlancePages := preload("res://addons/sexp_runtime/editor/glance_pages.gd")
const ToolsMenu := preload("res://addons/sexp_runtime/editor/tools_menu.gd")
const PastBar := preload("res://addons/sexp_runtime/editor/past_bar.gd")
const TimeBar := preload("res://addons/sexp_runtime/editor/time_bar.gd")
const HintsPanel := preload("res://addons/sexp_runtime/editor/hints_panel.gd")

const STATES: PackedStringArray = [
	"", "waits", "chained", "repeats", "true", "failed", "incomplete", "complete", "invalid",
]
## Messages of the game that count while the tab shows the past.
const ALWAYS: PackedStringArray = ["done", "failed", "recording_copied", "breaks", "paused", "hints", "hint_tried"]
## Messages that request from the game what the tab shows; in the past, the replay answers them instead.
const QUESTIONS: PackedStringArray = ["why", "view", "watch", "search"]
const NO_GAME := "No game is running. Press Play (F5) to see the mission's events here."
const NO_MISSION := "The game runs; no mission is loaded yet."

## Whether the tab has requested updates from the game.
var listening := false

var table := FormulaTable.new()
var numbers := NumbersPanel.new()
var hot := HotList.new()
var hints := HintsPanel.new()
var why := TextEdit.new()
var tree := FormulaTree.new()
var time_bar := TimeBar.new()
var tools := ToolsMenu.new()
var past_bar := PastBar.new()
var pages := TabContainer.new()
var glance := GlancePages.new()

var _filter := LineEdit.new()
var _state := OptionButton.new()
var _reload := Button.new()
var _past := Button.new()
var _status := Label.new()
var _dialog: FileDialog = null
var _title := ""
var _engine := ""
var _shown := 0
var _total := 0
var _said_until := 0
var _recorded_to := "" # the file of the game's recording
var _asked_kind := ""
var _asked_index := -1
var _keep_page := false # a formula is chosen, but not by the user


func _init() -> void:
	var split := HSplitContainer.new()
	split.size_flags_vertical = Control.SIZE_EXPAND_FILL
	add_child(split)
	var left := VBoxContainer.new()
	left.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	left.size_flags_stretch_ratio = 1.3
	left.add_child(_make_bar())
	split.add_child(left)
	table.custom_minimum_size = Vector2(240, 90)
	table.formula_chosen.connect(_on_formula_chosen)
	left.add_child(table)
	pages.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	pages.custom_minimum_size = Vector2(220, 90)
	split.add_child(pages)
	tree.name = "Formula"
	tree.line_wanted.connect(func(path: String, line: int) -> void: line_wanted.emit(path, line))
	pages.add_child(tree)
	why.name = "Why"
	why.editable = false
	why.wrap_mode = TextEdit.LINE_WRAPPING_BOUNDARY
	why.placeholder_text = "Choose an event or a goal to see why it has its value, what it waits for and when it is next due."
	pages.add_child(why)
	glance.add_to(pages)
	glance.wanted.connect(_request)
	pages.add_child(numbers)
	hot.formula_opened.connect(table.choose)
	pages.add_child(hot)
	hints.hints_wanted.connect(func() -> void: wanted.emit("hints", []))
	hints.application_wanted.connect(func(id: String) -> void: wanted.emit("apply_hint", [id]))
	pages.add_child(hints)
	_status.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS
	_status.clip_text = true
	_status.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	time_bar.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	time_bar.wanted.connect(func(message: String, data: Array) -> void: wanted.emit(message, data))
	_reload.text = "Reload Mission"
	_reload.tooltip_text = "The mission's file was saved: apply its changes to the running mission."
	_reload.pressed.connect(func() -> void:
		_reload.hide()
		reload_mission())
	_reload.hide()
	tools.wanted.connect(func(message: String, data: Array) -> void: wanted.emit(message, data))
	tools.file_wanted.connect(_ask)
	_past.text = "Back in Time"
	_past.tooltip_text = "Look at earlier moments of the recorded run. The game goes on."
	_past.pressed.connect(go_back)
	past_bar.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	past_bar.questions = _questions
	past_bar.wanted.connect(func(message: String, data: Array) -> void: wanted.emit(message, data))
	past_bar.switched.connect(_on_past_switched)
	past_bar.moment_shown.connect(func(messages: Array) -> void:
		for message: Array in messages:
			_show(str(message[0]), message[1]))
	var below := HBoxContainer.new()
	for part: Control in [_status, _reload, past_bar, _past, time_bar, tools]:
		below.add_child(part)
	add_child(below)
	custom_minimum_size.y = 235 # shows a useful part of the table in a small window
	end()


func _ready() -> void:
	custom_minimum_size.y *= EditorInterface.get_editor_scale()
	pages.add_theme_stylebox_override(&"panel", StyleBoxEmpty.new()) # a small dock has no room for margins
	for state: StringName in [&"tab_selected", &"tab_unselected", &"tab_hovered", &"tab_disabled", &"tab_focus"]:
		var narrow := get_theme_stylebox(state, &"TabContainer").duplicate() as StyleBox
		narrow.content_margin_left = 7 * EditorInterface.get_editor_scale()
		narrow.content_margin_right = narrow.content_margin_left
		pages.add_theme_stylebox_override(state, narrow)


func _shortcut_input(event: InputEvent) -> void:
	var key := event as InputEventKey
	if key == null or not key.pressed or not is_visible_in_tree() or not _has_focus():
		return
	if key.keycode == KEY_F and key.is_command_or_control_pressed():
		_filter.grab_focus()
		_filter.select_all()
		get_viewport().set_input_as_handled()


## Processes a message of the game; returns whether it was one for the tab.
func take(message: String, data: Array) -> bool:
	return (past_bar.is_open() and not message in ALWAYS) or _show(message, data)


## Whether the tab shows the running game, if there is one: it can be seen, and does not show the past.
func is_live() -> bool:
	return is_visible_in_tree() and not past_bar.is_open()


## Goes back in time: shows earlier moments of the run, as the button does.
func go_back() -> void:
	past_bar.enter(_recorded_to if tools.disabled else "")


func _show(message: String, data: Array) -> bool:
	match message:
		"mission":
			_show_mission(data)
		"rows":
			table.update_rows(data[1])
		"numbers":
			_show_numbers(data[0])
		"hot":
			hot.show_rows(data[0], data[1])
		"why":
			if data[0] == _asked_kind and data[1] == _asked_index:
				_show_why(data[2])
		"tree":
			if data[0] == _asked_kind and data[1] == _asked_index:
				tree.show_rows(data[2], data[3])
		"breaks":
			time_bar.show_breaks(data[0])
		"paused":
			time_bar.show_paused(data[0])
		"break_hit":
			time_bar.show_paused(true)
			_say("paused at %.3f s: %s" % data)
		"hints":
			hints.show_hints(data[0], data[1])
			pages.current_tab = hints.get_index()
		"hint_tried":
			hints.show_outcome(str(data[2]))
		"done":
			_say(str(data[0]))
		"failed":
			_say("failed: " + str(data[0]))
			if str(data[0]).begins_with("copy_recording: "):
				past_bar.refuse(str(data[0]).trim_prefix("copy_recording: "))
			if str(data[0]).begins_with("apply_hint: "):
				hints.show_outcome("not applied: " + str(data[0]).trim_prefix("apply_hint: "))
		"recording_copied":
			past_bar.take_copy(str(data[0]))
		"found":
			if data[0] == _filter.text:
				table.show_found(data[1])
		_:
			return glance.take(message, data)
	return true


## A game has started in this session.
func begin() -> void:
	past_bar.leave()
	_recorded_to = ""
	_clear()
	_enable(true)
	_status.text = NO_MISSION


## The game has ended; its last data stay readable.
func end() -> void:
	_enable(false)
	_status.text = NO_GAME if _title.is_empty() else "%s has ended; these are its last data." % _title


## A mission was saved in the editor: offers to reload it into the running game.
func offer_reload(path: String) -> void:
	if not tools.disabled:
		_reload.show()
		_reload.grab_focus()
		_say("%s was saved: press Reload Mission to apply its changes to the running game" % path.get_file())


## Makes the game reload its mission, as the button does.
func reload_mission() -> void:
	wanted.emit("reload", [])


## Shows this tab: opens the debugger in the bottom panel.
func show_in_editor() -> void:
	var node: Node = self
	while node != null:
		var pages_above := node.get_parent() as TabContainer
		if pages_above != null:
			pages_above.current_tab = pages_above.get_tab_idx_from_control(node as Control)
		node = node.get_parent()


## Makes this the tab that the debugger shows when it is opened.
func reveal() -> void:
	var pages_above := get_parent() as TabContainer
	if pages_above != null:
		pages_above.current_tab = pages_above.get_tab_idx_from_control(self)


## Filters the table as the user's input does.
func set_filter(text: String, state: String) -> void:
	_filter.text = text
	_state.select(maxi(0, STATES.find(state)))
	_search()


## Switches full profiling on or off, as the switch does.
func set_full_profiling(on: bool) -> void:
	tools.set_full(on)


## Makes the game write its whole performance report to a file, as the dialog does.
func save_report(path: String) -> void:
	wanted.emit("save_report", [ProjectSettings.globalize_path(path)])


## Makes the game write everything since the mission began to a recording, as the dialog does.
func save_recording(path: String) -> void:
	wanted.emit("save_recording", [ProjectSettings.globalize_path(path)])


## Switches recording on or off, as the switch does: on, from the next mission that is loaded.
func set_recording(on: bool) -> void:
	tools.set_recording(on)


func status_text() -> String:
	return _status.text


func _make_bar() -> Control:
	var bar := HBoxContainer.new()
	_filter.placeholder_text = "Search Names, Causes and Formulas"
	_filter.tooltip_text = "Shows only events and goals with this text in their name, cause or formula, and only such rows of the pages. Ctrl+F."
	_filter.clear_button_enabled = true
	_filter.custom_minimum_size.x = 120
	_filter.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_filter.text_changed.connect(func(_text: String) -> void: _search())
	bar.add_child(_filter)
	for state: String in STATES:
		_state.add_item("Any state" if state.is_empty() else state)
	_state.tooltip_text = "Show only formulas in this state."
	_state.item_selected.connect(func(_index: int) -> void: table.filter(_filter.text, STATES[_state.selected]))
	bar.add_child(_state)
	return bar


func _show_mission(data: Array) -> void:
	var same: bool = _title == data[0]
	_title = data[0]
	_engine = data[1]
	var formulas: Array = data[2]
	_shown = formulas.size()
	_total = data[3]
	if not same:
		hints.clear()
		why.text = ""
		tree.clear_rows()
		glance.clear()
	numbers.clear()
	hot.clear()
	_asked_index = -1
	_keep_page = true
	table.show_formulas(formulas) # requests the chosen formula again, if the mission has it
	_keep_page = false
	_search()
	glance.ask()
	if _title.is_empty():
		_status.text = NO_MISSION
	elif tools.is_full():
		wanted.emit("mode", ["full"])


# Filters the table and the pages; the game reports in which formulas the text occurs.
func _search() -> void:
	table.show_found([])
	table.filter(_filter.text, STATES[_state.selected])
	glance.filter(_filter.text)
	if not _filter.text.is_empty():
		_request("search", [_filter.text])


# Sends a request to the game, or to the replay while the past is shown. The past cannot be changed.
func _request(message: String, data: Array) -> void:
	if not past_bar.is_open():
		wanted.emit(message, data)
	elif message in QUESTIONS:
		past_bar.ask()


# The tab's requests for a moment of the past.
func _questions() -> Array:
	var found := []
	if _asked_index >= 0:
		found.append(["why", [_asked_kind, _asked_index]])
	if not _filter.text.is_empty():
		found.append(["search", [_filter.text]])
	return found + glance.questions()


func _on_past_switched(in_past: bool) -> void:
	_status.visible = not in_past
	time_bar.visible = not in_past
	_past.visible = not in_past
	glance.enable(not in_past and not tools.disabled)
	if not in_past and tools.disabled:
		_status.text = "%s has ended; shown is the moment you looked at last." % _title
	live_changed.emit()


func _show_numbers(news: Dictionary) -> void:
	table.sampled_frames = news.get("sampled_frames", 0)
	_recorded_to = news.get("recorded_to", "")
	numbers.show_numbers(news)
	tools.show_recording(news.get("recording", false) or news.get("will_record", false))
	if Time.get_ticks_msec() < _said_until:
		return
	var time: float = news.get("time", 0.0)
	var more := "" if _shown == _total else ", the first %d shown" % _shown
	var recorded := ""
	if news.get("recording", false):
		recorded = "    recording, %s" % String.humanize_size(news.get("recorded_bytes", 0))
	elif news.get("will_record", false):
		recorded = "    the next mission is recorded"
	_status.text = "%s    engine: %s    %d:%04.1f    frame %d    %d formulas%s%s" % [
		_title, _engine, int(time / 60.0), fmod(time, 60.0), news.get("frames", 0), _total, more, recorded,
	]


func _show_why(text: String) -> void:
	var line := why.scroll_vertical
	why.text = text
	why.scroll_vertical = line


## Shows a message in the status line for a few seconds.
func _say(text: String) -> void:
	_status.text = text
	_said_until = Time.get_ticks_msec() + 4000


func _clear() -> void:
	_title = ""
	_asked_index = -1
	table.show_formulas([])
	numbers.clear()
	hot.clear()
	hints.clear()
	why.text = ""
	tree.clear_rows()
	glance.clear()


func _enable(on: bool) -> void:
	tools.enable(on)
	_past.disabled = not on and not FileAccess.file_exists(_recorded_to)
	if not on:
		_reload.hide()
	hints.enable(on)
	glance.enable(on and not past_bar.is_open())
	time_bar.enable(on)


func _on_formula_chosen(kind: String, index: int, formula_name: String) -> void:
	if kind == _asked_kind and index == _asked_index:
		return
	_asked_kind = kind
	_asked_index = index
	why.text = "%s \"%s\"" % [kind, formula_name]
	tree.clear_rows()
	if not why.visible and not _keep_page:
		pages.current_tab = tree.get_index()
	_request("why", [kind, index])


func _has_focus() -> bool:
	var owner_of_focus := get_viewport().gui_get_focus_owner()
	return owner_of_focus != null and is_ancestor_of(owner_of_focus)


func _ask(what: String) -> void:
	if _dialog != null:
		_dialog.queue_free()
	_dialog = FileDialog.new()
	_dialog.file_mode = FileDialog.FILE_MODE_SAVE_FILE
	_dialog.access = FileDialog.ACCESS_FILESYSTEM
	if what == "recording":
		_dialog.title = "Save the Recording of This Mission"
		_dialog.add_filter("*.rec", "SEXP recordings")
		_dialog.current_file = "mission.rec"
		_dialog.file_selected.connect(save_recording)
	else:
		_dialog.title = "Save the Performance Report"
		_dialog.add_filter("*.json", "JSON")
		_dialog.current_file = "sexp_report.json"
		_dialog.file_selected.connect(save_report)
	add_child(_dialog)
	_dialog.popup_centered_ratio(0.6)
