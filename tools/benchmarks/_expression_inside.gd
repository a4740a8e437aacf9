extends "res://timing.gd"
## The GDScript half of the benchmark of one condition: the engine's own ways of evaluating it, and ours called from here.

const LOW := -2147483648
const HIGH := 2147483648
const TEXT := "v[0] >= 0 and v[1] < 100 and (v[2] > 500 or wrapi(v[2] + v[3], -2147483648, 2147483648) > 1)"

var values: Array[int]
var packed: PackedInt64Array
var untyped


func from_array() -> bool:
	return values[0] >= 0 and values[1] < 100 and (values[2] > 500 or wrapi(values[2] + values[3], LOW, HIGH) > 1)


func from_packed() -> bool:
	return packed[0] >= 0 and packed[1] < 100 and (packed[2] > 500 or wrapi(packed[2] + packed[3], LOW, HIGH) > 1)


func from_untyped():
	return untyped[0] >= 0 and untyped[1] < 100 and (untyped[2] > 500 or wrapi(untyped[2] + untyped[3], LOW, HIGH) > 1)


func write(target: BenchTarget, state: Array) -> void:
	target.write(state)
	values.assign(state)
	packed = PackedInt64Array(state)
	untyped = state


func measure(rounds: int) -> Dictionary:
	var target: BenchTarget = ClassDB.instantiate(&"BenchTarget")
	var expression := Expression.new()
	expression.parse(TEXT, ["v"])  # if that failed, its answers are null and the comparison shows it
	var inputs := [values]

	var ways := {
		"GDScript: typed function, PackedInt64Array": from_packed,
		"GDScript: typed function, Array[int]": from_array,
		"GDScript: untyped function, Array": from_untyped,
		"GDScript: Expression, parsed once": func(): return expression.execute(inputs),
		"GDScript: our program, through the binding": target.condition,
	}
	var loops := {  # calling through a Callable would be measured as well
		"GDScript: typed function, PackedInt64Array": func(count):
			for i in count: from_packed(),
		"GDScript: typed function, Array[int]": func(count):
			for i in count: from_array(),
		"GDScript: untyped function, Array": func(count):
			for i in count: from_untyped(),
		"GDScript: Expression, parsed once": func(count):
			for i in count: expression.execute(inputs),
		"GDScript: our program, through the binding": func(count):
			for i in count: target.condition(),
	}

	var truths: Dictionary = JSON.parse_string(target.truths())
	for way in ways:
		truths[way] = []
	for state in target.states():
		write(target, state)
		for way in ways:
			truths[way].append(ways[way].call())
	write(target, target.states()[0])

	var turns := []
	for number in REPEATS:
		var turn: Dictionary = JSON.parse_string(target.turn())
		var base := once(rounds, empty_loop)
		for way in loops:
			turn[way] = once(rounds, loops[way]) - base
		turns.append(turn)
	target.free()
	var build := "debug build" if OS.is_debug_build() else "release build"
	return {"truths": truths, "turns": turns, "engine": "%s, %s" % [Engine.get_version_info().string, build]}
