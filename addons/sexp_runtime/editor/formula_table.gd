## The table of a mission's events and goals: sorted by its column titles, filtered by text and state; changes flash.
@tool
extends Tree

## An event or a goal was chosen, by click or keyboard.
signal formula_chosen(kind: String, index: int, formula_name: String)

enum Column { NAME, STATE, VALUE, TIMES, CAUSE, EVALUATIONS, UNTOUCHED, MEAN }

const TITLES: PackedStringArray = ["Name", "State", "Value", "Times", "Last cause", "Evals", "Cached", "Mean us"]
const TIPS: PackedStringArray = [
	"Event or goal. Click a title to sort; a third click restores the mission's order.",
	"waits, repeats, chained (waits for the event before it), true, failed; for goals incomplete, complete, failed, invalid.",
	"The result of the last evaluation.",
	"How often the event has come true.",
	"The cause of its last evaluation in a sampled frame.",
	"Evaluations in the sampled frames (every 17th, or all with full profiling).",
	"Share of the sampled frames in which it needed no evaluation.",
	"Mean time of an evaluation, microseconds.",
]
const WIDTHS: PackedInt32Array = [120, 76, 44, 44, 90, 44, 60, 60]
const FLASH_SECONDS := 0.9
const FLASH_STEP := 0.06
## Seconds between two sortings while values change.
const SORT_INTERVAL := 1.0

## One row: a formula's data, and its item.
class Row:
	extends RefCounted
	var place := 0
	var kind := ""
	var index := 0
	var title := ""
	var state := ""
	var value := 0
	var times := 0
	var cause := ""
	var evaluations := 0
	var mean_us := 0.0
	var item: TreeItem = null

## Frames that the game's monitor has sampled.
var sampled_frames := 0:
	set(value):
		_shares_due = _shares_due or value != sampled_frames
		sampled_frames = value

var _rows: Array[Row] = []
var _flashes: Dictionary[Vector2i, float] = {}
var _sort_column := -1
var _descending := false
var _sort_due := false
var _since_sort := 0.0
var _shares_due := false
var _since_step := 0.0
var _filter := ""
var _state_filter := ""
var _found: Dictionary[int, bool] = {} # places of the formulas in which the filter's text occurs


func _init() -> void:
	columns = TITLES.size()
	column_titles_visible = true
	hide_root = true
	select_mode = Tree.SELECT_ROW
	allow_search = false
	allow_rmb_select = false
	size_flags_horizontal = Control.SIZE_EXPAND_FILL
	size_flags_vertical = Control.SIZE_EXPAND_FILL
	column_title_clicked.connect(_on_title_clicked)
	item_selected.connect(_on_selected)


func _ready() -> void:
	var editor_scale := EditorInterface.get_editor_scale()
	for column: int in TITLES.size():
		set_column_custom_minimum_width(column, int(WIDTHS[column] * editor_scale))
		set_column_expand(column, column in [Column.NAME, Column.CAUSE])
		set_column_expand_ratio(column, 3 if column == Column.NAME else 2)
		set_column_clip_content(column, true)
		set_column_title_tooltip_text(column, TIPS[column])
		set_column_title_alignment(column,
				HORIZONTAL_ALIGNMENT_LEFT if _is_text(column) else HORIZONTAL_ALIGNMENT_RIGHT)
	_show_titles()


func _process(delta: float) -> void:
	_since_sort += delta
	_since_step += delta
	if _since_sort >= SORT_INTERVAL:
		if _shares_due:
			_show_shares()
		if _sort_due:
			_sort()
		_since_sort = 0.0
	if _since_step >= FLASH_STEP:
		_fade(_since_step)
		_since_step = 0.0


## Shows another mission's formulas: arrays of kind, index and name, in the mission's order.
func show_formulas(formulas: Array) -> void:
	var chosen := chosen_row()
	var kind := chosen.kind if chosen != null else ""
	var title := chosen.title if chosen != null else ""
	clear()
	_rows.clear()
	_flashes.clear()
	var root := create_item()
	for formula: Array in formulas:
		var row := Row.new()
		row.place = _rows.size()
		row.kind = formula[0]
		row.index = formula[1]
		row.title = formula[2]
		row.item = root.create_child()
		row.item.set_metadata(0, row.place)
		row.item.set_text(Column.NAME, row.title)
		row.item.set_tooltip_text(Column.NAME, "%s \"%s\"" % [row.kind, row.title])
		if row.kind == "goal":
			row.item.set_custom_color(Column.NAME, get_theme_color(&"accent_color", &"Editor"))
		for column: int in range(Column.VALUE, columns):
			if not _is_text(column):
				row.item.set_text_alignment(column, HORIZONTAL_ALIGNMENT_RIGHT)
		_rows.append(row)
		if row.kind == kind and row.title == title:
			row.item.select(Column.NAME) # requests the explanation from the new game


## Applies an update: arrays of place, state, value, times true, last cause, evaluations and mean microseconds.
func update_rows(news: Array) -> void:
	for fresh: Array in news:
		var place: int = fresh[0]
		if place < 0 or place >= _rows.size():
			continue
		var row := _rows[place]
		var known := not row.state.is_empty()
		_set_cell(row, Column.STATE, known and row.state != fresh[1], str(fresh[1]))
		_set_cell(row, Column.VALUE, known and row.value != fresh[2], str(fresh[2]))
		_set_cell(row, Column.TIMES, known and row.times != fresh[3], str(fresh[3]) if row.kind == "event" else "")
		row.state = fresh[1]
		row.value = fresh[2]
		row.times = fresh[3]
		row.cause = fresh[4]
		row.evaluations = fresh[5]
		row.mean_us = fresh[6]
		row.item.set_custom_color(Column.STATE, _state_color(row.state))
		row.item.set_text(Column.CAUSE, row.cause)
		row.item.set_tooltip_text(Column.CAUSE, row.cause)
		row.item.set_text(Column.EVALUATIONS, str(row.evaluations) if row.evaluations > 0 else "")
		row.item.set_text(Column.MEAN, "%.1f" % row.mean_us if row.evaluations > 0 else "")
		row.item.visible = _passes(row)
	_shares_due = true
	_sort_due = _sort_column >= 0


## Shows only rows whose name, cause or formula contains the text and whose state is the given one; both empty for all.
func filter(text: String, state: String) -> void:
	_filter = text.to_lower()
	_state_filter = state
	for row: Row in _rows:
		row.item.visible = _passes(row)


## Shows also the formulas at these places, because the filter's text occurs in them.
func show_found(places: Array) -> void:
	_found.clear()
	for place: int in places:
		_found[place] = true
	filter(_filter, _state_filter)


## The rows' texts as shown, for copying or checking the table.
func shown_rows() -> Array[PackedStringArray]:
	var lines: Array[PackedStringArray] = []
	var item := get_root().get_first_child() if get_root() != null else null
	while item != null:
		if item.visible:
			var line := PackedStringArray()
			for column: int in columns:
				line.append(item.get_text(column))
			lines.append(line)
		item = item.get_next()
	return lines


## Sorts by a column, in the mission's order if it is -1.
func sort_by(column: int, descending: bool) -> void:
	_sort_column = column
	_descending = descending
	_show_titles()
	_sort()


## Chooses the row of a formula, as a click does.
func choose(kind: String, index: int) -> void:
	for row: Row in _rows:
		if row.kind == kind and row.index == index:
			row.item.select(Column.NAME)
			scroll_to_item(row.item)
			return


func chosen_row() -> Row:
	var item := get_selected()
	if item == null:
		return null
	var place: int = item.get_metadata(0)
	return _rows[place] if place < _rows.size() else null


## How many cells flash now.
func flashing() -> int:
	return _flashes.size()


func _set_cell(row: Row, column: int, changed: bool, text: String) -> void:
	row.item.set_text(column, text)
	if changed:
		_flashes[Vector2i(row.place, column)] = FLASH_SECONDS
		_flashes[Vector2i(row.place, Column.NAME)] = FLASH_SECONDS


func _fade(seconds: float) -> void:
	if _flashes.is_empty():
		return
	var color := get_theme_color(&"accent_color", &"Editor")
	for cell: Vector2i in _flashes.keys():
		var left := _flashes[cell] - seconds
		var item := _rows[cell.x].item
		if left <= 0.0:
			_flashes.erase(cell)
			item.clear_custom_bg_color(cell.y)
			continue
		_flashes[cell] = left
		color.a = 0.55 * left / FLASH_SECONDS
		item.set_custom_bg_color(cell.y, color)


func _passes(row: Row) -> bool:
	if not _state_filter.is_empty() and row.state != _state_filter:
		return false
	return _filter.is_empty() or _found.has(row.place) or row.title.to_lower().contains(_filter) or row.cause.to_lower().contains(_filter)


func _show_shares() -> void:
	_shares_due = false
	for row: Row in _rows:
		var percent := 100.0 * _share(row)
		var text := "100 %" if percent >= 100.0 else "%.1f %%" % percent
		row.item.set_text(Column.UNTOUCHED, text if sampled_frames > 0 else "")


func _share(row: Row) -> float:
	return clampf(1.0 - float(row.evaluations) / maxf(1.0, sampled_frames), 0.0, 1.0)


func _sort() -> void:
	_sort_due = false
	var order := _rows.duplicate()
	if _sort_column >= 0:
		order.sort_custom(_comes_before)
	var last: TreeItem = null
	for row: Row in order:
		if last != null and last.get_next() != row.item:
			row.item.move_after(last)
		elif last == null and row.item.get_prev() != null:
			row.item.move_before(get_root().get_first_child())
		last = row.item


func _comes_before(one: Row, other: Row) -> bool:
	var first: Variant = _sort_value(one)
	var second: Variant = _sort_value(other)
	if first == second:
		return one.place < other.place
	return first > second if _descending else first < second


func _sort_value(row: Row) -> Variant:
	match _sort_column:
		Column.NAME:
			return row.title.to_lower()
		Column.STATE:
			return row.state
		Column.VALUE:
			return row.value
		Column.TIMES:
			return row.times
		Column.CAUSE:
			return row.cause
		Column.EVALUATIONS:
			return row.evaluations
		Column.UNTOUCHED:
			return _share(row)
		_:
			return row.mean_us


func _show_titles() -> void:
	for column: int in columns:
		var mark := ""
		if column == _sort_column:
			mark = " ▼" if _descending else " ▲"
		set_column_title(column, TITLES[column] + mark)


func _on_title_clicked(column: int, button: int) -> void:
	if button != MOUSE_BUTTON_LEFT:
		return
	var first_descending := not _is_text(column) # numbers: the largest first
	if column != _sort_column:
		sort_by(column, first_descending)
	elif _descending == first_descending:
		sort_by(column, not first_descending)
	else:
		sort_by(-1, false)


func _on_selected() -> void:
	var row := chosen_row()
	if row != null:
		formula_chosen.emit(row.kind, row.index, row.title)


func _is_text(column: int) -> bool:
	return column in [Column.NAME, Column.STATE, Column.CAUSE]


func _state_color(state: String) -> Color:
	match state:
		"true", "complete":
			return get_theme_color(&"success_color", &"Editor")
		"failed", "invalid":
			return get_theme_color(&"error_color", &"Editor")
		"repeats":
			return get_theme_color(&"warning_color", &"Editor")
		"chained":
			return get_theme_color(&"font_disabled_color", &"Editor")
		_:
			return get_theme_color(&"font_color", &"Editor")
