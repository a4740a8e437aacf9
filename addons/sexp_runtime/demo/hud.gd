## The demo's text on the screen: events as they fire, goals, variables, and messages.
extends CanvasLayer

const Runtime := preload("res://addons/sexp_runtime/sexp_runtime.gd")
const FEED_LINES := 11
const MESSAGE_SECONDS := 5.0

@onready var _feed: RichTextLabel = %Feed
@onready var _goals: RichTextLabel = %Goals
@onready var _message: Label = %Message

var _runtime: Runtime = null
var _lines: Array[String] = []
var _message_left := 0.0


## Starts to listen to the runtime.
func listen(runtime: Runtime) -> void:
	_runtime = runtime
	_runtime.event_satisfied.connect(func(event_name: String) -> void: _say("8eef97", "event", event_name))
	_runtime.event_failed.connect(func(event_name: String) -> void: _say("8a919c", "failed", event_name))
	_runtime.variable_changed.connect(func(variable: String, value: Variant) -> void: _say("e8d27a", variable, str(value)))
	_runtime.object_left.connect(func(object_name: String, how: String) -> void: _say("ff8a7a", how, object_name))
	_runtime.goal_changed.connect(_on_goal_changed)
	_runtime.mission_loaded.connect(func(_mission_name: String) -> void: _show_goals())
	_runtime.mission_ended.connect(func() -> void: _say("ffffff", "mission", "ended"))
	_runtime.action_requested.connect(_on_action_requested)


func _process(delta: float) -> void:
	if _message_left > 0.0:
		_message_left -= delta
		_message.modulate.a = clampf(_message_left, 0.0, 1.0)


## The text escaped for a label with BBCode: names of a mission are not mark-up.
static func escaped(text: String) -> String:
	return text.replace("[", "[lb]")


func _say(colour: String, kind: String, text: String) -> void:
	_lines.append("[color=#5f6b7a]%6.1f[/color]  [color=#%s]%s[/color]  %s" % [_runtime.get_mission_time(), colour, escaped(kind), escaped(text)])
	if _lines.size() > FEED_LINES:
		_lines.pop_front()
	_feed.text = "\n".join(_lines)


func _on_goal_changed(goal_name: String, status: String) -> void:
	_say("7ab8ff", "goal", "%s: %s" % [goal_name, status])
	_show_goals()


func _on_action_requested(operator: String, arguments: Array) -> void:
	if operator != "send-message" or arguments.size() < 3:
		return
	_message.text = "%s:  %s" % [(arguments[0] as String).replace("#Command", "Lane Control"), _runtime.get_message_text(arguments[2])]
	_message_left = MESSAGE_SECONDS


func _show_goals() -> void:
	var lines: Array[String] = []
	for goal: Dictionary in _runtime.get_goals().slice(0, 8):
		var mark: String = {"complete": "[color=#8eef97]done[/color]", "failed": "[color=#ff8a7a]failed[/color]"}.get(goal["status"], "[color=#5f6b7a]open[/color]")
		lines.append("%s  %s" % [mark, escaped(goal["name"])])
	_goals.text = "\n".join(lines)
