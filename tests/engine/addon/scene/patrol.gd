## A scene with a mission of its own; what it hears goes to the case that made it.
extends Node

static var heard: Array[String] = []

@onready var mission: SexpMission = $Mission


func _ready() -> void:
	mission.mission_loaded.connect(func(mission_name: String) -> void: heard.append("loaded " + mission_name))
	mission.event_satisfied.connect(func(event_name: String) -> void: heard.append("event " + event_name))
	mission.object_arrived.connect(func(object_name: String) -> void: heard.append("arrived " + object_name))
	mission.object_left.connect(func(object_name: String, how: String) -> void: heard.append("left %s %s" % [object_name, how]))
