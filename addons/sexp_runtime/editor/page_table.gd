## A table whose rows the game sends by their places; it sends only changed rows. Changed cells flash.
@tool
extends "res://addons/sexp_runtime/editor/column_list.gd"

const CellFlashes := preload("res://addons/sexp_runtime/editor/cell_flashes.gd")

var _rows: Array[Array] = []
var _items: Array[TreeItem] = []
var _flashes := CellFlashes.new()
var _filter := ""


func _init(titles: PackedStringArray, texts: PackedInt32Array, widths: PackedInt32Array) -> void:
	super(titles, texts, widths)
	allow_search = false
	set_process(false)


func _process(delta: float) -> void:
	set_process(_flashes.fade(delta))


## Shows changed rows, [place, columns...]; the mission has [param total] rows.
func update_rows(total: int, news: Array) -> void:
	while _rows.size() > total:
		_items.pop_back().free()
		_rows.pop_back()
		_flashes.clear()
	for fresh: Array in news:
		var place: int = fresh[0]
		var row: Array = fresh.slice(1)
		while place >= _rows.size():
			_rows.append([])
			_items.append(get_root().create_child())
		var before := _rows[place]
		_rows[place] = row
		_fill(_items[place], row, before)
		_items[place].visible = _passes(row)
	set_process(_flashes.count() > 0)


## Shows only the rows in which the text occurs; "" shows all.
func filter(text: String) -> void:
	_filter = text.to_lower()
	for place: int in _rows.size():
		_items[place].visible = _passes(_rows[place])


func clear_rows() -> void:
	super()
	_rows.clear()
	_items.clear()
	_flashes.clear()


## The row of the selected item, as the game has sent it; empty if none is selected.
func chosen_row() -> Array:
	var place := _items.find(get_selected())
	return [] if place < 0 else _rows[place]


## Selects the row whose first column has this text, as a click does.
func choose(text: String) -> void:
	for item: TreeItem in _items:
		if item.get_text(0) == text:
			item.select(0)
			scroll_to_item(item)
			return


## The texts of all visible rows.
func shown_rows() -> Array[PackedStringArray]:
	var lines: Array[PackedStringArray] = []
	for item: TreeItem in _items:
		if item.visible:
			var line := PackedStringArray()
			for column: int in columns:
				line.append(item.get_text(column))
			lines.append(line)
	return lines


# Fills an item; `before` is what it showed, empty for a new one.
func _fill(item: TreeItem, row: Array, before: Array) -> void:
	for column: int in columns:
		_set_cell(item, column, str(row[column]), str(row[column]), not before.is_empty() and before[column] != row[column])


func _set_cell(item: TreeItem, column: int, text: String, tip: String, changed: bool) -> void:
	item.set_text(column, text)
	item.set_tooltip_text(column, tip)
	if not _is_text[column]:
		item.set_text_alignment(column, HORIZONTAL_ALIGNMENT_RIGHT)
	if changed:
		_flashes.start(item, column)


func _passes(row: Array) -> bool:
	return _filter.is_empty() or " ".join(row.map(str)).to_lower().contains(_filter)


func _status_color(status: String) -> Color:
	match status:
		"present", "complete":
			return get_theme_color(&"success_color", &"Editor")
		"destroyed", "self-destructed", "failed", "invalid":
			return get_theme_color(&"error_color", &"Editor")
		"death roll":
			return get_theme_color(&"warning_color", &"Editor")
		"not yet", "departed", "vanished":
			return get_theme_color(&"font_disabled_color", &"Editor")
		_:
			return get_theme_color(&"font_color", &"Editor")
