"""Tracked nodes: what their signals change in the world, and that nothing else is read or marked."""

from __future__ import annotations

from typing import Any

import pytest

from sexp_runtime.bridge.gate import Gate
from sexp_runtime.bridge.mapping import MappingError
from sexp_runtime.bridge.motion import MotionInterest
from sexp_runtime.bridge.tracking import Tracking
from sexp_runtime.world.ships import ShipStatus
from sexp_runtime.world.world import World
from support.fake_nodes import FakeAccess, FakeNode, Vector2, Vector3, sexp_object


class Bench:
    """A world with one ship that has not arrived, the tracking of its nodes, and the facts that changed."""

    def __init__(self, *, motion: bool = False) -> None:
        self.world = World()
        self.world.add_ship("Alpha 1", class_name="Fighter", team="Friendly")
        self.interest = MotionInterest([])
        self.interest.everything = motion
        self.problems: list[str] = []
        self.access = FakeAccess()
        self.tracking = Tracking(self.world, self.interest, self.access, Gate(self.problems.append))
        self.facts: list[Any] = []
        self.world.facts.observer = self.facts.append

    @property
    def ship(self) -> Any:
        return self.world.ship("alpha 1")

    def track(self, node: FakeNode, mapping: dict[str, Any] | None = None) -> None:
        self.tracking.track(node, "Alpha 1", mapping or {}, "destroyed")
        self.facts.clear()


def test_tracking_brings_the_object_in_with_the_nodes_values() -> None:
    bench = Bench()
    bench.track(sexp_object(hull=40.0, max_hull=80.0, team="Hostile", top_speed=120.0))
    assert bench.ship.status is ShipStatus.PRESENT
    assert (bench.ship.hull, bench.ship.max_hull, bench.ship.team, bench.ship.speed_bound) == (
        40.0,
        80.0,
        "Hostile",
        120.0,
    )


def test_a_signal_touches_exactly_its_fact_and_an_equal_value_none() -> None:
    bench = Bench()
    node = sexp_object()
    bench.track(node)
    node.set("hull", 55.0)
    assert bench.facts[0] == ("ship", "alpha 1", "hull")
    assert {fact[-1] for fact in bench.facts} == {"hull"}  # that of "any ship of the side" with it
    bench.facts.clear()
    node.set("hull", 55.0)
    assert bench.facts == []
    assert bench.ship.hull == 55.0


def test_nothing_is_read_in_a_frame_without_signals() -> None:
    bench = Bench()
    node = sexp_object(global_position=Vector3(1, 2, 3))
    bench.track(node)
    node.reads.clear()
    for _frame in range(10):
        bench.tracking.before_frame(0.1)
    assert node.reads == []
    assert bench.facts == []


def test_places_are_read_once_a_frame_when_formulas_want_them() -> None:
    bench = Bench(motion=True)
    node = sexp_object(global_position=Vector3(1, 2, 3))
    bench.track(node)
    node.reads.clear()
    node.properties["global_position"] = Vector3(2, 2, 3)
    bench.tracking.before_frame(0.5)
    assert node.reads == ["global_position"]
    assert bench.ship.position == (2.0, 2.0, 3.0)
    assert bench.ship.velocity == (2.0, 0.0, 0.0)
    assert ("ship", "alpha 1", "jump") not in bench.facts


def test_a_leap_beyond_the_promised_speed_is_a_jump() -> None:
    bench = Bench(motion=True)
    node = sexp_object(global_position=Vector2(0, 0), top_speed=10.0)
    bench.track(node)
    node.properties["global_position"] = Vector2(4, 0)
    bench.tracking.before_frame(0.5)
    assert ("ship", "alpha 1", "jump") not in bench.facts
    node.properties["global_position"] = Vector2(400, 30)
    bench.tracking.before_frame(0.5)
    assert ("ship", "alpha 1", "jump") in bench.facts
    assert bench.ship.position == (400.0, 0.0, 30.0)


def test_a_leap_that_is_seen_between_two_frames_is_a_jump() -> None:
    bench = Bench(motion=True)
    node = sexp_object(global_position=Vector2(0, 0), top_speed=10.0)
    bench.track(node)
    bench.tracking.before_frame(0.1)
    node.properties["global_position"] = Vector2(0.9, 0)
    bench.tracking.read_places()
    assert ("ship", "alpha 1", "jump") not in bench.facts
    node.properties["global_position"] = Vector2(400, 30)
    bench.tracking.read_places()
    assert ("ship", "alpha 1", "jump") in bench.facts
    assert bench.ship.position == (400.0, 0.0, 30.0)


def test_a_component_moves_with_the_node_above_it() -> None:
    bench = Bench(motion=True)
    node = sexp_object()
    node.parent = FakeNode({"global_position": Vector2(7, 9)}, {})
    bench.track(node)
    assert bench.ship.position == (7.0, 0.0, 9.0)


@pytest.mark.parametrize(
    ("signal", "kind", "status"),
    [("destroyed", "ship-destroyed", ShipStatus.DEATH_ROLL), ("departed", "ship-departed", ShipStatus.EXITED)],
)
def test_signals_of_the_end(signal: str, kind: str, status: ShipStatus) -> None:
    bench = Bench()
    node = sexp_object()
    bench.track(node)
    node.emit(signal, *(["Bravo 2"] if signal == "destroyed" else []))
    assert bench.ship.status is status
    entry = bench.world.log.entries[-1]
    assert (entry.kind, entry.name) == (kind, "Alpha 1")
    if signal == "destroyed":
        assert entry.second == "Bravo 2"


def test_freeing_the_node_is_leaving_by_the_setting_and_only_once() -> None:
    for means, kind in (("destroyed", "ship-destroyed"), ("departed", "ship-departed"), ("vanished", "ship-arrived")):
        bench = Bench()
        node = sexp_object()
        bench.track(node, {"hull": "hull_changed", "freed_means": means})
        node.queue_free()
        assert bench.ship.status is ShipStatus.EXITED
        assert bench.world.log.entries[-1].kind == kind
        assert len(bench.tracking) == 0
        entries = len(bench.world.log)
        bench.tracking.before_frame(0.1)
        assert len(bench.world.log) == entries


def test_a_node_freed_with_its_parent_is_found_in_the_next_frame() -> None:
    bench = Bench()
    node = sexp_object()
    bench.track(node)
    node.free_with_parent()
    assert bench.ship.status is ShipStatus.PRESENT
    bench.tracking.before_frame(0.1)
    assert bench.ship.status is ShipStatus.EXITED


def test_a_node_put_elsewhere_in_the_tree_stays() -> None:
    bench = Bench()
    node = sexp_object()
    bench.track(node)
    node.emit("tree_exited")
    bench.tracking.before_frame(0.1)
    node.emit("tree_entered")
    bench.tracking.before_frame(0.1)
    assert bench.ship.status is ShipStatus.PRESENT
    node.set("hull", 3.0)
    assert bench.ship.hull == 3.0


def test_untracked_nodes_tell_nothing() -> None:
    bench = Bench()
    node = sexp_object()
    bench.track(node)
    bench.tracking.untrack(node.identity)
    node.set("hull", 3.0)
    node.queue_free()
    bench.tracking.before_frame(0.1)
    assert bench.ship.hull == 100.0
    assert bench.ship.status is ShipStatus.PRESENT
    assert not any(node.connected.values())


def test_an_unknown_object_is_made_and_one_that_left_is_refused() -> None:
    bench = Bench()
    bench.tracking.track(sexp_object(), "Stranger", {}, "destroyed")
    stranger = bench.world.ship("stranger")
    assert stranger is not None and stranger.status is ShipStatus.PRESENT
    bench.world.vanish(stranger)
    with pytest.raises(ValueError, match="left the mission"):
        bench.tracking.track(sexp_object(), "Stranger", {}, "destroyed")


def test_a_mapping_of_ones_own_names() -> None:
    bench = Bench()
    bench.world.variables.declare("Fuel", 10)
    node = FakeNode(
        {"health": 30.0, "energy": 5.0}, {"damaged": 2, "energy_used": 0, "fuel_changed": 1, "died": 0, "shut": 1}
    )
    bench.track(
        node,
        {
            "hull": {"signal": "damaged", "argument": 1},
            "shields": {"signal": "energy_used", "property": "energy"},
            "@Fuel": "fuel_changed",
            "flag:scannable": "shut",
            "subsystem:engine": 20,
            "max_hull": 50,
            "destroyed": "died",
        },
    )
    engine = bench.ship.subsystem("Engine")
    assert (bench.ship.shields, bench.ship.max_hull, engine.hull / engine.max_hull) == (5.0, 50.0, 0.2)
    node.emit("damaged", 12.0, 18.0)
    node.properties["energy"] = 2.0
    node.emit("energy_used")
    node.emit("fuel_changed", 7)
    node.emit("shut", True)
    assert (bench.ship.hull, bench.ship.shields, bench.world.variables.numbers[0]) == (18.0, 2.0, 7)
    assert "scannable" in bench.ship.flags
    node.emit("died")
    assert bench.ship.status is ShipStatus.DEATH_ROLL


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"hull": "health"}, "no signal reports when"),
        ({"hull": "nowhere"}, "no signal or property"),
        ({"strength": 3}, "there is no fact"),
        ({"hull": {"property": "health"}}, "expected signal"),
        ({"hull": {"signal": "damaged", "argument": 2}}, "not one of number 2"),
        ({"hull": "died"}, "carries no value"),
        ({"destroyed": "exploded"}, "no signal 'exploded'"),
        ({"position": "place"}, "no property 'place'"),
    ],
)
def test_mappings_that_do_not_fit_say_why(mapping: dict[str, Any], said: str) -> None:
    bench = Bench()
    node = FakeNode({"health": 1.0}, {"damaged": 2, "died": 0})
    with pytest.raises(MappingError, match=said):
        bench.track(node, mapping)
    assert len(bench.tracking) == 0
    assert bench.ship.status is ShipStatus.NOT_YET


def test_a_value_that_is_no_number_is_reported_and_changes_nothing() -> None:
    bench = Bench()
    node = sexp_object()
    bench.track(node)
    node.set("hull", "broken")
    assert bench.ship.hull == 100.0
    assert "hull cannot be 'broken'" in bench.problems[0]


def test_actions_reach_the_objects_that_they_name() -> None:
    bench = Bench()
    node = sexp_object()
    node.parent = FakeNode({"global_position": Vector2(0, 0)}, {})
    bench.track(node)
    bench.tracking.tell_action("add-goal", ["Alpha 1", ["ai-chase", "Bravo 1", 89]])
    bench.tracking.tell_action("change-iff", ["Hostile", "ALPHA 1", "alpha 1"])
    bench.tracking.tell_action("clear-goals", ["Bravo 1"])
    bench.tracking.tell_left("Alpha 1", "departed")
    assert node.told == [
        ("action_requested", "add-goal", ["Alpha 1", ["ai-chase", "Bravo 1", 89]]),
        ("action_requested", "change-iff", ["Hostile", "ALPHA 1", "alpha 1"]),
        ("left", "departed"),
    ]


def test_an_action_on_a_wing_reaches_its_members() -> None:
    bench = Bench()
    bench.world.add_wing("Delta", size=2)
    nodes = []
    for name in ("Delta 1", "Delta 2"):
        if bench.world.ship(name) is None:
            bench.world.add_ship(name)
        bench.world.set_ship(bench.world.ship(name), "wing", "delta")
        nodes.append(sexp_object())
        bench.tracking.track(nodes[-1], name, {}, "destroyed")
    bench.tracking.tell_action("clear-goals", ["Delta"])
    assert [node.told for node in nodes] == [[("action_requested", "clear-goals", ["Delta"])]] * 2


def test_an_empty_team_leaves_that_of_the_missions_file() -> None:
    bench = Bench()
    bench.track(sexp_object(team=""))
    assert bench.ship.team == "Friendly"


@pytest.mark.parametrize("mapping", ["health_changed", {"signal": "health_changed", "property": "health"}])
def test_the_first_value_of_the_property_is_full(mapping: Any) -> None:
    bench = Bench()
    node = FakeNode({"health": 80.0}, {"health_changed": 1})
    bench.track(node, {"hull": mapping})
    assert bench.ship.hull_percent == 100.0
    node.set("health", 20.0)
    assert bench.ship.hull_percent == 25.0
    node.set("health", 200.0)
    assert bench.ship.hull_percent == 100.0


def test_max_hull_says_what_is_full_in_whatever_order_the_values_come() -> None:
    bench = Bench()
    node = sexp_object(hull=30.0, max_hull=40.0)
    node.signals["max_hull_changed"] = 1
    bench.track(node)
    assert bench.ship.hull_percent == 75.0
    node.set("hull", 150.0)
    assert bench.ship.hull_percent == 100.0
    node.set("max_hull", 200.0)
    assert bench.ship.hull_percent == 75.0


def test_max_hull_alone_leaves_the_share_of_the_hull() -> None:
    bench = Bench()
    bench.ship.hull = bench.ship.max_hull / 2
    node = FakeNode({"max_hull": 400.0}, {"max_hull_changed": 1})
    bench.track(node, {"max_hull": "max_hull_changed"})
    assert (bench.ship.hull, bench.ship.hull_percent) == (200.0, 50.0)
    node.set("max_hull", 10.0)
    assert bench.ship.hull_percent == 50.0


def test_a_signal_without_a_property_counts_in_percent() -> None:
    bench = Bench()
    node = FakeNode({}, {"hurt": 1})
    bench.track(node, {"hull": "hurt"})
    node.emit("hurt", 45.0)
    assert bench.ship.hull_percent == 45.0
