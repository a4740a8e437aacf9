## *Why* in the overlay: an event's formula with the value of every part now, chosen by a part of its name.
##
## Up and Down go through the events that match, Enter gives the keyboard back to the game, Escape closes.
extends PanelContainer

## Seconds between two readings.
const INTERVAL := 0.25
## Most lines of a formula, and characters of a line.
const MOST_LINES := 30
const LONGEST_LINE := 110
const TRUE_COLOR := "#8fdf9a"
const FALSE_COLOR := "#f0a090"
const DIM_COLOR := "#8fa0b0"

var _runtime: Node = null
var _name := LineEdit.new()
var _count := Label.new()
var _text := RichTextLabel.new()
var _matches: PackedStringArray = []
var _at := -1
var _wait := 0.0


func _init() -> void:
	mouse_filter = Control.MOUSE_FILTER_IGNORE
	var rows := VBoxContainer.new()
	rows.mouse_filter = Control.MOUSE_FILTER_IGNORE
	add_child(rows)
	var line := HBoxContainer.new()
	rows.add_child(line)
	_name.placeholder_text = "Part of an event's name"
	_name.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_name.add_theme_font_size_override(&"font_size", 13)
	_name.text_changed.connect(func(_new_text: String) -> void: _find())
	_name.text_submitted.connect(func(_new_text: String) -> void: _name.release_focus())
	_name.gui_input.connect(_on_name_input)
	line.add_child(_name)
	_count.add_theme_font_size_override(&"font_size", 13)
	line.add_child(_count)
	_text.bbcode_enabled = true
	_text.fit_content = true
	_text.scroll_active = false
	_text.autowrap_mode = TextServer.AUTOWRAP_OFF
	_text.custom_minimum_size = Vector2(416, 0)
	_text.mouse_filter = Control.MOUSE_FILTER_IGNORE
	for style: StringName in [&"normal_font_size", &"bold_font_size"]:
		_text.add_theme_font_size_override(style, 13)
	rows.add_child(_text)
	hide()


func _process(delta: float) -> void:
	if not is_visible_in_tree():
		return
	_wait -= delta
	if _wait <= 0.0:
		_wait = INTERVAL
		_read()


## Gives the panel the runtime that it reads.
func begin(runtime: Node) -> void:
	_runtime = runtime
	_runtime.connect(&"mission_loaded", func(_mission_name: String) -> void:
		if visible:
			_find())


## Opens the panel, so that an event can be chosen with the keyboard.
func open() -> void:
	show()
	_find()
	_name.grab_focus()
	_name.select_all()


## Closes the panel; the keyboard belongs to the game again.
func close() -> void:
	_name.release_focus()
	hide()


## Shows an event by its name.
func choose(event_name: String) -> void:
	show()
	_name.text = event_name
	_find()
	_wait = 0.0


## The name of the event that is shown, "" for none.
func chosen() -> String:
	return "" if _at < 0 else _matches[_at]


## The formula as shown, with the marks of its style.
func shown_text() -> String:
	return _text.text


func _on_name_input(event: InputEvent) -> void:
	var key := event as InputEventKey
	if key == null or not key.pressed:
		return
	match key.keycode:
		KEY_UP:
			_go(-1)
		KEY_DOWN:
			_go(1)
		KEY_ESCAPE:
			close()
		_:
			return
	_name.accept_event()


func _go(by: int) -> void:
	if not _matches.is_empty():
		_at = posmod(_at + by, _matches.size())
		_read()


# Finds the events whose names contain the text: first one of exactly that name, then those that are not done.
func _find() -> void:
	var wanted := _name.text.to_lower()
	var exact: PackedStringArray = []
	var waiting: PackedStringArray = []
	var done: PackedStringArray = []
	for event: Dictionary in _runtime.call(&"get_events"):
		var event_name: String = event["name"]
		if event_name.to_lower() == wanted:
			exact.append(event_name)
		elif wanted.is_empty() or event_name.to_lower().contains(wanted):
			(done if event["done"] else waiting).append(event_name)
	_matches = exact + waiting + done
	_at = -1 if _matches.is_empty() else 0
	_read()


func _read() -> void:
	_count.text = "%d / %d" % [_at + 1, _matches.size()]
	if _at < 0 or not _runtime.call(&"has_mission"):
		_at = -1
		_text.text = "no mission" if not _runtime.call(&"has_mission") else "no event has this in its name"
		return
	var tree: Dictionary = _runtime.call(&"explain_tree", chosen())
	var lines := PackedStringArray(["[b]%s[/b]" % _escaped(chosen())])
	if tree.is_empty():
		lines.append("it has no formula")
	else:
		_add_lines(tree, 0, lines)
	if lines.size() > MOST_LINES:
		lines.resize(MOST_LINES)
		lines.append("[color=%s]and more: the SEXP tab of the editor shows all[/color]" % DIM_COLOR)
	_text.text = "\n".join(lines)


func _add_lines(part: Dictionary, depth: int, lines: PackedStringArray) -> void:
	var text := _escaped(str(part["text"]).left(LONGEST_LINE - 2 * depth))
	if part["decides"]:
		text = "[b]%s[/b]" % text
	elif part["role"] == "action":
		text = "[color=%s]%s[/color]" % [DIM_COLOR, text]
	var result := _result(part)
	if not result.is_empty():
		var value: Variant = part["value"]
		var color := DIM_COLOR if value == null else (FALSE_COLOR if int(value) == 0 else TRUE_COLOR)
		text += "  [color=%s]%s[/color]" % [color, _escaped(result)]
	lines.append("  ".repeat(depth) + text)
	for inner: Dictionary in part["parts"]:
		if lines.size() > MOST_LINES:
			return
		_add_lines(inner, depth + 1, lines)


func _result(part: Dictionary) -> String:
	var words := PackedStringArray()
	if part["value"] != null:
		words.append("= %d" % part["value"])
		if not str(part["status"]).is_empty():
			words.append("(%s)" % part["status"])
		if part["short_by"] != null:
			words.append("misses by %d" % part["short_by"])
	elif not str(part["note"]).is_empty():
		words.append("(%s)" % part["note"])
	if part["next_at"] != null:
		words.append("not before %.1f s" % part["next_at"])
	return " ".join(words)


# Texts of a mission are shown literally; marks in them have no effect.
func _escaped(text: String) -> String:
	return text.replace("[", "[lb]")
