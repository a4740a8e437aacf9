## The hints on the mission from this run: a list, the details, and the better text to copy or apply.
@tool
extends VBoxContainer

## Requests hints from the game.
signal hints_wanted()
## Requests that the game puts the better text of a hint into the running mission.
signal application_wanted(id: String)

const ColumnList := preload("res://addons/sexp_runtime/editor/column_list.gd")

var _list := ColumnList.new(["Hint", "Where", "Saves /s"], [0, 1], [60, 60, 64])
var _detail := TextEdit.new()
var _copy: Button = null
var _apply: Button = null
var _count := Label.new()
var _said := Label.new()
var _hints: Array[Dictionary] = []
var _trying := ""
var _connected := true


func _init() -> void:
	name = "Hints"
	var bar := HFlowContainer.new()
	add_child(bar)
	_add_button(bar, "Look for Hints",
			"Analyses the formulas by what this run has measured. It finds more after some minutes of play, and with full profiling.",
			func() -> void: hints_wanted.emit())
	_copy = _add_button(bar, "Copy Rewritten Formula",
			"Copies a text that means the same and costs less. Put it in place of the event's formula.", copy_rewritten)
	_apply = _add_button(bar, "Apply to the Running Mission",
			"Plays the run so far with both texts, in a separate process. If the results are equal and the saving is measurable, the game continues with the new text. The file stays as it is.",
			apply_rewritten)
	bar.add_child(_count)
	_said.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
	_said.visible = false
	add_child(_said)
	var split := VSplitContainer.new()
	split.size_flags_vertical = Control.SIZE_EXPAND_FILL
	add_child(split)
	_list.item_selected.connect(_show_chosen)
	split.add_child(_list)
	_detail.editable = false
	_detail.wrap_mode = TextEdit.LINE_WRAPPING_BOUNDARY
	_detail.size_flags_vertical = Control.SIZE_EXPAND_FILL
	_detail.custom_minimum_size.y = 40
	split.add_child(_detail)
	_choose_buttons()


## Shows the game's hints; [param total] may be more than the number of hints that were sent. The same hint stays chosen.
func show_hints(hints: Array, total: int) -> void:
	var chosen: String = _chosen().get("id", "")
	_hints.assign(hints)
	_list.clear_rows()
	_detail.text = ""
	for hint: Dictionary in _hints:
		var item := _list.add_row(
				[str(hint.get("kind", "")), str(hint.get("owner", "")), "%.1f" % float(hint.get("saving", 0.0))],
				{1: str(hint.get("message", ""))})
		if hint.get("id", "") == chosen:
			item.select(0)
	if _list.get_selected() == null and not _hints.is_empty():
		_list.get_root().get_first_child().select(0)
	_count.text = "none found" if total == 0 else "%d of %d" % [_hints.size(), total]
	_choose_buttons()


func clear() -> void:
	show_hints([], 0)
	_count.text = ""
	show_outcome("")


## Shows the result of applying a hint.
func show_outcome(text: String) -> void:
	_trying = ""
	_say(text)
	_choose_buttons()


## Sets whether a game is connected.
func enable(on: bool) -> void:
	_connected = on
	_trying = ""
	_choose_buttons()


## The result of the hint that was applied last, as shown.
func outcome_text() -> String:
	return _said.text


## The hints as the game has sent them.
func listed() -> Array[Dictionary]:
	return _hints


## Chooses a hint, as a click does.
func choose(id: String) -> void:
	for i: int in _hints.size():
		if _hints[i]["id"] == id:
			_list.get_root().get_child(i).select(0)


## The details of the chosen hint, as shown.
func detail_text() -> String:
	return _detail.text


## Puts the better text of the chosen hint on the clipboard.
func copy_rewritten() -> void:
	if not _copy.disabled:
		DisplayServer.clipboard_set(str(_chosen()["rewritten"]))
		_count.text = "copied"


## Makes the game try and apply the chosen hint, as the button does. Does nothing if no hint is chosen that is safe to apply.
func apply_rewritten() -> void:
	if _apply.disabled:
		return
	_trying = _chosen()["id"]
	_say("trying it on the run so far...")
	_choose_buttons()
	application_wanted.emit(_trying)


## Shows a line above the list.
func _say(text: String) -> void:
	_said.text = text
	_said.visible = not text.is_empty()


func _add_button(bar: Control, text: String, tip: String, pressed: Callable) -> Button:
	var button := Button.new()
	button.text = text
	button.tooltip_text = tip
	button.pressed.connect(pressed)
	bar.add_child(button)
	return button


func _chosen() -> Dictionary:
	var item := _list.get_selected()
	return {} if item == null or item.get_index() >= _hints.size() else _hints[item.get_index()]


func _choose_buttons() -> void:
	var hint := _chosen()
	_copy.disabled = str(hint.get("rewritten", "")).is_empty()
	_apply.disabled = _copy.disabled or not hint.get("safe", false) or not _trying.is_empty() or not _connected


func _show_chosen() -> void:
	var hint := _chosen()
	var rewritten := str(hint.get("rewritten", ""))
	var lines := PackedStringArray([
		"%s: %s" % [hint.get("owner", ""), hint.get("message", "")],
		"To do: %s" % hint.get("change", ""),
	])
	if float(hint.get("saving", 0.0)) > 0.0:
		lines.append("Saves: up to %.1f evaluations a second of mission time" % float(hint["saving"]))
	if int(hint.get("line", 0)) > 0:
		lines.append("At: %s:%d:%d" % [str(hint.get("file", "")).get_file(), hint["line"], hint.get("column", 0)])
	if not str(hint.get("part", "")).is_empty():
		lines.append("Part: %s" % hint["part"])
	lines.append("Seen: %s" % hint.get("evidence", ""))
	if not rewritten.is_empty():
		lines.append("Rewritten%s:\n%s" % [", safe to apply" if hint.get("safe", false) else "", rewritten])
	_detail.text = "\n".join(lines)
	_choose_buttons()
