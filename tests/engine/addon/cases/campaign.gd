## A campaign file is played: briefing, movies, a mission that must be replayed, the next one, and the place that is kept.
extends "res://tests/engine/addon/case.gd"


func run() -> void:
	var folder := OS.get_environment("SEXP_CAMPAIGN")
	equal(SexpRuntime.get_campaign(), {}, "no campaign")
	equal(SexpRuntime.load_campaign_mission(), ERR_UNCONFIGURED, "no campaign to load from")
	equal(SexpRuntime.open_campaign(folder.path_join("lane.fc2"), "Ada", true), OK, "opening")
	equal(SexpRuntime.get_campaign()["mission"], "leg1.fs2", "the first mission")
	equal(SexpRuntime.load_campaign_mission(), OK, "loading")
	equal(SexpRuntime.get_cutscenes("briefing"), PackedStringArray(["start.ogg", "brief.ogg"]), "movies")
	var texts: Array = SexpRuntime.get_briefing().map(func(stage: Dictionary) -> String: return stage["text"])
	equal(texts, ["Run 0.", "Alpha is there."], "briefing")
	SexpRuntime.step(0.5)
	SexpRuntime.end_mission()
	check(SexpRuntime.get_campaign()["must_replay"], "lost: once more")
	equal(SexpRuntime.get_debriefing()[0]["recommendation"], "Win.", "debriefing")
	equal(SexpRuntime.finish(true)["accepted"], false, "not accepted")
	equal(SexpRuntime.load_campaign_mission({"seed": 7}), OK, "once more")
	SexpRuntime.set_variable("Won", 1)
	SexpRuntime.step(0.5)
	equal(SexpRuntime.finish(true)["accepted"], true, "accepted")
	SexpRuntime.close_campaign()
	equal(SexpRuntime.open_campaign(folder.path_join("lane.fc2"), "Ada"), OK, "opening again")
	equal(SexpRuntime.get_campaign()["mission"], "leg2.fs2", "the place that is kept")
	var mission := SexpMission.new()
	mission.mission = load("res://tests/engine/addon/scene/patrol.fs2")
	mission.autostart = false
	var unknown: Array[String] = []
	mission.operator_unknown.connect(func(operator: String) -> void: unknown.append(operator))
	add_child(mission)
	await get_tree().process_frame
	equal(mission.get_briefing(), [] as Array[Dictionary], "a mission without a briefing")
	equal(mission.get_cutscenes("briefing"), PackedStringArray(), "and without movies")
	equal(mission.get_fiction(), {}, "and without fiction")
	SexpRuntime.emit_signal(&"operator_unknown", "save-exists")
	equal(unknown, ["save-exists"] as Array[String], "the node hands it on")
