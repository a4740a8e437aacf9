## Base of the graphs of the overlay and of the editor's tab: two series of readings, and a stable scale.
@tool
extends Control

## How many readings the graph holds.
var most_readings := 120
var first := PackedFloat32Array()
var second := PackedFloat32Array()


## Adds a reading to each series and drops the oldest ones.
func push(one: float, other: float) -> void:
	first.append(one)
	second.append(other)
	if first.size() > most_readings:
		first.remove_at(0)
		second.remove_at(0)
	queue_redraw()


func clear() -> void:
	first.clear()
	second.clear()
	queue_redraw()


## A series as a line: [param left] is the x of its first reading, [param step] the distance to the next.
func line_of(values: PackedFloat32Array, highest: float, left: float, step: float) -> PackedVector2Array:
	var line := PackedVector2Array()
	for i: int in values.size():
		line.append(Vector2(left + i * step, size.y * (1.0 - 0.92 * minf(1.05, values[i] / highest))))
	return line


## The next round number above nearly all values, so that the scale is stable and a single spike does not hide the rest.
func ceiling(values: PackedFloat32Array) -> float:
	var sorted := values.duplicate()
	sorted.sort()
	var highest := maxf(1.0, sorted[int((sorted.size() - 1) * 0.97)])
	var unit := pow(10.0, floorf(log(highest) / log(10.0)))
	for step: float in [1.0, 2.0, 5.0, 10.0]:
		if highest <= step * unit:
			return step * unit
	return highest
