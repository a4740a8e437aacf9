## The performance report, budgets and hints to evaluate, from typed GDScript.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	equal(SexpRuntime.get_performance_report(), {}, "a report without a mission")
	load_bench([ship_text("Alpha 1")] as Array[String], [
		event_text("often", "( every-time ( true ) ( modify-variable @Fired[0] ( + @Fired[0] 1 ) ) )"),
		event_text("reader", "( when ( > @Fired[0] 1000 ) ( do-nothing ) )"),
	] as Array[String], {"event_budget_us": 0.001})
	var notes: Array[Dictionary] = []
	SexpRuntime.budget_exceeded.connect(func(note: Dictionary) -> void: notes.append(note))
	for i: int in 64:
		SexpRuntime.step(STEP)
	var report := SexpRuntime.get_performance_report()
	equal(report["version"], 1, "the report's version")
	equal(report["frames"], 64, "its frames")
	equal(report["mission"], "Bench", "its mission")
	equal(report["loops"], "c", "the innermost loops that set-up compiled")
	for part: String in ["frame_time_us", "counters", "cache", "memory", "formulas", "operators", "causes", "slowest", "over_budget"]:
		check(report.has(part), "the report has %s" % part)
	var formulas: Array = report["formulas"]
	check(formulas.size() >= 2, "its formulas: %s" % [formulas])
	equal((SexpRuntime.get_performance_report(1)["formulas"] as Array).size(), 1, "a cut list")
	check(JSON.stringify(report).length() > 500, "it is plain values")
	check(not notes.is_empty(), "a budget was exceeded")
	for key: String in ["what", "microseconds", "budget", "cause", "time"]:
		check(notes[0].has(key), "a note has %s" % key)
	equal(notes[0]["budget"], 0.001, "the budget")
	equal((report["over_budget"] as Dictionary)["count"], notes.size(), "overruns in the report")

	# Hints are obeyed, and never change a value.
	var before: int = cache_size()
	equal(SexpRuntime.evaluate("( + @Fuel[0] 1 )", {"cacheable": false}), 11, "not to be cached")
	equal(cache_size(), before, "cached in spite of the hint")
	equal(SexpRuntime.evaluate("( + @Fuel[0] 1 )", {"time_to_live": 0.5, "calls_per_second": 10.0}), 11, "cached for a while")
	equal(cache_size(), before + 1, "not cached")
	equal(SexpRuntime.evaluate("( rand 7 7 )", {"cacheable": true}), 7, "a hint that is refused")
	equal(SexpRuntime.evaluate("( + 1 1 )", {"speed_bounds": {"Nobody": 10.0}}), 2, "a bound of nobody")
	equal(SexpRuntime.evaluate("( + 1 1 )", {"nonsense": 1}), null, "a hint that is none")


func cache_size() -> int:
	return (SexpRuntime.get_performance_report(0)["cache"] as Dictionary)["currsize"]
