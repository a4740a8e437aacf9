## The editor's panel for missions: the text with colours, and below it the problems with their places.
##
## A mission is checked when it is opened, when it is saved, and shortly after its text was changed.
@tool
extends VBoxContainer

## A mission was saved under this path.
signal saved(path: String)

const Highlighter := preload("res://addons/sexp_runtime/editor/mission_highlighter.gd")
const MODULE := "sexp_runtime.bridge.editing"
## Seconds from a change of the text to its check.
const CHECK_AFTER := 0.8

var code := CodeEdit.new()
var problems := ItemList.new()
var file: SexpMissionFile = null

var _title := Label.new()
var _sections := OptionButton.new()
var _save := Button.new()
var _count := Label.new()
var _timer := Timer.new()
var _saved_text := ""


func _init() -> void:
	name = "Mission"
	custom_minimum_size.y = 240
	var bar := HBoxContainer.new()
	add_child(bar)
	_title.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_title.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS
	bar.add_child(_title)
	_count.tooltip_text = "Problems of the text; a click on one jumps to its line."
	bar.add_child(_count)
	_sections.tooltip_text = "Jump to a section or an event"
	_sections.item_selected.connect(func(index: int) -> void: jump_to(_sections.get_item_id(index), 1))
	bar.add_child(_sections)
	_save.text = "Save"
	_save.tooltip_text = "Save the mission (Ctrl+S) and check it"
	_save.pressed.connect(save)
	bar.add_child(_save)
	var split := VSplitContainer.new()
	split.size_flags_vertical = Control.SIZE_EXPAND_FILL
	add_child(split)
	code.size_flags_vertical = Control.SIZE_EXPAND_FILL
	code.size_flags_stretch_ratio = 2.5
	code.gutters_draw_line_numbers = true
	code.gutters_draw_fold_gutter = true
	code.line_folding = true
	code.add_comment_delimiter(";", "", true) # so that `;region` and `;endregion` fold
	code.highlight_current_line = true
	code.auto_brace_completion_enabled = true
	code.indent_automatic = true
	code.text_changed.connect(_on_text_changed)
	code.caret_changed.connect(_show_section)
	code.gui_input.connect(_on_code_input)
	split.add_child(code)
	problems.custom_minimum_size.y = 60
	problems.size_flags_vertical = Control.SIZE_EXPAND_FILL
	problems.item_selected.connect(func(index: int) -> void: _jump_to_problem(index))
	problems.item_activated.connect(func(index: int) -> void: _jump_to_problem(index))
	split.add_child(problems)
	_timer.one_shot = true
	_timer.wait_time = CHECK_AFTER
	_timer.timeout.connect(check)
	add_child(_timer)


func _ready() -> void:
	if Highlighter.kinds.is_empty():
		var known: Variant = _python("operators", [])
		if known is Dictionary:
			Highlighter.kinds = known
	code.syntax_highlighter = Highlighter.new()
	code.add_theme_font_override(&"font", get_theme_font(&"source", &"EditorFonts"))
	code.add_theme_font_size_override(&"font_size", get_theme_font_size(&"source_size", &"EditorFonts"))


## Shows a mission. Unsaved changes of the previous one are saved first.
func open(mission: SexpMissionFile) -> void:
	if mission == file:
		_take_changes_of_the_disk()
		return
	save_if_changed()
	file = mission
	_show_text(file.text)
	check()


## Whether the text differs from the file.
func is_changed() -> bool:
	return file != null and code.text != _saved_text


func save_if_changed() -> void:
	if is_changed():
		save()


## Saves the mission and checks it.
func save() -> Error:
	if file == null:
		return ERR_UNCONFIGURED
	file.text = code.text
	var error := ResourceSaver.save(file, file.resource_path)
	if error != OK:
		push_error("SEXP: %s cannot be saved: %s" % [file.resource_path, error_string(error)])
		return error
	_saved_text = code.text
	EditorInterface.get_resource_filesystem().update_file(file.resource_path)
	check()
	saved.emit(file.resource_path)
	return OK


## Checks the text and lists its problems.
func check() -> void:
	problems.clear()
	if file == null:
		return
	_list_sections()
	var copy := SexpMissionFile.new()
	copy.content = file.content
	copy.text = code.text
	var found: Variant = _python("check", [copy.content, file.resource_path])
	if not found is Array:
		_count.text = "not checked: Python is missing"
		_show_title()
		return
	var errors := 0
	for problem: Dictionary in found:
		var wrong: bool = problem["severity"] == "error"
		errors += int(wrong)
		var owner_text: String = "" if (problem["owner"] as String).is_empty() else "   [%s]" % problem["owner"]
		var row := problems.add_item("%d:%d  %s  %s%s" % [problem["line"], problem["column"], problem["code"], problem["text"], owner_text], _icon(wrong))
		problems.set_item_metadata(row, problem)
		problems.set_item_tooltip(row, str(problem["text"]))
	_count.text = "%d %s, %d %s" % [errors, "error" if errors == 1 else "errors", (found as Array).size() - errors,
			"warning" if (found as Array).size() - errors == 1 else "warnings"]
	_show_title()


## The text of the list of sections: where the caret is.
func section_text() -> String:
	return _sections.get_item_text(_sections.selected).strip_edges() if _sections.selected >= 0 else ""


## Puts the caret on a line and a column, both from 1.
func jump_to(line: int, column: int) -> void:
	var row := clampi(line - 1, 0, code.get_line_count() - 1)
	code.unfold_line(row)
	code.set_caret_line(row)
	code.set_caret_column(maxi(0, column - 1))
	code.center_viewport_to_caret()
	if is_visible_in_tree():
		code.grab_focus()


func _jump_to_problem(index: int) -> void:
	var problem: Dictionary = problems.get_item_metadata(index)
	jump_to(problem["line"], problem["column"])


func _show_text(text: String) -> void:
	_saved_text = text
	code.text = text
	code.clear_undo_history()


func _take_changes_of_the_disk() -> void:
	if file == null or is_changed():
		return
	var there := FileAccess.get_file_as_bytes(file.resource_path)
	if not there.is_empty() and there != file.content:
		file.content = there
		_show_text(file.text)
		check()


func _notification(what: int) -> void:
	if what == NOTIFICATION_APPLICATION_FOCUS_IN:
		_take_changes_of_the_disk()


func _on_text_changed() -> void:
	_show_title()
	_timer.start()


func _on_code_input(event: InputEvent) -> void:
	var key := event as InputEventKey
	if key != null and key.pressed and key.keycode == KEY_S and key.is_command_or_control_pressed():
		save()
		code.accept_event()


func _show_title() -> void:
	_title.text = "" if file == null else file.resource_path + (" (*)" if is_changed() else "")


# Events and goals begin before their names: an event with its formula, a goal with its type.
func _list_sections() -> void:
	_sections.clear()
	var opening := "$Formula:"
	var begin := -1
	for number: int in code.get_line_count():
		var line := code.get_line(number)
		if line.begins_with("#"):
			_sections.add_item(line.strip_edges().left(40), number + 1)
			opening = "$Type:" if line.to_lower().begins_with("#goals") else "$Formula:"
			begin = -1
		elif line.begins_with(opening):
			begin = number
		elif line.begins_with("+Name:"):
			_sections.add_item("    " + line.trim_prefix("+Name:").strip_edges().left(40), (begin if begin >= 0 else number) + 1)
			begin = -1
	_show_section()


# The list of sections names the one in which the caret is.
func _show_section() -> void:
	var line := code.get_caret_line() + 1
	for index: int in range(_sections.item_count - 1, -1, -1):
		if _sections.get_item_id(index) <= line:
			_sections.select(index)
			return


func _icon(wrong: bool) -> Texture2D:
	var icon := &"StatusError" if wrong else &"StatusWarning"
	return get_theme_icon(icon, &"EditorIcons") if has_theme_icon(icon, &"EditorIcons") else null


func _python(function: String, arguments: Array) -> Variant:
	if not ClassDB.class_exists(&"PythonHost"):
		return null
	var host: Object = ClassDB.instantiate(&"PythonHost")
	return host.call(&"call_function", MODULE, function, arguments)
