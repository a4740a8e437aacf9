## The autoload's methods and signals, used from typed GDScript.
extends "res://tests/engine/addon/case.gd"

var _told: Array[String] = []


func run() -> void:
	check(SexpRuntime.is_available(), "Python is there")
	equal(SexpRuntime.get_statistics(), {}, "statistics without a mission")
	equal(SexpRuntime.get_variable("Fuel"), null, "a variable without a mission")
	SexpRuntime.mission_loaded.connect(func(mission_name: String) -> void: _told.append("loaded " + mission_name))
	SexpRuntime.event_satisfied.connect(func(event_name: String) -> void: _told.append("event " + event_name))
	SexpRuntime.event_failed.connect(func(event_name: String) -> void: _told.append("failed " + event_name))
	SexpRuntime.goal_changed.connect(func(goal: String, status: String) -> void: _told.append("goal %s %s" % [goal, status]))
	SexpRuntime.variable_changed.connect(func(variable: String, value: Variant) -> void: _told.append("variable %s %s" % [variable, var_to_str(value)]))
	SexpRuntime.action_requested.connect(func(operator: String, arguments: Array) -> void: _told.append("action %s %s" % [operator, arguments.map(func(part: Variant) -> Variant: return part if part is Array else str(part))]))
	SexpRuntime.object_arrived.connect(func(object_name: String) -> void: _told.append("arrived " + object_name))
	SexpRuntime.mission_ended.connect(func() -> void: _told.append("ended"))
	load_bench(
		[ship_text("Alpha 1"), ship_text("Beta 1", "( has-time-elapsed 1 )")] as Array[String],
		[
			event_text("first", "( when ( true ) ( modify-variable @Fired[0] ( + @Fired[0] 1 ) ) ( send-message \"#Command\" \"High\" \"Hello\" ) )"),
			event_text("order", "( when ( = @Fuel[10] 3 ) ( add-goal \"Alpha 1\" ( ai-chase \"Beta 1\" 89 ) ) ( modify-variable @Mood[calm] \"glad\" ) )"),
			event_text("never", "( when ( false ) ( do-nothing ) )"),
			event_text("end", "( when ( string-equals \"@Mood[calm]\" \"over\" ) ( end-mission ) )"),
		] as Array[String])
	equal(_told, ["loaded Bench", "arrived Alpha 1"] as Array[String], "told by loading")
	equal(SexpRuntime.get_mission_time(), 0.0, "the time at first")
	_told.clear()
	SexpRuntime.step(0.5)
	equal(_told, ["action modify-variable [\"Fired\", \"1\"]", "action send-message [\"#Command\", \"High\", \"Hello\"]", "event first", "failed never", "variable Fired 1"] as Array[String], "told by the first frame")
	equal(SexpRuntime.get_mission_time(), 0.5, "the time after a frame")
	equal(SexpRuntime.get_variable("Fired"), 1, "a number variable")
	equal(SexpRuntime.get_variable("Mood"), "calm", "a text variable")
	equal(SexpRuntime.get_variable("Nothing"), null, "no variable")
	equal(SexpRuntime.get_message_text("hello"), "Fuel is 10.", "a message's text")
	equal(SexpRuntime.get_waypoints("path"), PackedVector3Array([Vector3(10, 20, 30), Vector3(40, 50, 60)]), "waypoints")
	equal(SexpRuntime.evaluate("( + 2 ( * @Fuel[0] 4 ) )"), 42, "evaluate")
	var body := Node2D.new()
	var component := SexpObject.new()
	component.object_name = "Alpha 1"
	body.add_child(component)
	add_child(body)
	var asked: Array[String] = []
	component.action_requested.connect(func(operator: String, arguments: Array) -> void: asked.append("%s %s" % [operator, arguments]))
	_told.clear()
	SexpRuntime.set_variable("Fuel", 3)
	equal(SexpRuntime.get_variable("Fuel"), 3, "a variable that was set")
	SexpRuntime.step(0.6)
	check("variable Fuel 3" in _told, "told of a variable that was set: %s" % [_told])
	check("arrived Beta 1" in _told, "an arrival by cue: %s" % [_told])
	check("action add-goal [\"Alpha 1\", [\"ai-chase\", \"Beta 1\", 89]]" in _told, "an order: %s" % [_told])
	check("variable Mood \"glad\"" in _told, "a text variable: %s" % [_told])
	check("goal Keep it complete" in _told, "a goal: %s" % [_told])
	equal(asked, ["add-goal [\"Alpha 1\", [\"ai-chase\", \"Beta 1\", 89]]"] as Array[String], "asked of the object itself")
	equal(SexpRuntime.get_object("Alpha 1")["team"], "Friendly", "a team that the component leaves open")
	var arrival := _told.find("arrived Beta 1")
	equal(arrival, 0, "arrivals come first")
	var object := SexpRuntime.get_object("beta 1")
	equal(object["name"], "Beta 1", "an object's name")
	equal(object["team"], "Friendly", "its team")
	equal(object["position"], Vector3.ZERO, "its place")
	equal(object["hull"], 1.0, "its hull")
	equal(SexpRuntime.get_object("nobody"), {}, "no object")
	var events := SexpRuntime.get_events()
	equal(events.size(), 4, "events")
	equal(events[0]["name"], "first", "the first event")
	equal(events[2]["done"], true, "a failed event is done")
	equal(SexpRuntime.get_goals()[0]["status"], "complete", "the goal's status")
	check(SexpRuntime.explain("end").contains("Mood"), "explain: %s" % SexpRuntime.explain("end"))
	check(SexpRuntime.get_performance_text().length() > 80, "a text of the statistics")
	equal(SexpRuntime.report("waypoints-done", "Alpha 1", "Path"), OK, "reporting")
	equal(SexpRuntime.evaluate("( are-waypoints-done-delay \"Alpha 1\" \"Path\" 0 )"), 1, "what was reported")

	# Started, it steps by itself; paused, it does not.
	var time := SexpRuntime.get_mission_time()
	SexpRuntime.start()
	for i: int in 5:
		await get_tree().process_frame
	SexpRuntime.pause()
	var later := SexpRuntime.get_mission_time()
	check(later > time, "time goes on after start()")
	await get_tree().process_frame
	equal(SexpRuntime.get_mission_time(), later, "time stands still after pause()")
	_told.clear()
	SexpRuntime.set_variable("Mood", "over")
	SexpRuntime.step(0.1)
	equal(_told[-1], "ended", "told by the mission's end")
	for key: String in ["frames", "evaluations", "hits", "requests", "hit_rate", "invalidations", "evictions", "cached_expressions", "cache_bytes"]:
		var value: float = SexpRuntime.get_statistics()[key]
		check(is_finite(value) and value >= 0.0, "statistic %s is %s" % [key, value])
	_check_quotas()
	SexpRuntime.close_mission()
	equal(SexpRuntime.get_objects(), PackedStringArray(), "objects after closing")


func _check_quotas() -> void:
	var ships: Array[String] = [ship_text("Alpha 1")]
	var events: Array[String] = [event_text("first", "( true )")]
	load_bench(ships, events, {"quotas": {"text_length": 4}})
	equal(SexpRuntime.get_message_text("Hello"), "Fuel", "a quota of the options")
	ProjectSettings.set_setting(SexpSettings.QUOTAS["text_length"], 7)
	load_bench(ships, events, {"quotas": {"ships": 10}})
	equal(SexpRuntime.get_message_text("Hello"), "Fuel is", "a quota of the project settings")
	ProjectSettings.set_setting(SexpSettings.QUOTAS["text_length"], null)
	load_bench(ships, events)
	equal(SexpRuntime.get_message_text("Hello"), "Fuel is 10.", "the usual quotas")
