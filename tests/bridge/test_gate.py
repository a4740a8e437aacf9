"""The gate between a game and a mission: what is converted, what is refused, and how often that is told."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sexp_runtime.bridge.gate import Gate, RefusedError, matrix, meant, number, text, truth, vector, whole_number
from sexp_runtime.bridge.options import read_options
from sexp_runtime.world.quotas import Quotas
from support.fake_nodes import FakeNode, Vector2, Vector3, sexp_object
from support.hosted_game import Bench, event, ship

REFUSED: list[Any] = [None, [], {}, math.nan, math.inf, -math.inf, 1e300, Vector2(0, 0), "abc", "1e5", "12abc", ""]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (5, 5), (True, 1), (1.9, 1), (-1.9, -1), ("7", 7), (" -7 ", -7),
        (99999999999, 2**31 - 1), (-99999999999, -(2**31)), ("99999999999", 2**31 - 1), (2147483647.0, 2**31 - 1),
    ],
)  # fmt: skip
def test_whole_numbers_have_32_bits(given: Any, taken: int) -> None:
    found = whole_number(given)
    assert (found, type(found)) == (taken, int)


@pytest.mark.parametrize("given", REFUSED, ids=lambda given: repr(given).partition(" at ")[0])
def test_what_is_no_whole_number_is_refused(given: Any) -> None:
    with pytest.raises(RefusedError, match="whole number"):
        whole_number(given)


@pytest.mark.parametrize("given", [None, [], "5", math.nan, math.inf, 1e300], ids=repr)
def test_what_is_no_finite_number_is_refused(given: Any) -> None:
    for convert in (number, truth):
        with pytest.raises(RefusedError, match=r"expected a (finite )?number"):
            convert(given)


def test_texts_and_places() -> None:
    assert text("x") == "x"
    for wrong in (None, 5, [], "a\0b"):
        with pytest.raises(RefusedError, match="text"):
            text(wrong)
    assert vector(Vector2(1, 2)) == (1.0, 0.0, 2.0)
    assert vector(Vector3(1, 2, 3)) == (1.0, 2.0, 3.0)
    for place in (None, 5, Vector2(math.nan, 0), Vector3(0, math.inf, 0)):
        with pytest.raises(RefusedError):
            vector(place)
    for turn in (None, "north", math.nan):
        with pytest.raises(RefusedError):
            matrix(turn)


def test_a_refusal_is_reported_once_until_the_value_changes() -> None:
    lines: list[str] = []
    gate = Gate(lines.append)
    for value in (math.nan, math.nan, None, math.nan):
        gate.refused("Alpha 1", "hull", value, RefusedError("expected a finite number"))
    assert lines == [
        "Alpha 1: hull cannot be nan: expected a finite number",
        "Alpha 1: hull cannot be null: expected a finite number",
        "Alpha 1: hull cannot be nan: expected a finite number",
    ]
    gate.accepted("Alpha 1", "hull")
    gate.refused("Alpha 1", "hull", math.nan, RefusedError("expected a finite number"))
    assert len(lines) == 4


def test_the_nearest_names_are_named() -> None:
    assert meant("Alhpa 1", ["Alpha 1", "Beta 7"]) == "; did you mean 'Alpha 1'?"
    assert meant("zzz", ["Alpha 1"]) == ""


@pytest.mark.parametrize("value", [99999999999, 1.9, True, "7"])
def test_a_variable_takes_the_same_by_a_call_and_by_a_signal(value: Any) -> None:
    found = []
    for way in ("call", "signal"):
        bench = Bench([ship("Alpha 1")], [])
        if way == "call":
            assert bench.host.set_variable("Fuel", value)
        else:
            node = FakeNode({}, {"fuel": 1})
            assert bench.host.track(node, "Alpha 1", {"@Fuel": "fuel"})
            node.emit("fuel", value)
        found.append((bench.host.get_variable("Fuel"), bench.host.evaluate("( + @Fuel[0] 0 )"), bench.errors()))
    assert found[0] == found[1]
    assert found[0][0] == found[0][1] == whole_number(value)


@pytest.mark.parametrize("value", [None, [], math.nan, "abc", 1e300], ids=repr)
def test_a_variable_keeps_its_last_good_value(value: Any) -> None:
    bench = Bench([ship("Alpha 1")], [])
    node = FakeNode({}, {"fuel": 1})
    assert bench.host.track(node, "Alpha 1", {"@Fuel": "fuel"})
    assert not bench.host.set_variable("Fuel", value)
    assert not bench.host.set_variable("Fuel", value)
    node.emit("fuel", value)
    assert bench.host.get_variable("Fuel") == 10
    assert [line.split(":")[0] for line in bench.errors()] == ["set_variable", "Alpha 1"]
    assert "Fuel" in bench.errors()[0]


def test_a_text_variable_takes_texts_and_whole_numbers() -> None:
    bench = Bench([ship("Alpha 1")], [])
    assert bench.host.set_variable("Mood", "glad")
    assert bench.host.set_variable("Mood", 5)
    assert bench.host.get_variable("Mood") == "5"
    for wrong in (None, 1.5, [], "a\0b"):
        assert not bench.host.set_variable("Mood", wrong)
    assert bench.host.get_variable("Mood") == "5"


def test_an_unknown_variable_names_the_nearest() -> None:
    bench = Bench([ship("Alpha 1")], [])
    assert not bench.host.set_variable("Fule", 3)
    assert bench.errors() == [
        "set_variable: @Fule cannot be 3: the mission has no variable 'Fule'; did you mean 'Fuel'?"
    ]


def test_too_few_arguments_of_a_signal_are_reported() -> None:
    bench = Bench([ship("Alpha 1")], [])
    node = FakeNode({}, {"hurt": 1})
    assert bench.host.track(node, "Alpha 1", {"hull": "hurt"})
    node.emit("hurt")
    node.emit("hurt")
    assert bench.errors() == ["Alpha 1: hull cannot be (): the signal 'hurt' carries too few arguments"]


@pytest.mark.parametrize("value", [math.nan, math.inf, None, "x", [], 1e300], ids=repr)
def test_a_hull_that_is_none_leaves_the_last_one(value: Any) -> None:
    bench = Bench([ship("Alpha 1")], [])
    node = sexp_object()
    assert bench.host.track(node, "Alpha 1", {})
    node.set("hull", 70.0)
    node.set("hull", value)
    assert bench.host.evaluate('( hits-left "Alpha 1" )') == 70
    assert len(bench.errors()) == 1


def test_a_place_that_is_not_finite_leaves_the_last_one() -> None:
    bench = Bench(
        [ship("Alpha 1"), ship("Beta 1")],
        [event("near", '( when ( < ( distance "Alpha 1" "Beta 1" ) 5 ) ( do-nothing ) )')],
    )
    node = sexp_object(global_position=Vector2(30, 40))
    assert bench.host.track(node, "Alpha 1", {})
    bench.step()
    before = bench.host.evaluate('( distance "Alpha 1" "Beta 1" )')
    assert before > 0
    for wrong in (Vector2(math.nan, 0), Vector2(math.inf, 0)):
        node.properties["global_position"] = wrong
        bench.step()
        bench.step()
        assert bench.host.evaluate('( distance "Alpha 1" "Beta 1" )') == before
    assert len(bench.errors()) == 2


def test_values_of_the_game_are_whole_numbers_of_known_operators() -> None:
    bench = Bench([ship("Alpha 1")], [])
    given = bench.host.set_game_value
    assert given("weapon-energy-pct", ["Alpha 1"], 60.7)
    assert bench.host.evaluate('( weapon-energy-pct "Alpha 1" )') == 60
    assert not given("weapon-energy-pct", ["Alpha 1"], math.nan)
    assert not given("weapon-energy-pct", ["Alpha 1"], [60])
    assert not given("weapon-energy-pct", [None], 60)
    assert bench.host.evaluate('( weapon-energy-pct "Alpha 1" )') == 60
    assert not given("weapon-enrgy-pct", ["Alpha 1"], 5)
    assert "did you mean 'weapon-energy-pct'" in bench.errors()[-1]
    assert given("weapon-energy-pct", ["Alpha 1"], None)


@pytest.mark.parametrize("seconds", [math.inf, math.nan, -1.0, -math.inf, 1e9])
def test_frames_of_no_length_are_refused(seconds: float) -> None:
    bench = Bench([ship("Alpha 1")], [])
    bench.host.step(seconds)
    bench.host.step(seconds)
    assert bench.host.mission_time() == 0.0
    assert len(bench.errors()) == 1 and bench.errors()[0].startswith("step: the length of a frame cannot be")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sed": 5}, "there is no option 'sed'; did you mean 'seed'"),
        ({"seed": "x"}, "the option seed cannot be 'x'"),
        ({"engine": "fast"}, "it must be one of cached"),
        ({"dialect": 5}, "expected a text"),
        ({"verify_every": -1}, "at least 0"),
        ({"quotas": 5}, "expected a dictionary of quotas"),
        ({"quotas": {"ship": 5}}, "there is no quota 'ship'; did you mean 'ships'"),
        ({"quotas": {"ships": 0}}, "the quota ships must be at least 1"),
    ],
)
def test_options_that_are_none_leave_the_running_mission(options: dict[str, Any], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        read_options(options)
    bench = Bench([ship("Alpha 1")], [])
    playing = bench.host.session
    assert not bench.host.load("other.fs2", "#Mission Info\n", options)
    assert bench.host.session is playing and playing is not None and not playing.closed
    assert said in bench.errors()[0]
    bench.step()


def test_quotas_of_the_options_reach_the_mission() -> None:
    bench = Bench([ship("Alpha 1")], [], quotas={"ships": 7, "steps": 0})
    assert bench.host.session is not None
    assert bench.host.session.world.quotas == Quotas(ships=7, steps=0)


def test_every_method_says_the_same_without_a_mission() -> None:
    bench = Bench([ship("Alpha 1")], [])
    host = bench.host
    host.close()
    calls = {
        "evaluate": lambda: host.evaluate("( true )"), "set_variable": lambda: host.set_variable("Fuel", 1),
        "get_variable": lambda: host.get_variable("Fuel"), "track": lambda: host.track(sexp_object(), "Alpha 1", {}),
        "report": lambda: host.report_entry("docked", "Alpha 1", ""), "explain": lambda: host.explain("x"),
        "set_game_value": lambda: host.set_game_value("get-fov", [], 1), "get_object": lambda: host.object_facts("x"),
        "get_message_text": lambda: host.message_text("x"), "get_events": host.events, "get_goals": host.goals,
        "get_objects": host.object_names, "get_waypoints": lambda: host.waypoints("x"), "step": lambda: host.step(0.1),
        "end_mission": host.end,
    }  # fmt: skip
    for call in calls.values():
        call()
        call()
    assert bench.errors() == [f"{name}: no mission is loaded; call load_mission first" for name in calls]


def test_signals_of_a_closed_mission_are_not_emitted_in_the_next() -> None:
    both = [event("first", "( when ( true ) ( do-nothing ) )"), event("second", "( when ( true ) ( do-nothing ) )")]
    bench = Bench([ship("Alpha 1")], both)
    other = Bench([ship("Alpha 1")], []).host.session
    assert other is not None
    bench.take()

    def replace(name: str) -> None:
        bench.told.append(("replacing",))
        bench.handlers.clear()
        assert bench.host.load("next.fs2", "#Mission Info\n$Name: Next\n#Objects\n#Events\n#End\n", {})

    bench.handlers["event_satisfied"] = replace
    bench.step()
    told = bench.take()
    assert told[told.index(("replacing",)) + 1 :] == [("mission_loaded", "Next")]
    bench.step()
    assert bench.take() == []


def test_a_listener_that_raises_does_not_stop_the_others() -> None:
    bench = Bench([ship("Alpha 1")], [event("first", "( when ( true ) ( modify-variable @Fuel[10] 5 ) )")])
    bench.take()

    def wrong(*_arguments: Any) -> None:
        raise RuntimeError("broken")

    bench.handlers["action_requested"] = bench.handlers["event_satisfied"] = wrong
    bench.step()
    assert [what[0] for what in bench.take()] == ["action_requested", "event_satisfied", "variable_changed"]
    assert [line for line in bench.errors() if "broken" in line] == [
        "a listener of action_requested failed: RuntimeError: broken",
        "a listener of event_satisfied failed: RuntimeError: broken",
    ]


def test_an_object_has_one_node() -> None:
    bench = Bench([ship("Alpha 1")], [])
    first, second = sexp_object(), sexp_object(hull=10.0)
    assert bench.host.track(first, "Alpha 1", {})
    assert not bench.host.track(second, "Alpha 1", {})
    assert "an object has one node" in bench.errors()[0]
    assert bench.host.evaluate('( hits-left "Alpha 1" )') == 100
    first.queued = True
    assert bench.host.track(second, "Alpha 1", {})
    assert bench.host.evaluate('( hits-left "Alpha 1" )') == 10


def test_a_node_without_signals_and_a_mapping_of_unknown_keys_are_reported_at_once() -> None:
    bench = Bench([ship("Alpha 1")], [])
    assert bench.host.track(FakeNode({}, {}), "Alpha 1", {})
    assert "no signal of SexpObject" in bench.errors()[0]
    assert not bench.host.track(FakeNode({}, {"hurt": 1}), "Beta 1", {"hul": "hurt"})
    assert "there is no fact 'hul'; did you mean 'hull'?" in bench.errors()[1]
    assert not bench.host.track(FakeNode({}, {}), "Beta 1", {"freed_means": "gone"})
    assert "destroyed, departed, vanished" in bench.errors()[2]
