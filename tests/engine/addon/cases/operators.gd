## Operators of the game's own: registered, evaluated, changed, and an unknown one.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	var asked: Array[String] = []
	var lit := {"is": false}
	var ask := func(lamp: String) -> bool:
		asked.append(lamp)
		return lit["is"]
	var options := {"arguments": ["string"], "returns": "boolean", "reads": []}
	equal(SexpRuntime.register_operator("lamp-is-lit", ask, options), OK, "registering")
	check(SexpRuntime.register_operator("and", ask) != OK, "a name that is taken")
	var path := "user://operators_%d.fs2" % OS.get_process_id()
	var text := FileAccess.get_file_as_string("res://tests/engine/addon/scene/patrol.fs2")
	var formulas := "( and ( lamp-is-lit \"left\" ) ( not ( save-exists ) ) )"
	var file := FileAccess.open(path, FileAccess.WRITE)
	file.store_string(text.replace("( has-time-elapsed 1 )", formulas))
	file.close()
	var satisfied: Array[String] = []
	var unknown: Array[String] = []
	SexpRuntime.event_satisfied.connect(func(event_name: String) -> void: satisfied.append(event_name))
	SexpRuntime.operator_unknown.connect(func(operator: String) -> void: unknown.append(operator))
	equal(SexpRuntime.load_mission(path), OK, "loading")
	for frame in 5:
		SexpRuntime.step(0.1)
	check(not satisfied.has("Late"), "a lamp that is out")
	check(asked.size() > 0, "the function is called")
	lit["is"] = true
	SexpRuntime.operator_changed("lamp-is-lit")
	SexpRuntime.step(0.1)
	check(satisfied.has("Late"), "a lamp that is lit")
	equal(unknown, ["save-exists"] as Array[String], "operators without a meaning")
	DirAccess.remove_absolute(ProjectSettings.globalize_path(path))
