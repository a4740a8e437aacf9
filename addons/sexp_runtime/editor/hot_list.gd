## The formulas that cost most in the frames looked at closely; with full profiling the dearest operators too.
@tool
extends VSplitContainer

## A formula was double-clicked, or Enter was pressed on it.
signal formula_opened(kind: String, index: int)

const FORMULA_TITLES: PackedStringArray = ["Formula", "Evals", "Total us", "Mean", "Longest", "Last cause"]
const OPERATOR_TITLES: PackedStringArray = ["Operator", "Calls", "Self us", "Inclusive us"]

var _formulas := Tree.new()
var _operators := Tree.new()


func _init() -> void:
	name = "Hot"
	_prepare(_formulas, FORMULA_TITLES)
	_formulas.set_column_expand(5, true)
	_formulas.set_column_custom_minimum_width(1, 46)
	_formulas.set_column_custom_minimum_width(3, 46)
	_formulas.set_column_title_alignment(5, HORIZONTAL_ALIGNMENT_LEFT)
	_formulas.item_activated.connect(_on_activated)
	_prepare(_operators, OPERATOR_TITLES)
	_operators.visible = false


## Shows rows of kind, index, name, evaluations, total, mean and longest microseconds, last cause; and of operators name,
## calls, microseconds without and with what they called.
func show_rows(formulas: Array, operators: Array) -> void:
	var root := _clear(_formulas)
	for row: Array in formulas:
		var item := root.create_child()
		item.set_metadata(0, [row[0], row[1]])
		item.set_text(0, str(row[2]).trim_prefix("event ").trim_prefix("goal ").trim_prefix("\"").trim_suffix("\""))
		item.set_tooltip_text(0, str(row[2]))
		item.set_text(1, str(row[3]))
		for column: int in range(2, 5):
			item.set_text(column, "%.1f" % float(row[column + 2]))
		item.set_text(5, str(row[7]))
		item.set_tooltip_text(5, str(row[7]))
		_align(item, 1, 4)
	root = _clear(_operators)
	for row: Array in operators:
		var item := root.create_child()
		item.set_text(0, str(row[0]))
		item.set_text(1, str(row[1]))
		item.set_text(2, "%.1f" % float(row[2]))
		item.set_text(3, "%.1f" % float(row[3]))
		_align(item, 1, 3)
	_operators.visible = not operators.is_empty()


func clear() -> void:
	show_rows([], [])


## How many formulas and operators are listed.
func counts() -> Vector2i:
	return Vector2i(_formulas.get_root().get_child_count(), _operators.get_root().get_child_count())


func _prepare(tree: Tree, titles: PackedStringArray) -> void:
	tree.columns = titles.size()
	tree.column_titles_visible = true
	tree.hide_root = true
	tree.select_mode = Tree.SELECT_ROW
	tree.size_flags_vertical = Control.SIZE_EXPAND_FILL
	tree.custom_minimum_size.y = 40
	for column: int in titles.size():
		tree.set_column_title(column, titles[column])
		tree.set_column_clip_content(column, true)
		tree.set_column_expand(column, column == 0)
		if column > 0:
			tree.set_column_custom_minimum_width(column, 58)
			tree.set_column_title_alignment(column, HORIZONTAL_ALIGNMENT_RIGHT)
		else:
			tree.set_column_custom_minimum_width(column, 110)
			tree.set_column_title_alignment(column, HORIZONTAL_ALIGNMENT_LEFT)
	add_child(tree)


func _clear(tree: Tree) -> TreeItem:
	tree.clear()
	return tree.create_item()


func _align(item: TreeItem, first: int, last: int) -> void:
	for column: int in range(first, last + 1):
		item.set_text_alignment(column, HORIZONTAL_ALIGNMENT_RIGHT)


func _on_activated() -> void:
	var formula: Array = _formulas.get_selected().get_metadata(0)
	formula_opened.emit(str(formula[0]), int(formula[1]))
