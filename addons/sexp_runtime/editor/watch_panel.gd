## Expressions with their values in the running mission: type one, and its value follows the game.
@tool
extends VBoxContainer

## The expressions to watch.
signal watch_wanted(texts: PackedStringArray)

const ColumnList := preload("res://addons/sexp_runtime/editor/column_list.gd")
const CellFlashes := preload("res://addons/sexp_runtime/editor/cell_flashes.gd")
const MOST := 40
const SECTION := "sexp_runtime"
const KEY := "watched"
const TIP := "Delete removes the expression. What acts or draws a random number is not evaluated."

var _line := LineEdit.new()
var _list := ColumnList.new(["Expression", "Now"], [0, 1], [100, 100])
var _flashes := CellFlashes.new()
var _texts: PackedStringArray = []
var _values: Array = []


func _init() -> void:
	name = "Watch"
	_line.placeholder_text = "Evaluate: ( hits-left \"Alpha 1\" )"
	_line.tooltip_text = "An expression of this mission. Enter adds it to the list; its value follows the game."
	_line.clear_button_enabled = true
	_line.text_submitted.connect(add)
	add_child(_line)
	_list.tooltip_text = TIP
	_list.set_column_expand_ratio(0, 3)
	_list.set_column_expand_ratio(1, 3)
	_list.gui_input.connect(_on_list_input)
	_list.item_activated.connect(func() -> void:
		_line.text = _list.get_selected().get_text(0)
		_line.grab_focus())
	add_child(_list)
	set_process(false)


func _ready() -> void:
	var known: Variant = EditorInterface.get_editor_settings().get_project_metadata(SECTION, KEY, PackedStringArray())
	if known is PackedStringArray:
		_texts = known
		_fill()


func _process(delta: float) -> void:
	set_process(_flashes.fade(delta))


## Adds an expression, as Enter in the line does.
func add(text: String) -> void:
	text = text.strip_edges()
	if text.is_empty() or _texts.size() >= MOST:
		return
	if not _texts.has(text):
		_texts.append(text)
		_change()
	_line.clear()


## Removes an expression.
func remove(text: String) -> void:
	var at := _texts.find(text)
	if at >= 0:
		_texts.remove_at(at)
		_change()


func texts() -> PackedStringArray:
	return _texts


## Shows values: [expression, value or null, result in words] each.
func show_values(rows: Array) -> void:
	if rows.size() != _texts.size():
		return
	for at: int in rows.size():
		var item := _list.get_root().get_child(at)
		var words: String = rows[at][2]
		if at < _values.size() and _values[at] != rows[at] and _values[at][0] == rows[at][0]:
			_flashes.start(item, 1)
		item.set_text(1, words.trim_prefix("= "))
		item.set_tooltip_text(1, words)
		if rows[at][1] == null:
			item.set_custom_color(1, get_theme_color(&"warning_color", &"Editor"))
		else:
			item.clear_custom_color(1)
	_values = rows
	set_process(_flashes.count() > 0)


## The texts of both columns.
func shown_rows() -> Array[PackedStringArray]:
	var lines: Array[PackedStringArray] = []
	for item: TreeItem in _list.get_root().get_children():
		lines.append(PackedStringArray([item.get_text(0), item.get_text(1)]))
	return lines


func _change() -> void:
	EditorInterface.get_editor_settings().set_project_metadata(SECTION, KEY, _texts)
	_fill()
	watch_wanted.emit(_texts)


func _fill() -> void:
	_list.clear_rows()
	_flashes.clear()
	_values = []
	for text: String in _texts:
		_list.add_row([text, ""], {0: "%s\n%s" % [text, TIP]})


func _on_list_input(event: InputEvent) -> void:
	var key := event as InputEventKey
	if key != null and key.pressed and key.keycode == KEY_DELETE and _list.get_selected() != null:
		remove(_list.get_selected().get_text(0))
		_list.accept_event()
