## A subsystem of a ship of a mission under test.
extends RefCounted

## Strength in percent of its maximum; 0 destroys the subsystem.
var hull: float:
	get:
		var value: Variant = _test.command(&"subsystem", [_ship, _name, "hull", []])
		return 0.0 if value == null else float(value)
	set(percent):
		_test.command(&"set_subsystem", [_ship, _name, percent])

var _test: SexpMissionTest
var _ship: String
var _name: String


func _init(test: SexpMissionTest, ship_name: String, subsystem_name: String) -> void:
	_test = test
	_ship = ship_name
	_name = subsystem_name


## Destroys the subsystem.
func destroy() -> void:
	_test.command(&"subsystem", [_ship, _name, "destroy", []])


## Makes the cargo of the subsystem known to the player.
func scan() -> void:
	_test.command(&"subsystem", [_ship, _name, "scan", []])
