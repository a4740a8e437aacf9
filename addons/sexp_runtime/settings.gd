## The project settings of the SEXP runtime: their names, defaults, hints and help, in one place.
class_name SexpSettings
extends RefCounted

## When the runtime steps the mission: in idle frames, in physics frames, or only by [method SexpRuntime.step].
const STEP_IN := "sexp_runtime/run/step_in"
## The engine that evaluates formulas. "naive" evaluates everything every frame: the reference, for comparing.
const ENGINE := "sexp_runtime/run/engine"
## Seed of everything random in a mission, when [method SexpRuntime.load_mission] names none.
const SEED := "sexp_runtime/run/seed"
## A frame longer than this (seconds) is split into several steps, so that short conditions are not skipped.
const LONGEST_STEP := "sexp_runtime/run/longest_step"
## Maximum number of steps in one frame of the engine; mission time beyond them is dropped, with a warning.
const MOST_STEPS := "sexp_runtime/run/most_steps"
## Whether missions can be saved by [method SexpRuntime.save_state]: what the game does to them is recorded from their beginning.
const SAVABLE := "sexp_runtime/run/savable"
## Bytes that the cache of ad-hoc expressions may hold.
const CACHE_BYTES := "sexp_runtime/cache/max_bytes"
## What freeing a tracked node means for its object.
const FREED_MEANS := "sexp_runtime/objects/freed_means"
## Whether the monitors sexp/... appear in the debugger.
const MONITORS := "sexp_runtime/debug/custom_monitors"
## One in this many cached results is checked by evaluating again; 0 checks none.
const VERIFY_EVERY := "sexp_runtime/debug/verify_every"
## Microseconds that a frame of the runtime may take; a longer one emits [signal SexpRuntime.budget_exceeded]. 0: no budget.
const FRAME_BUDGET := "sexp_runtime/debug/frame_budget_us"
## Microseconds that the evaluation of one event may take, in sampled frames. 0: no budget.
const EVENT_BUDGET := "sexp_runtime/debug/event_budget_us"
## Which missions are recorded from their beginning, so that a run can be saved as one file at any time.
const RECORD := "sexp_runtime/debug/record"
## Whether the editor shows the SEXP tab as soon as a game that it has started plays a mission.
const SHOW_TAB := "sexp_runtime/debug/show_tab"
## Whether the overlay can be shown in the game.
const OVERLAY := "sexp_runtime/debug/overlay"
## The key that shows and hides the overlay, by the name of the key.
const OVERLAY_KEY := "sexp_runtime/debug/overlay_key"
## Whether the overlay is shown from the start.
const OVERLAY_SHOWN := "sexp_runtime/debug/overlay_shown_at_start"
## Whether an exported game has the overlay, too.
const OVERLAY_EXPORTED := "sexp_runtime/debug/overlay_in_exported_games"
## Limits on what a mission can make grow, by name; [code]limits.md[/code] describes them.
const QUOTAS: Dictionary[String, String] = {
	"container_items": "sexp_runtime/quotas/container_items",
	"ships": "sexp_runtime/quotas/ships",
	"candidates": "sexp_runtime/quotas/candidates",
	"steps": "sexp_runtime/quotas/steps",
	"frame_steps": "sexp_runtime/quotas/frame_steps",
	"text_length": "sexp_runtime/quotas/text_length",
}
## Files that an export puts into the pack because the runtime loads them. Patterns as in the filters of
## export presets: names or paths, separated by commas.
const EXPORTED_FILES := "sexp_runtime/export/files"

## The binding's setting: Python modules that it imports when the engine starts. It must include [constant PYTHON_MODULE].
const PYTHON_MODULES := "python/modules"
const PYTHON_MODULE := "sexp_runtime.bridge.runtime"
## The binding's extension. The file exists only after a build, so that the engine does not search for a missing library.
const BINDING := "res://addons/pythonscript/pythonscript.gdextension"
const NOT_SET_UP := ("Python is not set up, so missions cannot run. Run `python3 addons/pythonscript/build.py` in the project's folder"
		+ " (in a clone of the whole repository: tools/run) and restart the editor, or use the packaged add-on.")

const RECORD_NEVER := 0
const RECORD_DEBUGGED := 1
const RECORD_ALWAYS := 2

const STEP_IDLE := 0
const STEP_PHYSICS := 1
const STEP_MANUAL := 2

## One row for each setting: name, default, property hint, hint string, whether it is basic (not advanced).
const _TABLE: Array[Array] = [
	[STEP_IN, STEP_IDLE, PROPERTY_HINT_ENUM, "Idle Frames,Physics Frames,Manually", true],
	[ENGINE, "cached", PROPERTY_HINT_ENUM, "cached,naive", false],
	[SEED, 0, PROPERTY_HINT_RANGE, "0,2147483647,1", true],
	[LONGEST_STEP, 0.25, PROPERTY_HINT_RANGE, "0.01,10,0.01,suffix:s", false],
	[MOST_STEPS, 32, PROPERTY_HINT_RANGE, "1,10000,1", false],
	[SAVABLE, false, PROPERTY_HINT_NONE, "", true],
	[CACHE_BYTES, 8388608, PROPERTY_HINT_RANGE, "65536,1073741824,1,suffix:B", false],
	[FREED_MEANS, "destroyed", PROPERTY_HINT_ENUM, "destroyed,departed,vanished", true],
	[MONITORS, true, PROPERTY_HINT_NONE, "", true],
	[VERIFY_EVERY, 0, PROPERTY_HINT_RANGE, "0,1000000,1", false],
	[FRAME_BUDGET, 0, PROPERTY_HINT_RANGE, "0,1000000,1,suffix:us", false],
	[EVENT_BUDGET, 0, PROPERTY_HINT_RANGE, "0,1000000,1,suffix:us", false],
	[RECORD, RECORD_DEBUGGED, PROPERTY_HINT_ENUM, "Never,With the Editor's Debugger,Always", true],
	[SHOW_TAB, true, PROPERTY_HINT_NONE, "", true],
	[OVERLAY, true, PROPERTY_HINT_NONE, "", true],
	[OVERLAY_KEY, "F9", PROPERTY_HINT_NONE, "", true],
	[OVERLAY_SHOWN, false, PROPERTY_HINT_NONE, "", true],
	[OVERLAY_EXPORTED, false, PROPERTY_HINT_NONE, "", true],
	[QUOTAS["container_items"], 100000, PROPERTY_HINT_RANGE, "1,100000000,1,or_greater", false],
	[QUOTAS["ships"], 5000, PROPERTY_HINT_RANGE, "1,1000000,1,or_greater", false],
	[QUOTAS["candidates"], 100000, PROPERTY_HINT_RANGE, "1,100000000,1,or_greater", false],
	[QUOTAS["steps"], 500000, PROPERTY_HINT_RANGE, "0,1000000000,1,or_greater", false],
	[QUOTAS["frame_steps"], 10000000, PROPERTY_HINT_RANGE, "0,1000000000,1,or_greater", false],
	[QUOTAS["text_length"], 16384, PROPERTY_HINT_RANGE, "1,100000000,1,or_greater,suffix:characters", false],
	[EXPORTED_FILES, "*.fs2", PROPERTY_HINT_NONE, "", true],
]


## Adds the missing settings and registers their property info with the editor. Values of the project are kept.
static func register() -> void:
	for row: Array in _TABLE:
		var setting: String = row[0]
		if not ProjectSettings.has_setting(setting):
			ProjectSettings.set_setting(setting, row[1])
		ProjectSettings.set_initial_value(setting, row[1])
		ProjectSettings.set_as_basic(setting, row[4])
		ProjectSettings.add_property_info({
			"name": setting,
			"type": typeof(row[1]),
			"hint": row[2],
			"hint_string": row[3],
		})


## Removes the settings that still have their default values; a value that the user chose stays in the project.
static func unregister() -> void:
	for row: Array in _TABLE:
		var setting: String = row[0]
		if ProjectSettings.has_setting(setting) and ProjectSettings.get_setting(setting) == row[1]:
			ProjectSettings.set_setting(setting, null)


## Adds [constant PYTHON_MODULE] to the modules that are imported when the engine starts, or removes it.
static func set_python_module(wanted: bool) -> void:
	var modules := PackedStringArray(ProjectSettings.get_setting(PYTHON_MODULES, PackedStringArray()))
	if wanted == modules.has(PYTHON_MODULE):
		return
	if wanted:
		modules.append(PYTHON_MODULE)
	else:
		modules.remove_at(modules.find(PYTHON_MODULE))
	var setting: Variant = null # removes the setting from the project
	if not modules.is_empty():
		setting = modules
	ProjectSettings.set_setting(PYTHON_MODULES, setting)


## The default of a setting; [code]null[/code] if there is none of that name.
static func default_of(setting: String) -> Variant:
	for row: Array in _TABLE:
		if row[0] == setting:
			return row[1]
	return null


## The quotas of the project, by name.
static func quotas() -> Dictionary:
	var found := {}
	for quota: String in QUOTAS:
		found[quota] = value(QUOTAS[quota])
	return found


## The value of a setting, or its default when the plugin is not enabled. One of a wrong type, or that cannot be chosen, counts as
## the default, with a warning.
static func value(setting: String) -> Variant:
	for row: Array in _TABLE:
		if row[0] == setting:
			var found: Variant = ProjectSettings.get_setting(setting, row[1])
			if typeof(row[1]) == TYPE_FLOAT and found is int:
				found = float(found as int)
			if _fits(found, row):
				return found
			push_warning("SEXP runtime: the setting %s cannot be %s; %s is used" % [setting, var_to_str(found).left(60), row[1]])
			return row[1]
	push_error("SEXP runtime: there is no setting %s" % setting)
	return null


# Whether a value is one that its setting can have. The bridge refuses the other numbers, when a mission is loaded.
static func _fits(found: Variant, row: Array) -> bool:
	if row[1] is int and found is float:
		return is_finite(found as float) and row[2] == PROPERTY_HINT_RANGE and row[0] != MOST_STEPS
	if typeof(found) != typeof(row[1]):
		return false
	var hint: String = row[3]
	if row[1] is int and row[2] == PROPERTY_HINT_ENUM:
		return found >= 0 and found < hint.get_slice_count(",")
	if row[0] == LONGEST_STEP or row[0] == MOST_STEPS:
		return is_finite(float(found)) and found >= hint.get_slice(",", 0).to_float()
	return true
