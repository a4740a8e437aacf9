## Tests of the Lantern Run in the engine: the mission in a simulated battle, and the demo with its nodes.
extends SexpMissionTest

const MISSION := "res://addons/sexp_runtime/demo/lantern_run.fs2"
const DEMO := "res://addons/sexp_runtime/demo/demo.tscn"


func test_the_mail_gets_through_in_a_simulated_battle() -> void:
	load_mission(MISSION, {"seed": 3, "simulated": true})
	await expect_event_at("Convoy under way", 11.0)
	await expect_goal("Mail by nightfall", "complete", 180.0)
	expect(ended or time < 180.0, "in time")


func test_the_demo_plays_its_mission_with_nodes() -> void:
	load_scene(DEMO)
	await expect_event("Convoy under way", 15.0)
	expect(ship("Lantern 1").is_present, "the first hauler flies")
	await expect_event("Raiders", 60.0)
