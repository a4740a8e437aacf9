## The demo's main scene: plays a mission in a window or headless, prints what happens and, with [code]--json[/code], writes the numbers.
##
## Arguments behind [code]--[/code]: [code]--mission=PATH --seconds=N --seed=S --fps=60 --engine=cached --json=FILE --quit-at-end --overlay --screenshot=FILE@SECONDS[/code].
extends Node

const Runtime := preload("res://addons/sexp_runtime/sexp_runtime.gd")
const Battle := preload("res://addons/sexp_runtime/demo/battle.gd")
const DemoStage := preload("res://addons/sexp_runtime/demo/stage.gd")
const SimulatedStage := preload("res://addons/sexp_runtime/demo/simulated_stage.gd")
const RunOptions := preload("res://addons/sexp_runtime/demo/run_options.gd")
const RunReport := preload("res://addons/sexp_runtime/demo/run_report.gd")

const DEMO_MISSION := "res://addons/sexp_runtime/demo/lantern_run.fs2"
## Mission seconds after which a run ends if the arguments give no limit.
const DEMO_SECONDS := 240.0
const OTHER_SECONDS := 180.0
## Maximum number of steps in one drawn frame when drawing is slow.
const MOST_STEPS := 8

@onready var _stage_parent: Node2D = %Stage
@onready var _hud: CanvasLayer = %Hud

var _runtime: Runtime = null
var _options := RunOptions.new()
var _report := RunReport.new()
var _stage: DemoStage = null
var _owed := 0.0
var _time := 0.0
var _over := false


func _ready() -> void:
	_runtime = get_node_or_null(^"/root/SexpRuntime")
	if _runtime == null:
		_fail("the autoload SexpRuntime is missing: enable SEXP Runtime in Project > Project Settings > Plugins")
		return
	_options.read(OS.get_cmdline_user_args())
	if not _options.problem.is_empty():
		_fail(_options.problem)
		return
	var own := _options.mission.is_empty()
	var path := DEMO_MISSION if own else _options.mission
	if _options.seconds <= 0.0:
		_options.seconds = DEMO_SECONDS if own else OTHER_SECONDS
	_stage = (Battle if own else SimulatedStage).new()
	_stage_parent.add_child(_stage)
	_stage.prepare(_runtime, _options.seed_value)
	_report.listen(_runtime, _options.quiet)
	_hud.call(&"listen", _runtime)
	_runtime.mission_ended.connect(_on_mission_ended)
	var wishes := {"seed": _options.seed_value, "scenario": not own}
	if not _options.engine.is_empty():
		wishes["engine"] = _options.engine
	var error := _runtime.load_mission(path, wishes)
	if error != OK:
		_fail("the mission %s cannot be loaded (%s)" % [path, error_string(error)])
		return
	if _options.overlay:
		_runtime.show_overlay()


func _process(delta: float) -> void:
	if _over:
		return
	var step := 1.0 / _options.fps
	_owed += delta
	var steps := 0
	while _owed >= step - 1e-9 and steps < MOST_STEPS and not _over:
		_owed -= step
		steps += 1
		_advance(step)
	if steps == MOST_STEPS:
		_owed = 0.0
	if steps > 0:
		_stage.show_now()


func _advance(step: float) -> void:
	_time += step
	_stage.advance(step)
	_runtime.step(step)
	if _options.screenshot_due(_time):
		_take_screenshot()
	if _time >= _options.seconds - 1e-6:
		_finish()


func _on_mission_ended() -> void:
	_finish()


func _finish() -> void:
	if _over:
		return
	_over = true
	_report.finish(_time, _options)
	var written := _report.write(_options.json)
	if _options.quit_at_end:
		get_tree().quit(0 if written else 1)


func _fail(problem: String) -> void:
	_over = true
	printerr("demo: %s" % problem)
	get_tree().quit(1)


func _take_screenshot() -> void:
	var path := _options.screenshot
	await RenderingServer.frame_post_draw
	var image := get_viewport().get_texture().get_image()
	var error := image.save_png(path)
	print("screenshot %s: %s" % [path, error_string(error)])
