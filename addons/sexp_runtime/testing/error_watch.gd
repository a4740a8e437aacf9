## Collects the script errors of the engine, of GDScript and of Python, and errors of the runtime itself, each once.
extends Logger

const OWN_ERROR := "an error of the runtime itself"

var _lock := Mutex.new()
var _errors: Dictionary[String, int] = {} # how often each was reported


func _log_error(function: String, file: String, line: int, code: String, rationale: String, _editor_notify: bool,
		error_type: int, _backtraces: Array[ScriptBacktrace]) -> void:
	var text := rationale if not rationale.is_empty() else code
	if error_type != ERROR_TYPE_SCRIPT and OWN_ERROR not in text:
		return
	var error := "script error: %s (%s:%d in %s)" % [text, file, line, function]
	_lock.lock()
	_errors[error] = _errors.get(error, 0) + 1
	_lock.unlock()


## Returns the errors since the last call.
func take() -> PackedStringArray:
	_lock.lock()
	var found := _errors
	_errors = {}
	_lock.unlock()
	var errors: PackedStringArray = []
	for error: String in found:
		errors.append(error if found[error] == 1 else "%s, %d times" % [error, found[error]])
	return errors
