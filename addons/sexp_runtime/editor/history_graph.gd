## A graph of the last minutes: the runtime's frame time as a line, the share of results from cache as an area.
@tool
extends "res://addons/sexp_runtime/series_graph.gd"


func _init() -> void:
	most_readings = 240 # the game sends one to four a second
	custom_minimum_size = Vector2(120, 44)
	size_flags_horizontal = Control.SIZE_EXPAND_FILL
	size_flags_vertical = Control.SIZE_EXPAND_FILL
	tooltip_text = "Line: time of a frame of the runtime, mean between two updates. Area: results that needed no evaluation, 0 to 100 %."


func _draw() -> void:
	var base := get_theme_color(&"font_color", &"Editor")
	var line_color := get_theme_color(&"success_color", &"Editor")
	var area_color := get_theme_color(&"accent_color", &"Editor")
	draw_rect(Rect2(Vector2.ZERO, size), Color(base, 0.06))
	if first.size() < 2:
		return
	var highest := ceiling(first)
	var step := size.x / float(most_readings - 1)
	var left := size.x - step * (first.size() - 1)
	var edge := PackedVector2Array()
	for i: int in second.size():
		edge.append(Vector2(left + i * step, size.y - 1.0 - (size.y - 2.0) * clampf(second[i], 0.0, 1.0)))
	var area := edge.duplicate()
	area.append(Vector2(size.x, size.y))
	area.append(Vector2(left, size.y))
	draw_colored_polygon(area, Color(area_color, 0.2))
	draw_polyline(edge, Color(area_color, 0.7), 1.0)
	draw_polyline(line_of(first, highest, left, step), line_color, 1.5, true)
	var font := get_theme_font(&"main", &"EditorFonts")
	var font_size := int(get_theme_font_size(&"main_size", &"EditorFonts") * 0.8)
	draw_string(font, Vector2(4, font_size + 2), "%.0f us" % highest, HORIZONTAL_ALIGNMENT_LEFT, -1, font_size, line_color)
	draw_string(font, Vector2(0, font_size + 2), "%.1f %% from cache" % (100.0 * second[-1]),
			HORIZONTAL_ALIGNMENT_RIGHT, size.x - 4, font_size, area_color)
