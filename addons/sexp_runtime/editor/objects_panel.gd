## The mission's objects, and everything about the one that is chosen.
@tool
extends HSplitContainer

## Another object was chosen.
signal object_chosen(object_name: String)

const PageTable := preload("res://addons/sexp_runtime/editor/page_table.gd")
const ColumnList := preload("res://addons/sexp_runtime/editor/column_list.gd")


## The table of all objects.
class Objects:
	extends PageTable

	const TITLES: PackedStringArray = ["Object", "Status", "Hull %", "Shields %", "Node"]
	const WIDTHS: PackedInt32Array = [66, 54, 44, 62, 44]
	## Columns that a narrow table leaves out; the details have them, too.
	const SPARE: PackedInt32Array = [3, 4]

	func _init() -> void:
		super(TITLES, [0, 1, 4], WIDTHS)
		set_column_expand_ratio(0, 3)
		set_column_expand_ratio(1, 2)
		set_column_expand_ratio(4, 3)
		resized.connect(_fit)

	## Whether all columns have room.
	func is_wide() -> bool:
		return get_column_title(SPARE[0]) == TITLES[SPARE[0]]

	func _fit() -> void:
		var needed := 24.0 # for the scroll bar and the margins
		for width: int in WIDTHS:
			needed += width
		var wide := size.x >= needed
		if wide == is_wide():
			return
		for column: int in SPARE:
			set_column_title(column, TITLES[column] if wide else "")
			set_column_custom_minimum_width(column, WIDTHS[column] if wide else 0)
			set_column_expand(column, wide and _is_text[column])

	# The game's row: name, class, team, status, hull, shields, node.
	func _fill(item: TreeItem, row: Array, before: Array) -> void:
		var path: String = row[6]
		var node := path.get_file()
		if node.begins_with("@"): # a name that the engine has made says nothing
			node = path.get_base_dir().get_file()
		var texts: Array[String] = [row[0], row[3], row[4], row[5], node]
		var tips: Array[String] = ["%s (%s, %s)" % [row[0], row[1], row[2]], row[3], row[4], row[5], path]
		for column: int in columns:
			var from: int = [0, 3, 4, 5, 6][column]
			_set_cell(item, column, texts[column], tips[column], not before.is_empty() and before[from] != row[from])
		item.set_custom_color(1, _status_color(texts[1]))


var table := Objects.new()
var details := ColumnList.new(["About It", ""], [0, 1], [54, 54])
var _shown := ""


func _init() -> void:
	name = "Objects"
	table.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	table.size_flags_stretch_ratio = 1.8
	table.item_selected.connect(_on_selected)
	add_child(table)
	details.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	details.custom_minimum_size.x = 150
	details.set_column_expand_ratio(1, 2)
	details.hide()
	add_child(details)


## Shows the details of an object: [label, text] each.
func show_details(object_name: String, rows: Array) -> void:
	if object_name != _shown:
		return
	details.set_column_title(0, object_name)
	if details.count() != rows.size():
		details.clear_rows()
		for row: Array in rows:
			details.add_row(["", ""])
	for at: int in rows.size():
		var item := details.get_root().get_child(at)
		for column: int in 2:
			item.set_text(column, rows[at][column])
			item.set_tooltip_text(column, rows[at][column])


## The object whose details are shown, "" for none.
func chosen() -> String:
	return _shown


func clear() -> void:
	table.clear_rows()
	details.clear_rows()
	details.set_column_title(0, "About It")
	details.hide()
	_shown = ""


func _on_selected() -> void:
	var row := table.chosen_row()
	if not row.is_empty() and row[0] != _shown:
		_shown = row[0]
		details.clear_rows()
		details.show()
		object_chosen.emit(_shown)
