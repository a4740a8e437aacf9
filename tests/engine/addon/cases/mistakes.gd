## A mistake is reported and gives an error or null, and the game goes on.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	var hud: GDScript = load("res://addons/sexp_runtime/demo/hud.gd")
	equal(hud.call("escaped", "[url=x]a[/url]"), "[lb]url=x]a[lb]/url]", "names of a mission are no mark-up")
	var demo: Node = (load("res://addons/sexp_runtime/demo/demo.tscn") as PackedScene).instantiate()
	var shown: Node = demo.get_node("Hud")
	shown.set("_runtime", SexpRuntime)
	shown.set("_feed", shown.get_node("Feed"))
	shown.call("_say", "ffffff", "[b]Fuel", "[img]x") # a variable's name and its value
	var feed: String = (shown.get_node("Feed") as RichTextLabel).text
	check(feed.ends_with("[lb]b]Fuel[/color]  [lb]img]x"), "names in the demo's feed are no mark-up: " + feed)
	demo.free()
	equal(SexpRuntime.load_mission("user://there_is_no_such.fs2") == OK, false, "a mission that is not there")
	equal(SexpRuntime.load_mission("res://there_is_no_such.fs2") == OK, false, "a mission that is not in the project")
	equal(SexpRuntime.evaluate("( true )"), null, "evaluating without a mission")
	SexpRuntime.step(STEP)
	SexpRuntime.start()
	await get_tree().process_frame
	SexpRuntime.pause()
	load_bench([ship_text("Alpha 1")] as Array[String], [
		event_text("bad", "( when ( no-such-operator 1 ) ( do-nothing ) )"),
		event_text("good", "( when ( true ) ( modify-variable @Fired[0] 1 ) )"),
	] as Array[String])
	var problems := SexpRuntime.get_problems().filter(func(row: Dictionary) -> bool: return row["owner"] == "event \"bad\"")
	equal(problems.size(), 1, "problems of the bad event")
	equal(problems[0]["code"], "W311", "the code of an unknown operator")
	equal(problems[0]["severity"], "warning", "its severity")
	check(int(problems[0]["line"]) > 1 and int(problems[0]["column"]) > 1, "its place: %s" % problems[0])
	SexpRuntime.step(STEP)
	equal(SexpRuntime.get_variable("Fired"), 1, "the event after the bad one")
	equal(SexpRuntime.evaluate("( + 1"), null, "an unfinished expression")
	equal(SexpRuntime.evaluate("( no-such-operator )"), null, "an unknown operator")
	SexpRuntime.set_variable("Nothing", 3)
	var node := Node2D.new()
	add_child(node)
	check(SexpRuntime.track(node, "Alpha 1", {"hull": "rotation"}) != OK, "a property without a signal")
	check(SexpRuntime.track(node, "", {}) != OK, "an object without a name")
	check(SexpRuntime.report("ship-destroyed", "Alpha 1") != OK, "reporting what the runtime itself logs")
	# A handler that fails does not keep the other handlers from being called.
	var called := [0]
	SexpRuntime.variable_changed.connect(func(_name: String, _value: Variant) -> void: called[0] += 1)
	SexpRuntime.set_variable("Fuel", 11)
	SexpRuntime.step(STEP)
	equal(called[0], 1, "handlers called")
	# A frame inside a handler is refused, and the handler's changes come in the next frame.
	SexpRuntime.variable_changed.connect(func(variable: String, value: Variant) -> void:
		if variable == "Fuel" and value == 12:
			SexpRuntime.set_variable("Mood", "glad"))
	SexpRuntime.set_variable("Fuel", 12)
	SexpRuntime.step(STEP)
	equal(SexpRuntime.get_variable("Mood"), "glad", "set by a handler")
	SexpRuntime.step(STEP)
	equal(called[0], 3, "handlers called for what handlers did")
	# A handler that makes a frame gets an error, and the game goes on.
	SexpRuntime.variable_changed.connect(func(variable: String, value: Variant) -> void:
		if variable == "Fired":
			SexpRuntime.set_variable("Fired", int(value) + 1)
			SexpRuntime.step(STEP))
	SexpRuntime.set_variable("Fired", 100)
	var frames: int = SexpRuntime.get_statistics()["frames"]
	SexpRuntime.step(STEP)
	result("frames_after", int(SexpRuntime.get_statistics()["frames"]) - frames)
	SexpRuntime.step(NAN)
	SexpRuntime.step(-1.0)
