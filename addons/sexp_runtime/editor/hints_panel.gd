## What could be better in the mission, by the evidence of this run: a list, the details, and the better text to copy.
@tool
extends VBoxContainer

## The game is asked to look for hints.
signal hints_wanted()

const TITLES: PackedStringArray = ["Hint", "Where", "Saves /s"]

var _list := Tree.new()
var _detail := TextEdit.new()
var _search := Button.new()
var _copy := Button.new()
var _count := Label.new()
var _hints: Array[Dictionary] = []


func _init() -> void:
	name = "Hints"
	var bar := HFlowContainer.new()
	add_child(bar)
	_search.text = "Look for Hints"
	_search.tooltip_text = "Judges each formula by what this run has shown. More is found after some minutes of play, and with full profiling."
	_search.pressed.connect(func() -> void: hints_wanted.emit())
	bar.add_child(_search)
	_copy.text = "Copy Rewritten Formula"
	_copy.tooltip_text = "Copies a text that means the same and costs less, to be put in place of the event's formula."
	_copy.disabled = true
	_copy.pressed.connect(copy_rewritten)
	bar.add_child(_copy)
	bar.add_child(_count)
	var split := VSplitContainer.new()
	split.size_flags_vertical = Control.SIZE_EXPAND_FILL
	add_child(split)
	_list.columns = TITLES.size()
	_list.column_titles_visible = true
	_list.hide_root = true
	_list.select_mode = Tree.SELECT_ROW
	_list.size_flags_vertical = Control.SIZE_EXPAND_FILL
	_list.custom_minimum_size.y = 40
	_list.item_selected.connect(_on_selected)
	for column: int in TITLES.size():
		_list.set_column_title(column, TITLES[column])
		_list.set_column_clip_content(column, true)
		_list.set_column_expand(column, column < 2)
		_list.set_column_title_alignment(column, HORIZONTAL_ALIGNMENT_LEFT if column < 2 else HORIZONTAL_ALIGNMENT_RIGHT)
	_list.set_column_custom_minimum_width(2, 64)
	split.add_child(_list)
	_detail.editable = false
	_detail.wrap_mode = TextEdit.LINE_WRAPPING_BOUNDARY
	_detail.size_flags_vertical = Control.SIZE_EXPAND_FILL
	_detail.custom_minimum_size.y = 40
	split.add_child(_detail)


## Shows what the game has found; [param total] may be more than the hints that were sent.
func show_hints(hints: Array, total: int) -> void:
	_hints.assign(hints)
	_list.clear()
	_detail.text = ""
	_copy.disabled = true
	_count.text = "none found" if total == 0 else "%d of %d" % [_hints.size(), total]
	var root := _list.create_item()
	for hint: Dictionary in _hints:
		var item := root.create_child()
		item.set_text(0, str(hint.get("kind", "")))
		item.set_text(1, str(hint.get("owner", "")))
		item.set_tooltip_text(1, str(hint.get("message", "")))
		item.set_text(2, "%.1f" % float(hint.get("saving", 0.0)))
		item.set_text_alignment(2, HORIZONTAL_ALIGNMENT_RIGHT)
	if root.get_first_child() != null:
		root.get_first_child().select(0)


func clear() -> void:
	show_hints([], 0)
	_count.text = ""


## How many hints are listed.
func count() -> int:
	return _hints.size()


## The details of the chosen hint, as shown.
func detail_text() -> String:
	return _detail.text


## Puts the better text of the chosen hint on the clipboard.
func copy_rewritten() -> void:
	var hint := _chosen()
	if not str(hint.get("rewritten", "")).is_empty():
		DisplayServer.clipboard_set(str(hint["rewritten"]))
		_count.text = "copied"


func _chosen() -> Dictionary:
	var item := _list.get_selected()
	return {} if item == null else _hints[item.get_index()]


func _on_selected() -> void:
	var hint := _chosen()
	var rewritten := str(hint.get("rewritten", ""))
	var lines := PackedStringArray([
		"%s: %s" % [hint.get("owner", ""), hint.get("message", "")],
		"To do: %s" % hint.get("change", ""),
		"Saves: about %.1f evaluations a second of mission time" % float(hint.get("saving", 0.0)),
	])
	if int(hint.get("line", 0)) > 0:
		lines.append("At: %s:%d:%d" % [str(hint.get("file", "")).get_file(), hint["line"], hint.get("column", 0)])
	lines.append("Seen: %s" % hint.get("evidence", ""))
	if not rewritten.is_empty():
		lines.append("Rewritten%s:\n%s" % [", safe to apply" if hint.get("safe", false) else "", rewritten])
	_detail.text = "\n".join(lines)
	_copy.disabled = rewritten.is_empty()
