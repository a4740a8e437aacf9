## Places: read once a frame for the objects that formulas ask about, and for no others.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	load_bench(
		[ship_text("Near", "( false )"), ship_text("Far", "( false )"), ship_text("Bystander", "( false )")] as Array[String],
		[event_text("close", "( when ( < ( distance-to-center \"Near\" \"Far\" ) 100 ) ( do-nothing ) )")] as Array[String])
	var bodies: Array[Node3D] = []
	for object_name: String in ["Near", "Far", "Bystander"]:
		var body := Node3D.new()
		var object := SexpObject.new()
		object.object_name = object_name
		object.top_speed = 50.0 if object_name == "Near" else 1.0
		body.add_child(object)
		add_child(body)
		bodies.append(body)
	bodies[1].position = Vector3(1000, 0, 0)
	SexpRuntime.step(STEP)
	var satisfied: Array[String] = []
	SexpRuntime.event_satisfied.connect(func(event_name: String) -> void: satisfied.append(event_name))
	var read: int = SexpRuntime.get_statistics()["positions_read"]
	SexpRuntime.step(STEP)
	equal(SexpRuntime.get_statistics()["positions_read"] - read, 2, "places read in a frame")
	equal(SexpRuntime.get_object("Far")["position"], Vector3(1000, 0, 0), "a place in space")

	# Flying nearer at the promised speed: found in the very frame, with few evaluations.
	SexpRuntime.step(1.1)
	settle_motion()
	var before: int = SexpRuntime.get_statistics()["evaluations"]
	var frames := 0
	while satisfied.is_empty() and frames < 2000:
		bodies[0].position.x += 50.0 * STEP
		SexpRuntime.step(STEP)
		frames += 1
	var distance := 1000.0 - bodies[0].position.x
	check(distance < 100.0 and distance > 100.0 - 50.0 * STEP - 0.01, "satisfied at a distance of %s" % distance)
	var evaluations: int = SexpRuntime.get_statistics()["evaluations"] - before
	check(evaluations < frames / 4.0, "%d evaluations in %d frames" % [evaluations, frames])
	result("frames", frames)
	result("evaluations", evaluations)

	# A teleport beyond the promised speed is seen at once.
	load_bench(
		[ship_text("Near", "( false )"), ship_text("Far", "( false )")] as Array[String],
		[event_text("close", "( when ( < ( distance-to-center \"Near\" \"Far\" ) 100 ) ( do-nothing ) )")] as Array[String])
	bodies[0].position = Vector3.ZERO
	for i: int in 2:
		SexpRuntime.track(bodies[i].get_child(0), ["Near", "Far"][i])
	satisfied.clear()
	SexpRuntime.step(STEP)
	SexpRuntime.step(STEP)
	equal(satisfied, [] as Array[String], "far apart")
	bodies[0].position = Vector3(950, 0, 0)
	SexpRuntime.step(STEP)
	equal(satisfied, ["close"] as Array[String], "after a teleport")


## Lets what depends on time alone pass.
func settle_motion() -> void:
	for i: int in 5:
		SexpRuntime.step(STEP)
