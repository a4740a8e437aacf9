## Shows a description above each of the runtime's project settings.
##
## The engine describes only its own settings; an add-on's settings have no descriptions without this.
@tool
extends EditorInspectorPlugin

const Settings := preload("res://addons/sexp_runtime/settings.gd")
const DESCRIPTIONS: Dictionary[String, String] = {
	Settings.STEP_IN: "When the runtime steps the mission: in idle frames, in physics frames, or only when the game calls step().",
	Settings.ENGINE: "\"naive\" evaluates everything in every frame: the reference, to compare with.",
	Settings.SEED: "Seed of everything random in a mission, unless load_mission() or SexpMission names one.",
	Settings.LONGEST_STEP: "A longer frame is split into several steps, so that short conditions are not skipped. In seconds.",
	Settings.MOST_STEPS: "Maximum number of steps of one frame. Mission time beyond them is dropped, with a warning.",
	Settings.SAVABLE: "Missions can be saved with save_state(). Recording what the game does to them takes time and memory.",
	Settings.CACHE_BYTES: "Memory for the cached results of evaluate(). In bytes.",
	Settings.FREED_MEANS: "What freeing a tracked node means for its object, unless the node overrides it.",
	Settings.MONITORS: "Show the monitors sexp/... in Debugger > Monitors.",
	Settings.VERIFY_EVERY: "Check one in this many cached results by evaluating again. 0: none.",
	Settings.FRAME_BUDGET: "A frame of the runtime that takes longer emits budget_exceeded. In microseconds; 0: no budget.",
	Settings.EVENT_BUDGET: "An event that takes longer in a sampled frame emits budget_exceeded. In microseconds; 0: no budget.",
	Settings.RECORD: "Which missions are recorded from their beginning, so that a run can be saved as one file.",
	Settings.SHOW_TAB: "Show the SEXP tab as soon as a game started from the editor plays a mission.",
	Settings.OVERLAY: "The overlay with the runtime's numbers can be shown in the game.",
	Settings.OVERLAY_KEY: "The key that shows and hides the overlay, by its name.",
	Settings.OVERLAY_SHOWN: "Show the overlay from the start.",
	Settings.OVERLAY_EXPORTED: "Exported games have the overlay, too.",
	"sexp_runtime/quotas/container_items": "Maximum number of items of one container. An action that would exceed it does nothing.",
	"sexp_runtime/quotas/ships": "Maximum number of ships of a mission's whole run. At the limit, later waves and scripts make no more ships.",
	"sexp_runtime/quotas/candidates": "Maximum number of candidates of an argument form. Further candidates are skipped.",
	"sexp_runtime/quotas/steps": "Maximum number of steps of one evaluation. One that takes more is ended and counts as false. 0: no limit.",
	"sexp_runtime/quotas/frame_steps": "Maximum number of steps of all formulas in a frame, shared equally. 0: no limit.",
	"sexp_runtime/quotas/text_length": "Maximum length of the text of a message or briefing, in characters. The rest is left out.",
	Settings.EXPORTED_FILES: "Files that an export puts into the pack: names or paths with * and ?, separated by commas.",
}


func _can_handle(object: Object) -> bool:
	return object != null and object.get_class() == "SectionedInspectorFilter"


func _parse_property(object: Object, _type: Variant.Type, name: String, _hint: PropertyHint, _text: String, _usage: int, _wide: bool) -> bool:
	var setting := setting_of(object, name)
	if not setting.is_empty():
		var label := Label.new()
		label.text = DESCRIPTIONS[setting]
		label.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
		label.modulate.a = 0.65
		add_custom_control(label)
	return false


## The setting that the inspector shows as [param name]. The name lacks its section, so the default value must match as well.
static func setting_of(object: Object, name: String) -> String:
	for setting: String in DESCRIPTIONS:
		if setting == name or (setting.get_file() == name and object.get(name) == ProjectSettings.get_setting(setting, null)
				and object.property_get_revert(name) == Settings.default_of(setting)):
			return setting
	return ""
