## Puts missions into an exported game's pack, and leaves out what only the editor needs.
@tool
extends EditorExportPlugin

const Settings := preload("res://addons/sexp_runtime/settings.gd")
const ADDON := "res://addons/sexp_runtime/"
const DEMO := ADDON + "demo/"
## Parts of the add-on that no game needs.
const EDITOR_ONLY: Array[String] = [
	ADDON + "editor/", ADDON + "docs/", ADDON + "plugin.gd", ADDON + "prove_hint.gd",
]

var _added: Dictionary[String, bool] = {}
var _excluded := PackedStringArray()
var _with_demo := false


func _get_name() -> String:
	return "Addon SEXP Runtime" # before the plugin GDScript, which would take the scripts


func _export_begin(_features: PackedStringArray, _is_debug: bool, _path: String, _flags: int) -> void:
	_added.clear()
	var preset := get_export_preset()
	_excluded = _patterns(preset.get_exclude_filter() if preset != null else "")
	_with_demo = is_demo_used()
	_add_files("res://", _patterns(str(Settings.value(Settings.EXPORTED_FILES))))


func _export_file(path: String, _type: String, _features: PackedStringArray) -> void:
	if _added.has(path): # the preset's own filter has it as well
		skip()
	elif path.begins_with(DEMO):
		if not _with_demo:
			skip()
	elif EDITOR_ONLY.any(func(part: String) -> bool: return path.begins_with(part)):
		skip()


## Whether the project plays the demo, or anything outside the add-on refers to a part of it.
static func is_demo_used() -> bool:
	var main := str(ProjectSettings.get_setting("application/run/main_scene", ""))
	if main.begins_with("uid://"):
		main = ResourceUID.get_id_path(ResourceUID.text_to_id(main))
	return main.begins_with(DEMO) or _refers_to_demo("res://")


static func _refers_to_demo(folder: String) -> bool:
	for name: String in DirAccess.get_files_at(folder):
		var path := folder.path_join(name)
		match name.get_extension():
			"gd":
				if DEMO in FileAccess.get_file_as_string(path):
					return true
			"tscn", "scn", "tres", "res":
				for dependency: String in ResourceLoader.get_dependencies(path):
					if DEMO in dependency:
						return true
	for inner: String in _folders_in(folder):
		if inner != ADDON.trim_suffix("/") and _refers_to_demo(inner):
			return true
	return false


func _add_files(folder: String, wanted: PackedStringArray) -> void:
	for name: String in DirAccess.get_files_at(folder):
		var path := folder.path_join(name)
		if _matches(path, wanted) and not _matches(path, _excluded) and (_with_demo or not path.begins_with(DEMO)):
			add_file(path, FileAccess.get_file_as_bytes(path), false)
			_added[path] = true
	for inner: String in _folders_in(folder):
		if not EDITOR_ONLY.has(inner + "/"):
			_add_files(inner, wanted)


# Folders that the editor looks into: none that is hidden, or that a file .gdignore takes out of the project.
static func _folders_in(folder: String) -> Array[String]:
	var found: Array[String] = []
	for name: String in DirAccess.get_directories_at(folder):
		var path := folder.path_join(name)
		if not name.begins_with(".") and not FileAccess.file_exists(path.path_join(".gdignore")):
			found.append(path)
	return found


# As the filters of export presets: a pattern is for the file's name or for its path, with or without res://.
static func _matches(path: String, patterns: PackedStringArray) -> bool:
	for pattern: String in patterns:
		if path.get_file().matchn(pattern) or path.matchn(pattern) or path.trim_prefix("res://").matchn(pattern):
			return true
	return false


static func _patterns(filter: String) -> PackedStringArray:
	var found := PackedStringArray()
	for pattern: String in filter.split(",", false):
		found.append(pattern.strip_edges())
	return found
