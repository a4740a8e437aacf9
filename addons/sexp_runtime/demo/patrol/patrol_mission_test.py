"""Tests of the patrol in Python; `tools/sexp test addons/sexp_runtime/demo` runs them."""


def test_the_patrol_is_won(mission):
    test = mission("patrol.fs2", seed=1)
    test.expect.said("Welcome", within=2)
    test.expect.event("Raiders", at=4)
    test.ship("Raider 1").destroy(by="Alpha 1")
    test.run_until("First kill", timeout=1)
    test.advance(3)
    test.ship("Raider 2").destroy(by="Alpha 2")
    test.expect.variable("Kills", 2, within=1)
    test.ship("Hauler 1").depart()
    test.ship("Hauler 2").depart()
    test.expect.never("Hauler hurt")
    test.expect.event("Home", within=2)
    test.expect.goal("Destroy the raiders")
    assert test.ended


def test_a_hauler_calls_for_help_once(mission):
    test = mission("patrol.fs2")
    test.advance(1)
    hauler = test.ship("Hauler 1")
    hauler.hull = 40
    test.expect.acted("send-message", "Hauler 1", within=0.5)
    assert test.came_true("Hauler hurt")
    test["Kills"] = 2
    test.expect.goal("Destroy the raiders", within=0.5)
