## A mission's file is changed while it is played, and taken into the running mission.
extends "res://tests/engine/addon/case.gd"

const NEW_EVENT := "$Formula: ( when ( > @Lost[0] 3 ) ( do-nothing ) )\n+Name: Reinforced\n"


func run() -> void:
	var path := "user://reload_%d.fs2" % OS.get_process_id()
	var text := FileAccess.get_file_as_string("res://tests/engine/addon/scene/patrol.fs2")
	_write(path, text)
	equal(SexpRuntime.load_mission(path), OK, "loading")
	var satisfied: Array[String] = []
	SexpRuntime.event_satisfied.connect(func(event_name: String) -> void: satisfied.append(event_name))
	SexpRuntime.step(0.5)
	SexpRuntime.set_variable("Lost", 4)
	_write(path, text.replace("( has-time-elapsed 1 )", "( = @Lost[0] 4 )"))
	equal(SexpRuntime.reload_mission(), OK, "reloading")
	equal(SexpRuntime.get_mission_time(), 0.5, "the time")
	equal(SexpRuntime.get_variable("Lost"), 4, "a variable")
	SexpRuntime.step(0.1)
	equal(satisfied, ["Begin", "Late"] as Array[String], "the changed formula")
	_write(path, text.replace("( has-time-elapsed 1 )", "( = @Lost[0] 4 )").replace("#Goals", NEW_EVENT + "#Goals"))
	equal(SexpRuntime.reload_mission(), OK, "a new event")
	SexpRuntime.step(0.1)
	check("Reinforced" in satisfied, "the new event")
	equal(SexpRuntime.get_mission_time(), 0.7, "the time goes on")
	_write(path, text.replace("( has-time-elapsed 1 )", "( has-time-elapsed )"))
	check(SexpRuntime.reload_mission() != OK, "a file with errors")
	_write(path, text)
	equal(SexpRuntime.reload_mission(false), OK, "loading anew")
	equal(SexpRuntime.get_mission_time(), 0.0, "the time of the new mission")
	DirAccess.remove_absolute(ProjectSettings.globalize_path(path))
	check(SexpRuntime.reload_mission() != OK, "a file that is gone")


func _write(path: String, text: String) -> void:
	var file := FileAccess.open(path, FileAccess.WRITE)
	file.store_string(text)
	file.close()
