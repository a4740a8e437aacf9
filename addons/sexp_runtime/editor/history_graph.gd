## A graph of the last minutes: the runtime's frame time as a line, the share of results from cache as an area.
@tool
extends Control

## Updates that the graph holds; the game sends one to four a second.
const READINGS := 240

var _times := PackedFloat32Array()
var _rates := PackedFloat32Array()


func _init() -> void:
	custom_minimum_size = Vector2(120, 44)
	size_flags_horizontal = Control.SIZE_EXPAND_FILL
	size_flags_vertical = Control.SIZE_EXPAND_FILL
	tooltip_text = "Line: time of a frame of the runtime, mean between two updates. Area: results that needed no evaluation, 0 to 100 %."


## Adds a reading: microseconds and a share from 0 to 1.
func push(frame_us: float, hit_rate: float) -> void:
	_times.append(frame_us)
	_rates.append(hit_rate)
	if _times.size() > READINGS:
		_times.remove_at(0)
		_rates.remove_at(0)
	queue_redraw()


func clear() -> void:
	_times.clear()
	_rates.clear()
	queue_redraw()


func _draw() -> void:
	var base := get_theme_color(&"font_color", &"Editor")
	var line_color := get_theme_color(&"success_color", &"Editor")
	var area_color := get_theme_color(&"accent_color", &"Editor")
	draw_rect(Rect2(Vector2.ZERO, size), Color(base, 0.06))
	if _times.size() < 2:
		return
	var highest := _ceiling()
	var step := size.x / float(READINGS - 1)
	var left := size.x - step * (_times.size() - 1)
	var line := PackedVector2Array()
	var area := PackedVector2Array()
	for i: int in _times.size():
		var x := left + i * step
		line.append(Vector2(x, size.y * (1.0 - 0.9 * _times[i] / highest)))
		area.append(Vector2(x, size.y - 1.0 - (size.y - 2.0) * clampf(_rates[i], 0.0, 1.0)))
	var edge := area.duplicate()
	area.append(Vector2(size.x, size.y))
	area.append(Vector2(left, size.y))
	draw_colored_polygon(area, Color(area_color, 0.2))
	draw_polyline(edge, Color(area_color, 0.7), 1.0)
	draw_polyline(line, line_color, 1.5, true)
	var font := get_theme_font(&"main", &"EditorFonts")
	var font_size := int(get_theme_font_size(&"main_size", &"EditorFonts") * 0.8)
	draw_string(font, Vector2(4, font_size + 2), "%.0f us" % highest, HORIZONTAL_ALIGNMENT_LEFT, -1, font_size, line_color)
	draw_string(font, Vector2(0, font_size + 2), "%.1f %% from cache" % (100.0 * _rates[-1]),
			HORIZONTAL_ALIGNMENT_RIGHT, size.x - 4, font_size, area_color)


## The next round number above all times, so that the scale stays still.
func _ceiling() -> float:
	var highest := 1.0
	for value: float in _times:
		highest = maxf(highest, value)
	var unit := pow(10.0, floorf(log(highest) / log(10.0)))
	for factor: float in [1.0, 2.0, 5.0, 10.0]:
		if highest <= factor * unit:
			return factor * unit
	return highest
