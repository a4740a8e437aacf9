## Replays a recorded run for the SEXP tab in a separate process. If Python has no executable, the editor starts the engine
## with this script.
extends SceneTree


func _initialize() -> void:
	PythonHost.call_function("sexp_runtime.bridge.past_process", "main", [])
	quit()
