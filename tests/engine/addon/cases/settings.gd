## Settings of a wrong type, and numbers that no step can have, count as their defaults, with a warning.
extends "res://tests/engine/addon/case.gd"

const Settings := preload("res://addons/sexp_runtime/settings.gd")


func run() -> void:
	for row: Array in [
		[Settings.LONGEST_STEP, "", 0.25], [Settings.LONGEST_STEP, NAN, 0.25], [Settings.LONGEST_STEP, INF, 0.25],
		[Settings.LONGEST_STEP, 0.0, 0.25], [Settings.LONGEST_STEP, -1e300, 0.25], [Settings.LONGEST_STEP, 2, 2.0],
		[Settings.MOST_STEPS, 0, 32], [Settings.MOST_STEPS, [], 32], [Settings.MOST_STEPS, NAN, 32], [Settings.MOST_STEPS, 8, 8],
		[Settings.STEP_IN, "physics", 0], [Settings.STEP_IN, 7, 0], [Settings.STEP_IN, -1, 0], [Settings.STEP_IN, 2, 2],
		[Settings.RECORD, {}, 1], [Settings.RECORD, 1 << 62, 1], [Settings.OVERLAY_KEY, 9, "F9"], [Settings.ENGINE, 1, "cached"],
		[Settings.OVERLAY_SHOWN, "yes", false], [Settings.OVERLAY_SHOWN, true, true], [Settings.FRAME_BUDGET, 2.5, 2.5],
		[Settings.CACHE_BYTES, "8 MB", 8388608], [Settings.SEED, INF, 0], [Settings.EXPORTED_FILES, 3, "*.fs2"],
	]:
		var setting: String = row[0]
		var before: Variant = ProjectSettings.get_setting(setting, null)
		ProjectSettings.set_setting(setting, row[1])
		equal(Settings.value(setting), row[2], "%s is %s" % [setting, row[1]])
		ProjectSettings.set_setting(setting, before)
	var seed_before: Variant = ProjectSettings.get_setting(Settings.SEED, null)
	ProjectSettings.set_setting(Settings.SEED, -5)
	equal(SexpRuntime.load_mission("res://tests/engine/addon/scene/patrol.fs2") == OK, false, "a seed below 0")
	ProjectSettings.set_setting(Settings.SEED, [])
	equal(SexpRuntime.load_mission("res://tests/engine/addon/scene/patrol.fs2"), OK, "a seed that is a list")
	ProjectSettings.set_setting(Settings.SEED, seed_before)
