## The most expensive formulas of the sampled frames; with full profiling the most expensive operators, too.
@tool
extends VSplitContainer

## A formula was double-clicked, or Enter was pressed on it.
signal formula_opened(kind: String, index: int)

const ColumnList := preload("res://addons/sexp_runtime/editor/column_list.gd")

var _formulas := ColumnList.new(
		["Formula", "Evals", "Total us", "Mean", "Longest", "Last cause"], [0, 5], [110, 46, 58, 46, 58, 58])
var _operators := ColumnList.new(["Operator", "Calls", "Self us", "Inclusive us"], [0], [110, 58, 58, 58])


func _init() -> void:
	name = "Hot"
	_formulas.item_activated.connect(_on_activated)
	add_child(_formulas)
	add_child(_operators)
	_operators.visible = false


## Shows rows of kind, index, name, evaluations, total, mean and longest microseconds, last cause; and of operators name,
## calls, microseconds without and with their callees.
func show_rows(formulas: Array, operators: Array) -> void:
	_formulas.clear_rows()
	for row: Array in formulas:
		var owner_name := str(row[2])
		var short := owner_name.trim_prefix("event ").trim_prefix("goal ").trim_prefix("\"").trim_suffix("\"")
		var item := _formulas.add_row(
				[short, str(row[3]), "%.1f" % float(row[4]), "%.1f" % float(row[5]), "%.1f" % float(row[6]), str(row[7])],
				{0: owner_name})
		item.set_metadata(0, [row[0], row[1]])
	_operators.clear_rows()
	for row: Array in operators:
		_operators.add_row([str(row[0]), str(row[1]), "%.1f" % float(row[2]), "%.1f" % float(row[3])])
	_operators.visible = not operators.is_empty()


func clear() -> void:
	show_rows([], [])


## How many formulas and operators are listed.
func counts() -> Vector2i:
	return Vector2i(_formulas.count(), _operators.count())


func _on_activated() -> void:
	var formula: Array = _formulas.get_selected().get_metadata(0)
	formula_opened.emit(str(formula[0]), int(formula[1]))
