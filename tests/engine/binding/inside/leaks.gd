extends RefCounted

signal told(text, other)


func echo(value):
	return value


func tell_many(rounds: int) -> void:
	for i in rounds:
		told.emit("text number %d with some length" % i, "hello world")


func make_things(rounds: int) -> void:
	for i in rounds:
		var thing = Thing.new()
		var data: String = thing.get_data()
		assert(data.length() == 100)
		var node = ThingNode.new()
		node.free()


func call_many(rounds: int) -> void:
	var node = ThingNode.new()
	for i in rounds:
		node.join("some text", i)
	node.free()


func call_from_new_threads(function: Callable, rounds: int) -> void:
	for i in rounds:
		var thread := Thread.new()
		thread.start(func(): function.call(); function.call())
		thread.wait_to_finish()
