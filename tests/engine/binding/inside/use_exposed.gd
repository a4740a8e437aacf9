extends RefCounted
## Uses the exposed Python classes as a game would.

var problems: Array[String] = []
var heard := []


func expect(what: String, is_so: bool) -> void:
	if not is_so:
		problems.append(what)


func run() -> Array[String]:
	problems = []
	var counter = ClassDB.instantiate(&"Counter")
	expect("defaults", counter.count() == 1 and counter.count(2) == 3 and counter.count(2, "me") == 5)
	expect("vararg", counter.everything(1, "x", null, [2]) == [1, "x", null, [2]])
	expect("kinds", counter.kinds(1, 2, "c", true, [], {}) == "int float str bool list dict")
	expect("name as text", counter.kinds(1, 2.5, &"name", 1, PackedInt32Array([1]), {}) == "int float str bool list dict")
	expect("vector", counter.move(Vector3(1, 2, 3)) == Vector3(2, 3, 4))
	expect("vector3i", counter.move(Vector3i(1, 2, 3)) == Vector3(2, 3, 4))
	expect("static", counter.times(6, 7) == 42)
	expect("constant", ClassDB.class_get_integer_constant(&"Counter", &"ANGRY") == 5)
	expect("property", counter.step == 2 and counter.label == "none" and counter.double == 10)
	counter.step = 3
	counter.half = 1.5
	expect("set property", counter.step == 3 and counter.count(0) == 3 and counter.get("half") == 1.5)
	counter.counted.connect(func(total, by): heard.append([total, by]))
	counter.count(1, "gd")
	counter.counted.emit(9, "emitted")
	expect("signal", heard == [[4, "gd"], [9, "emitted"]])
	expect("callback", counter.call_back(func(x): return x * 2) == 42)
	expect("object", counter.parent_of(counter) == null and counter.maybe() and not counter.maybe(counter))
	expect("bytes", counter.data() == PackedByteArray([0, 1]))
	expect("unknown annotation", counter.strange([1]) == [1])
	expect("is", counter is Node and counter.get_class() == "Counter" and counter.is_class("Counter"))
	expect("has", counter.has_method("count") and not counter.has_method("_ready_") and counter.has_signal("counted"))
	expect("text", str(counter) == "<Counter 4>")
	expect("callable", Callable(counter, "count").call(1) == 5 and counter.count.call(1) == 6)
	var better = ClassDB.instantiate(&"BetterCounter")
	expect("inherits", better.count() == 10 and better.better() == "better" and better.step == 2)
	better.free()
	counter.free()
	return problems


func run_typed() -> Array[String]:
	problems = []
	var counter := Counter.new()
	expect("typed call", counter.count(2, "typed") == 2)
	var moved: Vector3 = counter.move(Vector3.ONE)
	expect("typed vector", moved == Vector3(2, 2, 2))
	var text: String = counter.kinds(1, 2.0, "x", true, [], {})
	expect("typed kinds", text == "int float str bool list dict")
	var nobody: Node = counter.parent_of(counter)
	expect("typed null", nobody == null)
	var child := Counter.new()
	counter.add_child(child)
	expect("typed object", counter.parent_of(child) == counter)
	expect("typed static", Counter.times(3, 4) == 12)
	expect("enum", Counter.ANGRY == 5 and Counter.LIMIT == 12)
	counter.label = "typed"
	expect("typed property", counter.label == "typed")
	var payload: Payload = Payload.new()
	payload.set_value(8)
	var same: Payload = payload.me()
	expect("typed reference", same == payload and same.get_value() == 8)
	expect("references", payload.get_reference_count() == 3)
	same = null
	expect("references after", payload.get_reference_count() == 2)
	var bytes: PackedByteArray = counter.data()
	expect("typed bytes", bytes.size() == 2)
	counter.free()
	return problems


func run_errors() -> Array[String]:
	problems = []
	var counter = ClassDB.instantiate(&"Counter")
	expect("default after exception", counter.fails() == 0)
	expect("default after wrong type", counter.wrong_answer() == 0)
	var typed: Counter = counter
	expect("typed default after exception", typed.fails() == 0)
	expect("null where anything may come", counter.fails_untyped() == null)
	expect("goes on", counter.count() == 1)
	counter.free()
	return problems


func pass_freed() -> Array:
	var counter := Counter.new()
	var gone := Node.new()
	gone.free()
	var untyped = counter
	var answers := [counter.maybe(gone), untyped.maybe(gone), counter.everything(gone)]
	counter.free()
	return answers


func call_from_threads(threads: int, calls: int) -> Array:
	var counter := Counter.new()
	var payload := Payload.new()
	var running: Array[Thread] = []
	var mutex := Mutex.new()
	var done := [0, 0]
	for i in threads:
		var thread := Thread.new()
		thread.start(func():
			for n in calls:
				var same: Payload = payload.me()
				mutex.lock()
				done[0] += counter.count(1) - counter.count(0) + 1
				done[1] += 1 if same == payload and Payload.new().get_value() == 5 else 0
				mutex.unlock())
		running.append(thread)
	for thread in running:
		thread.wait_to_finish()
	counter.free()
	return done


func make_payloads(count: int) -> void:
	for i in count:
		var payload = Payload.new()
		payload.set_value(i)
		var again = payload.me()
		assert(again.get_value() == i)


func make_stubborn() -> bool:
	var made = Stubborn.new()
	return made != null and made.works()
