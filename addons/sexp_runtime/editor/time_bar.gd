## The line of the SEXP tab that stops mission time: pause, one frame, breaks.
##
## It stops the mission, not the game and not the editor.
@tool
extends HBoxContainer

## A message for the game, with its data.
signal wanted(message: String, data: Array)

## Seconds of one frame when the user steps.
const FRAME := 1.0 / 60.0
const HELP := """Pause the mission after the frame in which:
event NAME  comes true or fails
goal NAME  changes its status
variable NAME  changes
frame MICROSECONDS  took longer
formula MICROSECONDS  had an evaluation that took longer
( expression )  becomes true
Pause it before the frame in which:
action OPERATOR  would run (after it if the mission is not recorded)"""

var _pause := Button.new()
var _step := Button.new()
var _break := LineEdit.new()
var _clear := Button.new()
var _paused := false


func _init() -> void:
	_pause.tooltip_text = "Pause or continue mission time. The game itself goes on."
	_pause.pressed.connect(func() -> void:
		wanted.emit("control", ["continue" if _paused else "pause", 0.0])
		show_paused(not _paused))
	add_child(_pause)
	_step.text = "Step"
	_step.tooltip_text = "Pause, and make one frame of a sixtieth of a second."
	_step.pressed.connect(func() -> void:
		wanted.emit("control", ["step", FRAME])
		show_paused(true))
	add_child(_step)
	_break.placeholder_text = "Break on: event NAME, ( expression ) ..."
	_break.tooltip_text = HELP
	_break.clear_button_enabled = true
	_break.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_break.custom_minimum_size.x = 150
	_break.text_submitted.connect(func(text: String) -> void:
		wanted.emit("add_break", [text]))
	add_child(_break)
	_clear.pressed.connect(func() -> void: wanted.emit("clear_breaks", []))
	add_child(_clear)
	show_breaks([])
	show_paused(false)


## Enables the line while a game runs.
func enable(on: bool) -> void:
	for button: Button in [_pause, _step, _clear]:
		button.disabled = not on
	_break.editable = on
	if not on:
		show_breaks([])
		show_paused(false)


## Shows whether the mission is paused.
func show_paused(paused: bool) -> void:
	_paused = paused
	_pause.text = "Continue" if paused else "Pause"


## Shows how many breaks are set; the button that removes them names them in its tooltip.
func show_breaks(rows: Array) -> void:
	_clear.visible = not rows.is_empty()
	_clear.text = "Clear %d" % rows.size()
	var texts: PackedStringArray = rows.map(func(row: Array) -> String: return row[1])
	_clear.tooltip_text = "Remove the breaks:\n" + "\n".join(texts)
	if not rows.is_empty() and _break.text == texts[-1]:
		_break.clear()


## Sets a break, as the line of text does.
func set_break(text: String) -> void:
	_break.text = text
	_break.text_submitted.emit(text)


## Presses Step, or Pause and Continue.
func press(button: String) -> void:
	(_step if button == "step" else _pause).pressed.emit()


func pause_text() -> String:
	return _pause.text
