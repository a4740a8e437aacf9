## Back in time: a slider over the last minutes of the recorded run.
##
## A process of its own replays the recording; the tab shows its answers as it shows the game's messages.
@tool
extends HBoxContainer

## The tab goes back in time, or returns to the running game.
signal switched(in_past: bool)
## A message for the game, with its data.
signal wanted(message: String, data: Array)
## Emitted with the messages that show the tab at a moment, each with its data.
signal moment_shown(messages: Array)

const MODULE := "sexp_runtime.bridge.past"
const SCRIPT_PATH := "res://addons/sexp_runtime/look_back.gd"
## Seconds that the game may take to copy its recording.
const PATIENCE := 10.0
## Seconds for which a copy plays on.
const PLAY_ON := 60.0

## Returns the tab's requests for a moment: an array of [message, data].
var questions := Callable()

var _slider := HSlider.new()
var _time := Label.new()
var _note := Label.new()
var _earlier := Button.new()
var _later := Button.new()
var _play_on := Button.new()
var _replay := 0
var _copy := ""
var _waited := -1.0
var _whole := true
var _frame := -1
var _left_at := -1 # the frame after which what is shown is a copy that has played on, -1 for the run itself


func _init() -> void:
	_time.custom_minimum_size.x = 64
	_time.horizontal_alignment = HORIZONTAL_ALIGNMENT_RIGHT
	_time.tooltip_text = "Mission time of what is shown."
	add_child(_time)
	_earlier.text = "<"
	_earlier.tooltip_text = "One frame earlier."
	_earlier.pressed.connect(func() -> void: go_to(_frame - 1))
	add_child(_earlier)
	_slider.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_slider.size_flags_vertical = Control.SIZE_SHRINK_CENTER
	_slider.custom_minimum_size.x = 120
	_slider.step = 1
	_slider.tooltip_text = "The last minutes of the recorded run. The whole tab shows the mission as it was then."
	_slider.value_changed.connect(func(_value: float) -> void: ask())
	add_child(_slider)
	_later.text = ">"
	_later.tooltip_text = "One frame later."
	_later.pressed.connect(func() -> void: go_to(_frame + 1))
	add_child(_later)
	_note.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS
	_note.clip_text = true
	_note.custom_minimum_size.x = 150
	_note.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_note.size_flags_stretch_ratio = 0.6
	_note.mouse_filter = Control.MOUSE_FILTER_PASS
	add_child(_note)
	_play_on.text = "Play On"
	_play_on.tooltip_text = "Play a minute on from this moment as a copy, in which the simulator flies all ships.\nThe slider then leads through the copy. The game does not notice."
	_play_on.pressed.connect(play_on)
	add_child(_play_on)
	var back := Button.new()
	back.text = "Now"
	back.tooltip_text = "Return to the running game."
	back.pressed.connect(leave)
	add_child(back)
	visible = false
	set_process(false)


func _process(delta: float) -> void:
	if _waited >= 0.0:
		_waited += delta
		if _waited > PATIENCE:
			_waited = -1.0
			_say("the game did not answer; it may be stopped by the debugger", true)
	var news: Variant = _python("poll_past", [_replay]) if _replay > 0 else null
	if news is Array:
		for answer: Dictionary in news:
			_take(answer)


func _exit_tree() -> void:
	_end()


## Whether the tab shows the past.
func is_open() -> bool:
	return visible


## Goes back in time: [param recording] is the file of a game that has ended; "" requests a copy from the running game.
func enter(recording: String = "") -> void:
	visible = true
	_whole = true
	_frame = -1
	_left_at = -1
	_time.text = ""
	_enable(false)
	_say("", false)
	switched.emit(true)
	set_process(true)
	if recording.is_empty():
		_say("copying the recording...", false)
		_copy = OS.get_temp_dir().path_join("%s%d.rec" % [_prefix(), Time.get_ticks_usec()])
		_waited = 0.0
		wanted.emit("copy_recording", [_copy])
	else:
		_open(recording, false)


## Returns to the running game.
func leave() -> void:
	if not visible:
		return
	_end()
	visible = false
	switched.emit(false)


## The game has copied its recording.
func take_copy(path: String) -> void:
	if path == _copy and _waited >= 0.0:
		_waited = -1.0
		_copy = ""
		_open(path, true)
	elif path.get_file().begins_with(_prefix()): # it has come too late
		DirAccess.remove_absolute(path)


## The game cannot copy its recording.
func refuse(reason: String) -> void:
	if _waited >= 0.0:
		_waited = -1.0
		_say(reason, true)


## Shows the mission after this many frames.
func go_to(frame: int) -> void:
	_slider.value = frame


## Plays on from the moment that is shown as a copy, and then shows that copy, as the button does.
func play_on() -> void:
	if _frame < 0 or not _slider.editable:
		return
	_enable(false)
	_say("playing on as a copy...", false)
	_copy = OS.get_temp_dir().path_join("%s%d.rec" % [_prefix(), Time.get_ticks_usec()])
	_python("play_on_past", [_replay, _frame, PLAY_ON, _copy])


## Requests the moment at the slider, or other data of the same moment.
func ask() -> void:
	if _replay > 0 and _slider.editable:
		_python("ask_past", [_replay, int(_slider.value), questions.call(), _whole])


## The first and the last frame that can be shown.
func bounds() -> Vector2i:
	return Vector2i(int(_slider.min_value), int(_slider.max_value))


## The frame that is shown, -1 before there is one.
func shown_frame() -> int:
	return _frame


func note_text() -> String:
	return _note.text


func _open(recording: String, temporary: bool) -> void:
	var engine := [OS.get_executable_path(), "--headless", "--no-header", "--path",
			ProjectSettings.globalize_path("res://"), "--script", SCRIPT_PATH]
	var opened: Variant = _python("open_past", [recording, engine, temporary])
	if opened is int:
		_replay = opened
		_say("replaying the run...", false)
	else:
		_say("Python is not available in the editor" if opened == null else str(opened), true)


func _end() -> void:
	if _replay > 0:
		_python("close_past", [_replay])
	_replay = 0
	_waited = -1.0
	set_process(false)
	if not _copy.is_empty() and FileAccess.file_exists(_copy):
		DirAccess.remove_absolute(_copy)
	_copy = ""


func _take(answer: Dictionary) -> void:
	if answer.has("progress"):
		var what := "replaying the run" if _copy.is_empty() else "playing on as a copy"
		_say("%s: %d %%" % [what, int(100.0 * float(answer["progress"]))], false)
	elif answer.has("played_on"):
		_copy = "" # the replay of it removes it
		_end()
		_left_at = answer["frame"]
		_open(str(answer["played_on"]), true)
		set_process(true)
	elif answer.has("first"):
		_begin(answer)
	elif answer.has("messages"):
		_whole = false
		_frame = answer["frame"]
		var seconds: float = answer["time"]
		_time.text = "%d:%06.3f" % [int(seconds / 60.0), fmod(seconds, 60.0)]
		_time.tooltip_text = "Mission time of what is shown: %.6f s, after frame %d." % [seconds, _frame]
		moment_shown.emit(answer["messages"])
	elif answer.has("error"):
		_enable(_frame >= 0 and not str(answer["error"]).contains("the replay has ended"))
		_say(str(answer["error"]), true)


func _begin(ready_run: Dictionary) -> void:
	_slider.set_block_signals(true)
	_slider.min_value = ready_run["first"]
	_slider.max_value = ready_run["last"]
	_slider.value = ready_run["last"] if _left_at < 0 else _left_at
	_slider.set_block_signals(false)
	_enable(true)
	var length: float = ready_run["last_time"] - ready_run["first_time"]
	var shown := [int(length / 60.0), int(fmod(length, 60.0))]
	_say("the last %d:%02d of the run" % shown if _left_at < 0 else "a copy, simulated since frame %d" % _left_at, false)
	if ready_run["differs"] >= 0:
		_say("the replay differs from the run before frame %d" % ready_run["differs"], true)
	elif not str(ready_run["damage"]).is_empty():
		_say("the recording ends early: %s" % ready_run["damage"], true)
	ask()


# How the files of this editor's copies begin.
func _prefix() -> String:
	return "sexp-past-%d-" % OS.get_process_id()


func _enable(on: bool) -> void:
	_slider.editable = on
	for button: Button in [_earlier, _later, _play_on]:
		button.disabled = not on


func _say(text: String, wrong: bool) -> void:
	_note.text = text
	_note.tooltip_text = text
	_note.self_modulate = get_theme_color(&"error_color", &"Editor") if wrong and is_inside_tree() else Color.WHITE


func _python(function: String, arguments: Array) -> Variant:
	if not ClassDB.class_exists(&"PythonHost"):
		return null
	var host: Object = ClassDB.instantiate(&"PythonHost")
	return host.call(&"call_function", MODULE, function, arguments)
