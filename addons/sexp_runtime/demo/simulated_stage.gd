## Shows the ships of a mission that the built-in simulation plays: dots with names, seen from above.
extends "res://addons/sexp_runtime/demo/stage.gd"

const ShipClasses := preload("res://addons/sexp_runtime/demo/ship_classes.gd")

const MARGIN := 1.15

var _marks: Array[Dictionary] = []
var _centre := Vector2.ZERO
var _reach := 3000.0


func show_now() -> void:
	if DisplayServer.get_name() == "headless":
		return
	_marks.clear()
	var farthest := 1500.0
	var sum := Vector2.ZERO
	for object_name: String in _runtime.get_objects():
		var facts := _runtime.get_object(object_name)
		var place: Vector3 = facts["position"]
		var mark := {"title": object_name, "at": Vector2(place.x, place.z), "team": facts["team"], "hull": facts["hull"]}
		sum += mark["at"]
		_marks.append(mark)
	if not _marks.is_empty():
		_centre = _centre.lerp(sum / _marks.size(), 0.1)
	for mark: Dictionary in _marks:
		farthest = maxf(farthest, (mark["at"] as Vector2 - _centre).length())
	_reach = lerpf(_reach, minf(farthest, 60000.0) * MARGIN, 0.1)
	queue_redraw()


func _draw() -> void:
	for mark: Dictionary in _marks:
		var at := (mark["at"] as Vector2 - _centre) / _reach * 1750.0
		var colour := ShipClasses.colour(mark["team"])
		draw_circle(at, 16.0, colour)
		draw_arc(at, 28.0, -PI / 2.0, -PI / 2.0 + TAU * clampf(mark["hull"], 0.0, 1.0), 20, Color(colour, 0.6), 5.0)
		draw_string(ThemeDB.fallback_font, at + Vector2(-200, 70), mark["title"], HORIZONTAL_ALIGNMENT_CENTER, 400, 40, Color(colour, 0.75))
