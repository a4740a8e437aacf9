## A mission's file ([code].fs2[/code]) as a resource: its content, byte for byte.
@tool
@icon("res://addons/sexp_runtime/icons/sexp_mission.svg")
class_name SexpMissionFile
extends Resource

## The content of the file.
@export_storage var content := PackedByteArray():
	set(value):
		content = value
		_known_text = ""
		_names.clear()
		emit_changed()

## The content as text: UTF-8, or Latin-1 if it is not UTF-8. Setting it preserves the file's byte order mark and line ends.
var text: String:
	get = get_text, set = set_text

var _known_text := ""
var _names := {}


## The content as text, with line feeds only.
func get_text() -> String:
	if _known_text.is_empty() and not content.is_empty():
		_known_text = _read_text()
	return _known_text


func _read_text() -> String:
	var bytes := content.slice(3) if _has_mark() else content
	var found := bytes.get_string_from_utf8() if is_utf8() else bytes.get_string_from_ascii()
	if not is_utf8():
		var parts := PackedStringArray()
		for byte: int in bytes:
			parts.append(String.chr(byte))
		found = "".join(parts)
	return found.replace("\r\n", "\n")


## Replaces the text; preserves byte order mark, encoding and line ends.
func set_text(value: String) -> void:
	var lines := value.replace("\r\n", "\n")
	if has_windows_lines():
		lines = lines.replace("\n", "\r\n")
	var bytes := PackedByteArray()
	if is_utf8():
		bytes = lines.to_utf8_buffer()
	else:
		for letter: String in lines:
			bytes.append(letter.unicode_at(0) if letter.unicode_at(0) < 256 else 63)
	content = PackedByteArray([0xEF, 0xBB, 0xBF]) + bytes if _has_mark() else bytes


## Whether the content is UTF-8; missions of old tools are Latin-1.
func is_utf8() -> bool:
	var need := 0
	for byte: int in content:
		if need > 0:
			if byte & 0xC0 != 0x80:
				return false
			need -= 1
		elif byte >= 0x80:
			if byte & 0xE0 == 0xC0:
				need = 1
			elif byte & 0xF0 == 0xE0:
				need = 2
			elif byte & 0xF8 == 0xF0:
				need = 3
			else:
				return false
	return need == 0


## Whether the lines end in carriage return and line feed.
func has_windows_lines() -> bool:
	var first := content.find(10)
	return first > 0 and content[first - 1] == 13


## The names of the file's objects, in its order.
func get_object_names() -> PackedStringArray:
	return _names_in("#Objects")


## The name of the mission, or of its file.
func get_mission_name() -> String:
	for line: String in get_text().split("\n"):
		if line.begins_with("$Name:"):
			return line.trim_prefix("$Name:").strip_edges()
	return resource_path.get_file().get_basename()


func _names_in(section: String) -> PackedStringArray:
	if _names.has(section):
		return _names[section]
	var found := PackedStringArray()
	var inside := false
	for line: String in get_text().split("\n"):
		if line.begins_with("#"):
			inside = line.strip_edges().to_lower().begins_with(section.to_lower())
		elif inside and line.begins_with("$Name:"):
			found.append(line.trim_prefix("$Name:").get_slice(";", 0).strip_edges())
	_names[section] = found
	return found


func _has_mark() -> bool:
	return content.size() >= 3 and content[0] == 0xEF and content[1] == 0xBB and content[2] == 0xBF
