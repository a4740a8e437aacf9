## What stands on the demo's stage: something that moves by fixed steps and can be shown.
extends Node2D

const Runtime := preload("res://addons/sexp_runtime/sexp_runtime.gd")

var _runtime: Runtime = null


## Called once, before the mission is loaded; the same seed gives the same play.
func prepare(runtime: Runtime, _seed_value: int) -> void:
	_runtime = runtime


## One step of [param _step] seconds, before the mission's frame.
func advance(_step: float) -> void:
	pass


## Bring the picture up to date, once a drawn frame.
func show_now() -> void:
	pass
