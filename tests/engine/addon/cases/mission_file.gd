## Missions as resources: loaded, changed and saved with no other byte changed.
extends "res://tests/engine/addon/case.gd"

const PATROL := preload("res://tests/engine/addon/scene/patrol.fs2")


func run() -> void:
	check(PATROL is SexpMissionFile, "preload gives a mission file")
	equal(PATROL.get_object_names(), PackedStringArray(["Alpha 1", "Alpha 2"]), "object names")
	equal(PATROL.get_mission_name(), "Patrol", "the mission's name")
	equal(PATROL.content, FileAccess.get_file_as_bytes(PATROL.resource_path), "the content")
	var mark := PackedByteArray([0xEF, 0xBB, 0xBF])
	var latin := "#Mission Info\r\n$Name: Caf".to_utf8_buffer() + PackedByteArray([0xE9]) + "\r\n#End\r\n".to_utf8_buffer()
	for content: PackedByteArray in [
		PATROL.content, mark + PATROL.content, PATROL.text.replace("\n", "\r\n").to_utf8_buffer(),
		"#Mission Info\n$Name: Café\n#End".to_utf8_buffer(), latin, PackedByteArray(),
	]:
		var path := "user://kept_%d.fs2" % OS.get_process_id()
		var file := FileAccess.open(path, FileAccess.WRITE)
		file.store_buffer(content)
		file.close()
		var mission: SexpMissionFile = ResourceLoader.load(path, "", ResourceLoader.CACHE_MODE_IGNORE)
		equal(mission.content, content, "loaded")
		equal(ResourceSaver.save(mission, path), OK, "saving")
		equal(FileAccess.get_file_as_bytes(path), content, "saved")
		mission.text = mission.text
		equal(mission.content, content, "the same text again")
		check(not mission.text.contains("\r"), "a text has line feeds only")
		DirAccess.remove_absolute(ProjectSettings.globalize_path(path))
	var old := SexpMissionFile.new()
	old.content = latin
	equal(old.get_mission_name(), "Café", "a name in Latin-1")
	equal(ResourceLoader.load("res://there_is_none.fs2") if ResourceLoader.exists("res://there_is_none.fs2") else null, null, "a file that is not there")
