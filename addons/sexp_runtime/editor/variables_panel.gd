## The mission's variables and containers. A double click on a value changes it in the running mission.
@tool
extends "res://addons/sexp_runtime/editor/page_table.gd"

## A change for the game: the message and its data.
signal wanted(message: String, data: Array)

enum Column { NAME, TYPE, VALUE }

const ADD := "add..."
## What a row below a container is.
enum Child { ITEM, MORE, ADDER }
const TIP := "A double click, or Enter, changes the value in the running mission. Delete removes an item of a container."

var _editable := false


func _init() -> void:
	super(["Variable", "Type", "Value"], [Column.NAME, Column.TYPE, Column.VALUE], [90, 60, 90])
	name = "Variables"
	tooltip_text = TIP
	set_column_expand_ratio(Column.NAME, 3)
	set_column_expand_ratio(Column.TYPE, 2)
	set_column_expand_ratio(Column.VALUE, 4)
	item_edited.connect(_on_edited)


func _gui_input(event: InputEvent) -> void:
	var key := event as InputEventKey
	if key != null and key.pressed and key.keycode == KEY_DELETE and _editable:
		var item := get_selected()
		if item != null and item.get_parent() != get_root():
			remove(item)
			accept_event()


## Sets whether values can be changed.
func enable(on: bool) -> void:
	_editable = on
	for place: int in _rows.size():
		_let_edit(_items[place], _rows[place])


## Removes an item of a container, as Delete does; other rows stay.
func remove(item: TreeItem) -> void:
	if _child(item) == Child.ITEM:
		wanted.emit("remove_item", [_owner_of(item), item.get_metadata(0)])


## Changes a variable, as typing into its cell does.
func edit(variable: String, text: String) -> void:
	wanted.emit("set_variable", [variable, text])


func _fill(item: TreeItem, row: Array, before: Array) -> void:
	var kind: String = row[0]
	var changed := not before.is_empty() and before.slice(3) != row.slice(3)
	var held: int = row[5]
	var items: Array = row[4]
	var value: String = row[3]
	if kind != "variable":
		value = "%d %s" % [held, "item" if held == 1 else "items"]
	_set_cell(item, Column.NAME, str(row[1]), "%s %s" % [kind, row[1]], false)
	_set_cell(item, Column.TYPE, str(row[2]) if kind == "variable" else "%s of %s" % [kind, row[2]], "", false)
	_set_cell(item, Column.VALUE, value, "%s\n%s" % [value, TIP], changed)
	if kind != "variable":
		_fill_items(item, kind, items, held)
		if before.is_empty():
			item.collapsed = true
	_let_edit(item, row)


# Shows a container's items as children, a row that says how many more there are, and one that adds an item.
func _fill_items(item: TreeItem, kind: String, items: Array, whole: int) -> void:
	var more := 1 if whole > items.size() else 0
	while item.get_child_count() > items.size() + more + 1:
		_flashes.clear()
		item.get_child(item.get_child_count() - 1).free()
	while item.get_child_count() < items.size() + more + 1:
		item.create_child()
	for at: int in items.size():
		var child := item.get_child(at)
		var key: String = items[at][0]
		_become(child, Child.ITEM, key)
		_set_cell(child, Column.NAME, key, "", false)
		_set_cell(child, Column.VALUE, str(items[at][1]), TIP, false)
	if more > 0:
		var rest := item.get_child(items.size())
		_become(rest, Child.MORE, "")
		_set_cell(rest, Column.NAME, "and %d more" % (whole - items.size()), "", false)
		_set_cell(rest, Column.VALUE, "", "", false)
	var adder := item.get_child(items.size() + more)
	_become(adder, Child.ADDER, "")
	_set_cell(adder, Column.NAME, "", "", false)
	_set_cell(adder, Column.VALUE, ADD, "A double click adds %s." % ("an item" if kind == "list" else "a key: write  key = value"), false)


func _let_edit(item: TreeItem, row: Array) -> void:
	item.set_editable(Column.VALUE, _editable and row[0] == "variable")
	for child: TreeItem in item.get_children():
		child.set_editable(Column.VALUE, _editable and _child(child) != Child.MORE)


func _become(item: TreeItem, child: Child, key: String) -> void:
	item.set_metadata(0, key)
	item.set_metadata(1, child)


func _child(item: TreeItem) -> Child:
	return item.get_metadata(1)


func _owner_of(item: TreeItem) -> String:
	return item.get_parent().get_text(Column.NAME)


func _on_edited() -> void:
	var item := get_edited()
	var text := item.get_text(Column.VALUE)
	if item.get_parent() == get_root():
		edit(item.get_text(Column.NAME), text)
	elif _child(item) == Child.ITEM:
		wanted.emit("set_item", [_owner_of(item), item.get_metadata(0), text])
	elif text == ADD: # nothing was typed
		return
	elif item.get_parent().get_text(Column.TYPE).begins_with("map"):
		var parts := text.split("=", true, 1)
		wanted.emit("add_item", [_owner_of(item), parts[0].strip_edges(), parts[1].strip_edges() if parts.size() > 1 else ""])
	else:
		wanted.emit("add_item", [_owner_of(item), "", text])
