## Runs SEXP missions: the autoload [code]SexpRuntime[/code].
##
## Load a mission, start it, and connect to its signals. The Python package [code]sexp_runtime[/code] evaluates the mission's
## formulas in this process, once a frame, and only those that read a changed fact.
## [codeblock]
## func _ready() -> void:
##     SexpRuntime.event_satisfied.connect(func(event_name: String) -> void: print(event_name))
##     SexpRuntime.load_mission("res://missions/first.fs2")
##     SexpRuntime.start()
## [/codeblock]
## Signals are emitted after the frame's evaluation, in the order of their causes; the mission sees the changes of their
## handlers in the next frame.
extends Node

## An event's formula has become true (once for each time, for repeating events).
@warning_ignore("unused_signal") # emitted by the bridge
signal event_satisfied(event_name: String)
## An event can never become true any more.
@warning_ignore("unused_signal") # emitted by the bridge
signal event_failed(event_name: String)
## A goal was completed or has failed; [param status] is [code]"complete"[/code], [code]"failed"[/code] or [code]"incomplete"[/code].
@warning_ignore("unused_signal") # emitted by the bridge
signal goal_changed(goal_name: String, status: String)
## A variable has a new value, an [int] or a [String] by its type, set by the mission or by the game. Emitted once, at the end of the frame.
@warning_ignore("unused_signal") # emitted by the bridge
signal variable_changed(variable_name: String, value: Variant)
## The mission has run an action. Emitted for every action operator, also for those that the runtime has carried out itself.
## The arguments are evaluated: numbers, texts, and (for orders) arrays.
@warning_ignore("unused_signal") # emitted by the bridge
signal action_requested(operator: String, arguments: Array)
## The mission uses an operator that neither the runtime nor the game defines: it counts as false. Emitted once for each operator.
## See [method register_operator].
@warning_ignore("unused_signal") # emitted by the bridge
signal operator_unknown(operator: String)
## An object has arrived by its arrival cue, a wing's next wave or a script: time to show it. See [method get_object].
@warning_ignore("unused_signal") # emitted by the bridge
signal object_arrived(object_name: String)
## An object has left; [param how] is [code]"destroyed"[/code], [code]"departed"[/code] or [code]"vanished"[/code].
@warning_ignore("unused_signal") # emitted by the bridge
signal object_left(object_name: String, how: String)
## A mission is loaded and is at time 0.
@warning_ignore("unused_signal") # emitted by the bridge
signal mission_loaded(mission_name: String)
## A frame, or an event's evaluation in a sampled frame, took longer than its budget in the project
## settings. [param note] has [code]what[/code], [code]microseconds[/code], [code]budget[/code], [code]cause[/code] and
## [code]time[/code] (seconds of mission time).
@warning_ignore("unused_signal") # emitted by the bridge
signal budget_exceeded(note: Dictionary)
## The trial started by [method apply_hint] has ended; [param outcome] describes the result in a sentence with the numbers.
@warning_ignore("unused_signal") # emitted by the bridge
signal hint_tried(id: String, applied: bool, outcome: String)
## The mission is over. Its state can still be read.
@warning_ignore("unused_signal") # emitted by the bridge
signal mission_ended()

## A break has been hit (see [method add_break]); mission time stops until [method start].
signal break_hit(reason: String)

## The SEXP tab of the debugger pauses, continues or steps the mission. Only for this script.
signal debugger_wish(wish: String, seconds: float)

const Settings := preload("res://addons/sexp_runtime/settings.gd")
## The folder of the last missions' recordings.
const RECORDINGS := "user://sexp_recordings"
## The folder of the campaigns' persistent data.
const CAMPAIGNS := "user://sexp_campaigns"
## The group of all [SexpObject]s that are in the tree.
const OBJECTS := &"sexp_objects"

## Whether mission time runs. Set by [method start] and [method pause].
var running := false:
	set(value):
		running = value
		_choose_processing()

var _held := false: # by a break or the debugger's tab
	set(value):
		if value != _held and _bridge != null:
			_bridge.call("set_held", value)
		_held = value
var _operators: Dictionary[String, Callable] = {}
var _bridge: Object = null
var _step_in := Settings.STEP_IDLE
var _longest_step := 0.25
var _most_steps := 32
var _dropped := 0.0
var _restoring := false
var _path := "" # of the mission that is played, where it has one
var _options := {}
var _campaign := "" # the file of the open campaign
var _read_error := OK
var _mission_node: WeakRef = weakref(null)
var _overlay: CanvasLayer = null


func _enter_tree() -> void:
	process_priority = 1000 # after the game's own nodes, so that a frame's changes are seen in that frame
	process_physics_priority = 1000
	_step_in = Settings.value(Settings.STEP_IN)
	_longest_step = Settings.value(Settings.LONGEST_STEP)
	_most_steps = Settings.value(Settings.MOST_STEPS)
	if not mission_loaded.is_connected(_tie_objects):
		break_hit.connect(func(_reason: String) -> void: _held = true)
		debugger_wish.connect(_on_debugger_wish)
		mission_loaded.connect(_tie_objects) # the first handler, so that a game's handlers find all objects tied
	if _bridge == null:
		_bridge = _create_bridge()
	if _bridge != null:
		_bridge.call("attach", self, Settings.value(Settings.MONITORS))


func _ready() -> void:
	_choose_processing() # here, because the engine itself switches processing on before this
	if _bridge != null and _is_overlay_wanted():
		_overlay = (load("res://addons/sexp_runtime/overlay/overlay.tscn") as PackedScene).instantiate()
		add_child(_overlay)


func _exit_tree() -> void:
	if _bridge != null:
		_bridge.call("detach")


func _process(delta: float) -> void:
	_advance(delta)


func _physics_process(delta: float) -> void:
	_advance(delta)


## Whether Python and the runtime are available. If not, the output has the reason, and all other methods do nothing.
func is_available() -> bool:
	return _bridge != null


## Whether a mission is loaded.
func has_mission() -> bool:
	return _bridge != null and _bridge.call("has_mission")


## Whether a node is tied to an object of the mission.
func is_tracked(node: Node) -> bool:
	return _bridge != null and _bridge.call("is_tracked", node)


## The [SexpMission] that plays the current mission; [code]null[/code] if [method load_mission] loaded it, or without a mission.
func get_mission_node() -> Node:
	return _mission_node.get_ref() if has_mission() else null


## Loads the mission at [param path] and replaces the current one. The path begins with [code]res://[/code] (a file of the
## project, of the exported game's pack or of one added by [method ProjectSettings.load_resource_pack]), or with
## [code]user://[/code], or is an absolute path; a relative one is relative to [code]res://[/code].
## The output lists the mission's problems with file, line and column. If the mission cannot be loaded or an option is
## unknown, the current mission stays as it is. [param options] may hold:
## [br]- [code]seed[/code] (int) and [code]engine[/code] (String);
## [br]- [code]dialect[/code]: [code]"auto"[/code], [code]"fso"[/code] or [code]"wcs"[/code];
## [br]- [code]strict[/code] (bool): refuse a mission with errors, as the original does, see [method get_problems];
## [br]- [code]scenario[/code] (bool): the built-in simulation moves the ships, instead of the game's nodes;
## [br]- [code]record[/code] (bool): record every change by the game, see [method save_recording];
## [br]- [code]record_to[/code]: a file to record to instead;
## [br]- [code]frame_budget_us[/code] and [code]event_budget_us[/code]: see [signal budget_exceeded];
## [br]- [code]quotas[/code] (Dictionary): limits on what the mission can make grow, see [code]limits.md[/code]. The project
## settings have the limits that it does not name.
func load_mission(path: String, options: Dictionary = {}) -> Error:
	return _load(path, options, null)


## Loads the mission of a [SexpMission] node. A game calls [method SexpMission.load_mission] instead.
func load_for(node: Node, file: SexpMissionFile, options: Dictionary = {}) -> Error:
	if file.resource_path.is_empty() or file.resource_path.contains("::"):
		return _load_content(file.get_mission_name(), file.content, options, node)
	return _load(file.resource_path, options, node)


func _load(path: String, options: Dictionary, node: Node) -> Error:
	if _bridge == null:
		return ERR_UNAVAILABLE
	var content := _read(path)
	if _read_error != OK:
		return _read_error
	var error := _load_content(_whole(path), content, options, node)
	if error == OK:
		_path = path
		_options = options
	return error


static func _whole(path: String) -> String:
	return path if path.is_absolute_path() else "res://".path_join(path)


# Through the engine's own file access: a mission may be in the project, in any pack, in user:// or elsewhere.
func _read(path: String) -> PackedByteArray:
	var content := FileAccess.get_file_as_bytes(_whole(path))
	_read_error = FileAccess.get_open_error() if content.is_empty() else OK
	if _read_error != OK:
		push_error("SEXP runtime: the mission %s cannot be read: %s" % [path, error_string(_read_error)])
	return content


func _load_content(file: String, content: PackedByteArray, options: Dictionary, node: Node) -> Error:
	if _bridge == null:
		return ERR_UNAVAILABLE
	var chosen := {
		"seed": Settings.value(Settings.SEED),
		"engine": Settings.value(Settings.ENGINE),
		"cache_bytes": Settings.value(Settings.CACHE_BYTES),
		"verify_every": Settings.value(Settings.VERIFY_EVERY),
		"freed_means": Settings.value(Settings.FREED_MEANS),
		"frame_budget_us": Settings.value(Settings.FRAME_BUDGET),
		"event_budget_us": Settings.value(Settings.EVENT_BUDGET),
		"savable": Settings.value(Settings.SAVABLE),
		"record": _is_to_be_recorded(),
		"campaigns": ProjectSettings.globalize_path(CAMPAIGNS),
		"recordings": ProjectSettings.globalize_path(RECORDINGS),
	}
	chosen.merge(options, true)
	if not options.has("quotas"):
		chosen["quotas"] = Settings.quotas()
	elif options["quotas"] is Dictionary:
		chosen["quotas"] = (options["quotas"] as Dictionary).merged(Settings.quotas())
	if chosen.has("record_to"):
		chosen["record_to"] = ProjectSettings.globalize_path(str(chosen["record_to"]))
	var before := _mission_node
	_mission_node = weakref(node)
	var answer: Variant = _bridge.call("load_mission", file, content, chosen)
	if answer is int and answer == OK:
		_dropped = 0.0
		return OK
	_mission_node = before
	return answer if answer is int else FAILED # no answer: Python has failed, and the output says where


## Applies the changes of the mission's file to the running mission, also in an exported game that finds the file. Formulas, cues,
## texts, new and removed events, goals, ships, wings and variables follow the file; time, values of variables, ships that are there and the
## state of unchanged formulas stay. What has to wait for a new start gives a warning. A file with new errors changes nothing. If
## [param keep] is false, the mission is loaded again from its beginning, with the same options.
func reload_mission(keep := true) -> Error:
	if _bridge == null:
		return ERR_UNAVAILABLE
	if not keep:
		if _path.is_empty():
			push_error("SEXP runtime: reload_mission: no mission was loaded from a file")
			return ERR_UNCONFIGURED
		var was_running := running
		var error := _load(_path, _options, get_mission_node())
		running = was_running
		return error
	if _path.is_empty(): # which the bridge refuses
		return _bridge.call("reload_mission", "", PackedByteArray())
	var content := _read(_path)
	return _read_error if _read_error != OK else _bridge.call("reload_mission", _whole(_path), content)


## The running mission as bytes, for [method restore_state]: its text and every change that the game made. Empty, with an error
## that gives the reason, if the mission was not loaded as savable (project setting, or option [code]savable[/code]).
func save_state() -> PackedByteArray:
	return PackedByteArray() if _bridge == null else _bridge.call("save_state")


## Replaces the current mission by a saved one, in the state in which it was saved: a restored mission continues exactly as it would
## have without the save. [SexpObject]s take hull, shields and team from it. A mission of a campaign sets the
## campaign, which must be open, back to where it was when the mission was loaded. If the bytes are not a save, the current mission stays.
func restore_state(bytes: PackedByteArray) -> Error:
	return restore_for(get_mission_node(), bytes)


## Restores the mission of a [SexpMission] node. A game calls [method SexpMission.restore_state] instead.
func restore_for(node: Node, bytes: PackedByteArray) -> Error:
	if _bridge == null:
		return ERR_UNAVAILABLE
	var before := _mission_node
	_mission_node = weakref(node)
	_restoring = true
	var answer: Variant = _bridge.call("restore_state", bytes, {
		"cache_bytes": Settings.value(Settings.CACHE_BYTES),
		"verify_every": Settings.value(Settings.VERIFY_EVERY),
		"freed_means": Settings.value(Settings.FREED_MEANS),
		"frame_budget_us": Settings.value(Settings.FRAME_BUDGET),
		"event_budget_us": Settings.value(Settings.EVENT_BUDGET),
		"campaigns": ProjectSettings.globalize_path(CAMPAIGNS),
	})
	_restoring = false
	if answer is int and answer == OK:
		return OK
	_mission_node = before
	return answer if answer is int else FAILED


## Whether [method restore_state] is running: the mission of [signal mission_loaded] then does not begin at time 0.
func is_restoring() -> bool:
	return _restoring


## Starts or resumes mission time, also after a break.
func start() -> void:
	_held = false
	running = true


## Pauses mission time. The mission sees changes made meanwhile when it resumes.
func pause() -> void:
	running = false


## Runs one frame of [param delta] seconds now, running or not: for games that keep their own time. It does nothing while
## a break or the debugger's tab holds the mission (see [method add_break]).
func step(delta: float) -> void:
	if _bridge != null and not _held:
		_bridge.call("step", delta)


## Ends the mission: incomplete goals become failed, unfinished events false.
func end_mission() -> void:
	if _bridge != null:
		_bridge.call("end_mission")


## Ends the mission. With the option [code]campaign[/code] it stores the campaign's data: persistent variables and
## containers, and, if the player accepts the outcome, the record that [code]is-previous-...[/code] operators read. With a campaign
## file ([method open_campaign]) the campaign then goes on to its next mission, or with [param loop] to the side trip that it
## offers. Returns [code]goals[/code] and [code]events[/code] with their statuses, and [code]accepted[/code]: false if the
## campaign requires the mission to be replayed. Empty, with an error that gives the reason, if a file cannot be written.
func finish(accepted := true, loop := false) -> Dictionary:
	return {} if _bridge == null else _bridge.call("finish", accepted, loop)


## The stages of the briefing that are shown, each with [code]text[/code] and [code]voice[/code]: those whose formulas are not 0.
## Call it each time the player enters the briefing, before the mission's first frame. A stage that was not shown never comes back.
func get_briefing() -> Array[Dictionary]:
	var stages: Array[Dictionary] = []
	if _bridge != null:
		stages.assign(_bridge.call("get_briefing") as Array)
	return stages


## The text that the fiction viewer shows before the mission, with [code]file[/code], [code]font[/code] and
## [code]voice[/code]: the first whose formula is true. Empty if there is none. Call it before the mission's first frame.
func get_fiction() -> Dictionary:
	return {} if _bridge == null else _bridge.call("get_fiction")


## The stages of the debriefing whose formulas are true, each with [code]text[/code], [code]recommendation[/code] and
## [code]voice[/code]. The mission must be over; it has no objects any more then.
func get_debriefing() -> Array[Dictionary]:
	var stages: Array[Dictionary] = []
	if _bridge != null:
		stages.assign(_bridge.call("get_debriefing") as Array)
	return stages


## The files of the movies of a kind that are to be played now, in order. Kinds before the mission's first frame are
## [code]"fiction viewer"[/code], [code]"command brief"[/code], [code]"briefing"[/code] and [code]"pre-game"[/code]; kinds after its
## end are [code]"debriefing"[/code], [code]"post-debriefing"[/code] and [code]"campaign end"[/code].
func get_cutscenes(kind: String) -> PackedStringArray:
	return PackedStringArray() if _bridge == null else PackedStringArray(_bridge.call("get_cutscenes", kind) as Array)


## Opens the campaign file at [param path] for a pilot, at the mission where the pilot has left it; with [param anew] at the
## beginning. Its missions are in the same folder. Then play one mission after the other:
## [codeblock]
## SexpRuntime.open_campaign("res://campaigns/lane.fc2", "Ada")
## SexpRuntime.load_campaign_mission()
## SexpRuntime.start()
## # ... when the mission has ended:
## SexpRuntime.finish(true)
## if not SexpRuntime.get_campaign()["is_over"]:
##     SexpRuntime.load_campaign_mission()
## [/codeblock]
func open_campaign(path: String, pilot := "pilot", anew := false) -> Error:
	if _bridge == null:
		return ERR_UNAVAILABLE
	var content := _read(path)
	if _read_error != OK:
		return _read_error
	var error: Error = _bridge.call("open_campaign", _whole(path), content, ProjectSettings.globalize_path(CAMPAIGNS), pilot, anew)
	if error == OK:
		_campaign = _whole(path)
	return error


## Closes the campaign. Its data are stored, and the running mission continues.
func close_campaign() -> void:
	_campaign = ""
	if _bridge != null:
		_bridge.call("close_campaign")


## The open campaign and the place in it; empty without one: [code]name[/code], [code]pilot[/code], [code]description[/code],
## [code]missions[/code] (each with [code]file[/code], [code]completed[/code], [code]skipped[/code]), [code]mission[/code] (the file
## of the current one), [code]previous[/code], [code]is_over[/code], [code]can_skip[/code] (after five failures),
## [code]has_ended[/code] (the mission has ended the campaign with [code]end-campaign[/code]: show the movies of [code]"campaign end"[/code]),
## [code]in_loop[/code]. Once the current mission is over, [code]is_decided[/code] is true, and [code]next[/code],
## [code]must_replay[/code], [code]loop[/code] (the mission of a side trip that is offered) and [code]loop_text[/code] are known.
func get_campaign() -> Dictionary:
	return {} if _bridge == null else _bridge.call("get_campaign")


## Loads the current mission of the open campaign; see [method load_mission] for the options.
func load_campaign_mission(options: Dictionary = {}) -> Error:
	var campaign := get_campaign()
	if campaign.is_empty() or campaign["is_over"]:
		push_error("SEXP runtime: load_campaign_mission: %s"
				% ("no campaign is open; call open_campaign first" if campaign.is_empty() else "the campaign is over"))
		return ERR_UNCONFIGURED
	var chosen := options.duplicate()
	chosen.merge({"campaign": campaign["name"], "pilot": campaign["pilot"]}, true)
	return load_mission(_campaign.get_base_dir().path_join((campaign["mission"] as String).get_file()), chosen) # in the campaign's folder, whatever it says


## Skips the running mission of the open campaign: all goals are satisfied, and the campaign goes on. Returns what [method finish] returns.
func skip_mission() -> Dictionary:
	return {} if _bridge == null else _bridge.call("skip_mission")


## Leaves a side trip of the campaign before its mission is played: the campaign goes on where the side trip leads back.
func leave_loop() -> Error:
	return ERR_UNAVAILABLE if _bridge == null else _bridge.call("leave_loop")


## Closes the mission and untracks all nodes.
func close_mission() -> void:
	running = false
	_held = false
	_path = ""
	_mission_node = weakref(null)
	if _bridge != null:
		_bridge.call("close_mission")


## Evaluates the text of an expression, as [code]( hits-left "Alpha 1" )[/code], against the mission's state.
## Returns its number, or 0 if the value is not a number. An error in the text is printed, and the result is [code]null[/code].
## [param hints] may hold [code]cacheable[/code] (bool), [code]time_to_live[/code] (seconds for which a result may be used
## again at most), [code]calls_per_second[/code] (above 0 keeps it from being cleaned up) and [code]speed_bounds[/code]
## (object names and their highest speeds, for objects whose top speed is unknown). Hints never change the value; a hint that
## would is refused, with a warning that gives the reason.
func evaluate(text: String, hints: Dictionary = {}) -> Variant:
	return null if _bridge == null else _bridge.call("evaluate", text, hints)


## Sets a variable of the mission to a 32-bit integer or a text, by its type. Expressions that read it are evaluated
## in the next frame, others are not. An invalid value (null, a list, NaN) or an unknown name is refused with an error.
func set_variable(variable_name: String, value: Variant) -> Error:
	return ERR_UNAVAILABLE if _bridge == null else _bridge.call("set_variable", variable_name, value)


## The value of a variable, an [int] or a [String] by its type; [code]null[/code] if the mission has none of that name.
func get_variable(variable_name: String) -> Variant:
	return null if _bridge == null else _bridge.call("get_variable", variable_name)


## Ties a node to the mission's object of that name: signals of the node change the object's facts.
## [param mapping] defines which; without it the node's signals and properties are matched by the names that [SexpObject] uses.
## [code]godot-api.md[/code] describes its format. Freeing the node makes the object leave.
func track(node: Node, object_name: String, mapping: Dictionary = {}) -> Error:
	return ERR_UNAVAILABLE if _bridge == null else _bridge.call("track", node, object_name, mapping)


## Undoes [method track]: the object stays in the mission as it is.
func untrack(node: Node) -> void:
	if _bridge != null:
		_bridge.call("untrack", node)


## Adds an entry to the mission's log for a happening that only the game can report, as [code]report("waypoints-done", "Alpha 1", "Patrol")[/code].
func report(kind: String, object_name: String, second_name: String = "") -> Error:
	return ERR_UNAVAILABLE if _bridge == null else _bridge.call("report", kind, object_name, second_name)


## Sets the value of an operator that reads the game's own state, as [code]set_game_value("primaries-depleted", ["Alpha 1"], 1)[/code].
## The value is a 32-bit integer; [code]null[/code] withdraws it.
func set_game_value(operator: String, arguments: Array, value: Variant) -> Error:
	return ERR_UNAVAILABLE if _bridge == null else _bridge.call("set_game_value", operator, arguments, value)


## Adds an operator of the game, for the missions loaded from now on. [param function] receives the evaluated arguments and returns
## a number, a bool, or nothing. Options: [code]arguments[/code] (types, as [code]["ship", "number"][/code]), [code]min[/code],
## [code]max[/code] (-1: any number), [code]repeats[/code] (how many of the last types repeat), [code]returns[/code]
## ([code]"number"[/code], [code]"boolean"[/code] or [code]"nothing"[/code]), [code]acting[/code], [code]description[/code], and
## [code]reads[/code]: the facts that the result depends on, as [code]["variable Score", "ship $1 hull"][/code]. With it results are
## cached until one of these changes or [method operator_changed] is called; without it the operator is evaluated every time.
func register_operator(operator: String, function: Callable, options: Dictionary = {}) -> Error:
	if _bridge == null:
		return ERR_UNAVAILABLE
	var taken: Error = _bridge.call("register_operator", operator, options)
	if taken == OK:
		_operators[operator] = function
	return taken


func _run_operator(operator: String, arguments: Array) -> Variant:
	return _operators[operator].callv(arguments)


## Declares the operators of a table ([code]*-sexp.tbm[/code]), so that missions and the checker know them. [method register_operator]
## gives them functions.
func read_operator_table(path: String) -> Error:
	var text := FileAccess.get_file_as_string(path)
	if text.is_empty():
		return FileAccess.get_open_error()
	return ERR_UNAVAILABLE if _bridge == null else _bridge.call("read_operator_table", text, path)


## Marks the results of an operator of the game as changed.
func operator_changed(operator: String) -> void:
	if _bridge != null:
		_bridge.call("operator_changed", operator)


## The facts of an object: name, class, team, status, position (Vector3), hull and shields (0 to 1), wing. Empty if there is none.
func get_object(object_name: String) -> Dictionary:
	return {} if _bridge == null else _bridge.call("get_object", object_name)


## The names of all objects that are in the mission now.
func get_objects() -> PackedStringArray:
	return PackedStringArray() if _bridge == null else PackedStringArray(_bridge.call("get_objects") as Array)


## The points of a waypoint path; empty if there is none of that name.
func get_waypoints(path_name: String) -> PackedVector3Array:
	return PackedVector3Array() if _bridge == null else PackedVector3Array(_bridge.call("get_waypoints", path_name) as Array)


## The text of a message of the mission, with the variables in it replaced by their values; the name itself, with an error, if
## there is no such message.
func get_message_text(message_name: String) -> String:
	return "" if _bridge == null else _bridge.call("get_message_text", message_name)


## Seconds since the mission began.
func get_mission_time() -> float:
	return 0.0 if _bridge == null else _bridge.call("get_mission_time")


## All events in the mission's order, each with name, result, done and objective.
func get_events() -> Array[Dictionary]:
	var events: Array[Dictionary] = []
	if _bridge != null:
		events.assign(_bridge.call("get_events") as Array)
	return events


## All goals, each with name, type and status.
func get_goals() -> Array[Dictionary]:
	var goals: Array[Dictionary] = []
	if _bridge != null:
		goals.assign(_bridge.call("get_goals") as Array)
	return goals


## Explains an event's result as text: its value, what it waits for and when it is next due.
func explain(event_name: String) -> String:
	return "" if _bridge == null else _bridge.call("explain", event_name)


## An event's formula as a tree with the value of every part now. Each part is a dictionary with [code]text[/code],
## [code]role[/code] ("part", "atom", "action" or "candidate"), [code]line[/code] and [code]column[/code] in the mission
## file, [code]value[/code] (null where [code]note[/code] says why there is none), [code]status[/code],
## [code]short_by[/code] (by how much a false comparison misses, else null), [code]decides[/code], [code]facts[/code],
## [code]next_at[/code] (seconds, null if only facts can change it), [code]next_by[/code] and [code]parts[/code].
## Nothing that acts or draws at random is evaluated. Empty for an unknown event.
func explain_tree(event_name: String) -> Dictionary:
	return {} if _bridge == null else _bridge.call("explain_tree", event_name)


## Stops mission time when something happens, and emits [signal break_hit]; [method start] resumes it.
## Returns an id for [method remove_break]; 0 with an error for an invalid text. Breaks go with their mission. [param text] is one of:
## [br]- [code]event NAME[/code]: it comes true or fails;
## [br]- [code]goal NAME[/code] or [code]variable NAME[/code]: it changes;
## [br]- [code]action OPERATOR[/code]: it is about to run. This stops a recorded mission before the frame that would run the
## action, all else stops after the frame;
## [br]- [code]frame MICROSECONDS[/code] or [code]formula MICROSECONDS[/code]: it took longer;
## [br]- a condition such as [code]( < ( hits-left "Alpha 1" ) 50 )[/code]: it becomes true.
func add_break(text: String) -> int:
	return 0 if _bridge == null else _bridge.call("add_break", text)


## Removes a break; returns whether there was one.
func remove_break(id: int) -> bool:
	return _bridge != null and _bridge.call("remove_break", id)


## The breaks of the mission, each as [code][id, text][/code].
func get_breaks() -> Array:
	return [] if _bridge == null else _bridge.call("get_breaks")


## Shows or hides the overlay with the runtime's numbers, as its key does.
func show_overlay(shown: bool = true) -> void:
	if _overlay != null:
		_overlay.call("set_shown", shown)


## Shows in the overlay why an event has its value now: its formula with the value of every part, the parts that decide in
## bold. [code]""[/code] closes it. The overlay's key with Shift does the same with a field for the event's name.
func show_why(event_name: String) -> void:
	if _overlay != null:
		_overlay.call("show_why", event_name)


## The runtime's counters: frames, evaluations, hits, requests, hit_rate (0 to 1), invalidations, evictions,
## cached_expressions, cache_bytes, frame_time_us (last, median, p99, max) and more.
## [code]dropped_seconds[/code] is mission time beyond the limit of steps a frame.
func get_statistics() -> Dictionary:
	if _bridge == null:
		return {}
	var found: Dictionary = _bridge.call("get_statistics")
	if not found.is_empty():
		found["dropped_seconds"] = _dropped
	return found


## The performance report: where evaluation time goes, by event, operator and cause. [code]report-format.md[/code] describes
## the dictionary. Its lists are cut to [param most_rows] rows, if that is not negative. Empty without a mission.
func get_performance_report(most_rows: int = -1) -> Dictionary:
	return {} if _bridge == null else _bridge.call("get_performance_report", most_rows)


## The problems of the mission that was loaded last, or that [method load_mission] refused last. Each problem has
## [code]severity[/code] ([code]"error"[/code]: the original refuses the mission; or [code]"warning"[/code]),
## [code]code[/code], [code]text[/code], [code]file[/code], [code]line[/code] and [code]column[/code] (0: none) and
## [code]owner[/code] (whose formula, as [code]event "Start"[/code]).
func get_problems() -> Array[Dictionary]:
	var problems: Array[Dictionary] = []
	if _bridge != null:
		problems.assign(_bridge.call("get_problems") as Array)
	return problems


## Possible improvements of the mission, with evidence from this run, largest saving first. Each hint has
## [code]id[/code], [code]kind[/code], [code]owner[/code] (whose formula), [code]message[/code], [code]change[/code] (what
## to do), [code]saving[/code] (evaluations a second), [code]evidence[/code], [code]file[/code], [code]line[/code],
## [code]column[/code], [code]rewritten[/code] (a better text, or empty) and [code]safe[/code] (whether [method apply_hint]
## accepts it).
func get_performance_hints() -> Array[Dictionary]:
	var hints: Array[Dictionary] = []
	if _bridge != null:
		hints.assign(_bridge.call("get_performance_hints") as Array)
	return hints


## Puts the better text of a hint of [method get_performance_hints] into the running mission, if a trial confirms it. For the trial,
## another process plays the run so far with both texts, so the mission must be recorded. [constant OK] means that the
## trial has begun; [signal hint_tried] reports the result.
func apply_hint(id: String) -> Error:
	return ERR_UNAVAILABLE if _bridge == null else _bridge.call("apply_hint", id)


## Writes one file with every change that the game has made to the mission since it was loaded, for [code]tools/sexp replay[/code].
## The mission must be recorded: by the project setting, or with the option [code]record[/code] of
## [method load_mission].
func save_recording(path: String) -> Error:
	return ERR_UNAVAILABLE if _bridge == null else _bridge.call("save_recording", ProjectSettings.globalize_path(path))


## The statistics as a readable text.
func get_performance_text() -> String:
	return "" if _bridge == null else _bridge.call("get_performance_text")


## Runs a word of a mission test. Tests use [SexpMissionTest].
func run_test_command(command: String, arguments: Array) -> Dictionary:
	if _bridge == null:
		return {"value": null, "failure": "", "mistake": "Python is not available; the output has the reason"}
	return _bridge.call("test", command, arguments)


## Steps the mission by a frame of the engine. A frame longer than the longest step is split into several steps, up to the
## limit of steps a frame.
func _advance(delta: float) -> void:
	var left := delta
	var steps := 0
	while left > 1e-9 and running and not _held and has_mission():
		if steps == _most_steps:
			_say_dropped(left)
			return
		var step_now := left if left <= _longest_step else minf(_longest_step, left / ceilf(left / _longest_step - 1e-6))
		_bridge.call("step", step_now)
		left -= step_now
		steps += 1


func _say_dropped(seconds: float) -> void:
	if _dropped == 0.0:
		push_warning("SEXP runtime: a frame was longer than %d steps of %.2f s; mission time beyond that is dropped (settings %s and %s)"
				% [_most_steps, _longest_step, Settings.MOST_STEPS, Settings.LONGEST_STEP])
	_dropped += seconds


func _tie_objects(_mission_name: String) -> void:
	for object in get_tree().get_nodes_in_group(OBJECTS):
		if not _is_being_freed(object):
			object.call(&"tie")


# Whether a node is freed at the end of this frame: those of the scene before belong to no object of the new mission.
static func _is_being_freed(node: Node) -> bool:
	while node != null and not node.is_queued_for_deletion():
		node = node.get_parent()
	return node != null


func _is_to_be_recorded() -> bool:
	var wanted: int = Settings.value(Settings.RECORD)
	return wanted == Settings.RECORD_ALWAYS or (wanted == Settings.RECORD_DEBUGGED and EngineDebugger.is_active())


func _is_overlay_wanted() -> bool:
	return Settings.value(Settings.OVERLAY) and (
			not OS.has_feature("template") or Settings.value(Settings.OVERLAY_EXPORTED))


func _choose_processing() -> void:
	set_process(running and _bridge != null and _step_in == Settings.STEP_IDLE)
	set_physics_process(running and _bridge != null and _step_in == Settings.STEP_PHYSICS)


func _create_bridge() -> Object:
	if ClassDB.class_exists(&"SexpBridge"):
		var bridge: Object = ClassDB.instantiate(&"SexpBridge")
		if bridge.call("is_usable"):
			return bridge
		push_error("SEXP runtime: its Python package cannot be used (see the reason above); missions cannot run.")
		return null
	if ClassDB.class_exists(&"PythonHost"):
		push_error("SEXP runtime: %s is missing in the project setting %s; disable and enable the plugin SEXP Runtime."
				% [Settings.PYTHON_MODULE, Settings.PYTHON_MODULES])
	elif not FileAccess.file_exists(Settings.BINDING):
		push_error("SEXP runtime: " + Settings.NOT_SET_UP)
	else:
		push_error("SEXP runtime: Python is missing (the add-on pythonscript gives the reason above); missions cannot run.")
	return null


func _on_debugger_wish(wish: String, seconds: float) -> void:
	match wish:
		"pause":
			_held = true
		"continue":
			_held = false
		"step":
			_held = true
			_bridge.call("step", seconds)
