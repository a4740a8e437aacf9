## A plain list with titled columns: texts are aligned to the left, numbers to the right.
@tool
extends Tree

var _is_text: Array[bool] = []


## Creates the columns; [param texts] are the columns with texts, which share the remaining width.
func _init(titles: PackedStringArray, texts: PackedInt32Array, widths: PackedInt32Array) -> void:
	columns = titles.size()
	column_titles_visible = true
	hide_root = true
	select_mode = Tree.SELECT_ROW
	size_flags_vertical = Control.SIZE_EXPAND_FILL
	custom_minimum_size.y = 40
	for column: int in titles.size():
		var is_text := texts.has(column)
		_is_text.append(is_text)
		set_column_title(column, titles[column])
		set_column_title_alignment(column, HORIZONTAL_ALIGNMENT_LEFT if is_text else HORIZONTAL_ALIGNMENT_RIGHT)
		set_column_clip_content(column, true)
		set_column_expand(column, is_text)
		set_column_custom_minimum_width(column, widths[column])
	clear_rows()


func clear_rows() -> void:
	clear()
	create_item()


func add_row(texts: Array[String], tooltips: Dictionary[int, String] = {}) -> TreeItem:
	var item := get_root().create_child()
	for column: int in texts.size():
		item.set_text(column, texts[column])
		item.set_tooltip_text(column, tooltips.get(column, texts[column]))
		if not _is_text[column]:
			item.set_text_alignment(column, HORIZONTAL_ALIGNMENT_RIGHT)
	return item


func count() -> int:
	return get_root().get_child_count()
