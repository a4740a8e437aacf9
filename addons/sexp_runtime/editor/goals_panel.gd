## The mission's goals with their types, states and texts.
@tool
extends "res://addons/sexp_runtime/editor/page_table.gd"


func _init() -> void:
	super(["Goal", "Type", "State", "Text", "Score"], [0, 1, 2, 3], [76, 58, 66, 76, 40])
	name = "Goals"
	set_column_expand_ratio(0, 3)
	set_column_expand_ratio(3, 4)


func _fill(item: TreeItem, row: Array, before: Array) -> void:
	super(item, row, before)
	item.set_custom_color(2, _status_color(str(row[2])))
