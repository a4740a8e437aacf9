extends "res://timing.gd"
## The GDScript half of the binding's benchmark: times the border from this side, and GDScript's own twins.

const TICKERS := 500

signal none
signal one(value)
signal two(number, text)

var answers := {}


func heard_none() -> void:
	pass


func heard_one(_value) -> void:
	pass


func heard_two(_number, _text) -> void:
	pass


func add_one(value: int) -> int:
	return value + 1


func emit_none(rounds: int) -> void:
	for i in rounds:
		none.emit()


func emit_two(rounds: int) -> void:
	for i in rounds:
		two.emit(i, "text")


func frame_cost(make: Callable) -> float:
	var holder := Node.new()
	add_child(holder)
	for i in TICKERS:
		holder.add_child(make.call())
	await get_tree().process_frame
	var times := []
	for i in 60:
		var start := BenchTarget.cpu_ns()
		holder.propagate_call("notification", [Node.NOTIFICATION_PROCESS])
		times.append((BenchTarget.cpu_ns() - start) / 1000.0 / TICKERS)
	holder.free()
	return median(times)


func measure(rounds: int) -> Dictionary:
	var target = ClassDB.instantiate(&"BenchTarget")
	target.name = "Target"
	add_child(target)
	var child := Node.new()
	child.name = "Child"
	target.add_child(child)
	var base := timed(rounds, empty_loop)

	var python := {}
	var gdscript := {}
	none.connect(heard_none)
	two.connect(heard_two)
	gdscript["signal -> function, 0 arguments"] = timed(rounds, emit_none) - base
	gdscript["signal -> function, 2 arguments"] = timed(rounds, emit_two) - base
	none.disconnect(heard_none)
	two.disconnect(heard_two)
	none.connect(target.hear_none)
	two.connect(target.hear_two)
	python["signal -> function, 0 arguments"] = timed(rounds, emit_none) - base
	python["signal -> function, 2 arguments"] = timed(rounds, emit_two) - base
	none.disconnect(target.hear_none)
	two.disconnect(target.hear_two)

	var typed: BenchTarget = target
	python["GDScript -> method, int to int"] = timed(rounds, func(count):
		for i in count: target.add_one(i)) - base
	python["GDScript -> method, typed"] = timed(rounds, func(count):
		for i in count: typed.add_one(i)) - base
	python["GDScript -> method, nothing"] = timed(rounds, func(count):
		for i in count: target.nothing()) - base
	var twin = self
	gdscript["GDScript -> method, int to int"] = timed(rounds, func(count):
		for i in count: twin.add_one(i)) - base

	var from_python: Dictionary = JSON.parse_string(target.results(rounds, "Child"))
	for key in from_python:
		python[key] = from_python[key]
	gdscript["Python -> method, int back"] = timed(rounds, func(count):
		for i in count: target.get_child_count()) - base
	gdscript["Python -> node look-up by path"] = timed(rounds, func(count):
		for i in count: target.get_node(^"Child")) - base
	gdscript["Python -> parent"] = timed(rounds, func(count):
		for i in count: target.get_parent()) - base
	var timer := Timer.new()
	gdscript["Python -> property read, float"] = timed(rounds, func(count):
		for i in count: timer.wait_time) - base
	gdscript["Python -> property write, float"] = timed(rounds, func(count):
		for i in count: timer.wait_time = 2.0) - base
	timer.free()
	var three := Node3D.new()
	gdscript["Python -> property read, Vector3"] = timed(rounds, func(count):
		for i in count: three.position) - base
	three.free()
	gdscript["Python -> property read, name"] = timed(rounds, func(count):
		for i in count: target.name) - base
	gdscript["Python -> singleton method"] = timed(rounds, func(count):
		for i in count: Engine.get_process_frames()) - base
	gdscript["Python: make a Vector2"] = timed(rounds, func(count):
		for i in count: Vector2(1.0, i)) - base

	Performance.add_custom_monitor("bench/python", target.monitor)
	Performance.add_custom_monitor("bench/gdscript", func(): return 1)
	python["engine reads a custom monitor"] = timed(rounds, func(count):
		for i in count: Performance.get_custom_monitor(&"bench/python")) - base
	gdscript["engine reads a custom monitor"] = timed(rounds, func(count):
		for i in count: Performance.get_custom_monitor(&"bench/gdscript")) - base
	Performance.remove_custom_monitor("bench/python")
	Performance.remove_custom_monitor("bench/gdscript")

	var plain: float = await frame_cost(func(): return Node.new())
	var script := GDScript.new()
	script.source_code = "extends Node\nfunc _process(_delta):\n\tpass\n"
	script.reload()
	gdscript["idle tick (_process)"] = await frame_cost(func(): return script.new()) - plain
	python["idle tick (_process)"] = await frame_cost(func(): return ClassDB.instantiate(&"BenchTick")) - plain
	target.free()
	return {"python": python, "gdscript": gdscript}
