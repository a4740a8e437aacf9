## A small graph of two series over the last readings: frame time as a line, evaluations a second as bars.
extends Control

const READINGS := 120
const TIME_COLOUR := Color(0.56, 0.94, 0.6)
const RATE_COLOUR := Color(0.45, 0.65, 1.0, 0.45)

var _times := PackedFloat32Array()
var _rates := PackedFloat32Array()


## Adds a reading: microseconds of the last frame, evaluations a second.
func push(frame_us: float, evaluations_per_second: float) -> void:
	_times.append(frame_us)
	_rates.append(evaluations_per_second)
	if _times.size() > READINGS:
		_times.remove_at(0)
		_rates.remove_at(0)
	queue_redraw()


func _draw() -> void:
	draw_rect(Rect2(Vector2.ZERO, size), Color(1, 1, 1, 0.05))
	if _times.size() < 2:
		return
	var highest_time := _ceiling(_times)
	var highest_rate := _ceiling(_rates)
	var width := size.x / READINGS
	var line := PackedVector2Array()
	for i: int in _times.size():
		var x := i * width
		var bar := size.y * minf(1.0, _rates[i] / highest_rate)
		draw_rect(Rect2(x, size.y - bar, maxf(1.0, width - 1.0), bar), RATE_COLOUR)
		line.append(Vector2(x, size.y * (1.0 - 0.92 * minf(1.05, _times[i] / highest_time))))
	draw_polyline(line, TIME_COLOUR, 1.5, true)
	var font := ThemeDB.fallback_font
	draw_string(font, Vector2(4, 12), "%.0f us" % highest_time, HORIZONTAL_ALIGNMENT_LEFT, -1, 10, TIME_COLOUR)
	draw_string(font, Vector2(0, 12), "%.0f evaluations/s" % highest_rate, HORIZONTAL_ALIGNMENT_RIGHT, size.x - 4, 10, Color(0.6, 0.75, 1.0))


## The next round number above nearly all values, so that the scale stays still and a single spike does not hide the rest.
func _ceiling(values: PackedFloat32Array) -> float:
	var sorted := values.duplicate()
	sorted.sort()
	var highest := maxf(1.0, sorted[int((sorted.size() - 1) * 0.97)])
	var unit := pow(10.0, floorf(log(highest) / log(10.0)))
	for step: float in [1.0, 2.0, 5.0, 10.0]:
		if highest <= step * unit:
			return step * unit
	return highest
