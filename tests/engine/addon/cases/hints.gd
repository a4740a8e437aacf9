## Hints on the running mission and its recording, from typed GDScript.
extends "res://tests/engine/addon/case.gd"

const BETTER := "polls the clock"


func run() -> void:
	equal(SexpRuntime.get_performance_hints(), [] as Array[Dictionary], "hints without a mission")
	check(SexpRuntime.apply_hint("nothing") != OK, "a hint without a mission")
	check(SexpRuntime.save_recording("user://bug.rec") != OK, "a recording without a mission")
	load_bench([ship_text("Alpha 1")] as Array[String], [
		event_text(BETTER, "( when ( >= ( mission-time ) 90 ) ( modify-variable @Fired[0] 1 ) )"),
		event_text("other", "( when ( > @Fuel[10] 1000 ) ( do-nothing ) )"),
	] as Array[String], {"record": true})
	for i: int in 60 * 75:
		SexpRuntime.step(STEP)
		if i % 100 == 0:
			SexpRuntime.set_variable("Fuel", i)
	var wanted := ""
	for hint: Dictionary in SexpRuntime.get_performance_hints():
		if hint["owner"] == "event \"%s\"" % BETTER and hint["kind"] != "costliest":
			wanted = hint["id"]
			equal(hint["kind"], "clock-polling", "the hint's kind")
			check(str(hint["rewritten"]).contains("has-time-elapsed 90"), "its text: %s" % hint["rewritten"])
			equal(hint["safe"], true, "whether it is safe")
			equal(hint["part"], "( >= ( mission-time ) 90 )", "the part that it is about")
			check(hint["evidence"] is Dictionary, "its evidence: %s" % [hint["evidence"]])
	check(not wanted.is_empty(), "the hint: %s" % [SexpRuntime.get_performance_hints()])
	var outcomes: Array[Array] = []
	SexpRuntime.hint_tried.connect(func(id: String, applied: bool, outcome: String) -> void: outcomes.append([id, applied, outcome]))
	equal(SexpRuntime.apply_hint(wanted), OK, "applying")
	check(SexpRuntime.apply_hint(wanted) != OK, "applying twice")
	var frames := 0
	var deadline := Time.get_ticks_msec() + 60000
	while outcomes.is_empty() and Time.get_ticks_msec() < deadline:
		await get_tree().create_timer(0.02).timeout
		SexpRuntime.step(0.0)
		frames += 1
	result("frames_meanwhile", frames)
	equal(outcomes.size(), 1, "outcomes")
	equal(outcomes[0].slice(0, 2), [wanted, true], "the outcome: %s" % [outcomes])
	check(str(outcomes[0][2]).contains("-> 0 evaluations"), "what it saved: %s" % [outcomes])
	settle()
	equal(SexpRuntime.get_variable("Fired"), 0, "before its moment")
	for i: int in 60 * 12:
		equal(evaluations_of_frame(), 0, "evaluations while it waits, frame %d" % i)
	SexpRuntime.step(5.0)
	equal(SexpRuntime.get_variable("Fired"), 1, "after its moment")
	check(SexpRuntime.explain(BETTER).contains("value 1"), "explain: %s" % SexpRuntime.explain(BETTER))
	equal(SexpRuntime.save_recording("user://bug.rec"), OK, "saving the recording")
	result("recording", ProjectSettings.globalize_path("user://bug.rec"))
