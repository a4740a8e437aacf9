"""Actions: how their arguments are read, what they change, and that each of the catalog is offered to the game."""

from __future__ import annotations

import pytest

from sexp_runtime.catalog import CATALOG
from sexp_runtime.mission import make_symbols
from sexp_runtime.operators.actions import ArgumentKind, argument_kinds
from sexp_runtime.operators.actions_geometry import orientation_along, orientation_of_angles, turn
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.syntax import SexpParser
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import KNOWN_TRUE
from sexp_runtime.world.campaign import Campaign
from sexp_runtime.world.ships import ExitKind, ShipStatus
from support.action_bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


# -- the whole catalog ------------------------------------------------------------------------------------------------


def test_every_action_and_order_of_the_catalog_has_a_meaning() -> None:
    missing = [name for name in CATALOG if CATALOG[name].kind in ("action", "goal") and name not in MEANINGS]
    assert missing == []


def test_plain_actions_are_declared_as_actions() -> None:
    wrong = [
        name
        for name in CATALOG
        if CATALOG[name].constant_result == "true" and Trait.ACTION not in MEANINGS[name].traits
    ]
    assert wrong == []


def test_a_plain_action_is_offered_with_its_arguments_and_is_true(bench: Bench) -> None:
    assert bench.run('( send-message "Red 1" "High" "Hello there" )') == 1
    assert bench.acts == [("send-message", ("Red 1", "High", "Hello there"))]
    assert bench.ctx.effects > 0


def test_numbers_booleans_and_variables_are_read_by_their_type(bench: Bench) -> None:
    bench.run('( add-sun-bitmap "Sol" 0 ( + 1 1 ) ( - 0 5 ) @Count[3] "@Who[x]" )')
    # the fourth is a non-negative position (B60), the last the variable to be written, by its name
    assert bench.acts == [("add-sun-bitmap", ("Sol", 0, 2, 0, 3, "Who"))]
    bench.run("( hud-force-sensor-static ( not ( true ) ) )")
    assert bench.acts[-1] == ("hud-force-sensor-static", (0,))


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("number", ["7", "-7", "-40000", "-32767", "2147483647", "12abc"])
def test_a_number_written_down_is_read_as_the_same_number_in_a_variable(number: str, dialect: Dialect) -> None:
    bench = Bench(dialect)
    bench.world.variables.declare("Same", number, "number")
    bench.parser = SexpParser(make_symbols(dialect, bench.world.variables.names, {}))
    # the third argument is any number, the fourth a non-negative position (B60)
    for argument in (number, f"@Same[{number}]"):
        bench.run(f'( add-sun-bitmap "Sol" {argument} {argument} {argument} {argument} "@Who[x]" )')
    written, stored = (arguments for _, arguments in bench.acts)
    assert written == stored


def test_repeated_groups_keep_their_types() -> None:
    kinds = argument_kinds("send-message-list", Dialect.FSO, 8)
    assert kinds[:4] == kinds[4:8]
    assert kinds[3] is ArgumentKind.NATURAL
    assert kinds[4] is ArgumentKind.TEXT


def test_not_a_number_stops_an_action_in_fso_and_counts_as_zero_in_wcs() -> None:
    bench = Bench()
    assert bench.run('( set-object-position "Red 1" ( mod 1 0 ) 5 5 )') == 1
    assert bench.acts == []
    assert bench.ship("Red 1").position == (0.0, 0.0, 0.0)
    saga = Bench(Dialect.WCS)
    saga.run('( set-object-position "Red 1" ( time-ship-destroyed "Nobody" ) 5 5 )')
    assert saga.ship("Red 1").position == (0.0, 5.0, 5.0)


def test_orders_reach_the_ship_as_descriptors(bench: Bench) -> None:
    bench.run('( add-goal "Red 1" ( ai-chase "Blue 1" ( + 80 9 ) ) )')
    bench.run('( add-goal "Red 1" ( ai-waypoints-once "Path" 50 ) )')
    assert bench.ship("Red 1").goals == (("ai-chase", "Blue 1", 89), ("ai-waypoints-once", "Path", 50))
    bench.run('( remove-goal "Red 1" ( ai-chase "Blue 1" 1 ) )')
    assert len(bench.ship("Red 1").goals) == 2  # neither has that priority
    bench.run('( remove-goal "Red 1" ( ai-chase "Nobody" 89 ) )')
    assert bench.ship("Red 1").goals == (("ai-waypoints-once", "Path", 50),)
    bench.run('( clear-goals "Red 1" )')
    assert bench.ship("Red 1").goals == ()


def test_an_order_is_not_an_action(bench: Bench) -> None:
    assert bench.run('( ai-chase "Blue 1" 89 )') == 0
    assert bench.acts == []
    assert bench.ctx.warning_count == 1


def test_key_reset_happens_once_and_key_reset_multiple_each_time(bench: Bench) -> None:
    for name, presses_left in (("key-reset", 1), ("key-reset-multiple", 0)):
        bench.acts.clear()
        parsed = bench.parser.parse(f'( {name} "a" )')
        assert parsed.expression is not None
        root = bench.evaluator.build(parsed.expression)
        for _ in range(2):
            bench.world.press_key("a")
            assert bench.evaluator.evaluate(root) == 1
        assert len(bench.world.keys) == presses_left
        assert (root.status is KNOWN_TRUE) is (name == "key-reset")
        bench.world.reset_key("a")


# -- what actions change ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "off", "flag"),
    [
        ("protect-ship", "unprotect-ship", "protect-ship"),
        ("ship-invulnerable", "ship-vulnerable", "invulnerable"),
        ("ship-stealthy", "ship-unstealthy", "stealth"),
        ("break-warp", "fix-warp", "break-warp"),
        ("shields-off", "shields-on", "no-shields"),
    ],
)
def test_flag_actions_switch_flags_of_ships_that_have_not_left(bench: Bench, on: str, off: str, flag: str) -> None:
    bench.world.vanish(bench.ship("Red 2"))
    bench.run(f'( {on} "Red 1" "Red 2" "Late" "Nobody" )')
    flagged = [ship.name for ship in bench.world.ships.values() if flag in ship.flags]
    assert flagged == ["Red 1", "Late"]
    bench.run(f'( {off} "Late" )')
    assert flag not in bench.ship("Late").flags
    assert flag in bench.ship("Red 1").flags


def test_flags_by_name_and_by_switch(bench: Bench) -> None:
    bench.run('( alter-ship-flag "escort" ( true ) ( false ) "Friendly" )')
    assert [ship.name for ship in bench.world.ships.values() if "escort" in ship.flags] == ["Red 1", "Red 2", "Blue 1"]
    bench.run('( alter-ship-flag "escort" ( false ) ( true ) )')
    assert all("escort" not in ship.flags for ship in bench.world.ships.values())
    bench.run('( set-subspace-drive ( false ) "Red 1" "Late" )')
    bench.run('( lock-afterburner "Red 1" "Late" )')
    assert {"no-subspace-drive", "afterburners-locked"} <= bench.ship("Red 1").flags
    assert bench.ship("Late").flags == set()  # the file has no such flags to set (M5.3)


def test_flags_that_are_written_in_more_than_one_way(bench: Bench) -> None:
    red, late = bench.ship("Red 1"), bench.ship("Late")
    bench.run('( alter-ship-flag "no_collide" ( true ) ( true ) "Late" )')
    bench.run('( alter-ship-flag "collides" ( false ) ( true ) "Red 1" )')
    assert "no_collide" in red.flags and "no_collide" in late.flags
    assert bench.run('( are-ship-flags-set "Red 1" "no_collide" )') == 1
    assert bench.run('( are-ship-flags-set "Red 1" "collides" )') == 0
    bench.run('( alter-ship-flag "cargo-known" ( true ) ( false ) "Red 1" )')
    assert (red.cargo_known, red.cargo_fix, len(bench.world.log)) == (True, 0, 0)
    bench.run('( alter-ship-flag "break-warp" ( true ) ( true ) "Red 1" "Late" )')
    assert "break-warp" in red.flags and "break-warp" not in late.flags
    bench.run('( alter-ship-flag "sings" ( true ) ( true ) "Red 1" )')
    assert "sings" not in red.flags and bench.ctx.warning_count == 1
    for flag in ("guardian", "sings"):  # passed over
        assert bench.run(f'( are-ship-flags-set "Red 1" "{flag}" )') == 1


def test_navigation_links(bench: Bench) -> None:
    world = bench.world
    wing = world.add_wing("Gold", size=1, ships=["Gold 1"])
    world.add_ship("Gold 1", wing="gold")
    bench.run('( set-nav-carry "Red 1" "Late" "Gold" )')
    world.arrive_wave(wing)
    linked = [ship.name for ship in world.ships.values() if "nav-carry-status" in ship.flags]
    assert linked == ["Red 1", "Gold 1"]
    bench.run('( set-nav-needslink "Red 1" )')
    assert bench.ship("Red 1").flags == {"nav-needslink"}
    bench.run('( unset-nav-carry "Gold" )')
    assert "nav-carry-status" in bench.ship("Gold 1").flags and wing.flags == set()


def test_immobile_ships_and_scrambled_messages(bench: Bench) -> None:
    red = bench.ship("Red 1")
    red.flags = {"don't-change-position", "don't-change-orientation"}
    bench.run('( set-immobile "Red 1" )')
    assert red.flags == {"immobile"}
    bench.world.set_player("ship", "red 2")
    bench.run("( scramble-messages )")
    assert [ship.name for ship in bench.world.ships.values() if "scramble-messages" in ship.flags] == ["Red 2"]


def test_positions_wings_and_waypoints(bench: Bench) -> None:
    world = bench.world
    world.set_waypoints("Way", [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0)])
    world.add_wing("Gold", size=2, ships=["Gold 1", "Gold 2"])
    for index, name in enumerate(("Gold 1", "Gold 2")):
        world.add_ship(name, wing="gold", position=(10.0 * index, 0.0, 0.0))
    world.arrive_wave(world.wings["gold"])
    jumped = bytearray(1)
    world.facts.subscribe(("ship", "gold 2", "jump"), jumped, 0)
    bench.run('( set-object-position "Gold" 100 200 ( - 0 300 ) )')
    assert bench.ship("Gold 1").position == (100.0, 200.0, -300.0)
    assert bench.ship("Gold 2").position == (110.0, 200.0, -300.0)
    assert jumped[0] == 1
    bench.run('( set-object-position "Way:2" 7 8 9 )')
    assert world.waypoints.point("Way:2") == (7.0, 8.0, 9.0)
    assert world.waypoints.point("Way:1") == (0.0, 0.0, 0.0)


def test_facing_and_orientation(bench: Bench) -> None:
    bench.world.move_ship(bench.ship("Blue 1"), (0.0, 0.0, -10.0))
    bench.run('( set-object-facing-object "Red 1" "Blue 1" )')
    assert bench.ship("Red 1").orientation[6:9] == (0.0, 0.0, -1.0)
    bench.run('( set-object-facing "Red 1" 50 0 0 )')
    assert bench.ship("Red 1").orientation[6:9] == (1.0, 0.0, 0.0)
    bench.run('( set-object-orientation "Red 1" 0 0 0 )')
    assert bench.ship("Red 1").orientation == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def test_turn_is_exact_at_quarters_and_close_elsewhere() -> None:
    import math

    assert [turn(angle) for angle in (0, 90, 180, 270, 360, -90)] == [
        (0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0), (0.0, 1.0), (-1.0, 0.0),
    ]  # fmt: skip
    for angle in range(-400, 800, 7):
        sine, cosine = turn(angle)
        assert math.isclose(sine, math.sin(math.radians(angle)), abs_tol=1e-14)
        assert math.isclose(cosine, math.cos(math.radians(angle)), abs_tol=1e-14)


@pytest.mark.parametrize("direction", [(0.0, 5.0, 0.0), (0.0, -5.0, 0.0), (1.0, 2.0, -3.0), (-4.0, 0.0, 0.0)])
def test_orientations_are_right_angled(direction: tuple[float, float, float]) -> None:
    for matrix in (orientation_along(direction), orientation_of_angles(30, 45, 200)):
        assert matrix is not None
        right, up, forward = matrix[0:3], matrix[3:6], matrix[6:9]

        def dot(a: tuple[float, ...], b: tuple[float, ...]) -> float:
            return sum(x * y for x, y in zip(a, b, strict=True))

        assert [round(dot(a, b), 12) for a, b in ((right, up), (up, forward), (right, forward))] == [0.0, 0.0, 0.0]
        assert [round(dot(a, a), 12) for a in (right, up, forward)] == [1.0, 1.0, 1.0]
    assert orientation_along((0.0, 0.0, 0.0)) is None


def test_a_speed_beyond_the_bound_lifts_the_bound(bench: Bench) -> None:
    ship = bench.ship("Red 1")
    bench.world.set_ship(ship, "speed_bound", 60.0)
    bench.run('( set-object-speed-x "Red 1" 50 )')
    assert (ship.velocity, ship.speed_bound) == ((50.0, 0.0, 0.0), 60.0)
    bench.run('( set-object-speed-y "Red 1" 50 )')
    assert (ship.velocity, ship.speed_bound) == ((50.0, 50.0, 0.0), None)
    bench.world.set_ship(ship, "speed_bound", 20.0)  # it is faster already
    bench.run('( set-object-speed-z "Red 1" 0 ( true ) )')  # the speed that it has
    assert (ship.velocity, ship.speed_bound) == ((50.0, 50.0, 0.0), None)
    bench.run('( set-object-facing "Red 1" 0 100 0 )')
    bench.run('( set-object-speed-z "Red 1" 7 ( true ) )')
    assert ship.velocity == (50.0, 7.0, 0.0)


def test_strength_of_hull_and_subsystems(bench: Bench) -> None:
    ship = bench.ship("Red 1")
    bench.run('( sabotage-subsystem "Red 1" "hull" 40 )')
    assert ship.hull_percent == pytest.approx(60.0)
    bench.run('( repair-subsystem "Red 1" "hull" 10 )')
    assert ship.hull_percent == pytest.approx(70.0)
    bench.run('( set-subsystem-strength "Red 1" "engine" 25 )')
    engine = ship.subsystems["engine"]
    assert engine.hull == engine.max_hull / 4
    bench.run('( sabotage-subsystem "Red 1" "<all engines>" 30 )')
    assert engine.hull == 0.0
    kinds = [(entry.kind, entry.second) for entry in bench.world.log]
    assert kinds == [("subsystem-destroyed", "engine"), ("disabled", "")]
    bench.run('( set-subsystem-strength "Red 1" "engines" 0 )')  # it is lost already
    assert len(bench.world.log) == 2
    bench.run('( destroy-subsys-instantly "Red 1" "<All Engines>" )')  # its entries once more
    assert len(bench.world.log) == 4
    bench.run('( ship-subsys-vanish "Red 1" ( true ) "sensor" )')
    bench.run('( set-subsystem-strength "Red 1" "<all subsystems>" 0 )')
    assert all(part.hull == 0.0 for part in ship.subsystems.values())
    lost = [entry.second for entry in bench.world.log if entry.kind == "subsystem-destroyed"]
    assert lost == ["engine", "engine", "communications", "navigation", "weapons"]
    bench.run('( set-subsystem-strength "Red 1" "Simulated Hull" 30 )')
    bench.run('( sabotage-subsystem "Red 1" "simulated hull" 50 )')
    assert (ship.simulated_hull / ship.max_hull, ship.hull_percent) == (-0.2, pytest.approx(70.0))
    bench.run('( repair-subsystem "Red 1" "Simulated Hull" 45 )')
    assert bench.run('( sim-hits-left "Red 1" )') == 25
    bench.run('( set-subsystem-strength "Red 1" "hull" 0 )')
    assert ship.status is ShipStatus.DEATH_ROLL
    assert ship.exit is ExitKind.SELF_DESTRUCTED


def test_ways_to_end_a_ship(bench: Bench) -> None:
    world = bench.world
    world.set_player("ship", "blue 1")
    bench.run('( self-destruct "Red 1" "Late" )')
    bench.run('( ship-vanish "Red 2" )')
    bench.run('( destroy-instantly "Blue 1" )')
    states = {ship.name: (ship.status, ship.exit) for ship in world.ships.values()}
    assert states == {
        "Red 1": (ShipStatus.DEATH_ROLL, ExitKind.SELF_DESTRUCTED),
        "Red 2": (ShipStatus.EXITED, ExitKind.VANISHED),
        "Blue 1": (ShipStatus.PRESENT, None),  # the player's ship is spared
        "Late": (ShipStatus.NOT_YET, None),
    }
    world.set_player("ship", "")
    bench.run('( destroy-instantly "Blue 1" )')
    assert bench.ship("Blue 1").status is ShipStatus.EXITED


def test_a_vanishing_ship_takes_what_is_docked_along_and_the_player_the_mission(bench: Bench) -> None:
    world = bench.world
    world.set_player("ship", "blue 1")
    world.dock(bench.ship("Red 1"), bench.ship("Blue 1"), initial=True)
    bench.run('( ship-vanish "Red 1" )')
    assert (bench.ship("Red 1").exit, bench.ship("Blue 1").exit) == (ExitKind.VANISHED, ExitKind.VANISHED)
    assert world.mission_over and len(world.log) == 0


def test_a_ship_that_begins_to_die_is_undocked_and_can_still_be_changed(bench: Bench) -> None:
    red = bench.ship("Red 1")
    bench.world.dock(red, bench.ship("Red 2"), initial=True)
    bench.run('( self-destruct "Red 1" )')
    assert red.docked == bench.ship("Red 2").docked == set()
    bench.run('( change-iff "Hostile" "Red 1" )')
    bench.run('( set-scanned "Red 1" )')
    bench.run('( set-cargo "Tea" "Red 1" )')
    bench.world.finish_death(red)
    assert red.exit_record is not None
    assert (red.exit_record.team, red.exit_record.cargo, red.exit_record.cargo_known) == ("Hostile", "Tea", True)
    assert [entry.kind for entry in bench.world.log] == ["self-destructed"]  # no cargo, so no entry of it


def test_guardians(bench: Bench) -> None:
    bench.run('( ship-guardian-threshold 30 "Red 1" )')
    ship = bench.ship("Red 1")
    bench.world.set_ship(ship, "shields", 0.0)
    assert bench.world.damage(ship, 1e9) is False
    assert ship.hull_percent == pytest.approx(30.0)
    bench.run('( ship-subsys-guardian-threshold 20 "Red 1" "engine" )')
    engine = ship.subsystems["engine"]
    assert bench.world.damage_subsystem(ship, engine, 1e9) is False
    assert engine.hull == engine.max_hull / 5
    bench.run('( ship-no-guardian "Red 1" )')
    assert bench.world.damage(ship, 1e9) is True
    bench.run('( ship-guardian "Late" )')
    bench.run('( ship-guardian-threshold 50 "Late" )')
    assert (bench.ship("Late").guardian, bench.ship("Late").flags) == (0, {"guardian"})


def test_shields_that_are_off_keep_their_strength(bench: Bench) -> None:
    ship = bench.ship("Red 1")
    bench.run('( shields-off "Red 1" )')
    assert bench.run('( shields-left "Red 1" )') == 0
    energy = [bench.run(f'( get-ets-value "{kind}" "Red 1" )') for kind in ("engine", "shield", "weapon")]
    assert energy == [6, 0, 6]
    bench.run('( set-shield-energy 40 "Red 1" )')
    assert bench.world.damage(ship, 1.0) is False
    assert ship.hull == ship.max_hull - 1.0
    bench.run('( shields-on "Red 1" )')
    assert bench.run('( shields-left "Red 1" )') == 40
    assert bench.run('( get-ets-value "shield" "Red 1" )') == 4


def test_cargo_moves_between_ships(bench: Bench) -> None:
    bench.world.cargo_words = {"nothing"}
    bench.run('( set-cargo "Gold" "Red 1" )')
    bench.run('( transfer-cargo "Red 1" "Blue 1" )')
    assert (bench.ship("Red 1").cargo, bench.ship("Blue 1").cargo) == ("Nothing", "Gold")
    bench.run('( exchange-cargo "Red 1" "Blue 1" )')  # not docked
    bench.run('( transfer-cargo "Red 1" "Blue 1" )')  # of nothing
    assert (bench.ship("Red 1").cargo, bench.ship("Blue 1").cargo) == ("Nothing", "Gold")
    bench.world.dock(bench.ship("Red 1"), bench.ship("Blue 1"), initial=True)
    bench.run('( exchange-cargo "Red 1" "Blue 1" )')
    assert (bench.ship("Red 1").cargo, bench.ship("Blue 1").cargo) == ("Gold", "Nothing")
    bench.run('( set-cargo "Tin" "Late" )')
    assert bench.ship("Late").cargo == "Tin"
    for number in range(100):
        bench.run(f'( set-cargo "Crate {number}" "Red 2" )')
    assert bench.ship("Red 2").cargo == "Crate 55"  # the table of cargo is full
    bench.run('( cargo-no-deplete "Red 1" )')  # a small ship
    assert bench.ship("Red 1").flags == set() and bench.ctx.warning_count == 2


def test_the_first_transfer_of_a_mission_without_a_word_for_nothing(bench: Bench) -> None:
    bench.world.cargo_words = {"gold"}
    bench.run('( set-cargo "Gold" "Red 1" )')
    bench.run('( transfer-cargo "Red 1" "Blue 1" )')
    assert (bench.ship("Red 1").cargo, bench.ship("Blue 1").cargo) == ("Gold", "Gold")
    bench.run('( transfer-cargo "Red 1" "Blue 1" )')
    assert bench.ship("Red 1").cargo == "Nothing"


def test_scans_tags_and_docking(bench: Bench) -> None:
    ship = bench.ship("Red 1")
    bench.run('( set-cargo "Gold" "Red 1" )')
    bench.run('( set-scanned "Red 1" )')
    bench.run('( ship-tag "Red 1" 1 10 )')
    assert (ship.cargo_known, bench.run('( is_tagged "Red 1" )')) == (True, 1)
    bench.run('( set-unscanned "Red 1" )')
    bench.world.clock.advance_to(9_999_999)
    assert bench.run('( is_tagged "Red 1" )') == 1
    bench.world.clock.advance_to(10_000_000)
    assert bench.run('( is_tagged "Red 1" )') == 0
    bench.run('( ship-tag "Red 1" 2 10 )')
    bench.run('( ship-untag "Red 1" )')
    assert (ship.cargo_known, bench.run('( is_tagged "Red 1" )'), ship.tag_fix) == (False, 0, 0)
    bench.run('( ship-tag "Blue 1" 4 10 )')  # of no known level: counts as the first tagging all the same
    assert bench.run('( is_tagged "Blue 1" )') == 0 and bench.ship("Blue 1").tag_fix is not None
    bench.run('( set-docked "Red 1" "a" "Red 2" "b" )')
    bench.run('( set-docked "Red 1" "A" "Blue 1" "b" )')  # its point is taken
    assert ship.docked == {"red 2"}
    bench.run('( jettison-cargo "Red 1" 5 "Blue 1" )')
    assert ship.docked == {"red 2"}
    bench.run('( jettison-cargo "Red 1" 5 )')
    assert ship.docked == set()
    assert [entry.kind for entry in bench.world.log] == ["cargo-revealed", "undocked"]


def test_sides_and_classes(bench: Bench) -> None:
    bench.run('( change-iff "Hostile" "Red 1" "Late" )')
    assert [ship.team for ship in bench.world.ships.values()] == ["Hostile", "Friendly", "Friendly", "Hostile"]
    ship = bench.ship("Red 1")
    bench.world.set_ship(ship, "hull", ship.max_hull / 2)
    bench.run('( change-ship-class "GTC Big" "Red 1" )')
    assert ship.class_name == "GTC Big"
    assert ship.max_hull == bench.world.class_table.get("GTC Big").hull
    assert ship.hull_percent == pytest.approx(50.0)


def test_ships_can_be_created_in_play(bench: Bench) -> None:
    bench.run('( ship-create "New" "GTF Thing" 1 2 3 0 0 90 "Hostile" )')
    ship = bench.ship("New")
    assert (ship.status, ship.team, ship.position) == (ShipStatus.PRESENT, "Hostile", (1.0, 2.0, 3.0))
    assert ship.orientation[6:9] == (1.0, 0.0, 0.0)
    bench.run('( ship-create "New" "GTF Thing" 0 0 0 )')
    assert ship.position == (1.0, 2.0, 3.0)


def test_goals_mission_end_hotkeys_scores_and_medals(bench: Bench) -> None:
    world = bench.world
    goal = world.add_goal("Win")
    bench.run('( invalidate-goal "win" )')
    assert goal.invalid
    bench.run('( validate-goal "Win" )')
    assert not goal.invalid
    world.set_player("ship", "red 1")
    bench.run('( add-remove-hotkey ( true ) 3 "Red 1" )')
    bench.run('( change-player-score 50 "Red 1" "Red 2" )')
    bench.run('( grant-medal "Star" )')
    assert (bench.ship("Red 1").hotkey, world.player.score) == (-1, 50)
    assert world.player.medals == frozenset()  # only in a campaign
    world.set_campaign(Campaign("War"))
    bench.run('( grant-medal "Star" )')
    bench.run('( grant-medal "Cross" )')
    assert world.player.medals == {"cross"}
    assert not world.mission_over
    bench.run("( end-mission )")
    assert world.mission_over


def test_collision_groups(bench: Bench) -> None:
    bench.run('( add-to-collision-group "Red 1" 0 3 )')
    bench.run('( add-to-collision-group-new 1 "Red 1" "Red 2" )')
    bench.run('( remove-from-collision-group "Red 1" 3 )')
    assert (bench.ship("Red 1").collision_group, bench.ship("Red 2").collision_group) == (3, 2)


def test_actions_survive_names_that_mean_nothing(bench: Bench) -> None:
    for name in CATALOG.fso:
        row = CATALOG.fso[name]
        if row.kind != "action" or "argument-context" in row.flags:
            continue
        args = []
        for index in range(max(row.min_args, min(row.max_args or 99, len(row.args)))):
            kind = row.argument_type(index)
            if kind in ("number", "positive", "ambiguous"):
                args.append("1")
            elif kind == "bool":
                args.append("( true )")
            elif kind == "null":
                args.append("( do-nothing )")
            elif kind == "ai-goal":
                args.append('( ai-chase "Nobody" 89 )')
            else:
                args.append('"Nobody"')
        bench.run(f"( {name} {' '.join(args)} )")
    assert bench.acts


def test_supplies_are_read_back(bench: Bench) -> None:
    for act, read, value in (
        ('( set-weapon-energy 40 "Red 1" )', '( weapon-energy-pct "Red 1" )', 40),
        ('( set-afterburner-energy 60 "Red 1" )', '( afterburner-energy-pct "Red 1" )', 60),
        ('( set-secondary-ammo "Red 1" 1 17 )', '( get-secondary-ammo "Red 1" 1 )', 17),
        ('( set-ets-values 3 4 5 "Red 1" )', '( get-ets-value "Weapon" "Red 1" )', 5),
        ('( set-num-countermeasures "Red 1" 9 )', '( get-num-countermeasures "Red 1" )', 9),
        ('( set-primary-weapon "Red 1" 0 "Gun" )', '( has-primary-weapon "Red 1" 0 "Gun" )', 1),
    ):
        assert bench.run(read) != value
        bench.run(act)
        assert bench.run(read) == value
