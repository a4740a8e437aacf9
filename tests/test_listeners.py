"""The listeners of a session, by themselves: the order of reports, the end, and closing."""

from __future__ import annotations

from sexp_runtime.listeners import SessionListeners
from sexp_runtime.world.mission_state import GOAL_COMPLETE
from sexp_runtime.world.world import World


def build() -> tuple[World, SessionListeners, list[object]]:
    """Return a world with an event, a goal and a variable, its listeners, and what they have heard."""
    world = World()
    world.variables.declare("Score", 0)
    world.add_event("Start")
    world.add_goal("Win")
    listeners = SessionListeners(world, "Small")
    heard: list[object] = []
    listeners.event_satisfied.append(lambda name, index: heard.append(("event", name, index)))
    listeners.event_failed.append(lambda name, index: heard.append(("failed", name, index)))
    listeners.goal_changed.append(lambda name, status: heard.append(("goal", name, status)))
    listeners.variable_changed.append(lambda name, value: heard.append((name, value)))
    listeners.mission_ended.append(lambda: heard.append("ended"))
    return world, listeners, heard


def test_changes_are_reported_once_as_events_goals_variables_and_the_end() -> None:
    world, listeners, heard = build()
    listeners.before_end = lambda: heard.append("before the end")
    world.end_mission()
    world.variables.set_number(0, 3)
    world.set_goal_status(world.goals[0], GOAL_COMPLETE)
    world.outcome_log.event(0, True)
    world.outcome_log.event(0, False)
    listeners.report()
    assert heard == [
        ("event", "Start", 0), ("failed", "Start", 0), ("goal", "Win", GOAL_COMPLETE), ("Score", 3),
        "before the end", "ended",
    ]  # fmt: skip
    heard.clear()
    listeners.report()
    assert heard == []


def test_a_listener_of_variables_gets_no_changes_from_before_it_was_added() -> None:
    world, listeners, heard = build()
    (listener,) = listeners.variable_changed
    listeners.variable_changed.clear()
    world.variables.set_number(0, 3)
    listeners.report()
    listeners.variable_changed.append(listener)
    listeners.report()
    assert heard == []


def test_closed_listeners_are_not_called_and_watch_nothing() -> None:
    world, listeners, heard = build()
    calls = list(listeners.mission_ended)
    listeners.close()
    assert not any(key[0] == "var" for key in world.facts.readers)
    world.end_mission()
    listeners.report()
    listeners.call(calls)
    assert heard == [] and listeners.mission_ended == []
