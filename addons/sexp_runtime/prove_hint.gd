## Proves a hint in a process of its own, for a Python without a program: the runtime starts the engine with this script.
extends SceneTree


func _initialize() -> void:
	PythonHost.call_function("sexp_runtime.analysis.proof", "main", [])
	quit()
