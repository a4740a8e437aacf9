## Only for tests: opens a mission as a double click does, and prints what the panel shows, before and after a change.
@tool
extends EditorPlugin

const MissionEditor := preload("res://addons/sexp_runtime/editor/mission_editor.gd")
const Highlighter := preload("res://addons/sexp_runtime/editor/mission_highlighter.gd")

var _panel: MissionEditor = null


func _enter_tree() -> void:
	_drive.call_deferred()


func _drive() -> void:
	EditorInterface.set_main_screen_editor("Script")
	await _seconds(2.0)
	_panel = EditorInterface.get_base_control().find_children("Mission", "VBoxContainer", true, false)[0] as MissionEditor
	var dock := EditorInterface.get_resource_filesystem()
	_say("type", {"type": dock.get_file_type("res://wrong.fs2")})
	EditorInterface.edit_resource(load("res://wrong.fs2"))
	await _seconds(1.0)
	_say("opened", {"visible": _panel.is_visible_in_tree(), "problems": _problems(), "lines": _panel.code.get_line_count()})
	_panel.problems.item_selected.emit(0)
	await _seconds(0.3) # the caret's signal comes later
	_say("jumped", {
		"line": _panel.code.get_caret_line() + 1,
		"column": _panel.code.get_caret_column() + 1,
		"section": _panel.section_text(),
	})
	_folding()
	_say("colours", {"parts": Highlighter.parts_of("\t( when ( has-time-elapsed 5 ) ( send-message \"#Command\" @X[1] ) ) ; so")})
	await _shoot("wrong")
	var before := FileAccess.get_file_as_bytes("res://wrong.fs2")
	_panel.save()
	_say("kept", {"same": FileAccess.get_file_as_bytes("res://wrong.fs2") == before})
	_panel.code.text = _panel.code.text.replace("has-tme-elapsed", "has-time-elapsed")
	_panel.code.text_changed.emit()
	_say("changed", {"changed": _panel.is_changed()})
	await _seconds(1.5)
	_say("corrected", {"problems": _problems()})
	_panel.save()
	_say("saved", {"changed": _panel.is_changed(), "size": FileAccess.get_file_as_bytes("res://wrong.fs2").size() - before.size()})
	await _scene()
	if DisplayServer.get_name() != "headless": # without a screen the dialog does not open
		await _settings()
	get_tree().quit()


## What folds: formulas over several lines and regions, not sections.
func _folding() -> void:
	var code := CodeEdit.new()
	code.line_folding = true
	code.add_comment_delimiter(";", "", true)
	code.text = "#Events\n$Formula: ( when\n\t( true )\n\t( do-nothing )\n)\n+Name: A\n;region Late\n$Formula: ( true )\n;endregion\n#Goals\n"
	_say("folding", {
		"formula": code.can_fold_line(1), "region": code.can_fold_line(6), "section": code.can_fold_line(0),
		"panel": _panel.code.line_folding and _panel.code.has_comment_delimiter(";"),
	})
	code.free()


## What the inspector and the scene tree say of the nodes of a scene.
func _scene() -> void:
	EditorInterface.open_scene_from_path("res://patrol.tscn")
	await _seconds(1.0)
	var root := EditorInterface.get_edited_scene_root()
	var names := []
	for property: Dictionary in root.get_node(^"Wrong").get_property_list():
		if property["name"] == "object_name":
			names = [property["hint"] == PROPERTY_HINT_ENUM_SUGGESTION, property["hint_string"]]
	_say("scene", {
		"unknown": root.get_node(^"Wrong").call(&"_get_configuration_warnings"),
		"right": root.get_node(^"Right").call(&"_get_configuration_warnings"),
		"twin": root.get_node(^"Twin").call(&"_get_configuration_warnings"),
		"nameless": root.get_node(^"Nameless").call(&"_get_configuration_warnings"),
		"mission": root.get_node(^"Mission").call(&"_get_configuration_warnings"),
		"empty": root.get_node(^"Empty").call(&"_get_configuration_warnings"),
		"names": names,
	})
	EditorInterface.edit_node(root.get_node(^"Wrong"))
	await _seconds(0.5)
	await _shoot("inspector")


## What stands below the runtime's settings in the dialog of project settings.
func _settings() -> void:
	var dialog := EditorInterface.get_base_control().find_children("*", "ProjectSettingsEditor", true, false)[0] as AcceptDialog
	for menu: Node in EditorInterface.get_base_control().find_children("*", "PopupMenu", true, false):
		for index: int in (menu as PopupMenu).item_count:
			if (menu as PopupMenu).get_item_text(index).begins_with("Project Settings"):
				(menu as PopupMenu).id_pressed.emit((menu as PopupMenu).get_item_id(index))
	await _seconds(1.0)
	var sections: Tree = null
	for tree: Node in dialog.find_children("*", "Tree", true, false):
		if _item(tree as Tree, "sexp_runtime/run") != null:
			sections = tree as Tree
	var shown: Array[String] = []
	if sections != null:
		_item(sections, "sexp_runtime/run").select(0)
		await _seconds(0.5)
		for label: Node in dialog.find_children("*", "Label", true, false):
			shown.append((label as Label).text)
	_say("settings", {"found": sections != null, "labels": shown})
	await _shoot("settings")
	if OS.has_environment("PANEL_PICTURES") and DisplayServer.get_name() != "headless":
		dialog.get_texture().get_image().save_png(OS.get_environment("PANEL_PICTURES").path_join("settings.png"))
	dialog.hide()


func _item(tree: Tree, section: String) -> TreeItem:
	var item := tree.get_root()
	while item != null:
		if str(item.get_metadata(0)) == section:
			return item
		item = item.get_next_in_tree()
	return null


func _problems() -> Array[String]:
	var found: Array[String] = []
	for row: int in _panel.problems.item_count:
		found.append(_panel.problems.get_item_text(row))
	return found


func _say(what: String, values: Dictionary) -> void:
	values["what"] = what
	print("PANEL ", JSON.stringify(values))


func _seconds(seconds: float) -> void:
	await get_tree().create_timer(seconds).timeout


func _shoot(what: String) -> void:
	var folder := OS.get_environment("PANEL_PICTURES")
	if folder.is_empty() or DisplayServer.get_name() == "headless":
		return
	await _seconds(0.5)
	RenderingServer.force_draw()
	EditorInterface.get_base_control().get_viewport().get_texture().get_image().save_png(folder.path_join(what + ".png"))
