## A game that plays the mission beside it, for which there are hints.
extends Node


func _ready() -> void:
	SexpRuntime.load_mission("res://stutter.fs2")
	SexpRuntime.start()
