"""The runtime behind the autoload, without the engine: what it reports, in which order, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.bridge.host import RuntimeHost
from sexp_runtime.bridge.motion import PLAYER, MotionInterest, mission_expressions
from sexp_runtime.world.ships import ShipStatus
from support.fake_nodes import FakeAccess, FakeNode, Vector3, sexp_object
from support.hosted_game import MISSION, Bench, event, ship

WING = """$Name: Delta
$Waves: 2
$Wave Threshold: 0
$Special Ship: 0
$Arrival Location: Hyperspace
$Arrival Cue: ( has-time-elapsed 1 )
$Departure Location: Hyperspace
$Departure Cue: ( false )
$Ships: ( "Delta 1" "Delta 2" )
"""


def test_what_is_there_from_the_start_is_told_after_the_mission() -> None:
    bench = Bench([ship("Alpha 1"), ship("Beta 1", "( false )"), ship("Wreck", more="+Destroy At: 10")], [])
    assert bench.take() == [("mission_loaded", "Bench"), ("object_arrived", "Alpha 1")]


def test_arrivals_come_before_and_losses_after_what_the_mission_says() -> None:
    bench = Bench(
        [ship("Alpha 1"), ship("Beta 1", "( has-time-elapsed 1 )")],
        [event("boom", '( when ( has-arrived-delay 0 "Beta 1" ) ( self-destruct "Alpha 1" ) )')],
    )
    bench.take()
    bench.step(1.5)
    told = bench.take()
    assert told[0] == ("object_arrived", "Beta 1")
    assert ("action_requested", "self-destruct", ["Alpha 1"]) in told
    assert told[-1] == ("object_left", "Alpha 1", "destroyed")
    assert told.index(("event_satisfied", "boom")) < len(told) - 1


def test_a_ship_without_a_node_ends_its_death_roll_by_itself() -> None:
    bench = Bench([ship("Alpha 1")], [event("boom", '( when ( true ) ( self-destruct "Alpha 1" ) )')])
    bench.step()
    assert bench.world.ship("alpha 1").status is ShipStatus.DEATH_ROLL
    for _frame in range(4):
        bench.step(1.0)
    assert bench.world.ship("alpha 1").status is ShipStatus.EXITED


def test_the_waves_of_a_wing_arrive_under_names_of_their_own() -> None:
    bench = Bench([ship("Alpha 1"), ship("Delta 1"), ship("Delta 2")], [], WING)
    bench.take()
    bench.step(1.5)
    assert bench.take() == [("object_arrived", "Delta 1"), ("object_arrived", "Delta 2")]
    for name in ("Delta 1", "Delta 2"):
        node = sexp_object()
        assert bench.host.track(node, name, {})
        node.emit("destroyed", "")
        node.queue_free()
    arrived: set[str] = set()
    for _frame in range(20):
        bench.step(0.5)
        arrived |= {what[1] for what in bench.take() if what[0] == "object_arrived"}
    assert arrived == {"Delta 3", "Delta 4"}


def test_a_signal_costs_the_evaluations_of_its_readers_and_no_others() -> None:
    names = [f"Ship {number}" for number in range(20)]
    bench = Bench(
        [ship("Alpha 1"), *(ship(name, "( false )") for name in names)],
        [event(name, f'( when ( < ( hits-left "{name}" ) 10 ) ( do-nothing ) )') for name in names],
    )
    nodes = {}
    for name in names:
        nodes[name] = sexp_object()
        assert bench.host.track(nodes[name], name, {})
    for _frame in range(5):
        bench.step()
    assert bench.step() == 0
    nodes["Ship 3"].set("hull", 70.0)
    assert bench.step() == 1
    nodes["Ship 3"].set("hull", 70.0)
    assert bench.step() == 0
    for name in names[:7]:
        nodes[name].set("hull", 50.0)
        nodes[name].set("hull", 40.0)
    assert bench.step() == 7
    bench.host.untrack(nodes["Ship 5"])
    nodes["Ship 5"].set("hull", 1.0)
    assert bench.step() == 0


def test_the_naive_engine_gets_the_same() -> None:
    def play(engine: str) -> list[tuple[Any, ...]]:
        bench = Bench(
            [ship("Alpha 1"), ship("Beta 1", "( false )")],
            [
                event("low", '( when ( < ( hits-left "Beta 1" ) 50 ) ( modify-variable @Fuel[10] 3 ) )'),
                event("fuel", '( when ( = @Fuel[10] 3 ) ( send-message "#Command" "High" "Hello" ) )'),
                event("dead", '( when ( is-destroyed-delay 1 "Beta 1" ) ( end-mission ) )'),
            ],
            engine=engine,
        )
        node = sexp_object()
        bench.host.track(node, "Beta 1", {})
        for frame in range(60):
            if frame == 10:
                node.set("hull", 30.0)
            if frame == 20:
                node.queue_free()
            bench.step(0.1)
        return bench.take()

    told = play("cached")
    assert ("mission_ended",) in told
    assert told == play("naive")


def test_handlers_change_the_next_frame_and_may_close_the_mission() -> None:
    bench = Bench([ship("Alpha 1")], [event("first", "( when ( true ) ( modify-variable @Fuel[10] 5 ) )")])
    bench.handlers["event_satisfied"] = lambda name: bench.host.set_variable("Mood", "glad")
    bench.step()
    assert bench.host.get_variable("Mood") == "glad"
    bench.handlers["variable_changed"] = lambda name, value: bench.host.close()
    bench.host.step(0.1)
    assert bench.host.session is None
    bench.host.step(0.1)
    bench.host.step(0.1)
    assert bench.errors() == ["step: no mission is loaded; call load_mission first"]


def test_a_frame_inside_a_frame_is_refused() -> None:
    bench = Bench([ship("Alpha 1")], [event("first", "( when ( true ) ( do-nothing ) )")])
    bench.handlers["event_satisfied"] = lambda name: bench.host.step(0.1)
    bench.step()
    assert bench.host.counters()["frames"] == 1
    assert "a frame cannot begin inside another" in bench.errors()[0]


def test_values_messages_and_mistakes() -> None:
    bench = Bench([ship("Alpha 1")], [])
    host = bench.host
    assert host.evaluate("( + 40 @Fuel[0] )") == 50
    assert host.message_text("HELLO") == "Fuel is 10."
    assert host.message_text("none") == "none"
    assert host.get_variable("nothing") is None
    assert host.object_facts("nobody") == {}
    assert host.object_facts("alpha 1")["team"] == "Friendly"
    assert host.evaluate("( + 1") is None
    assert host.evaluate("( + 1") is None  # reported only once
    assert host.evaluate('( hits-left "Nobody" )') is None
    host.set_variable("nothing", 3)
    assert not host.report_entry("ship-destroyed", "Alpha 1", "")
    assert not host.track(sexp_object(), "", {})
    assert host.explain("no such event") == ""
    assert len(bench.errors()) == 7
    playing = host.session
    assert not host.load("/nowhere/none.fs2", "", {})
    assert bench.errors()[-1] == "load_mission: /nowhere/none.fs2: No such file or directory"
    assert not host.load("m.fs2", MISSION.format(ships="", wings="", events=""), {"record_to": "/nowhere/run.rec"})
    assert bench.errors()[-1] == "load_mission: m.fs2: /nowhere/run.rec: No such file or directory"
    assert host.session is playing


def test_objects_that_only_the_game_has_can_be_read() -> None:
    bench = Bench([ship("Alpha 1")], [])
    assert bench.host.track(sexp_object(hull=25.0), "Drone 7", {})
    assert bench.host.evaluate('( hits-left "Drone 7" )') == 25
    assert bench.errors() == []


def test_a_question_about_an_object_that_comes_later_is_answered_then() -> None:
    bench = Bench([ship("Alpha 1")], [])
    assert bench.host.evaluate('( hits-left "Drone 7" )') is None
    assert bench.host.track(sexp_object(), "Drone 6", {})
    assert bench.host.evaluate('( hits-left "Drone 7" )') is None
    assert len(bench.errors()) == 1
    assert bench.host.track(sexp_object(hull=25.0), "Drone 7", {})
    assert bench.host.evaluate('( hits-left "Drone 7" )') == 25


def test_a_question_may_use_an_operator_of_the_game() -> None:
    bench = Bench([ship("Alpha 1")], [])
    assert bench.host.evaluate("( lamps-lit 3 )") is None
    assert len(bench.errors()) == 1 and "lamps-lit" in bench.errors()[0]
    assert bench.host.operators.register("lamps-lit", lambda count: count + 1, {"arguments": ["number"]})
    assert bench.host.evaluate("( lamps-lit 3 )") == 4
    assert bench.host.evaluate("( lamps-lit 3 3 )") is None  # too many arguments
    assert len(bench.errors()) == 2


def test_warnings_of_formulas_are_reported_once() -> None:
    wrong = "( when ( true ) ( modify-variable @Fuel[10] ( rand-multiple 9 1 ) ) )"
    bench = Bench(
        [ship("Alpha 1")], [event("wrong", wrong, "+Trigger Count: 50\n").replace("Count: 1\n", "Count: 50\n", 1)]
    )
    for _frame in range(50):
        bench.step(1.0)
    warnings = [text for level, text in bench.lines if level == "warning"]
    assert len(warnings) == 1
    assert bench.world.variables.text(0) == "9"


def test_nan_and_negative_steps_do_nothing() -> None:
    bench = Bench([ship("Alpha 1")], [])
    for seconds in (float("nan"), -1.0):
        bench.host.step(seconds)
    assert bench.host.mission_time() == 0.0


def test_the_places_that_formulas_name_are_found_in_the_text() -> None:
    bench = Bench(
        [ship("Alpha 1"), ship("Beta 1"), ship("Gamma 1")],
        [
            event("near", '( when ( < ( distance "Alpha 1" "Beta 1" ) 50 ) ( do-nothing ) )'),
            event("hull", '( when ( < ( hits-left "Gamma 1" ) 50 ) ( do-nothing ) )'),
        ],
    )
    assert bench.host.session is not None
    interest = MotionInterest(mission_expressions(bench.host.session.mission))
    assert interest.names == {"alpha 1", "beta 1", PLAYER}
    assert not interest.everything
    assert not interest.wants(bench.world.ship("gamma 1"), bench.world)
    assert MotionInterest([], ["Gamma 1"]).wants(bench.world.ship("gamma 1"), bench.world)
    assert MotionInterest([], ["<any friendly>"]).everything


def test_an_ad_hoc_expression_sees_where_the_node_is_now() -> None:
    bench = Bench([ship("Alpha 1"), ship("Beta 1")], [])
    for name, place in (("Alpha 1", Vector3(0, 0, 0)), ("Beta 1", Vector3(30, 0, 40))):
        node = sexp_object()
        node.parent = FakeNode({"global_position": place}, {})
        bench.host.track(node, name, {})
    text = '( distance-to-center "Alpha 1" "Beta 1" )'
    bench.step()
    bench.host.evaluate(text)
    bench.step()
    assert bench.host.evaluate(text) == 50
    node.parent.properties["global_position"] = Vector3(60, 0, 80)
    assert bench.host.evaluate(text) == 100


@pytest.mark.parametrize("seconds", [0.0, 1e-9])
def test_frames_of_no_length_are_frames(seconds: float) -> None:
    bench = Bench([ship("Alpha 1")], [event("first", "( when ( true ) ( do-nothing ) )")])
    bench.host.step(seconds)
    assert ("event_satisfied", "first") in bench.take()


def test_a_refused_mission_leaves_the_file_that_it_was_to_be_recorded_to(tmp_path: Path) -> None:
    earlier, kept = tmp_path / "run.rec", tmp_path / "kept"
    earlier.write_bytes(b"an earlier run")
    bench = Bench([ship("Alpha 1")], [])
    assert not bench.host.load("", "no mission", {"record_to": str(earlier)})
    assert earlier.read_bytes() == b"an earlier run"
    assert not bench.host.load("", "no mission", {"record": True, "recordings": str(kept)})
    assert list(kept.iterdir()) == []


def test_the_demo_mission_loads_without_a_problem() -> None:
    path = Path(__file__).resolve().parents[2] / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"
    lines: list[tuple[str, str]] = []
    host = RuntimeHost(FakeAccess(), lambda *what: None, lambda *line: lines.append(line))
    assert host.load(str(path), "", {})
    assert lines == []
    assert len(host.events()) == 42
    assert len(host.goals()) == 4
    orders = host.object_facts("Lantern 1")["orders"]
    assert orders == [["ai-waypoints-once", "Lane", 80]]
    host.close()


def test_actions_are_collected_only_while_there_are_listeners() -> None:
    bench = Bench([ship("Alpha 1")], [event("on", "( every-time ( true ) ( do-nothing ) )", "+Repeat Count: -1\n")])
    connected = True
    bench.host.is_connected = lambda signal: connected

    def acted() -> list[tuple[Any, ...]]:
        bench.step()
        return [told for told in bench.take() if told[0] == "action_requested"]

    assert acted() == [("action_requested", "do-nothing", [])]
    connected = False
    assert acted() == acted() == []
    connected = True
    assert acted() == [("action_requested", "do-nothing", [])]
    connected = False
    assert bench.host.track(
        sexp_object(object_name="Alpha 1"), "Alpha 1", {}
    )  # a node gets the actions on its object by itself
    assert acted() == [("action_requested", "do-nothing", [])]


def test_new_values_are_collected_only_while_there_are_listeners() -> None:
    bench = Bench([ship("Alpha 1")], [])
    connected = False
    bench.host.is_connected = lambda signal: connected
    bench.take()
    bench.host.set_variable("Fuel", 7)
    bench.step()
    assert bench.take() == []
    connected = True
    bench.step()
    assert bench.take() == []  # it had no listener in its frame
    bench.host.set_variable("Fuel", 8)
    bench.step()
    assert bench.take() == [("variable_changed", "Fuel", 8)]


def test_a_first_listener_that_joins_in_a_handler_gets_the_signals_of_the_next_frame() -> None:
    acting = event("on", "( every-time ( true ) ( do-nothing ) )", "+Repeat Count: -1\n")
    bench = Bench([ship("Alpha 1")], [acting, event("now", "( when ( true ) ( do-nothing ) )")])
    joined = False
    bench.host.is_connected = lambda signal: joined

    def join(_name: str) -> None:
        nonlocal joined
        joined = True
        bench.host.set_variable("Fuel", 5)

    bench.handlers["event_satisfied"] = join
    bench.take()
    bench.step()
    assert [told[0] for told in bench.take()] == ["event_satisfied"]
    bench.step()
    told = bench.take()
    assert told[0] == ("action_requested", "do-nothing", [])
    assert ("variable_changed", "Fuel", 5) in told
