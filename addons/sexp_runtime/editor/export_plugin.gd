## Puts missions into an exported game's pack, and omits files that only the editor needs.
@tool
extends EditorExportPlugin

const Settings := preload("res://addons/sexp_runtime/settings.gd")
const ADDON := "res://addons/sexp_runtime/"
const DEMO := ADDON + "demo/"
## Parts of the add-on that games do not need.
const EDITOR_ONLY: Array[String] = [
	ADDON + "editor/", ADDON + "docs/", ADDON + "testing/", ADDON + "plugin.gd", ADDON + "prove_hint.gd", ADDON + "look_back.gd",
]
## How the names of scripts with mission tests end, the game's own too. They extend a class of the part `testing`.
const TESTS := "_mission_test.gd"

const PythonExport := preload("res://addons/pythonscript/export_plugin.gd")

var _added: Dictionary[String, bool] = {}
var _with_demo := false


func _get_name() -> String:
	return "Addon SEXP Runtime" # before the plugin GDScript, which would take the scripts


func _export_begin(_features: PackedStringArray, _is_debug: bool, _path: String, _flags: int) -> void:
	_added.clear()
	_with_demo = is_demo_used()
	var preset := get_export_preset()
	var excluded := preset.get_exclude_filter() if preset != null else ""
	_add_files("res://", str(Settings.value(Settings.EXPORTED_FILES)), excluded)
	if preset != null and preset.get_export_filter() in [
			EditorExportPreset.EXPORT_SELECTED_SCENES, EditorExportPreset.EXPORT_SELECTED_RESOURCES]:
		# The engine adds what chosen scenes preload, but not what scripts load or name by class.
		_add_files(ADDON.trim_suffix("/"), "*.gd,*.tscn", "")


func _export_file(path: String, _type: String, _features: PackedStringArray) -> void:
	if _added.has(path) or _is_left_out(path): # the preset also selects the added files
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


func _add_files(folder: String, wanted: String, excluded: String) -> void:
	for name: String in DirAccess.get_files_at(folder):
		var path := folder.path_join(name)
		if PythonExport.matches(path, wanted) and not PythonExport.matches(path, excluded) and not _is_left_out(path):
			add_file(path, FileAccess.get_file_as_bytes(path), false)
			_added[path] = true
	for inner: String in _folders_in(folder):
		_add_files(inner, wanted, excluded)


func _is_left_out(path: String) -> bool:
	return (path.begins_with(DEMO) and not _with_demo) or path.ends_with(TESTS) or EDITOR_ONLY.any(
			func(part: String) -> bool: return path.begins_with(part))


# The folders that the editor scans: not hidden ones, and none with a file .gdignore.
static func _folders_in(folder: String) -> Array[String]:
	var found: Array[String] = []
	for name: String in DirAccess.get_directories_at(folder):
		var path := folder.path_join(name)
		if not name.begins_with(".") and not FileAccess.file_exists(path.path_join(".gdignore")):
			found.append(path)
	return found
