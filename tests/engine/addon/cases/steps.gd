## Long frames are made in several steps, and what is dropped beyond the limit is said.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	load_bench([ship_text("Alpha 1")] as Array[String], [
		event_text("every", "( when ( true ) ( modify-variable @Fired[0] ( + @Fired[0] 1 ) ) )").replace("Count: 1", "Count: 100000").replace("Interval: 1", "Interval: 0"),
	] as Array[String])
	await get_tree().process_frame
	for time_scale: float in [1.0, 8.0, 100.0, 300.0]:
		Engine.time_scale = time_scale
		var before := SexpRuntime.get_mission_time()
		var frames: int = SexpRuntime.get_statistics()["frames"]
		SexpRuntime.start()
		var passed := 0.0
		for frame: int in 20:
			passed += get_process_delta_time()
			await get_tree().process_frame
		SexpRuntime.pause()
		check(absf(SexpRuntime.get_mission_time() - before - passed) < 1e-3, "time at scale %s: %s of %s" % [time_scale, SexpRuntime.get_mission_time() - before, passed])
		check(int(SexpRuntime.get_statistics()["frames"]) - frames >= int(passed / 0.25), "steps at scale %s" % time_scale)
		equal(SexpRuntime.get_statistics()["dropped_seconds"], 0.0, "nothing dropped at scale %s" % time_scale)
		await get_tree().process_frame
	# 32 steps of 0.25 s are 8 s; a frame of 16.7 s is more.
	Engine.time_scale = 1000.0
	SexpRuntime.start()
	await get_tree().process_frame
	await get_tree().process_frame
	await get_tree().process_frame
	SexpRuntime.pause()
	Engine.time_scale = 1.0
	check(float(SexpRuntime.get_statistics()["dropped_seconds"]) > 8.0, "dropped seconds")
	# A handler that pauses stops the steps of its frame.
	Engine.time_scale = 100.0
	SexpRuntime.variable_changed.connect(func(_variable: String, _value: Variant) -> void: SexpRuntime.pause())
	var start_frames: int = SexpRuntime.get_statistics()["frames"]
	SexpRuntime.start()
	await get_tree().process_frame
	await get_tree().process_frame
	Engine.time_scale = 1.0
	equal(int(SexpRuntime.get_statistics()["frames"]) - start_frames, 1, "steps until a handler paused")
