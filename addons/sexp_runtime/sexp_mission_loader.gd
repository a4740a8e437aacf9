## Loads [code].fs2[/code] files as [SexpMissionFile], so that they are resources: [method @GDScript.load] reads them, the inspector
## and the FileSystem dock show them, and an exported game includes those that are referenced.
@tool
class_name SexpMissionLoader
extends ResourceFormatLoader

const MissionFile := preload("res://addons/sexp_runtime/sexp_mission_file.gd")
const EXTENSIONS := ["fs2"]


func _get_recognized_extensions() -> PackedStringArray:
	return PackedStringArray(EXTENSIONS)


func _handles_type(type: StringName) -> bool:
	return type == &"Resource" or type == &"SexpMissionFile"


func _get_resource_type(path: String) -> String:
	return "Resource" if path.get_extension().to_lower() in EXTENSIONS else ""


func _get_resource_script_class(path: String) -> String:
	return "SexpMissionFile" if path.get_extension().to_lower() in EXTENSIONS else ""


func _load(path: String, _original_path: String, _use_sub_threads: bool, _cache_mode: int) -> Variant:
	var content := FileAccess.get_file_as_bytes(path)
	if content.is_empty() and FileAccess.get_open_error() != OK:
		return FileAccess.get_open_error()
	var file := MissionFile.new()
	file.content = content
	return file
