## Signals drive invalidation: each change evaluates exactly the events that read it, and a frame without changes none.
extends "res://tests/engine/addon/case.gd"


## A node of a game's own, with its own names.
class Tank:
	extends Node2D
	signal damaged(by: String, health_left: float)
	signal sunk()
	var health := 80.0


func run() -> void:
	var events: Array[String] = []
	for i: int in 4:
		events.append(event_text("hull %d" % i, "( when ( < ( hits-left \"Ship %d\" ) 10 ) ( do-nothing ) )" % i))
		events.append(event_text("dead %d" % i, "( when ( is-destroyed-delay 0 \"Ship %d\" ) ( do-nothing ) )" % i))
	events.append(event_text("fuel", "( when ( < @Fuel[10] 0 ) ( do-nothing ) )"))
	events.append(event_text("mood", "( when ( string-equals \"@Mood[calm]\" \"bad\" ) ( do-nothing ) )"))
	var ships: Array[String] = []
	for i: int in 4:
		ships.append(ship_text("Ship %d" % i, "( false )"))
	load_bench(ships, events)
	# Three components and one node of the game's own make.
	var objects: Array[SexpObject] = []
	for i: int in 3:
		var body := Node2D.new()
		var object := SexpObject.new()
		object.object_name = "Ship %d" % i
		body.add_child(object)
		add_child(body)
		objects.append(object)
	var tank := Tank.new()
	add_child(tank)
	var mapping := {"hull": {"signal": "damaged", "argument": 1}, "max_hull": 80.0, "destroyed": "sunk"}
	equal(SexpRuntime.track(tank, "Ship 3", mapping), OK, "tracking with a mapping")
	equal(SexpRuntime.get_objects(), PackedStringArray(["Ship 0", "Ship 1", "Ship 2", "Ship 3"]), "objects present")
	SexpRuntime.step(1.1) # the goal's has-time-elapsed is over
	settle()
	equal(evaluations_of_frame(), 0, "a frame in which nothing happens")

	objects[1].hull = 60.0
	equal(evaluations_of_frame(), 1, "one hull")
	equal(SexpRuntime.evaluate("( hits-left \"Ship 1\" )"), 60, "the hull that formulas see")
	objects[1].hull = 60.0
	equal(evaluations_of_frame(), 0, "the same hull again")
	tank.damaged.emit("someone", 40.0)
	equal(evaluations_of_frame(), 1, "a hull by a signal of the game's own")
	equal(SexpRuntime.evaluate("( hits-left \"Ship 3\" )"), 50, "the tank's hull")
	tank.health = 3.0
	equal(evaluations_of_frame(), 0, "a property whose signal was not emitted")
	objects[0].hull = 99.0
	objects[2].hull = 98.0
	equal(evaluations_of_frame(), 2, "two hulls")

	SexpRuntime.set_variable("Fuel", 9)
	equal(evaluations_of_frame(), 1, "a number variable")
	SexpRuntime.set_variable("Fuel", 9)
	equal(evaluations_of_frame(), 0, "the same number again")
	SexpRuntime.set_variable("Mood", "grim")
	equal(evaluations_of_frame(), 1, "a text variable")
	(tank as Node2D).position = Vector2(300, 400)
	equal(evaluations_of_frame(), 0, "a place that no formula reads")
	equal(SexpRuntime.get_statistics()["positions_read"], 0, "places read")

	# Destroyed by a signal, by freeing the node, by freeing its parent, and departed.
	var left: Array[String] = []
	SexpRuntime.object_left.connect(func(object_name: String, how: String) -> void: left.append("%s %s" % [object_name, how]))
	var satisfied: Array[String] = []
	SexpRuntime.event_satisfied.connect(func(event_name: String) -> void: satisfied.append(event_name))
	tank.sunk.emit()
	SexpRuntime.step(STEP)
	equal(left, ["Ship 3 destroyed"] as Array[String], "sunk")
	check("dead 3" in satisfied, "the event that waits for it: %s" % [satisfied])
	tank.queue_free()
	objects[0].get_parent().queue_free()
	await get_tree().process_frame
	await get_tree().process_frame
	SexpRuntime.step(STEP)
	check("Ship 0 destroyed" in left, "freed with its parent: %s" % [left])
	check("dead 0" in satisfied, "the event that waits for that: %s" % [satisfied])
	equal(SexpRuntime.get_object("Ship 3")["status"], "exited", "the sunk one after its node is gone")
	objects[1].freed_means = "departed"
	SexpRuntime.track(objects[1], "Ship 1")
	objects[1].get_parent().free()
	SexpRuntime.step(STEP)
	check("Ship 1 departed" in left, "freed as departed: %s" % [left])
	var body := objects[2].get_parent()
	remove_child(body)
	SexpRuntime.step(STEP)
	add_child(body)
	SexpRuntime.step(STEP)
	equal(SexpRuntime.get_objects(), PackedStringArray(["Ship 2"]), "taken out of the tree and put back")
	SexpRuntime.untrack(objects[2])
	objects[2].hull = 1.0
	equal(SexpRuntime.evaluate("( hits-left \"Ship 2\" )"), 98, "untracked")
	settle()
	body.queue_free() # a game frees its scene and loads the next mission in the same frame
	load_bench(ships, events)
	check(not SexpRuntime.is_tracked(objects[2]), "a node that is being freed is tied to the next mission")
	result("left", left)
	SexpRuntime.close_mission()
