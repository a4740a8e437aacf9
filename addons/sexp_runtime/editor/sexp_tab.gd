## The tab "SEXP" of a debugger session: the mission's events and goals live, numbers, costs, hints, and why an event waits.
##
## It shows the game's messages and emits requests to the game; [code]sexp_debugger_plugin.gd[/code] transports both.
@tool
extends VBoxContainer

## A message for the game, with its data.
signal wanted(message: String, data: Array)
## The user asks for a line of the mission's file.
signal line_wanted(path: String, line: int)

const FormulaTable := preload("res://addons/sexp_runtime/editor/formula_table.gd")
const NumbersPanel := preload("res://addons/sexp_runtime/editor/numbers_panel.gd")
const HotList := preload("res://addons/sexp_runtime/editor/hot_list.gd")
const FormulaTree := preload("res://addons/sexp_runtime/editor/formula_tree.gd")
const TimeBar := preload("res://addons/sexp_runtime/editor/time_bar.gd")
const HintsPanel := preload("res://addons/sexp_runtime/editor/hints_panel.gd")

const STATES: PackedStringArray = [
	"", "waits", "chained", "repeats", "true", "failed", "incomplete", "complete", "invalid",
]
const NO_GAME := "No game is running. Press Play (F5) to see the mission's events here."
const NO_MISSION := "The game runs; no mission is loaded yet."

## Whether the game has been asked to send updates.
var listening := false

var table := FormulaTable.new()
var numbers := NumbersPanel.new()
var hot := HotList.new()
var hints := HintsPanel.new()
var why := TextEdit.new()
var tree := FormulaTree.new()
var time_bar := TimeBar.new()
var pages := TabContainer.new()

var _filter := LineEdit.new()
var _state := OptionButton.new()
var _full := CheckButton.new()
var _record := CheckButton.new()
var _reload: Button = null
var _buttons: Array[BaseButton] = []
var _status := Label.new()
var _dialog: FileDialog = null
var _title := ""
var _engine := ""
var _shown := 0
var _total := 0
var _said_until := 0
var _asked_kind := ""
var _asked_index := -1


func _init() -> void:
	add_child(_make_bar())
	var split := HSplitContainer.new()
	split.size_flags_vertical = Control.SIZE_EXPAND_FILL
	add_child(split)
	table.size_flags_stretch_ratio = 1.5
	table.custom_minimum_size = Vector2(240, 90)
	table.formula_chosen.connect(_on_formula_chosen)
	split.add_child(table)
	pages.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	pages.custom_minimum_size = Vector2(220, 90)
	split.add_child(pages)
	pages.add_child(numbers)
	tree.name = "Formula"
	tree.line_wanted.connect(func(path: String, line: int) -> void: line_wanted.emit(path, line))
	pages.add_child(tree)
	why.name = "Why"
	why.editable = false
	why.wrap_mode = TextEdit.LINE_WRAPPING_BOUNDARY
	why.placeholder_text = "Choose an event or a goal to see why it has its value, what it waits for and when it is next due."
	pages.add_child(why)
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
	var below := HBoxContainer.new()
	below.add_child(_status)
	below.add_child(time_bar)
	add_child(below)
	custom_minimum_size.y = 215 # shows a useful part of the table in a small window
	end()


func _ready() -> void:
	custom_minimum_size.y *= EditorInterface.get_editor_scale()


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
			if str(data[0]).begins_with("apply_hint: "):
				hints.show_outcome("not applied: " + str(data[0]).trim_prefix("apply_hint: "))
		_:
			return false
	return true


## A game has started in this session.
func begin() -> void:
	_clear()
	_enable(true)
	_status.text = NO_MISSION


## The game has ended; its last data stay readable.
func end() -> void:
	_enable(false)
	_status.text = NO_GAME if _title.is_empty() else "%s has ended; these are its last data." % _title


## A mission was saved in the editor: offers to reload it into the running game.
func offer_reload(path: String) -> void:
	if not _reload.disabled:
		_reload.grab_focus()
		_say("%s was saved: press Reload Mission to use its changed formulas in the running game" % path.get_file())


## Asks the game to reload its mission, as the button does.
func reload_mission() -> void:
	wanted.emit("reload", [])


## Makes this the tab that the debugger shows when it is opened.
func reveal() -> void:
	var pages_above := get_parent() as TabContainer
	if pages_above != null:
		pages_above.current_tab = pages_above.get_tab_idx_from_control(self)


## Filters the table as the user's input does.
func set_filter(text: String, state: String) -> void:
	_filter.text = text
	_state.select(maxi(0, STATES.find(state)))
	table.filter(text, state)


## Switches full profiling on or off, as the switch does.
func set_full_profiling(on: bool) -> void:
	_full.button_pressed = on


## Makes the game write its whole performance report to a file, as the dialog does.
func save_report(path: String) -> void:
	wanted.emit("save_report", [ProjectSettings.globalize_path(path)])


## Makes the game write everything since the mission began to a recording, as the dialog does.
func save_recording(path: String) -> void:
	wanted.emit("save_recording", [ProjectSettings.globalize_path(path)])


## Switches recording on or off, as the switch does: on, from the next mission that is loaded.
func set_recording(on: bool) -> void:
	_record.button_pressed = on


func status_text() -> String:
	return _status.text


func _make_bar() -> Control:
	var bar := HFlowContainer.new()
	_filter.placeholder_text = "Filter Names and Causes"
	_filter.clear_button_enabled = true
	_filter.custom_minimum_size.x = 150
	_filter.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_filter.text_changed.connect(func(text: String) -> void: table.filter(text, STATES[_state.selected]))
	bar.add_child(_filter)
	for state: String in STATES:
		_state.add_item("Any state" if state.is_empty() else state)
	_state.tooltip_text = "Show only formulas in this state."
	_state.item_selected.connect(func(index: int) -> void: table.filter(_filter.text, STATES[index]))
	bar.add_child(_state)
	_full.text = "Full Profiling"
	_full.tooltip_text = "Time every evaluation and every operator instead of one frame in 17. Makes the runtime up to three times slower while it is on."
	_full.toggled.connect(func(on: bool) -> void: wanted.emit("mode", ["full" if on else "sampled"]))
	bar.add_child(_full)
	_add_button(bar, "Reset", "Discard all measurements so far.", func() -> void: wanted.emit("reset", []))
	_reload = _add_button(bar, "Reload Mission", "Put the changed formulas of the mission's file into the running mission. Time, variables and ships stay.",
			func() -> void: wanted.emit("reload", []))
	_record.text = "Record"
	_record.tooltip_text = "Record every change that the game makes to a mission, from its beginning. During a mission, this takes effect with the next one."
	_record.toggled.connect(func(on: bool) -> void: wanted.emit("record", [on]))
	_record.disabled = true
	bar.add_child(_record)
	_add_button(bar, "Save Recording...", "Write one file with the mission and every change since it began: tools/sexp replay plays it again.",
			func() -> void: _ask("Save the Recording of This Mission", "*.rec;SEXP recordings", "mission.rec", save_recording))
	_add_button(bar, "Save Report...", "Write the performance report as JSON.",
			func() -> void: _ask("Save the Performance Report", "*.json;JSON", "sexp_report.json", save_report))
	return bar


func _add_button(bar: Control, text: String, tip: String, pressed: Callable) -> Button:
	var button := Button.new()
	button.text = text
	button.tooltip_text = tip
	button.pressed.connect(pressed)
	bar.add_child(button)
	_buttons.append(button)
	return button


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
	numbers.clear()
	hot.clear()
	_asked_index = -1
	table.show_formulas(formulas) # requests the chosen formula again, if the mission has it
	table.filter(_filter.text, STATES[_state.selected])
	if _title.is_empty():
		_status.text = NO_MISSION
	elif _full.button_pressed:
		wanted.emit("mode", ["full"])


func _show_numbers(news: Dictionary) -> void:
	table.sampled_frames = news.get("sampled_frames", 0)
	numbers.show_numbers(news)
	_record.set_pressed_no_signal(news.get("recording", false) or news.get("will_record", false))
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


func _enable(on: bool) -> void:
	_record.set_pressed_no_signal(false)
	_record.disabled = not on
	for button: BaseButton in _buttons:
		button.disabled = not on
	hints.enable(on)
	time_bar.enable(on)


func _on_formula_chosen(kind: String, index: int, formula_name: String) -> void:
	if kind == _asked_kind and index == _asked_index:
		return
	_asked_kind = kind
	_asked_index = index
	why.text = "%s \"%s\"" % [kind, formula_name]
	tree.clear_rows()
	if not why.visible:
		pages.current_tab = tree.get_index()
	wanted.emit("why", [kind, index])


func _has_focus() -> bool:
	var owner_of_focus := get_viewport().gui_get_focus_owner()
	return owner_of_focus != null and is_ancestor_of(owner_of_focus)


func _ask(heading: String, pattern: String, file: String, then: Callable) -> void:
	if _dialog != null:
		_dialog.queue_free()
	_dialog = FileDialog.new()
	_dialog.title = heading
	_dialog.file_mode = FileDialog.FILE_MODE_SAVE_FILE
	_dialog.access = FileDialog.ACCESS_FILESYSTEM
	_dialog.add_filter(pattern.get_slice(";", 0), pattern.get_slice(";", 1))
	_dialog.current_file = file
	_dialog.file_selected.connect(then)
	add_child(_dialog)
	_dialog.popup_centered_ratio(0.6)
