extends "res://timing.gd"
## The GDScript half of the benchmark of the host: the node that emits the runtime's signals, a handler, and tracked nodes.

signal mission_loaded(name)
signal event_satisfied(name)
signal event_failed(name)
signal goal_changed(name, status)
signal variable_changed(name, value)
signal action_requested(operator, arguments)
signal operator_unknown(name)
signal mission_ended
signal budget_exceeded(note)
signal object_arrived(name)
signal object_left(name, how)


class Fighter extends Node3D:
	signal damaged(hull)
	var hull := 100.0


func on_action(_operator: String, _arguments: Array) -> void:
	pass


func listen(on: bool) -> void:
	if on:
		action_requested.connect(on_action)
	else:
		action_requested.disconnect(on_action)


func fighters(count: int) -> Array:
	var made := []
	for number in count:
		var node := Fighter.new()
		add_child(node)
		made.append(node)
	return made


func move(nodes: Array, tick: int) -> void:
	for node in nodes:
		node.position = Vector3(tick, 0, 0)


func hurt(nodes: Array, hull: float) -> void:
	for node in nodes:
		node.damaged.emit(hull)


func measure(rounds: int) -> Dictionary:
	var target = ClassDB.instantiate(&"BenchTarget")
	add_child(target)
	var answers: Dictionary = JSON.parse_string(target.measure(self, rounds))
	target.free()
	return answers
