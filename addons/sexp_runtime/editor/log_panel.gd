## The mission's log and the messages it has sent, the latest at the end.
@tool
extends "res://addons/sexp_runtime/editor/column_list.gd"

## The oldest rows beyond these are dropped.
const MOST_ROWS := 3000
enum Column { TIME, KIND, NAME, TEXT }

var _filter := ""


func _init() -> void:
	super(["Time", "What", "Who", "Text"], [Column.KIND, Column.NAME, Column.TEXT], [56, 90, 70, 110])
	name = "Log"
	allow_search = false
	set_column_expand_ratio(Column.KIND, 2)
	set_column_expand_ratio(Column.NAME, 2)
	set_column_expand_ratio(Column.TEXT, 5)


## Appends rows [seconds, kind, name, text]; [param fresh] begins a new list. The view follows the end if it showed it.
func add_rows(fresh: bool, rows: Array) -> void:
	if fresh:
		clear_rows()
	var follow := _shows_end()
	for row: Array in rows:
		var seconds: float = row[0]
		var item := add_row(["%d:%04.1f" % [int(seconds / 60.0), fmod(seconds, 60.0)], str(row[1]), str(row[2]), str(row[3])])
		if row[1] == "message":
			item.set_custom_color(Column.KIND, get_theme_color(&"accent_color", &"Editor"))
		item.visible = _passes(item)
	while count() > MOST_ROWS:
		get_root().get_first_child().free()
	if follow and count() > 0:
		scroll_to_item.call_deferred(get_root().get_child(-1))


## Shows only the rows in which the text occurs; "" shows all.
func filter(text: String) -> void:
	_filter = text.to_lower()
	for item: TreeItem in get_root().get_children():
		item.visible = _passes(item)


## The texts of the visible rows.
func shown_rows() -> Array[PackedStringArray]:
	var lines: Array[PackedStringArray] = []
	for item: TreeItem in get_root().get_children():
		if item.visible:
			lines.append(PackedStringArray([item.get_text(0), item.get_text(1), item.get_text(2), item.get_text(3)]))
	return lines


func _passes(item: TreeItem) -> bool:
	if _filter.is_empty():
		return true
	for column: int in range(Column.KIND, columns):
		if item.get_text(column).to_lower().contains(_filter):
			return true
	return false


func _shows_end() -> bool:
	if count() == 0:
		return true
	var area := get_item_area_rect(get_root().get_child(-1))
	return area.position.y - get_scroll().y <= size.y + area.size.y
