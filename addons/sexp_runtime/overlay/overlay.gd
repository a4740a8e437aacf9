## The runtime's numbers on top of the running game, shown and hidden by a key of the project settings.
##
## Its key with Shift opens *Why*, where an event is chosen and its formula shown with the values of its parts.
##
## Works in debug and release builds: it reads from the runtime, not from the debugger. It reads nothing while it is hidden.
extends CanvasLayer

const Settings := preload("res://addons/sexp_runtime/settings.gd")
const Why := preload("res://addons/sexp_runtime/overlay/why.gd")
## Seconds between two readings.
const INTERVAL := 0.1
## Seconds between two readings of the performance report, and how many of its most expensive formulas are shown.
const REPORT_INTERVAL := 2.0
const DEAREST := 3
## Seconds over which rates are averaged.
const RATE_WINDOW := 1.0

@onready var _numbers: Label = %Numbers
@onready var _graph: Control = %Graph
@onready var _why: Why = %Why

var _key := KEY_F9
var _wait := 0.0
var _past: Array[Dictionary] = []
var _runtime: Node = null
var _report_at := 0.0
var _dearest := ""


func _ready() -> void:
	_runtime = get_parent()
	_why.begin(_runtime)
	var key_name: String = Settings.value(Settings.OVERLAY_KEY)
	var found := OS.find_keycode_from_string(key_name)
	if found == KEY_NONE:
		push_warning("SEXP runtime: no key is called %s; the overlay opens with F9" % key_name)
	else:
		_key = found
	visible = Settings.value(Settings.OVERLAY_SHOWN)


func _unhandled_key_input(event: InputEvent) -> void:
	var key := event as InputEventKey
	if key != null and key.pressed and not key.echo and key.keycode == _key:
		if not key.shift_pressed:
			set_shown(not visible)
		elif visible and _why.visible:
			_why.close()
		else:
			set_shown(true)
			_why.open()
		get_viewport().set_input_as_handled()


## Shows or hides the overlay.
func set_shown(shown: bool) -> void:
	visible = shown
	_past.clear()
	_report_at = 0.0
	if not shown:
		_why.close() # the keyboard belongs to the game


## Shows why an event has its value; "" closes that.
func show_why(event_name: String) -> void:
	if event_name.is_empty():
		_why.close()
	else:
		set_shown(true)
		_why.choose(event_name)


func _process(delta: float) -> void:
	if not visible:
		return
	_wait -= delta
	if _wait > 0.0:
		return
	_wait = INTERVAL
	_read()


## Reads the numbers now and draws them.
func _read() -> void:
	var now: Dictionary = _runtime.call(&"get_statistics")
	if now.is_empty():
		_numbers.text = "no mission"
		return
	now["clock"] = Time.get_ticks_usec() / 1e6
	_past.append(now)
	while _past.size() > 2 and now["clock"] - _past[1]["clock"] >= RATE_WINDOW:
		_past.pop_front()
	var times: Dictionary = now["frame_time_us"]
	_numbers.text = "\n".join([
		"%s\t%s   %d events" % [now.get("mission", ""), _clock_text(now.get("mission_time", 0.0)), now.get("events", 0)],
		"frame\t%.1f us   median %.1f   99 %% %.1f   longest %.0f" % [times["last"], times["median"], times["p99"], times["max"]],
		"evaluations\t%.0f /s   of %.0f requested" % [_rate("evaluations"), _rate("requests")],
		"from cache\t%.2f %%" % (100.0 * _share("hits", "requests", now)),
		"invalidated\t%.0f /s" % _rate("invalidations"),
		"cache\t%d expressions, %s" % [now["cached_expressions"], String.humanize_size(now["cache_bytes"])],
		_dearest_text(now["clock"]),
	])
	_graph.call(&"push", times["last"], _rate("evaluations"))


## The most expensive formulas so far, from the performance report.
func _dearest_text(clock: float) -> String:
	if clock < _report_at:
		return _dearest
	var report: Dictionary = _runtime.call(&"get_performance_report", DEAREST)
	var lines := PackedStringArray()
	for formula: Dictionary in report.get("formulas", []):
		lines.append("%s\t%s   %.1f us" % ["dearest" if lines.is_empty() else "",
				str(formula["owner"]).left(36), float(formula["mean_us"])])
	_report_at = clock + (0.3 if lines.is_empty() else REPORT_INTERVAL)
	_dearest = "\n".join(lines)
	return _dearest


func _rate(counter: String) -> float:
	if _past.size() < 2:
		return 0.0
	var first: Dictionary = _past[0]
	var last: Dictionary = _past[-1]
	return maxf(0.0, (last[counter] - first[counter]) / maxf(1e-6, last["clock"] - first["clock"]))


func _share(part: String, whole: String, now: Dictionary) -> float:
	var first: Dictionary = _past[0]
	var asked: float = now[whole] - first[whole]
	return (now[part] - first[part]) / asked if asked > 0.0 else now.get("hit_rate", 0.0)


func _clock_text(seconds: float) -> String:
	return "%d:%04.1f" % [int(seconds / 60.0), fmod(seconds, 60.0)]
