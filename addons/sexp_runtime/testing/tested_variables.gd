## The variables of a mission under test: [code]variables["Kills"][/code] is a variable's value, and can be set.
extends RefCounted

var _test: WeakRef


func _init(test: RefCounted) -> void:
	_test = weakref(test)


func _get(property: StringName) -> Variant:
	if String(property) in ["script", "_test"]:
		return null
	return _owner().get_variable(property)


func _set(property: StringName, value: Variant) -> bool:
	if String(property) in ["script", "_test"]:
		return false
	_owner().set_variable(property, value)
	return true


func _owner() -> SexpMissionTest:
	return _test.get_ref()
