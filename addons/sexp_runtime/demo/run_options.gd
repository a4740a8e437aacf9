## The command line options of a run of the demo.
extends RefCounted

var mission := ""
var seconds := 0.0
var seed_value := 1
var fps := 60.0
var engine := ""
var json := ""
var quit_at_end := false
var overlay := false
var quiet := false
var screenshot := ""
var screenshot_at := 0.0
## The problem with the arguments, or empty.
var problem := ""

var _screenshot_taken := false


## Reads arguments like [code]--seconds=20[/code]; sets [member problem] at the first invalid one.
func read(arguments: PackedStringArray) -> void:
	for argument: String in arguments:
		var parts := argument.split("=", true, 1)
		var given := parts[1] if parts.size() > 1 else ""
		match parts[0]:
			"--mission":
				mission = given
			"--seconds":
				seconds = _number(argument, given, 0.001, 1e7)
			"--seed":
				seed_value = int(_number(argument, given, -1e18, 1e18))
			"--fps":
				fps = _number(argument, given, 1.0, 1000.0)
			"--engine":
				engine = given
			"--json":
				json = given
			"--quit-at-end":
				quit_at_end = true
			"--overlay":
				overlay = true
			"--quiet":
				quiet = true
			"--screenshot":
				var at := given.rsplit("@", true, 1)
				screenshot = at[0]
				screenshot_at = _number(argument, at[1] if at.size() > 1 else "", 0.0, 1e7)
			_:
				problem = "unknown argument %s" % argument
		if not problem.is_empty():
			return


## Whether to take the screenshot now; true once.
func screenshot_due(time: float) -> bool:
	if screenshot.is_empty() or _screenshot_taken or time < screenshot_at:
		return false
	_screenshot_taken = true
	return true


func _number(argument: String, text: String, lowest: float, highest: float) -> float:
	if not text.is_valid_float() or float(text) < lowest or float(text) > highest:
		problem = "%s: expected a number from %s to %s" % [argument, lowest, highest]
		return lowest
	return float(text)
