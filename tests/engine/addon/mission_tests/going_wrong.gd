## Tests that fail, each in its own way; test_mission_tests.py reads how the runner reports them.
extends SexpMissionTest

const MISSION := "res://addons/sexp_runtime/demo/patrol/patrol.fs2"


func test_an_expectation_fails() -> void:
	load_mission(MISSION)
	await advance(2.0)
	ship("Hauler 2").hull = 65.0
	await expect_event("Hauler hurt", 1.0)


func test_a_script_error() -> void:
	load_mission(MISSION)
	await expect_said("Welcome", 2.0)
	var nothing: Variant = null
	nothing.call(&"missing")
	expect(false, "not reached")


func test_a_name_that_is_wrong() -> void:
	load_mission(MISSION)
	await expect_never("Hauler hurd")


func test_nothing_is_expected() -> void:
	load_mission(MISSION)


func test_time_stands_still() -> void:
	load_mission(MISSION)
	_tree().paused = true
	await expect_event("Raiders", 5.0)


func test_a_mission_that_is_missing() -> void:
	load_mission("res://none.fs2")


func test_it_never_ends() -> void:
	var waiting := Timer.new()
	await waiting.timeout
