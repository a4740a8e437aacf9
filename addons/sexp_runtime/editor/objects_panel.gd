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

	func _init() -> void:
		super(["Object", "Status", "Hull %", "Shields %", "Node"], [0, 1, 4], [66, 54, 44, 62, 44])
		set_column_expand_ratio(0, 3)
		set_column_expand_ratio(1, 2)
		set_column_expand_ratio(4, 3)

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
	details.custom_minimum_size.x = 90
	details.set_column_expand_ratio(1, 2)
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
	_shown = ""


func _on_selected() -> void:
	var row := table.chosen_row()
	if not row.is_empty() and row[0] != _shown:
		_shown = row[0]
		details.clear_rows()
		object_chosen.emit(_shown)
