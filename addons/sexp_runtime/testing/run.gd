## Runs mission tests in this engine: every method [code]test_*[/code] of the files [code]*_mission_test.gd[/code] in folders.
##
## [codeblock lang=text]
## godot --headless --fixed-fps 60 --path PROJECT -s res://addons/sexp_runtime/testing/run.gd -- res://tests
## [/codeblock]
## With [code]--fixed-fps[/code] frames have a fixed length, whatever time they take, and the run is as fast as possible. Options
## behind [code]--[/code]: [code]--junit=FILE[/code] writes JUnit XML, [code]--coverage=FILE[/code] writes what the tests reached as data for
## [code]tools/sexp test[/code], [code]--only=TEXT[/code] runs only the tests whose name has that
## text, [code]--timeout=SECONDS[/code] bounds the real time of a test (120), [code]--quiet[/code] prints only what went wrong. Exit code: 0 if all
## passed, 1 if a test failed, 2 if a file could not be used or there are no tests. A script error during a test is a failure.
extends SceneTree

const SUFFIX := "_mission_test.gd"
const Settings := preload("res://addons/sexp_runtime/settings.gd")
const Junit := preload("res://addons/sexp_runtime/testing/junit.gd")
const ErrorWatch := preload("res://addons/sexp_runtime/testing/error_watch.gd")

var _places: PackedStringArray = []
var _only := ""
var _junit := ""
var _coverage := ""
var _timeout := 120.0
var _quiet := false
var _results: Array[Dictionary] = []
var _watch := ErrorWatch.new()


func _initialize() -> void:
	_start.call_deferred() # the autoloads are in the tree by then


func _start() -> void:
	if not _read_arguments():
		quit(2)
		return
	OS.add_logger(_watch)
	await process_frame
	if not _coverage.is_empty():
		var base: GDScript = load("res://addons/sexp_runtime/testing/mission_test_base.gd")
		base.set(&"covered", true)
		ProjectSettings.set_setting(Settings.ENGINE, base.get_script_constant_map()["COVERED_ENGINE"]) # of scenes that load by themselves
	var began := Time.get_ticks_usec()
	for file: String in _find_files():
		await _run_file(file)
	OS.remove_logger(_watch)
	var code := _sum_up((Time.get_ticks_usec() - began) / 1e6)
	if not _coverage.is_empty():
		root.get_node(^"SexpRuntime").call(&"run_test_command", "write_coverage", [_coverage])
	if not _junit.is_empty() and not Junit.write(_junit, _results):
		code = 2
	quit(code)


func _read_arguments() -> bool:
	for argument: String in _arguments():
		var value := argument.get_slice("=", 1) if "=" in argument else ""
		match argument.get_slice("=", 0):
			"--junit":
				_junit = value
			"--coverage":
				_coverage = value
			"--only":
				_only = value
			"--timeout":
				_timeout = value.to_float()
			"--quiet":
				_quiet = true
			_:
				if argument.begins_with("-"):
					printerr("run.gd: unknown option %s; known are --junit=FILE, --coverage=FILE, --only=TEXT, --timeout=SECONDS, --quiet" % argument)
					return false
				_places.append(argument)
	if _timeout <= 0.0:
		printerr("run.gd: --timeout must be a number of seconds above 0")
		return false
	if _places.is_empty():
		_places.append("res://")
	return true


# A game that reads its own arguments could fail because of the runner's, so tools/sexp test uses the environment.
func _arguments() -> PackedStringArray:
	var given := OS.get_environment("SEXP_TEST_ARGUMENTS")
	return OS.get_cmdline_user_args() if given.is_empty() else given.split("\n")


func _find_files() -> PackedStringArray:
	var found: PackedStringArray = []
	for place: String in _places:
		var path := ProjectSettings.localize_path(place) if place.is_absolute_path() else "res://".path_join(place)
		if FileAccess.file_exists(path):
			found.append(path)
		elif DirAccess.dir_exists_absolute(path):
			_search(path, found)
		else:
			_add(path, "", "error", "there is no file or folder %s" % path, 0.0)
	return found


func _search(folder: String, found: PackedStringArray) -> void:
	if FileAccess.file_exists(folder.path_join(".gdignore")):
		return
	var files := DirAccess.get_files_at(folder)
	files.sort()
	for file: String in files:
		if file.ends_with(SUFFIX):
			found.append(folder.path_join(file))
	var folders := DirAccess.get_directories_at(folder)
	folders.sort()
	for inner: String in folders:
		if not inner.begins_with("."):
			_search(folder.path_join(inner), found)


func _run_file(file: String) -> void:
	_watch.take()
	var script: GDScript = load(file) as GDScript
	var problems := _watch.take()
	if script == null or not problems.is_empty() or not script.can_instantiate():
		_add(file, "", "error", "the script cannot be loaded\n" + "\n".join(problems), 0.0)
		return
	var base := script
	while base != null and base.get_global_name() != &"SexpMissionTest":
		base = base.get_base_script()
	if base == null:
		_add(file, "", "error", "the script does not extend SexpMissionTest", 0.0)
		return
	var names: Dictionary[String, bool] = {}
	for method: Dictionary in script.get_script_method_list():
		if (method["name"] as String).begins_with("test_"):
			names[method["name"]] = true
	if names.is_empty():
		_add(file, "", "error", "the script has no method test_*", 0.0)
	for test_name: String in names:
		if _only.is_empty() or _only in test_name:
			await _run_test(file, script, test_name)


func _run_test(file: String, script: GDScript, test_name: String) -> void:
	var began := Time.get_ticks_usec()
	var test: RefCounted = script.new()
	var state := {"done": false}
	_play(test, test_name, state)
	while not state["done"] and (Time.get_ticks_usec() - began) / 1e6 < _timeout:
		await process_frame
	var problems: PackedStringArray = test.get(&"failures")
	if not state["done"]:
		problems.append("the test took longer than %s s" % _timeout)
	elif test.get(&"expectations") == 0 and problems.is_empty():
		problems.append("the test expects nothing, so it cannot fail")
	test.call(&"close")
	paused = false
	await process_frame # what was freed is gone before the next test
	problems.append_array(_watch.take())
	_add(file, test_name, "passed" if problems.is_empty() else "failed", "\n".join(problems), (Time.get_ticks_usec() - began) / 1e6)


func _play(test: RefCounted, test_name: String, state: Dictionary) -> void:
	if test.has_method(&"before_each"):
		await test.call(&"before_each")
	await test.call(test_name)
	if test.has_method(&"after_each"):
		await test.call(&"after_each")
	state["done"] = true


func _add(file: String, test_name: String, outcome: String, text: String, seconds: float) -> void:
	_results.append({"file": file, "name": test_name, "outcome": outcome, "text": text.strip_edges(), "seconds": seconds})
	if outcome == "passed" and _quiet:
		return
	print("%-6s  %s: %s (%.2f s)" % [outcome, file, test_name, seconds])
	if not text.is_empty():
		print(text.strip_edges().indent("        "))


func _sum_up(seconds: float) -> int:
	var counted := {"passed": 0, "failed": 0, "error": 0}
	for result: Dictionary in _results:
		counted[result["outcome"]] += 1
	if _results.is_empty():
		printerr("run.gd: no test in files *%s in %s" % [SUFFIX, ", ".join(_places)])
		return 2
	var words: PackedStringArray = []
	for outcome: String in counted:
		if counted[outcome] > 0:
			words.append("%d %s" % [counted[outcome], outcome])
	print("%s in %.1f s" % [", ".join(words), seconds])
	return 2 if counted["error"] > 0 else 1 if counted["failed"] > 0 else 0
