## Tests of the patrol in the engine: the mission alone, and the whole game with its nodes.
extends SexpMissionTest

const MISSION := "res://addons/sexp_runtime/demo/patrol/patrol.fs2"
const GAME := "res://addons/sexp_runtime/demo/patrol/game.tscn"


func test_the_patrol_is_won() -> void:
	load_mission(MISSION)
	await expect_said("Welcome", 2.0)
	await expect_event_at("Raiders", 4.0)
	ship("Raider 1").destroy("Alpha 1")
	await run_until("First kill", 1.0)
	await advance(3.0)
	ship("Raider 2").destroy("Alpha 2")
	await expect_variable("Kills", 2, 1.0)
	ship("Hauler 1").depart()
	ship("Hauler 2").depart()
	await expect_never("Hauler hurt")
	await expect_event("Home", 2.0)
	await expect_goal("Destroy the raiders")
	expect(ended, "the mission is over")


func test_a_hauler_of_the_game_calls_for_help() -> void:
	var game := load_scene(GAME)
	game.call(&"play")
	await advance(1.0)
	ship("Hauler 1").hull = 40.0
	await expect_acted("send-message", ["Hauler 1"], 0.5)
	expect(game.get_node(^"%Message").text.begins_with("Hauler 1: "), "the game shows the message")
