## Cells of a tree that stand out for a second because their value has changed.
@tool
extends RefCounted

const SECONDS := 1.0
const COLOR := Color(0.95, 0.8, 0.3, 0.45)


## A cell and how long it still stands out.
class Flash:
	extends RefCounted
	var item: TreeItem = null
	var column := 0
	var left := SECONDS


var _flashes: Array[Flash] = []


## Makes a cell stand out.
func start(item: TreeItem, column: int) -> void:
	for known: Flash in _flashes:
		if known.item == item and known.column == column:
			known.left = SECONDS
			return
	var flash := Flash.new()
	flash.item = item
	flash.column = column
	_flashes.append(flash)


## Fades the cells; returns whether some still stand out.
func fade(seconds: float) -> bool:
	for flash: Flash in _flashes.duplicate():
		flash.left -= seconds
		if flash.left <= 0.0:
			_flashes.erase(flash)
			flash.item.clear_custom_bg_color(flash.column)
		else:
			flash.item.set_custom_bg_color(flash.column, Color(COLOR, COLOR.a * flash.left / SECONDS))
	return not _flashes.is_empty()


## Ends all flashes, before or after some of their items are freed.
func clear() -> void:
	for flash: Flash in _flashes:
		if is_instance_valid(flash.item):
			flash.item.clear_custom_bg_color(flash.column)
	_flashes.clear()


func count() -> int:
	return _flashes.size()
