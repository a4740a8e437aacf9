## What stands on the demo's stage: something that moves by fixed steps and can be shown.
extends Node2D


## Called once, before the mission is loaded; the same seed gives the same play.
func prepare(_seed_value: int) -> void:
	pass


## One step of [param _step] seconds, before the mission's frame.
func advance(_step: float) -> void:
	pass


## Bring the picture up to date, once a drawn frame.
func show_now() -> void:
	pass
