## One ship of the demo: flies, fights, takes damage and dies. Its [SexpObject] child reports to the mission.
extends Node2D

const ShipClasses := preload("res://addons/sexp_runtime/demo/ship_classes.gd")

## Seconds from the fatal hit to the end of the ship.
const DEATH_ROLL := 1.2
const TRAIL_POINTS := 22
const TRAIL_SECONDS := 0.12

var title := ""
var class_title := ""
var team := "Friendly"
## Orders in force, the latest last: arrays like [code]["ai-chase", "Ashmark", 89][/code].
var orders: Array[Array] = []
var dying := 0.0
## Whether the battle should free it.
var gone := false
var velocity := Vector2.ZERO
var reload := 0.0
var waypoint := 0
var untouchable := false
var object := SexpObject.new()

var _class: Dictionary = {}
var _outline := PackedVector2Array()
var _colour := Color.WHITE
var _trail := PackedVector2Array()
var _trail_wait := 0.0
var _flash := 0.0


## Creates the ship from the mission's facts about it.
func set_up(facts: Dictionary) -> void:
	title = facts["name"]
	class_title = facts["class"]
	team = facts["team"]
	name = title.validate_node_name()
	_class = ShipClasses.of(class_title)
	_outline = ShipClasses.outline(class_title)
	_colour = ShipClasses.colour(team)
	var place: Vector3 = facts["position"]
	position = Vector2(place.x, place.z)
	rotation = PI if team == "Hostile" else 0.0
	for order: Array in facts["orders"]:
		orders.append(order)
	object.object_name = title
	object.max_hull = _class["hull"]
	object.hull = object.max_hull * facts["hull"]
	object.max_shields = _class["shields"]
	object.shields = object.max_shields * facts["shields"]
	object.team = team
	object.top_speed = _class["speed"]
	object.freed_means = "destroyed"
	object.action_requested.connect(_on_action_requested)
	object.left.connect(_on_left)
	add_child(object)


## Whether the ship can be shot at.
func is_alive() -> bool:
	return dying <= 0.0 and not gone


## One property of the ship's class.
func trait_of(key: String) -> float:
	return _class[key]


## Turns towards a point and flies at up to full speed, keeping [param distance] metres away.
func fly_towards(point: Vector2, step: float, distance := 0.0) -> void:
	var there := point - position
	var wanted: float = _class["speed"]
	if there.length() < distance:
		wanted *= 0.35
	if there.length() > 1.0:
		var turn := angle_difference(rotation, there.angle())
		var most: float = _class["turn"] * step
		rotation += clampf(turn, -most, most)
		if absf(turn) > 1.2:
			wanted *= 0.6
	velocity = velocity.move_toward(Vector2.from_angle(rotation) * wanted, wanted * 1.5 * step + 0.5)
	position += velocity * step


## Takes damage, shields first.
func hit(damage: float, by: String) -> void:
	if not is_alive() or untouchable:
		return
	_flash = 1.0
	var held := minf(object.shields, damage)
	object.shields -= held
	if damage > held:
		object.hull = maxf(0.0, object.hull - (damage - held))
	if object.hull <= 0.0:
		die()
		object.destroy(by)


## Starts the death roll.
func die() -> void:
	if is_alive():
		dying = DEATH_ROLL


## The parts of a step that every ship has: reloading, repairing shields, dying.
func age(step: float) -> void:
	reload = maxf(0.0, reload - step)
	_trail_wait -= step
	if _trail_wait <= 0.0:
		_trail_wait += TRAIL_SECONDS
		_trail.append(position)
		if _trail.size() > TRAIL_POINTS:
			_trail.remove_at(0)
	_flash = maxf(0.0, _flash - 4.0 * step)
	if dying > 0.0:
		dying -= step
		position += velocity * step * 0.5
		rotation += 3.0 * step
		if dying <= 0.0:
			gone = true


## Draws again.
func show_now() -> void:
	queue_redraw()


func _on_action_requested(operator: String, arguments: Array) -> void:
	match operator:
		"add-goal":
			if arguments.size() > 1 and arguments[1] is Array:
				orders.append(arguments[1])
		"clear-goals":
			orders.clear()
		"ship-invulnerable":
			untouchable = true
		"ship-vulnerable":
			untouchable = false


func _on_left(how: String) -> void:
	if how == "destroyed":
		die()
	else:
		gone = true


func _draw() -> void:
	var back := get_transform().affine_inverse()
	if velocity.length() > 1.0 and not _trail.is_empty():
		draw_line(back * _trail[-1], Vector2.ZERO, Color(_colour, 0.4), 14.0)
	for i: int in range(1, _trail.size()):
		var fade := float(i) / _trail.size()
		draw_line(back * _trail[i - 1], back * _trail[i], Color(_colour, 0.4 * fade), 14.0 * fade)
	if dying > 0.0:
		var part := 1.0 - dying / DEATH_ROLL
		draw_circle(Vector2.ZERO, 30.0 + 120.0 * part, Color(1.0, 0.7 - 0.4 * part, 0.2, 0.75 * (1.0 - part)))
		draw_arc(Vector2.ZERO, 40.0 + 210.0 * part, 0.0, TAU, 32, Color(1.0, 0.9, 0.6, 1.0 - part), 6.0)
		return
	draw_colored_polygon(_outline, Color(_colour.darkened(0.55), 0.95).lerp(Color.WHITE, _flash * 0.5))
	draw_polyline(_outline + PackedVector2Array([_outline[0]]), _colour, 9.0)
	if object.shields > 0.0 and object.max_shields > 0.0:
		draw_arc(Vector2.ZERO, _outline[0].x + 22.0, 0.0, TAU, 28, Color(0.5, 0.75, 1.0, 0.12 + 0.45 * _flash * object.shields / object.max_shields), 7.0)
	draw_set_transform(Vector2.ZERO, -rotation)
	var share := object.hull / object.max_hull
	var below := 66.0 + _outline[0].x * 0.25
	draw_rect(Rect2(-75, below, 150, 15), Color(1, 1, 1, 0.15))
	draw_rect(Rect2(-75, below, 150.0 * share, 15), Color(1.0 - share, 0.25 + 0.65 * share, 0.3))
	draw_string(ThemeDB.fallback_font, Vector2(-300, below + 82), title, HORIZONTAL_ALIGNMENT_CENTER, 600, 66, Color(_colour, 0.9))
