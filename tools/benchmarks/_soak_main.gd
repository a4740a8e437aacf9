extends SceneTree
## Plays a mission in this engine as a game does, for hours of mission time: each object is a node that flies and is hit, and
## the mission learns it from the node's signals. Arguments behind `--`: mission, hours, file for the readings.
##
## Run it with --fixed-fps: frames then have that length, and are as fast as they can be.

const SexpObject := preload("res://addons/sexp_runtime/sexp_object.gd")
## Seconds of mission time between two readings.
const READING := 600.0
## Seconds of mission time after which the mission is loaded anew, with another seed.
const LOADED_EVERY := 3600.0
## Frames between two objects whose node is replaced by a new one.
const REPLACED_EVERY := 50
## Distinct texts that are evaluated: more than the cache holds.
const TEXTS := 200000

var runtime: Node
var ships: Dictionary[String, Node3D] = {}
var order: Array[String] = []
var frame := 0
var told := {"events": 0, "goals": 0, "variables": 0, "actions": 0, "arrived": 0, "left": 0}
var struck := 0 # hits on objects
var replaced := 0
var loads := 0
var over := false
var played := 0.0 # seconds of missions that have ended
var next_reading := READING
var hours := 24.0
var mission := ""
var answer := ""
var began := Time.get_ticks_usec()


func _initialize() -> void:
	var arguments := OS.get_cmdline_user_args()
	mission = arguments[0]
	hours = float(arguments[1])
	answer = arguments[2]
	_start.call_deferred() # the autoloads are in the tree by then


func _start() -> void:
	runtime = root.get_node(^"SexpRuntime")
	runtime.event_satisfied.connect(func(_name: String) -> void: told["events"] += 1)
	runtime.goal_changed.connect(func(_name: String, _status: String) -> void: told["goals"] += 1)
	runtime.variable_changed.connect(func(_name: String, _value: Variant) -> void: told["variables"] += 1)
	runtime.action_requested.connect(func(_operator: String, _arguments: Array) -> void: told["actions"] += 1)
	runtime.object_arrived.connect(_on_arrived)
	runtime.object_left.connect(_on_left)
	runtime.mission_ended.connect(func() -> void: over = true)
	_load()


func _load() -> void:
	for object_name: String in ships.keys():
		_on_left(object_name, "")
	loads += 1
	over = false
	if runtime.load_mission(mission, {"seed": loads, "verify_every": 1000, "cache_bytes": 1 << 20}) != OK:
		quit(2)
		return
	for object_name: String in runtime.get_objects():
		if not ships.has(object_name): # those that have just arrived have reported it
			_add(object_name)
	runtime.start()


func _on_arrived(object_name: String) -> void:
	told["arrived"] += 1
	if not ships.has(object_name):
		_add(object_name)


func _on_left(object_name: String, _how: String) -> void:
	told["left"] += 1
	if ships.has(object_name):
		ships[object_name].queue_free()
		ships.erase(object_name)
		order.erase(object_name)


func _add(object_name: String) -> void:
	var ship := Node3D.new()
	var tied := SexpObject.new()
	tied.object_name = object_name
	tied.freed_means = "vanished"
	var facts: Dictionary = runtime.get_object(object_name)
	ship.position = facts.get("position", Vector3.ZERO)
	tied.hull = 100.0 * (facts.get("hull", 1.0) as float)
	tied.max_shields = 50.0
	tied.shields = 50.0
	ship.add_child(tied)
	root.add_child(ship)
	ships[object_name] = ship
	order.append(object_name)


# A frame of the game, before the runtime's: true ends the program.
func _process(_delta: float) -> bool:
	if runtime == null or loads == 0:
		return false
	if over or runtime.get_mission_time() >= LOADED_EVERY:
		played += runtime.get_mission_time()
		_load()
	frame += 1
	for at in order.size():
		var ship := ships[order[at]]
		ship.position += Vector3(sin(frame * 0.01 + at), 0.3 * cos(frame * 0.013 + at), cos(frame * 0.01 + at))
	if not order.is_empty():
		_hit(order[frame % order.size()])
		if frame % REPLACED_EVERY == 0:
			_replace(order[(frame / REPLACED_EVERY) % order.size()])
	var asked := frame % TEXTS
	runtime.evaluate("( + ( mission-time ) %d )" % asked if asked % 3 != 0 else "( > ( num-ships-in-battle ) %d )" % asked)
	if time() >= next_reading:
		next_reading += READING
		_read()
	return time() >= hours * 3600.0


func time() -> float:
	return played + (runtime.get_mission_time() as float)


# Hits an object, or repairs one that is nearly lost: the battle lasts all day.
func _hit(object_name: String) -> void:
	var tied: SexpObject = ships[object_name].get_child(0)
	struck += 1
	if tied.hull < 20.0:
		tied.hull = 100.0
		tied.shields = 50.0
	elif tied.shields > 10.0:
		tied.shields -= 7.0
	else:
		tied.hull -= 3.0


# Gives an object another node, as a game does that loads and frees scenes.
func _replace(object_name: String) -> void:
	replaced += 1
	var old := ships[object_name]
	runtime.untrack(old.get_child(0))
	old.queue_free()
	order.erase(object_name)
	_add(object_name)


func _read() -> void:
	var found: Dictionary = runtime.get_statistics()
	var reading := {
		"hour": time() / 3600.0,
		"resident": found["process_bytes"],
		"accounted": found["cache_bytes"],
		"static": Performance.get_monitor(Performance.MEMORY_STATIC),
		"objects": Performance.get_monitor(Performance.OBJECT_COUNT),
		"nodes": Performance.get_monitor(Performance.OBJECT_NODE_COUNT),
		"orphans": Performance.get_monitor(Performance.OBJECT_ORPHAN_NODE_COUNT),
		"ships": ships.size(),
		"frames": frame,
		"loads": loads,
		"struck": struck,
		"replaced": replaced,
		"told": told,
		"wall": (Time.get_ticks_usec() - began) / 1e6,
	}
	for name: String in ["requests", "hits", "evaluations", "errors", "stale_results"]:
		reading[name] = found[name]
	var file := FileAccess.open(answer, FileAccess.READ_WRITE)
	file.seek_end()
	file.store_line(JSON.stringify(reading))
	file.close()
