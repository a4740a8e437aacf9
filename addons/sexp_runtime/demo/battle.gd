## The demo's battle: ships arrive when the mission sends them, follow its orders, and shoot at each other.
##
## All moves are made in fixed steps and all random numbers come from one seeded generator, so a seed always gives the same battle.
extends "res://addons/sexp_runtime/demo/stage.gd"

const DemoShip := preload("res://addons/sexp_runtime/demo/ship.gd")
const ShipClasses := preload("res://addons/sexp_runtime/demo/ship_classes.gd")

## Distance in metres at which a waypoint counts as reached.
const WAYPOINT_REACHED := 140.0
const BEAM_SECONDS := 0.12

var _ships: Array[DemoShip] = []
var _random := RandomNumberGenerator.new()
var _beams: Array[Dictionary] = []
var _stars := PackedVector2Array()


func prepare(runtime: Runtime, seed_value: int) -> void:
	super(runtime, seed_value)
	_random.seed = seed_value
	var stars := RandomNumberGenerator.new()
	stars.seed = 7
	for i: int in 260:
		_stars.append(Vector2(stars.randf_range(-3700, 3700), stars.randf_range(-2100, 2100)))
	_runtime.object_arrived.connect(_on_object_arrived)


func advance(step: float) -> void:
	for ship: DemoShip in _ships.duplicate():
		ship.age(step)
		if ship.gone:
			_ships.erase(ship)
			ship.queue_free()
		elif ship.is_alive():
			_act(ship, step)
	for beam: Dictionary in _beams:
		beam["left"] -= step
	_beams = _beams.filter(func(beam: Dictionary) -> bool: return beam["left"] > 0.0)


func show_now() -> void:
	for ship: DemoShip in _ships:
		if not ship.gone:
			ship.show_now()
	queue_redraw()


func _on_object_arrived(object_name: String) -> void:
	var ship := DemoShip.new()
	ship.set_up(_runtime.get_object(object_name))
	_ships.append(ship)
	add_child(ship)


func _act(ship: DemoShip, step: float) -> void:
	var target: DemoShip = null
	var order: Array = ship.orders[-1] if not ship.orders.is_empty() else []
	match order[0] if not order.is_empty() else "":
		"ai-waypoints-once", "ai-waypoints":
			_follow(ship, order, step)
			return
		"ai-warp-out":
			ship.fly_towards(ship.position + Vector2(800, -600), step)
			return
		"ai-chase", "ai-chase-wing":
			target = _nearest(ship, func(other: DemoShip) -> bool:
				return other.title == str(order[1]) or _is_member(other, str(order[1])))
		"ai-guard", "ai-guard-wing":
			target = _guard(ship, str(order[1]), step)
			if target == null:
				return
	if target == null and ship.trait_of("damage") > 0.0:
		target = _nearest(ship, func(other: DemoShip) -> bool: return other.class_title != "Buoy")
	if target == null:
		ship.fly_towards(ship.position + ship.velocity, step, INF)
		return
	_attack(ship, target, step)


func _follow(ship: DemoShip, order: Array, step: float) -> void:
	var points := _runtime.get_waypoints(str(order[1]))
	if ship.waypoint >= points.size():
		ship.fly_towards(ship.position + Vector2(400, 0), step)
		return
	var point := Vector2(points[ship.waypoint].x, points[ship.waypoint].z)
	ship.fly_towards(point, step)
	if ship.position.distance_to(point) < WAYPOINT_REACHED:
		ship.waypoint += 1
		if ship.waypoint == points.size():
			_runtime.report("waypoints-done", ship.title, str(order[1]))


## Stays with the guarded ship; returns an enemy that is too close to it.
func _guard(ship: DemoShip, guarded_title: String, step: float) -> DemoShip:
	for guarded: DemoShip in _ships:
		if guarded.title == guarded_title and guarded.is_alive():
			var enemy := _nearest(guarded, func(_other: DemoShip) -> bool: return true)
			if enemy != null and enemy.position.distance_to(guarded.position) < 900.0:
				return enemy
			var side := Vector2(150, 260 if ship.title.ends_with("2") else -220)
			ship.fly_towards(guarded.position + side, step, 120.0)
			return null
	return null


func _attack(ship: DemoShip, target: DemoShip, step: float) -> void:
	var reach := ship.trait_of("range")
	var there := target.position - ship.position
	# Fast ships sweep past and turn again; slow ones stand off.
	var side := Vector2.from_angle(float(ship.title.hash() % 628) / 100.0)
	var aim := target.position + target.velocity * 0.4 + side * 90.0
	if ship.trait_of("speed") > 120.0 and there.length() < 140.0:
		aim = ship.position + ship.velocity.rotated(0.6 if ship.title.hash() % 2 == 0 else -0.6)
	for other: DemoShip in _ships: # keep clear of one's own
		if other != ship and other.team == ship.team and other.position.distance_to(ship.position) < 130.0:
			aim += (ship.position - other.position) * 1.5
	ship.fly_towards(aim, step, reach * 0.6 if ship.trait_of("speed") <= 120.0 else 0.0)
	if ship.reload > 0.0 or there.length() > reach or absf(angle_difference(ship.rotation, there.angle())) > 0.75:
		return
	ship.reload = ship.trait_of("reload") * _random.randf_range(0.9, 1.1)
	var struck := _random.randf() < ship.trait_of("aim")
	var end := target.position if struck else target.position + Vector2(_random.randf_range(-70, 70), _random.randf_range(-70, 70))
	_beams.append({"from": ship.position, "to": end, "left": BEAM_SECONDS, "team": ship.team})
	if struck:
		target.hit(ship.trait_of("damage"), ship.title)


## The nearest living enemy that the test accepts, or null.
func _nearest(ship: DemoShip, accepts: Callable) -> DemoShip:
	var best: DemoShip = null
	var best_distance := INF
	for other: DemoShip in _ships:
		if other == ship or not other.is_alive() or other.team == ship.team or other.team == "Neutral" or ship.team == "Neutral":
			continue
		var distance := ship.position.distance_squared_to(other.position)
		if other.trait_of("damage") <= 0.0 and ship.team == "Hostile":
			distance *= 0.3 # raiders come for the cargo
		if distance < best_distance and accepts.call(other):
			best = other
			best_distance = distance
	return best


func _is_member(ship: DemoShip, wing: String) -> bool:
	return ship.title.begins_with(wing + " ") and ship.title.substr(wing.length() + 1).is_valid_int()


func _draw() -> void:
	for star: Vector2 in _stars:
		draw_circle(star, 5.0, Color(1, 1, 1, 0.3))
	var lane := _runtime.get_waypoints("Lane")
	for i: int in lane.size():
		var point := Vector2(lane[i].x, lane[i].z)
		draw_arc(point, 26.0, 0.0, TAU, 16, Color(0.6, 0.8, 1.0, 0.4), 7.0)
		if i > 0:
			draw_dashed_line(Vector2(lane[i - 1].x, lane[i - 1].z), point, Color(0.6, 0.8, 1.0, 0.25), 7.0, 40.0)
	draw_arc(Vector2(3000, 0), 200.0, 0.0, TAU, 48, Color(0.6, 1.0, 0.7, 0.5), 12.0)
	for beam: Dictionary in _beams:
		draw_line(beam["from"], beam["to"], Color(ShipClasses.colour(beam["team"]).lightened(0.3), beam["left"] / BEAM_SECONDS), 11.0)
