## Colours a mission's text: operators by kind, strings, numbers, variables, sections, fields and comments.
@tool
extends EditorSyntaxHighlighter

const KINDS := {
	"action": "text_editor/theme/highlighting/function_color",
	"boolean": "text_editor/theme/highlighting/base_type_color",
	"integer": "text_editor/theme/highlighting/base_type_color",
	"arithmetic": "text_editor/theme/highlighting/symbol_color",
	"conditional": "text_editor/theme/highlighting/control_flow_keyword_color",
	"argument": "text_editor/theme/highlighting/keyword_color",
	"goal": "text_editor/theme/highlighting/user_type_color",
}
const COLOURS := {
	"string": "text_editor/theme/highlighting/string_color",
	"number": "text_editor/theme/highlighting/number_color",
	"variable": "text_editor/theme/highlighting/member_variable_color",
	"section": "text_editor/theme/highlighting/engine_type_color",
	"field": "text_editor/theme/highlighting/gdscript/annotation_color",
	"comment": "text_editor/theme/highlighting/comment_color",
	"unknown": "text_editor/theme/highlighting/text_color",
	"plain": "text_editor/theme/highlighting/text_color",
}

## The kind of each operator by its name in lower case. Without Python it stays empty, and all operators look alike.
static var kinds := {}


func _get_name() -> String:
	return "Mission (.fs2)"


func _get_supported_languages() -> PackedStringArray:
	return PackedStringArray(["fs2"])


func _create() -> EditorSyntaxHighlighter:
	return new()


func _get_line_syntax_highlighting(line: int) -> Dictionary:
	var found := {}
	for part: Array in parts_of(get_text_edit().get_line(line)):
		found[part[0]] = {"color": colour_of(part[1])}
	return found


## The colour of each kind of part.
func colour_of(what: String) -> Color:
	var setting: String = KINDS.get(what, COLOURS.get(what, COLOURS["plain"]))
	var settings := EditorInterface.get_editor_settings()
	return settings.get_setting(setting) if settings.has_setting(setting) else Color.WHITE


## The start column and kind of each part of a line: [code][[column, kind], ...][/code].
static func parts_of(text: String) -> Array[Array]:
	var found: Array[Array] = []
	var at := 0
	var trimmed := text.strip_edges(true, false)
	var indent := text.length() - trimmed.length()
	if trimmed.begins_with("#") and not trimmed.begins_with("#\""):
		return [[0, "section"]]
	if trimmed.begins_with("$") or (trimmed.begins_with("+") and trimmed.contains(":")):
		var colon := text.find(":")
		found.append([indent, "field"])
		if colon < 0:
			return found
		at = colon + 1
		found.append([at, "plain"])
	var after_open := false
	while at < text.length():
		var letter := text[at]
		if letter == ";":
			found.append([at, "comment"])
			return found
		if letter == "\"":
			var end := text.find("\"", at + 1)
			end = text.length() if end < 0 else end + 1
			found.append([at, "variable" if text.substr(at + 1, 1) == "@" else "string"])
			at = end
		elif letter == "@" or letter == "&":
			found.append([at, "variable"])
			at = _end_of_word(text, at)
		elif letter == "(" or letter == ")":
			found.append([at, "plain"])
			at += 1
			after_open = letter == "("
			continue
		elif letter == " " or letter == "\t":
			at += 1
			continue
		else:
			var end := _end_of_word(text, at)
			var word := text.substr(at, end - at)
			if word.is_valid_float():
				found.append([at, "number"])
			elif after_open:
				found.append([at, kinds.get(word.to_lower(), "unknown" if not kinds.is_empty() else "action")])
			else:
				found.append([at, "plain"])
			at = end
		after_open = false
		if at < text.length():
			found.append([at, "plain"])
	return found


static func _end_of_word(text: String, at: int) -> int:
	var end := at
	while end < text.length() and not text[end] in " \t();\"":
		end += 1
	return maxi(end, at + 1)
