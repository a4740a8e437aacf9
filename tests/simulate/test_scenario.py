"""The scenario driver: repeatable to the last bit, within its speed bounds, lively like a battle, obedient."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import sexp_runtime.simulate
from sexp_runtime.mission.model import Mission
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.simulate import Scenario
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import ShipStatus
from sexp_runtime.world.world import World
from support.battle import FRAME_US, battle, run, ship, start, trace


def play(seed: int, seconds: float = 40.0) -> str:
    world, scenario = start(battle(), seed)
    run(world, scenario, seconds)
    return trace(world)


# -- repeatable -------------------------------------------------------------------------------------------------------


def test_same_seed_same_trace_and_another_seed_another() -> None:
    assert play(5) == play(5)
    assert play(5) != play(6)


def test_trace_does_not_depend_on_the_order_of_hashes() -> None:
    code = (
        "from support.battle import battle, run, start, trace\n"
        "world, scenario = start(battle(), 5)\nrun(world, scenario, 40.0)\nprint(trace(world))"
    )
    found = set()
    for hash_seed in ("0", "12345"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        found.add(done.stdout.strip())
    assert found == {play(5)}


def test_no_arithmetic_that_differs_between_machines() -> None:
    """Only square roots come from the mathematics library, and no power with a fraction (which is libm's too)."""
    folder = Path(sexp_runtime.simulate.__file__).parent
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "math":
                assert {name.name for name in node.names} == {"sqrt"}, path.name
            if isinstance(node, ast.Import):
                assert "math" not in {name.name for name in node.names}, path.name
            assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)), path.name


# -- bounds -----------------------------------------------------------------------------------------------------------


def test_no_ship_outruns_its_speed_bound_except_in_a_reported_jump() -> None:
    world, scenario = start(battle(), 3)
    jumps: set[str] = set()

    def observe(key: FactKey) -> None:
        if key[0] == "ship" and key[2] in ("jump", "status"):
            jumps.add(str(key[1]))

    run(world, scenario, FRAME_US / 1e6)
    world.facts.observer = observe
    moved = 0
    for _ in range(2000):
        before = {found.key: found.position for found in world.ships.values()}
        jumps.clear()
        run(world, scenario, FRAME_US / 1e6)
        for key, found in world.ships.items():
            if key in jumps or found.status is ShipStatus.NOT_YET:
                continue
            bound = found.speed_bound
            assert bound is not None, key
            path = sum((a - b) ** 2 for a, b in zip(found.position, before[key], strict=True)) ** 0.5
            assert path <= bound * FRAME_US / 1e6, key
            moved += path > 0.0
    assert moved > 10_000


def test_rates_are_those_of_a_battle() -> None:
    rows = [ship(f"{team} {index}", team, location=(90.0 * index, 0.0, 300.0 * (team == "Hostile")))
            for team in ("Friendly", "Hostile") for index in range(20)]  # fmt: skip
    world, scenario = start(Mission(ships=rows), 1)
    run(world, scenario, 5)
    changes: Counter[object] = Counter()
    world.facts.observer = lambda key: changes.update((key[2],)) if key[0] == "ship" else None
    run(world, scenario, 10)
    frames = 10_000_000 / FRAME_US
    assert changes["position"] / frames > 30  # nearly all ships, every frame
    assert 20 < (changes["hull"] + changes["shields"]) / 10 < 400


# -- what ships do ----------------------------------------------------------------------------------------------------


def test_ships_follow_paths_dock_fight_die_and_leave_by_order() -> None:
    world, scenario = start(battle(), 1)
    run(world, scenario, 240)
    kinds = Counter(entry.kind for entry in world.log)
    assert ("waypoints-done", "Barge") in {(entry.kind, entry.name) for entry in world.log}
    assert world.ships["barge"].status is ShipStatus.EXITED  # then ai-warp-out
    assert kinds["ship-departed"] == 1
    assert kinds["docked"] == 1
    assert world.ships["tug"].docked == {"crate"}
    assert kinds["ship-destroyed"] >= 3
    dead = [found for found in world.ships.values() if found.exit is not None and found.exit.value == "destroyed"]
    assert all(found.status is ShipStatus.EXITED for found in dead if found.hull == 0.0)
    assert world.ships["friendly 0"].status is ShipStatus.PRESENT  # the player


def test_the_death_roll_takes_a_few_seconds_whoever_killed() -> None:
    world, scenario = start(battle(), 1)
    run(world, scenario, 1)
    world.self_destruct(world.ships["barge"])
    run(world, scenario, 0.5)
    assert world.ships["barge"].status is ShipStatus.DEATH_ROLL
    run(world, scenario, 9)
    assert world.ships["barge"].status is ShipStatus.EXITED


def test_orders_given_in_play_are_followed_and_dropped_when_done() -> None:
    world, scenario = start(Mission(ships=[ship("A"), ship("B", location=(0.0, 0.0, 3000.0))]), 1)
    world.set_waypoints("Lane", [(0.0, 400.0, 0.0)])
    run(world, scenario, 1)
    subject = world.ships["a"]
    assert subject.velocity == (0.0, 0.0, 0.0)
    world.set_ship(subject, "goals", (("ai-waypoints-once", "Lane", 89),))
    run(world, scenario, 12)
    assert subject.goals == ()
    assert [(entry.kind, entry.name, entry.second) for entry in world.log] == [("waypoints-done", "A", "Lane")]
    world.set_ship(subject, "goals", (("ai-guard", "B", 10), ("ai-play-dead", 90)))
    run(world, scenario, 3)
    assert subject.velocity == (0.0, 0.0, 0.0)  # the higher priority


def test_protected_invulnerable_and_immobile_ships() -> None:
    rows = [ship("A"), ship("B", "Hostile", location=(0.0, 0.0, 500.0), flags=frozenset(("immobile", "invulnerable")))]
    world, scenario = start(Mission(ships=rows), 1)
    run(world, scenario, 60)
    target = world.ships["b"]
    assert target.position == (0.0, 0.0, 500.0)
    assert target.hull == target.max_hull
    world.set_flag(target, "invulnerable", False)
    world.set_flag(target, "protect-ship")
    run(world, scenario, 20)
    assert target.hull == target.max_hull


def test_subsystem_orders_disable_ships() -> None:
    rows = [
        ship("A", goals='( goals ( ai-disable-ship "B" 89 ) )'),
        ship("B", "Hostile", "GTC Big", location=(0.0, 0.0, 900.0)),
    ]
    rows[0].flags = frozenset(("invulnerable",))
    world, scenario = start(Mission(ships=rows), 1)
    world.add_subsystem(world.ships["b"], "engine", 60.0)
    world.ships["b"].subsystems["engine"].hull = 60.0
    run(world, scenario, 120)
    assert ("disabled", "B") in {(entry.kind, entry.name) for entry in world.log}


def test_beams_fired_by_actions_hurt() -> None:
    rows = [ship("A", "Neutral", "GTC Big"), ship("B", "Neutral", "GTC Big", location=(0.0, 0.0, 5000.0))]
    world, scenario = start(Mission(ships=rows), 1)
    run(world, scenario, 1)
    scenario.on_action(world, "fire-beam", ("A", "turret01", "B"))
    run(world, scenario, 2)
    assert 0.0 < world.ships["b"].hull < world.ships["b"].max_hull


def test_a_departing_ship_leaves_after_some_seconds() -> None:
    world, scenario = start(Mission(ships=[ship("A")]), 1)
    run(world, scenario, 1)
    scenario.send_away(world.ships["a"])
    run(world, scenario, 3)
    assert world.ships["a"].status is ShipStatus.PRESENT
    run(world, scenario, 6)
    assert [(entry.kind, entry.name) for entry in world.log] == [("ship-departed", "A")]


def test_only_speed_bounds_change_before_the_first_step() -> None:
    mission = battle()
    world = World(mission, seed=1)
    touched: list[FactKey] = []
    world.facts.observer = touched.append
    Scenario(mission, 1).begin(world)
    assert {key[-1] for key in touched} == {"speed_bound"}
    assert all(ship.speed_bound is not None for ship in world.ships.values())


def test_a_scenario_must_begin_before_it_is_used() -> None:
    with pytest.raises(RuntimeError, match="not begun"):
        _ = Scenario(None).world


def test_a_tag_of_limited_time_ends() -> None:
    world, scenario = start(Mission(ships=[ship("A")]), 1)
    run(world, scenario, 1)
    world.tag(world.ships["a"])
    scenario.on_action(world, "ship-tag", ("A", 1, 3))
    run(world, scenario, 2)
    assert world.ships["a"].tagged
    run(world, scenario, 2)
    assert not world.ships["a"].tagged


def test_ignored_ships_are_left_alone() -> None:
    rows = [ship("A"), ship("B", "Hostile", location=(0.0, 0.0, 500.0), flags=frozenset(("is_harmless",)))]
    world, scenario = start(Mission(ships=rows), 1)
    world.set_ship(world.ships["a"], "goals", (("ai-ignore", "B", 100),))
    run(world, scenario, 20)
    target = world.ships["b"]
    assert (target.hull, target.shields) == (target.max_hull, target.max_shields)


def test_a_scenario_gets_only_the_actions_that_it_handles() -> None:
    world, scenario = start(Mission(ships=[ship("A")]), 1)
    run(world, scenario, 1)
    before = dict(vars(scenario), random=scenario.random.getstate(), timers=len(scenario._timers))
    for name in MEANINGS:
        if name not in scenario.heeds:
            scenario.on_action(world, name, ("A", 1, 3))
    assert dict(vars(scenario), random=scenario.random.getstate(), timers=len(scenario._timers)) == before
    for name in scenario.heeds:
        assert MEANINGS[name].traits & Trait.ACTION, name
