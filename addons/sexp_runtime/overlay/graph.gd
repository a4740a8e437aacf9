## A small graph of two series over the last readings: frame time as a line, evaluations a second as bars.
@tool
extends "res://addons/sexp_runtime/series_graph.gd"

const TIME_COLOUR := Color(0.56, 0.94, 0.6)
const RATE_COLOUR := Color(0.45, 0.65, 1.0, 0.45)


func _draw() -> void:
	draw_rect(Rect2(Vector2.ZERO, size), Color(1, 1, 1, 0.05))
	if first.size() < 2:
		return
	var highest_time := ceiling(first)
	var highest_rate := ceiling(second)
	var width := size.x / most_readings
	for i: int in second.size():
		var bar := size.y * minf(1.0, second[i] / highest_rate)
		draw_rect(Rect2(i * width, size.y - bar, maxf(1.0, width - 1.0), bar), RATE_COLOUR)
	draw_polyline(line_of(first, highest_time, 0.0, width), TIME_COLOUR, 1.5, true)
	var font := ThemeDB.fallback_font
	draw_string(font, Vector2(4, 12), "%.0f us" % highest_time, HORIZONTAL_ALIGNMENT_LEFT, -1, 10, TIME_COLOUR)
	draw_string(font, Vector2(0, 12), "%.0f evaluations/s" % highest_rate, HORIZONTAL_ALIGNMENT_RIGHT, size.x - 4, 10, Color(0.6, 0.75, 1.0))
