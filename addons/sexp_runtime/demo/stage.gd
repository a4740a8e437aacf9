## Base of the demo's stages: a stage moves in fixed steps and can be shown.
extends Node2D

const Runtime := preload("res://addons/sexp_runtime/sexp_runtime.gd")

var _runtime: Runtime = null


## Called once, before the mission is loaded; the same seed gives the same play.
func prepare(runtime: Runtime, _seed_value: int) -> void:
	_runtime = runtime


## One step of [param _step] seconds, before the mission's frame.
func advance(_step: float) -> void:
	pass


## Updates the picture, once a drawn frame.
func show_now() -> void:
	pass
