## Every word of SexpMissionTest, on a mission made for them; test_mission_tests.py runs it.
extends SexpMissionTest

const MISSION := "user://words.fs2"


func before_each() -> void:
	load_mission(MISSION, {"seed": 3})
	await advance(0.5)


func test_hull_and_status() -> void:
	var barge := ship("Barge")
	expect(barge.is_present and barge.status == "present" and barge.hull == 100.0, "the barge is whole")
	barge.hull = 40.0
	await expect_event("Hurt", 0.5)
	expect(is_equal_approx(barge.hull, 40.0), "40 %")
	barge.destroy("Heron")
	await expect_event("Killed", 30.0)
	expect(not barge.is_present, "gone")


func test_keys_variables_and_actions() -> void:
	press("1")
	await expect_variable("Count", 1, 0.5)
	variables["Count"] = 6
	expect(get_variable("Count") == 6 and variables["Count"] == 6, "set as an item")
	ship("Barge").hull = 10.0
	await expect_acted("send-message", ["#Command", "High"], 0.5)
	await expect_said("Hail")
	expect(said("hail") and acted("send-message") and not acted("send-message", ["Heron"]), "asked")


func test_places_docks_cargo_and_subsystems() -> void:
	var barge := ship("Barge")
	barge.scan()
	await expect_event("Scanned", 0.5)
	barge.move_to("Lane:2")
	await expect_event("There", 0.5)
	barge.move_to(Vector3(0.0, 0.0, 900.0))
	barge.dock("Heron")
	expect(barge.docked_to == ["Heron"], "docked")
	await expect_event("Docked", 0.5)
	barge.undock()
	expect(barge.docked_to.is_empty(), "undocked")
	var engine := barge.subsystem("engine")
	engine.hull = 30.0
	expect(is_equal_approx(engine.hull, 30.0), "30 %")
	engine.destroy()
	await expect_event("Crippled", 0.5)


func test_arrivals_goals_and_time() -> void:
	ship("Late").arrive()
	await expect_event("Arrived", 0.5)
	ship("Barge").depart()
	await expect_event("Gone", 2.0)
	expect(goal("Last") == "incomplete", "the goal is open")
	await expect_goal("Last", "complete", 3.0)
	await expect_event_at("Three", 3.0)
	await run_until("Three")
	expect(came_true("Three").size() == 1 and absf(came_true("Three")[0] - 3.0) < 0.05, "at three seconds")
	await expect_never("Hurt", 1.0)
	expect(time > 4.0 and not ended, "four seconds")
