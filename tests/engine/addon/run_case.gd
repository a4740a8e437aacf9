## Runs the case named on the command line behind `--`, as `--case=tracking`.
extends Node


func _ready() -> void:
	for argument: String in OS.get_cmdline_user_args():
		if argument.begins_with("--case="):
			var script: GDScript = load("res://tests/engine/addon/cases/%s.gd" % argument.trim_prefix("--case="))
			if script == null or not script.can_instantiate():
				print("CASE FAILED: it does not compile")
				get_tree().quit(1)
				return
			var node: Node = script.new()
			node.name = "Case"
			add_child(node)
			return
	print("CASE FAILED: no --case")
	get_tree().quit(1)
