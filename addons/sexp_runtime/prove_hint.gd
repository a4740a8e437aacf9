## Proves a hint in a separate process. If Python has no executable, the runtime starts the engine with this script.
extends SceneTree


func _initialize() -> void:
	PythonHost.call_function("sexp_runtime.analysis.proof", "main", [])
	quit()
