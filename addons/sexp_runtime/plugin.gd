## The editor's side of the SEXP runtime: adds the autoload and the project settings, and takes them away again.
@tool
extends EditorPlugin

const Settings := preload("res://addons/sexp_runtime/settings.gd")
const SexpDebuggerPlugin := preload("res://addons/sexp_runtime/editor/sexp_debugger_plugin.gd")
const AUTOLOAD := "SexpRuntime"
const AUTOLOAD_PATH := "res://addons/sexp_runtime/sexp_runtime.gd"

var _debugger: SexpDebuggerPlugin = null


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
	Settings.register()
	_debugger = SexpDebuggerPlugin.new()
	add_debugger_plugin(_debugger)


# What _enable_plugin added stays until the plugin is disabled; the settings' descriptions go with the editor.
func _exit_tree() -> void:
	_debugger.close()
	remove_debugger_plugin(_debugger)
	_debugger = null
