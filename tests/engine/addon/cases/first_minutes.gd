## The mistakes of a new user's first minutes: each is one clear sentence, and nothing returns OK or a value by mistake.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	# Before a mission is loaded every method says the same.
	equal(SexpRuntime.explain("Begin"), "", "explain without a mission")
	equal(SexpRuntime.get_message_text("Hello"), "Hello", "a message's text without a mission")
	check(SexpRuntime.set_variable("Fuel", 1) != OK, "a variable without a mission")
	check(SexpRuntime.report("docked", "Alpha 1") != OK, "a report without a mission")
	check(SexpRuntime.set_game_value("get-fov", [], 1) != OK, "a game value without a mission")
	check(SexpRuntime.reload_mission() != OK, "a reload without a mission")
	check(SexpRuntime.save_state().is_empty(), "a save without a mission")
	equal(SexpRuntime.get_fiction(), {}, "a fiction without a mission")
	var before := Node3D.new()
	add_child(before)
	check(SexpRuntime.track(before, "Alpha 1") != OK, "tracking without a mission")
	load_bench([ship_text("Alpha 1")] as Array[String], [event_text("limit", "( when ( true ) ( do-nothing ) )")] as Array[String])
	SexpRuntime.step(STEP)
	# Misspelt names.
	equal(SexpRuntime.explain("limt"), "", "a misspelt event")
	equal(SexpRuntime.get_message_text("Helo"), "Helo", "a misspelt message")
	check(SexpRuntime.set_variable("Feul", 3) != OK, "a misspelt variable")
	check(SexpRuntime.set_game_value("get-fv", [], 3) != OK, "a misspelt operator")
	check(SexpRuntime.report("dokced", "Alpha 1", "Alpha 1") != OK, "a misspelt kind")
	check(SexpRuntime.report("docked", "Alhpa 1", "Alpha 1") != OK, "a misspelt object")
	var stranger := Node3D.new()
	add_child(stranger)
	equal(SexpRuntime.track(stranger, "Alhpa 2"), OK, "an object that the mission does not have is made")
	# Values and times that are none.
	check(SexpRuntime.set_variable("Fuel", NAN) != OK, "NaN")
	check(SexpRuntime.set_variable("Fuel", null) != OK, "null")
	equal(SexpRuntime.get_variable("Fuel"), 10, "the value stays")
	for seconds: float in [INF, NAN, -1.0]:
		var time := SexpRuntime.get_mission_time()
		SexpRuntime.step(seconds)
		equal(SexpRuntime.get_mission_time(), time, "a step of %s" % seconds)
	# A mission that cannot be loaded leaves the running one, and no option is guessed.
	check(SexpRuntime.load_mission("res://none.fs2") != OK, "a file that is not there")
	check(SexpRuntime.load_mission("res://tests/engine/addon/scene/patrol.fs2", {"sed": 3}) != OK, "a misspelt option")
	equal(SexpRuntime.get_variable("Fuel"), 10, "the running mission stays")
	check(SexpRuntime.save_state().is_empty(), "a save of a mission that is not savable")
	check(SexpRuntime.restore_state(PackedByteArray([1, 2, 3])) != OK, "bytes that are no save")
