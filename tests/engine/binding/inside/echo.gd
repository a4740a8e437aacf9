extends RefCounted
## Gives back what Python passes, and makes what Python cannot.

signal told(first, second)

var stored
var number: int = 3
var text := "text"
var calls := 0


func echo(value):
	return value


func length(value: String) -> int:
	return value.length()


func type_name(value) -> String:
	return type_string(typeof(value))


func make_name() -> StringName:
	return &"a name"


func make_path() -> NodePath:
	return ^"../A/B:position:x"


func dictionary_with_odd_keys() -> Dictionary:
	return {[1, 2]: "array", {"a": 1}: "dictionary"}


func endless() -> Array:
	var array := []
	array.append(array)
	get_tree_free.call_deferred(array)
	return array


func get_tree_free(array: Array) -> void:
	array.clear()


func keep(value) -> void:
	stored = value


func kept():
	var value = stored
	stored = null
	return value


func add(a: int, b: int = 10) -> int:
	return a + b


func make_callable() -> Callable:
	return func(a, b): return a * b


func count_call(_a = null, _b = null) -> void:
	calls += 1


func call_it(function: Callable, arguments: Array):
	return function.callv(arguments)


func tell(a, b) -> void:
	told.emit(a, b)


func in_thread(function: Callable, count: int) -> Array:
	var answers := []
	var thread := Thread.new()
	thread.start(func():
		for i in count:
			answers.append(function.call(i)))
	thread.wait_to_finish()
	return answers


func emit_in_thread(count: int) -> void:
	var thread := Thread.new()
	thread.start(func():
		for i in count:
			told.emit(i, "thread"))
	thread.wait_to_finish()


func is_same_callable(a: Callable, b: Callable) -> bool:
	return a == b and a.hash() == b.hash()


func sum_of(numbers: Array[int]) -> int:
	return numbers.reduce(func(a, b): return a + b, 0)


func names_of(nodes: Array[Node]) -> Array[StringName]:
	var names: Array[StringName] = []
	for node in nodes:
		names.append(node.name)
	return names
