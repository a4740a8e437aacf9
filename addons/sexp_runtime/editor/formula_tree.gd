## A formula as a tree with the value of every part: what decides is bold, and what changed flashes.
##
## A double click on a part, or Enter, shows its line in the mission's file.
@tool
extends Tree

## Emitted when the user wants to see the line of a part.
signal line_wanted(path: String, line: int)

## Seconds for which a changed part stands out.
const FLASH := 1.0
const TRUE_COLOR := Color(0.45, 0.85, 0.5)
const FALSE_COLOR := Color(0.95, 0.55, 0.45)
const FLASH_COLOR := Color(0.95, 0.8, 0.3, 0.45)

var _path := ""
var _rows: Array = []
var _items: Array[TreeItem] = []
var _flashing: Dictionary[TreeItem, float] = {}


func _init() -> void:
	columns = 3
	hide_root = true
	column_titles_visible = true
	var titles: PackedStringArray = ["Part of the Formula", "Now", "Reads"]
	for column: int in columns:
		set_column_title(column, titles[column])
		set_column_title_alignment(column, HORIZONTAL_ALIGNMENT_LEFT)
		set_column_clip_content(column, true)
		set_column_expand_ratio(column, [5, 3, 4][column])
	tooltip_text = "Bold parts decide the value. A double click shows the line in the mission's file."
	item_activated.connect(_on_item_activated)
	set_process(false)


func _process(delta: float) -> void:
	for item: TreeItem in _flashing.keys():
		var left := _flashing[item] - delta
		if left <= 0.0:
			_flashing.erase(item)
			item.clear_custom_bg_color(1)
		else:
			_flashing[item] = left
			item.set_custom_bg_color(1, Color(FLASH_COLOR, FLASH_COLOR.a * left / FLASH))
	set_process(not _flashing.is_empty())


## Shows a formula's rows [depth, role, text, value, result, reads, decides, line]. A formula of the same shape keeps its
## folded parts, and the parts that differ flash.
func show_rows(path: String, rows: Array) -> void:
	_path = path
	if not _same_shape(rows):
		clear_rows()
		_make_items(rows)
	for at: int in rows.size():
		if not _rows.is_empty() and rows[at].slice(2, 5) != _rows[at].slice(2, 5):
			_flashing[_items[at]] = FLASH
		_fill(_items[at], rows[at])
	_rows = rows
	set_process(not _flashing.is_empty())


func clear_rows() -> void:
	clear()
	_rows = []
	_items.clear()
	_flashing.clear()


## Requests the line of a row, as a double click does.
func open_row(at: int) -> void:
	var line: int = _rows[at][7]
	if line > 0:
		line_wanted.emit(_path, line)


## The texts of a row's columns, as shown.
func row_texts(at: int) -> PackedStringArray:
	var texts := PackedStringArray()
	for column: int in columns:
		texts.append(_items[at].get_text(column))
	return texts


func row_count() -> int:
	return _rows.size()


func _same_shape(rows: Array) -> bool:
	if rows.size() != _rows.size():
		return false
	for at: int in rows.size():
		if rows[at][0] != _rows[at][0] or rows[at][7] != _rows[at][7]:
			return false
	return true


func _make_items(rows: Array) -> void:
	var parents: Array[TreeItem] = [create_item()]
	for row: Array in rows:
		var depth: int = row[0]
		parents.resize(depth + 1)
		var item := create_item(parents[depth])
		parents.append(item)
		_items.append(item)


func _fill(item: TreeItem, row: Array) -> void:
	var reads: String = row[5]
	item.set_text(0, row[2])
	item.set_text(1, row[4])
	item.set_text(2, reads.replace("\n", ", "))
	item.set_tooltip_text(0, row[2])
	item.set_tooltip_text(1, row[4])
	item.set_tooltip_text(2, reads)
	var decides: bool = row[6]
	if decides and is_inside_tree():
		item.set_custom_font(0, get_theme_font(&"bold", &"EditorFonts"))
	else:
		item.set_custom_font(0, null)
	var is_action: bool = row[1] == "action"
	for column: int in columns:
		if is_action:
			item.set_custom_color(column, Color(get_theme_color(&"font_color"), 0.5))
		else:
			item.clear_custom_color(column)
	if row[3] != null:
		var value: int = row[3]
		item.set_custom_color(1, FALSE_COLOR if value == 0 else TRUE_COLOR)


func _on_item_activated() -> void:
	var at := _items.find(get_selected())
	if at >= 0:
		open_row(at)
