## A ship of a mission under test. If the scene has a [SexpObject] for it, values are set there, as a game does.
extends RefCounted

const TestedSubsystem := preload("res://addons/sexp_runtime/testing/tested_subsystem.gd")
const Runtime := preload("res://addons/sexp_runtime/sexp_runtime.gd")

## The ship's name in the mission.
var name: String
## Hull in percent of its maximum. Setting it does not destroy the ship: it must be above 0, to 100.
var hull: float:
	get:
		return _read(&"hull", 0.0)
	set(percent):
		var object := _object()
		if object != null and percent > 0.0 and percent <= 100.0:
			object.hull = object.max_hull * percent / 100.0
		else:
			_test.command(&"set_ship", [name, "hull", percent])
## Shields in percent of their maximum, 0 for a ship without.
var shields: float:
	get:
		return _read(&"shields", 0.0)
	set(percent):
		var object := _object()
		if object != null and percent >= 0.0 and percent <= 100.0:
			object.shields = object.max_shields * percent / 100.0
		else:
			_test.command(&"set_ship", [name, "shields", percent])
## [code]"not-yet"[/code], [code]"present"[/code], [code]"death-roll"[/code] or [code]"exited"[/code].
var status: String:
	get:
		return _read(&"status", "")
## Whether the ship is in space and not dying.
var is_present: bool:
	get:
		return _read(&"is_present", false)
## The names of the ships that are docked directly to this one.
var docked_to: Array:
	get:
		return _read(&"docked_to", [])

var _test: SexpMissionTest


func _init(test: SexpMissionTest, ship_name: String) -> void:
	_test = test
	name = ship_name


## Destroys the ship, by a ship if named.
func destroy(by := "") -> void:
	_act(&"destroy", [] if by.is_empty() else [by])


## Makes the ship leave the mission now.
func depart() -> void:
	_act(&"depart", [])


## Makes the ship arrive now, regardless of its arrival cue; it must not have arrived yet.
func arrive() -> void:
	_act(&"arrive", [])


## Makes the ship's cargo known to the player.
func scan() -> void:
	_act(&"scan", [])


## Moves the ship to a [Vector3], or to a ship or waypoint ([code]"Lane:1"[/code]) by name.
func move_to(place: Variant) -> void:
	var object := _object()
	var body: Node3D = null if object == null else object.get_parent() as Node3D
	if place is not Vector3:
		_act(&"move_to", [str(place)])
		if body != null and is_present:
			body.global_position = _runtime().get_object(name)["position"]
	elif body != null:
		body.global_position = place
	else:
		var point: Vector3 = place
		_act(&"move_to", [point.x, point.y, point.z])


## Docks the ship to another one, where both are.
func dock(other: String) -> void:
	_act(&"dock", [other])


## Undocks the ship from another one, or from all if none is named.
func undock(other := "") -> void:
	_act(&"undock", [] if other.is_empty() else [other])


## A subsystem of the ship, to act on.
func subsystem(subsystem_name: String) -> TestedSubsystem:
	return TestedSubsystem.new(_test, name, subsystem_name)


func _act(word: StringName, arguments: Array) -> void:
	_test.command(&"ship", [name, word, arguments])


func _read(word: StringName, nothing: Variant) -> Variant:
	var value: Variant = _test.command(&"ship", [name, word, []])
	return nothing if value == null else value


# The SexpObject of the ship; null if there is none in the scene.
func _object() -> SexpObject:
	for node: Node in (Engine.get_main_loop() as SceneTree).get_nodes_in_group(Runtime.OBJECTS):
		var object := node as SexpObject
		if object != null and object.object_name.to_lower() == name.to_lower() and object.is_tied():
			return object
	return null


func _runtime() -> Runtime:
	return (Engine.get_main_loop() as SceneTree).root.get_node_or_null(^"SexpRuntime")
