## The runtime's numbers as two columns of names and values, with a graph of the last minutes.
@tool
extends VBoxContainer

const HistoryGraph := preload("res://addons/sexp_runtime/editor/history_graph.gd")

## Key, label, tooltip.
const LINES: Array[Array] = [
	["from_cache", "From cache", "Share of requested results that needed no evaluation since the last update."],
	["evaluations", "Evaluations", "Evaluations of formulas a second of real time."],
	["invalidations", "Invalidated", "Cached results a second that a changed fact invalidated."],
	["frame_now", "Frame", "Mean time of a frame of the runtime since the last update. The line in the graph."],
	["frame", "Frame median", "Time of a frame of the runtime: half of the last 1,024 frames took less."],
	["frame_p99", "Frame 99 %", "99 % of the last 1,024 frames took less."],
	["frame_max", "Frame longest", "The longest of the last 1,024 frames."],
	["slots", "Slots", "Formulas that hold a cached result now."],
	["watching", "Watching", "Depth of the monitor: sampled (every 17th frame) or full."],
	["cache", "Expressions", "The cache of ad-hoc expressions (SexpRuntime.evaluate): entries and their bound."],
	["cache_bytes", "Cache memory", "Bytes of the cache of ad-hoc expressions, and its bound."],
	["cache_hits", "Cache hits", "Share of ad-hoc evaluations answered from the cache since the mission began."],
	["evictions", "Evictions", "Values evicted from the cache of ad-hoc expressions."],
	["errors", "Errors", "Evaluations that failed; stale results found by the self-check."],
	["budget", "Over budget", "Frames and events that took longer than the project settings allow."],
]

var _values: Dictionary[String, Label] = {}
var _graph := HistoryGraph.new()


func _init() -> void:
	name = "Numbers"
	var scroll := ScrollContainer.new()
	scroll.size_flags_vertical = Control.SIZE_EXPAND_FILL
	scroll.size_flags_stretch_ratio = 1.6
	scroll.horizontal_scroll_mode = ScrollContainer.SCROLL_MODE_DISABLED
	add_child(scroll)
	var grid := GridContainer.new()
	grid.columns = 4
	grid.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	grid.add_theme_constant_override(&"v_separation", 0)
	scroll.add_child(grid)
	for line: Array in LINES:
		var key: String = line[0]
		var tip: String = line[2]
		var label := _label(str(line[1]), tip)
		label.modulate.a = 0.7
		grid.add_child(label)
		var value := _label("", tip)
		value.size_flags_horizontal = Control.SIZE_EXPAND_FILL
		value.clip_text = true
		grid.add_child(value)
		_values[key] = value
	add_child(_graph)


## Shows the numbers of an update.
func show_numbers(numbers: Dictionary) -> void:
	_set_value("from_cache", "%.2f %%" % (100.0 * _number(numbers, "hit_rate")))
	_set_value("evaluations", "%.0f /s" % _number(numbers, "evaluations_per_second"))
	_set_value("invalidations", "%.0f /s" % _number(numbers, "invalidations_per_second"))
	_set_value("frame_now", "%.1f us" % _number(numbers, "frame_mean_us"))
	_set_value("frame", "%.1f us" % _number(numbers, "frame_us"))
	_set_value("frame_p99", "%.1f us" % _number(numbers, "frame_p99_us"))
	_set_value("frame_max", "%.0f us" % _number(numbers, "frame_max_us"))
	_set_value("slots", "%d" % int(_number(numbers, "slots")))
	_set_value("watching", "%s%s" % [numbers.get("mode", ""), ", recording" if numbers.get("recording", false) else ""])
	_set_value("cache", "%d / %d" % [int(_number(numbers, "cache_size")), int(_number(numbers, "cache_maxsize"))])
	_set_value("cache_bytes", "%s / %s" % [String.humanize_size(int(_number(numbers, "cache_bytes"))),
			String.humanize_size(int(_number(numbers, "cache_max_bytes")))])
	_set_value("cache_hits", "%.1f %%" % (100.0 * _number(numbers, "cache_hit_rate")))
	_set_value("evictions", "%d" % int(_number(numbers, "cache_evictions")))
	_set_value("errors", "%d, %d stale" % [int(_number(numbers, "errors")), int(_number(numbers, "stale_results"))])
	_set_value("budget", "%d" % int(_number(numbers, "over_budget")))
	_graph.push(_number(numbers, "frame_mean_us"), _number(numbers, "hit_rate"))


## The value shown for one of the keys of [constant LINES].
func value_text(key: String) -> String:
	return _values[key].text


func clear() -> void:
	for key: String in _values:
		_values[key].text = ""
	_graph.clear()


func _number(numbers: Dictionary, key: String) -> float:
	var value: Variant = numbers.get(key, 0)
	return float(value) if value is float or value is int else 0.0


func _set_value(key: String, text: String) -> void:
	_values[key].text = text


func _label(text: String, tip: String) -> Label:
	var label := Label.new()
	label.text = text
	label.tooltip_text = tip
	label.mouse_filter = Control.MOUSE_FILTER_PASS
	return label
