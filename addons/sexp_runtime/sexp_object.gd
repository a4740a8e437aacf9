## Makes its parent an object of the mission: a child of a ship, a station, a person.
##
## Set [member object_name] to the object's name in the mission, keep [member hull] and [member shields] up to date, and the
## mission's formulas see it. Each real change is told once, by a signal; the position is read once a frame, and only if a formula wants it.
@icon("res://addons/sexp_runtime/icons/sexp_object.svg")
class_name SexpObject
extends Node

## The hull's strength has changed.
signal hull_changed(value: float)
## What counts as a whole hull has changed.
signal max_hull_changed(value: float)
## What counts as full shields has changed.
signal max_shields_changed(value: float)
## The shields' strength has changed.
signal shields_changed(value: float)
## The team has changed.
signal team_changed(value: String)
## The object was destroyed.
signal destroyed(killer: String)
## The object has left the mission unharmed.
signal departed()
## The mission asks something of this object: an action that names it or its wing.
@warning_ignore("unused_signal") # emitted by the bridge
signal action_requested(operator: String, arguments: Array)
## The mission has made the object leave ([code]"destroyed"[/code], [code]"departed"[/code] or [code]"vanished"[/code]); free the parent.
@warning_ignore("unused_signal") # emitted by the bridge
signal left(how: String)

## The object's name in the mission.
@export var object_name := ""
## The hull when nothing is broken.
@export_range(0.001, 1000000.0) var max_hull := 100.0:
	set(value):
		if value != max_hull:
			max_hull = value
			max_hull_changed.emit(value)
## The shields when full; 0 for an object without.
@export_range(0.0, 1000000.0) var max_shields := 0.0:
	set(value):
		if value != max_shields:
			max_shields = value
			max_shields_changed.emit(value)
## What the freeing of this node means.
@export_enum("as in the project settings", "destroyed", "departed", "vanished") var freed_means: String = "as in the project settings"
## Greatest speed in units a second: 0 for what never moves, negative if not known. With it, distances are computed only
## when they could have changed enough.
@export_range(-1.0, 1000000.0) var top_speed := -1.0

## The hull's present strength, from 0 to [member max_hull].
@export var hull := 100.0:
	set(value):
		if value != hull:
			hull = value
			hull_changed.emit(value)

## The shields' present strength, from 0 to [member max_shields].
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

func _ready() -> void:
	var runtime := get_node_or_null(^"/root/SexpRuntime")
	if runtime == null:
		push_error("SexpObject %s: the autoload SexpRuntime is missing; enable the plugin SEXP Runtime" % object_name)
		return
	runtime.call(&"track", self, object_name)


## Tells the mission that the object is destroyed, and by whom.
func destroy(killer: String = "") -> void:
	destroyed.emit(killer)


## Tells the mission that the object leaves unharmed.
func depart() -> void:
	departed.emit()
