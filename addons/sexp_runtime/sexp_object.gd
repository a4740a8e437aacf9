## Makes its parent an object of the mission. Add it as a child of a ship, a station or a person.
##
## Set [member object_name] to the object's name in the mission and keep [member hull] and [member shields] up to date; the
## mission's formulas read them. A signal reports each change of a value. The position is read once a frame, and only if a formula reads it.
@tool
@icon("res://addons/sexp_runtime/icons/sexp_object.svg")
class_name SexpObject
extends Node

## The hull's strength has changed.
signal hull_changed(value: float)
## The full strength of the hull has changed.
signal max_hull_changed(value: float)
## The full strength of the shields has changed.
signal max_shields_changed(value: float)
## The shields' strength has changed.
signal shields_changed(value: float)
## The team has changed.
signal team_changed(value: String)
## The object was destroyed.
signal destroyed(killer: String)
## The object has left the mission unharmed.
signal departed()
## The mission has run an action that names this object or its wing.
@warning_ignore("unused_signal") # emitted by the bridge
signal action_requested(operator: String, arguments: Array)
## The mission has made the object leave ([code]"destroyed"[/code], [code]"departed"[/code] or [code]"vanished"[/code]); free the parent.
@warning_ignore("unused_signal") # emitted by the bridge
signal left(how: String)

## The object's name in the mission. One object belongs to one node.
@export var object_name := "":
	set(value):
		object_name = value
		update_configuration_warnings()
## The full strength of the hull.
@export_range(0.001, 1000000.0) var max_hull := 100.0:
	set(value):
		if value != max_hull:
			max_hull = value
			max_hull_changed.emit(value)
## The full strength of the shields; 0 for an object without shields.
@export_range(0.0, 1000000.0) var max_shields := 0.0:
	set(value):
		if value != max_shields:
			max_shields = value
			max_shields_changed.emit(value)
## What freeing this node means for the object.
@export_enum("as in the project settings", "destroyed", "departed", "vanished") var freed_means: String = "as in the project settings"
## Greatest speed in units a second: 0 for an object that never moves, negative if not known. With it, distances are computed only
## when they could have changed enough.
@export_range(-1.0, 1000000.0) var top_speed := -1.0

## The current strength of the hull, from 0 to [member max_hull].
@export var hull := 100.0:
	set(value):
		if value != hull:
			hull = value
			hull_changed.emit(value)

## The current strength of the shields, from 0 to [member max_shields].
@export var shields := 0.0:
	set(value):
		if value != shields:
			shields = value
			shields_changed.emit(value)

## The team's name, as [code]"Friendly"[/code]; empty for the team of the mission's file.
@export var team := "":
	set(value):
		if value != team:
			team = value
			team_changed.emit(value)

## The mission's object that this node is tied to; empty while there is none.
var tied_to: String:
	get:
		return str(_runtime.get_object(object_name).get("name", "")) if is_tied() else ""

const Runtime := preload("res://addons/sexp_runtime/sexp_runtime.gd")

var _runtime: Runtime = null


func _ready() -> void:
	if Engine.is_editor_hint():
		return
	_runtime = get_node_or_null(^"/root/SexpRuntime")
	if _runtime == null:
		push_error("SexpObject %s: the autoload SexpRuntime is missing; enable SEXP Runtime in Project > Project Settings > Plugins" % object_name)
		return
	add_to_group(Runtime.OBJECTS)
	if _runtime.has_mission():
		tie()


## Ties the node to the object of its name in the loaded mission. The runtime calls this at each load.
func tie() -> Error:
	if _runtime == null:
		return ERR_UNAVAILABLE
	if object_name.is_empty():
		push_error("SexpObject %s: Object Name is empty, so it is tied to no object of the mission" % get_path())
		return ERR_UNCONFIGURED
	if _runtime.is_restoring():
		var facts := _runtime.get_object(object_name)
		if facts.is_empty() or facts["status"] in ["exited", "not-yet"]:
			left.emit("vanished") # when the mission was saved it had left, had not arrived yet, or was not there at all
			return OK
		_take_from_mission(facts)
	return _runtime.track(self, object_name)


# Copies hull, shields and team of the restored mission to the node.
func _take_from_mission(facts: Dictionary) -> void:
	if facts.is_empty():
		return
	hull = max_hull * (facts["hull"] as float)
	shields = max_shields * (facts["shields"] as float)
	team = facts["team"]


## Whether the node is tied to an object of the running mission.
func is_tied() -> bool:
	return is_instance_valid(_runtime) and _runtime.is_tracked(self)


## Reports to the mission that the object is destroyed, and by whom.
func destroy(killer: String = "") -> void:
	destroyed.emit(killer)


## Reports to the mission that the object leaves unharmed.
func depart() -> void:
	departed.emit()


# In the editor

func _validate_property(property: Dictionary) -> void:
	if property["name"] == "object_name":
		var names := _names_in_mission()
		if not names.is_empty():
			property["hint"] = PROPERTY_HINT_ENUM_SUGGESTION
			property["hint_string"] = ",".join(names)


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := PackedStringArray()
	var names := _names_in_mission()
	if object_name.is_empty():
		warnings.append("Object Name is empty: the node is tied to no object of the mission.")
	elif not names.is_empty() and object_name.to_lower() not in Array(names).map(func(known: String) -> String: return known.to_lower()):
		warnings.append("The mission has no object %s; a new one is made when the game runs." % object_name)
	for other: Node in _root_of_scene().find_children("*", "SexpObject", true, false):
		if other != self and not object_name.is_empty() and (other.get(&"object_name") as String).to_lower() == object_name.to_lower():
			warnings.append("%s has the same Object Name; an object of the mission belongs to one node." % _root_of_scene().get_path_to(other))
			break
	return warnings


func _root_of_scene() -> Node:
	return get_tree().edited_scene_root if is_inside_tree() and get_tree().edited_scene_root != null else self


## The object names of the mission that the edited scene plays; empty if there is no such mission.
func _names_in_mission() -> PackedStringArray:
	for found: Node in _root_of_scene().find_children("*", "SexpMission", true, false) + [_root_of_scene()]:
		var file: SexpMissionFile = found.get(&"mission") as SexpMissionFile
		if file != null:
			return file.get_object_names()
	return PackedStringArray()
