## Puts Python beside an exported game: the folder that the loader looks for there. See README.md, "Where Python is".
##
## A missing part stops the export. A pack alone gets no Python: the game that loads it provides Python.
@tool
extends EditorExportPlugin

## Installed Python packages that the game needs in addition to those of the add-ons, by their import names.
const PACKAGES := "python/export_packages"
const ADDON := "res://addons/pythonscript"
const EXTENSION := ADDON + "/pythonscript.gdextension"

var _failed := false
var _path := ""


func _get_name() -> String:
	return "Addon pythonscript" # before the plugin GDScript, which would take the scripts


func _export_begin(features: PackedStringArray, _is_debug: bool, path: String, _flags: int) -> void:
	_failed = false
	_path = path
	var platform := platform_of(features)
	if path.get_extension().to_lower() in ["pck", "zip"] and not platform.begins_with("macos"):
		return
	if not is_in_preset(get_export_preset(), EXTENSION):
		_stop("the preset does not export %s, by which the game finds Python: add *.gdextension to its include filter."
				% EXTENSION)
		return
	if not ClassDB.class_exists(&"PythonHost"):
		_stop("Python does not run in this editor (the output says why), so it cannot be put beside the game.")
		return
	var host: Object = ClassDB.instantiate(&"PythonHost")
	var answer: Variant = host.call("call_function", "godot._bundle", "stage", [
		ProjectSettings.globalize_path(ADDON), ProjectSettings.globalize_path("res://"), platform,
		PackedStringArray(ProjectSettings.get_setting(PACKAGES, PackedStringArray())),
	])
	if not answer is Dictionary:
		_stop("Python cannot be put beside the game; the output says why.")
	elif answer["error"] != "":
		_stop(str(answer["error"]))
	else:
		add_shared_object(str(answer["folder"]), PackedStringArray(), "")


func _export_file(path: String, _type: String, _features: PackedStringArray) -> void:
	var of_python := path.begins_with("res://python/") and path.get_extension() in ["py", "json"]
	if of_python or (path.begins_with(ADDON) and path.get_extension() != "gdextension"):
		skip()


func _export_end() -> void:
	if not _failed:
		return
	# The export has failed: without this the game would report it only to its players.
	for written: String in [_path, _path.get_basename() + ".pck"]:
		if FileAccess.file_exists(written):
			DirAccess.remove_absolute(ProjectSettings.globalize_path(written))


## Whether a preset exports a file, by its choice of resources and its filters.
static func is_in_preset(preset: EditorExportPreset, path: String) -> bool:
	if preset == null:
		return true
	var chosen := preset.get_files_to_export().has(path)
	match preset.get_export_filter():
		EditorExportPreset.EXPORT_ALL_RESOURCES:
			chosen = true
		EditorExportPreset.EXCLUDE_SELECTED_RESOURCES:
			chosen = not chosen
		EditorExportPreset.EXPORT_CUSTOMIZED:
			chosen = preset.get_file_export_mode(path) != EditorExportPreset.MODE_FILE_REMOVE
	return (chosen or matches(path, preset.get_include_filter())) and not matches(path, preset.get_exclude_filter())


## Whether a path matches one of a preset's patterns: for the file's name or for its path, with or without res://.
static func matches(path: String, filter: String) -> bool:
	for pattern: String in filter.split(",", false):
		var wanted := pattern.strip_edges()
		if path.get_file().matchn(wanted) or path.matchn(wanted) or path.trim_prefix("res://").matchn(wanted):
			return true
	return false


## The platform of an export as in the names of libraries, like [code]linux.x86_64[/code].
static func platform_of(features: PackedStringArray) -> String:
	var system := "unknown"
	for name: String in ["windows", "macos", "linux", "android", "ios", "web"]:
		if features.has(name):
			system = name
			break
	for architecture: String in ["universal", "x86_64", "arm64", "x86_32", "arm32", "rv64", "ppc64", "wasm32"]:
		if features.has(architecture):
			return "%s.%s" % [system, architecture]
	return system


# The engine ends an export with an error only if a file cannot be copied, so this adds such a file.
func _stop(reason: String) -> void:
	_failed = true
	get_export_platform().add_message(EditorExportPlatform.EXPORT_MESSAGE_ERROR, "Python", reason)
	add_shared_object(ADDON.path_join("missing, see the error above"), PackedStringArray(), "")
