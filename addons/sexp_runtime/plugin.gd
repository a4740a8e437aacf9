## The editor's side of the SEXP runtime: adds the autoload and the project settings, the panel for missions and the debugger's tab.
@tool
extends EditorPlugin

const Settings := preload("res://addons/sexp_runtime/settings.gd")
const SexpDebuggerPlugin := preload("res://addons/sexp_runtime/editor/sexp_debugger_plugin.gd")
const MissionEditor := preload("res://addons/sexp_runtime/editor/mission_editor.gd")
const MissionHighlighter := preload("res://addons/sexp_runtime/editor/mission_highlighter.gd")
const SexpExportPlugin := preload("res://addons/sexp_runtime/editor/export_plugin.gd")
const SettingsHelp := preload("res://addons/sexp_runtime/editor/settings_help.gd")
const PYTHON_EXPORT_PLUGIN := "res://addons/pythonscript/export_plugin.gd"
const AUTOLOAD := "SexpRuntime"
const AUTOLOAD_PATH := "res://addons/sexp_runtime/sexp_runtime.gd"

var _debugger: SexpDebuggerPlugin = null
var _missions: MissionEditor = null
var _opener: Control = null # its button in the bottom panel opens the SEXP tab
var _highlighter: MissionHighlighter = null
var _settings_help: SettingsHelp = null
var _exporters: Array[EditorExportPlugin] = []


func _enable_plugin() -> void:
	if not ProjectSettings.has_setting("autoload/" + AUTOLOAD):
		add_autoload_singleton(AUTOLOAD, AUTOLOAD_PATH)
	Settings.set_python_module(true)
	ProjectSettings.save()


func _disable_plugin() -> void:
	if ProjectSettings.has_setting("autoload/" + AUTOLOAD):
		remove_autoload_singleton(AUTOLOAD)
	Settings.unregister()
	Settings.set_python_module(false)
	ProjectSettings.save()


func _enter_tree() -> void:
	if not FileAccess.file_exists(Settings.BINDING):
		printerr("SEXP Runtime: " + Settings.NOT_SET_UP)
	Settings.register()
	_debugger = SexpDebuggerPlugin.new()
	add_debugger_plugin(_debugger)
	_missions = MissionEditor.new()
	add_control_to_bottom_panel(_missions, "Mission")
	_missions.saved.connect(_debugger.offer_reload)
	_debugger.line_wanted.connect(show_line)
	_debugger.mission_started.connect(_on_mission_started)
	_opener = Control.new()
	_opener.visibility_changed.connect(_on_opener_shown)
	add_control_to_bottom_panel(_opener, "SEXP")
	_highlighter = MissionHighlighter.new()
	EditorInterface.get_script_editor().register_syntax_highlighter(_highlighter)
	_settings_help = SettingsHelp.new()
	add_inspector_plugin(_settings_help)
	_exporters = [SexpExportPlugin.new(), (load(PYTHON_EXPORT_PLUGIN) as GDScript).new()]
	for exporter: EditorExportPlugin in _exporters:
		add_export_plugin(exporter)
	_complete.call_deferred()


# Adds what a project lacks in which the plugin was enabled in project.godot, without the editor.
func _complete() -> void:
	if is_inside_tree() and not ProjectSettings.has_setting("autoload/" + AUTOLOAD):
		_enable_plugin()


# What _enable_plugin added stays until the plugin is disabled; the settings' descriptions go with the editor.
func _exit_tree() -> void:
	EditorInterface.get_script_editor().unregister_syntax_highlighter(_highlighter)
	_highlighter = null
	remove_control_from_bottom_panel(_missions)
	_missions.queue_free()
	_missions = null
	_opener.visibility_changed.disconnect(_on_opener_shown)
	remove_control_from_bottom_panel(_opener)
	_opener.queue_free()
	_opener = null
	_debugger.close()
	remove_debugger_plugin(_debugger)
	_debugger = null
	remove_inspector_plugin(_settings_help)
	_settings_help = null
	for exporter: EditorExportPlugin in _exporters:
		remove_export_plugin(exporter)
	_exporters.clear()


# A double click on an .fs2 file in the FileSystem dock comes here.
func _handles(object: Object) -> bool:
	return object is SexpMissionFile


func _edit(object: Object) -> void:
	var file := object as SexpMissionFile
	if file != null and not file.resource_path.is_empty():
		_missions.open(file)
		make_bottom_panel_item_visible(_missions)


func _on_mission_started(tab: SexpDebuggerPlugin.SexpTab) -> void:
	if Settings.value(Settings.SHOW_TAB):
		tab.show_in_editor()


# The page of the bottom panel is empty: choosing it leads on to the tab.
func _on_opener_shown() -> void:
	_lead_on.call_deferred()


func _lead_on() -> void:
	var tab := _debugger.tab_of(0) if _debugger != null else null
	if tab != null and _opener.is_visible_in_tree():
		tab.show_in_editor()


## Opens a mission of the project in the panel *Mission* and jumps to a line of it.
func show_line(path: String, line: int) -> void:
	if not path.begins_with("res://"):
		path = ProjectSettings.localize_path(path)
	var file: SexpMissionFile = null
	if ResourceLoader.exists(path):
		file = load(path) as SexpMissionFile
	if file == null:
		push_warning("SEXP: %s is not a mission of this project" % path)
		return
	_edit(file)
	_missions.jump_to(line, 1)


func _save_external_data() -> void:
	if _missions != null:
		_missions.save_if_changed()


func _get_unsaved_status(for_scene: String) -> String:
	if for_scene.is_empty() and _missions != null and _missions.is_changed():
		return "Save changes of the mission %s before closing?" % _missions.file.resource_path
	return ""
