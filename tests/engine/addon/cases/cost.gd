## What a frame costs as the game sees it, in microseconds: nothing changed, and one hull changed, in a mission of 200 events.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	var ships: Array[String] = []
	var events: Array[String] = []
	for i: int in 50:
		ships.append(ship_text("Ship %d" % i, "( false )"))
		for j: int in 4:
			events.append(event_text("%d %d" % [i, j], "( when ( < ( hits-left \"Ship %d\" ) %d ) ( do-nothing ) )" % [i, j + 1]))
	load_bench(ships, events)
	var objects: Array[SexpObject] = []
	for i: int in 50:
		var body := Node2D.new()
		var object := SexpObject.new()
		object.object_name = "Ship %d" % i
		body.add_child(object)
		add_child(body)
		objects.append(object)
	SexpRuntime.step(1.1)
	settle()
	result("idle_us", median(func(_i: int) -> void: SexpRuntime.step(STEP)))
	result("one_hull_us", median(func(i: int) -> void:
		objects[i % 50].hull = 50.0 + i % 7
		SexpRuntime.step(STEP)))
	result("hull_signal_us", median(func(i: int) -> void: objects[i % 50].hull = 60.0 + i % 7))
	check(_results["idle_us"] < 100.0, "an idle frame takes %s us" % _results["idle_us"])


func median(action: Callable) -> float:
	var times: Array[float] = []
	for i: int in 2000:
		var began := Time.get_ticks_usec()
		for repeat: int in 4:
			action.call(i)
		times.append((Time.get_ticks_usec() - began) / 4.0)
	times.sort()
	return times[1000]
