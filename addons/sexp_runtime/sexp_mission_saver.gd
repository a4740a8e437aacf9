## Saves a [SexpMissionFile]: writes the bytes of its content unchanged.
@tool
class_name SexpMissionSaver
extends ResourceFormatSaver

const MissionFile := preload("res://addons/sexp_runtime/sexp_mission_file.gd")


func _get_recognized_extensions(resource: Resource) -> PackedStringArray:
	return PackedStringArray(["fs2"]) if resource is MissionFile else PackedStringArray()


func _recognize(resource: Resource) -> bool:
	return resource is MissionFile


func _save(resource: Resource, path: String, _flags: int) -> Error:
	var file := FileAccess.open(path, FileAccess.WRITE)
	if file == null:
		return FileAccess.get_open_error()
	return OK if file.store_buffer((resource as MissionFile).content) else ERR_FILE_CANT_WRITE
