"""Status operators by their rules: outcomes, counts, live state, motion, what the game supplies, and exact dues (H)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.catalog import CATALOG
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Status
from sexp_runtime.world.campaign import FAILED, SATISFIED, Campaign, MissionRecord
from sexp_runtime.world.ships import ExitKind, ShipStatus
from sexp_runtime.world.world import World
from support.worlds import evaluate_text, result_of, small_world

T, F = 1, 0


def battle(dialect: Dialect = Dialect.FSO) -> World:
    """Tug and Cruiser present, Alpha 1 dying, Alpha 2 departed, Beta 1 vanished, Beta 2 to come; at 20 seconds."""
    world = small_world(dialect)
    for name in ("Alpha 1", "Alpha 2", "Beta 1", "Cruiser", "Tug"):
        world.arrive(world.ships[name.lower()], initial=True)
    world.move_ship(world.ships["cruiser"], (0.0, 0.0, 1000.0), (3.0, 0.0, -4.9))
    world.clock.advance_to(5_000_000)
    world.depart(world.ships["alpha 2"], "Node")
    world.clock.advance_to(8_500_000)
    world.vanish(world.ships["beta 1"])
    world.destroy(world.ships["alpha 1"], "Cruiser")
    world.clock.advance_to(20_000_000)
    world.set_player("ship", "tug")
    return world


def test_every_operator_with_a_value_has_a_meaning() -> None:
    missing = [n for n, row in CATALOG.items() if row.kind not in ("action", "goal") and n not in MEANINGS]
    assert missing == []
    assert sum(row.kind not in ("action", "goal") for row in CATALOG.values()) == 252


def test_declared_special_results_cover_the_catalog() -> None:
    """What the original's code can return, by the catalog, is what a function may declare beside more of its own."""
    words = {
        "known-true": KNOWN_TRUE, "known-false": KNOWN_FALSE, "nan": NAN, "nan-forever": NAN_FOREVER,
        "cant-eval": CANT_EVAL,
    }  # fmt: skip
    lacking = {}
    for name, row in CATALOG.items():
        meaning = MEANINGS.get(name)
        if row.kind not in ("boolean", "integer") or meaning is None or meaning.traits & (Trait.CONTROL | Trait.ACTION):
            continue
        missing = {words[word] for word in row.special_results} - meaning.results
        if missing:
            lacking[name] = sorted(map(str, missing))
    # These return a special result only in branches that normal data cannot reach, or pass on an argument's by B14.
    assert lacking == LACKING_BY_INTENT


LACKING_BY_INTENT = {"skill-level-at-least": ["KNOWN_FALSE"]}

PATTERNS: list[tuple[str, tuple[Status | int, ...]]] = [
    # Beta 2 (not yet), Alpha 1 (dying), Alpha 2 (departed), Beta 1 (vanished), Nobody (unknown)
    ("( hits-left {} )", (NAN, NAN_FOREVER, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( weapon-energy-pct {} )", (NAN, NAN_FOREVER, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( get-ets-value \"engine\" {} )", (NAN, NAN_FOREVER, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( is-ship-stealthy {} )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( is_tagged {} )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( has-primary-weapon {} 0 \"Laser\" )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( primary-fired-since {} 0 100 )", (CANT_EVAL, F, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( targeted {} )", (F, F, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( is-facing {} \"Tug\" 10 )", (F, T, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( is-destroyed {} )", (CANT_EVAL, KNOWN_TRUE, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( has-departed {} )", (CANT_EVAL, F, KNOWN_TRUE, KNOWN_FALSE, F)),
    ("( destroyed-or-departed-delay 0 {} )", (CANT_EVAL, KNOWN_TRUE, KNOWN_TRUE, KNOWN_FALSE, F)),
    ("( depart-node-delay 0 \"node\" {} )", (CANT_EVAL, F, KNOWN_TRUE, KNOWN_FALSE, F)),
    ("( was-destroyed-by-delay 0 \"cruiser\" {} )", (CANT_EVAL, KNOWN_TRUE, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( is-in-mission {} )", (F, T, F, F, F)),
    ("( is-iff \"Friendly\" {} )", (F, T, T, NAN_FOREVER, NAN)),
    ("( is-iff \"Hostile\" {} )", (T, F, KNOWN_FALSE, NAN_FOREVER, NAN)),
    ("( is-ship-class \"GTF Ulysses\" {} )", (T, T, T, NAN_FOREVER, NAN)),
    ("( is-ship-type \"fighter\" {} )", (T, T, T, NAN_FOREVER, NAN)),
    ("( is-cargo-known {} )", (CANT_EVAL, F, KNOWN_FALSE, NAN_FOREVER, F)),
    ("( has-been-tagged-delay 0 {} )", (CANT_EVAL, F, KNOWN_FALSE, NAN_FOREVER, F)),
    ("( is-ship-emp-active {} )", (CANT_EVAL, F, KNOWN_FALSE, NAN_FOREVER, F)),
    ("( get-damage-caused {} \"Cruiser\" )", (F, F, F, NAN_FOREVER, NAN)),
    ("( get-collision-group {} )", (F, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( time-ship-destroyed {} )", (NAN, 8, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( time-ship-departed {} )", (NAN, NAN, 5, NAN_FOREVER, NAN)),
    ("( time-ship-arrived {} )", (NAN, NAN, NAN, NAN, NAN)),
    ("( distance {} \"Tug\" )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( current-speed {} )", (F, F, NAN, NAN, F)),
    ("( get-object-x {} )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( get-object-speed-z {} )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( is-in-box {} -9 9 -9 9 -9 9 )", (F, T, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( num-ships-in-battle {} )", (F, T, F, F, F)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "results"), PATTERNS, ids=[form.split()[1] + str(i) for i, (form, _) in enumerate(PATTERNS)]
)
def test_absent_ships_decide_by_the_patterns(form: str, results: tuple[Status | int, ...]) -> None:
    world = battle()
    found = [result_of(world, form.format(f'"{n}"')) for n in ("Beta 2", "Alpha 1", "Alpha 2", "Beta 1", "Nobody")]
    assert found == list(results)


def _entered(world: World, kind: str, name: str, second: str = "") -> None:
    world.log.add(kind, name, second)


DUES: list[tuple[str, Callable[[World], object]]] = [
    ('( is-destroyed-delay 3 "Tug" )', lambda w: w.destroy(w.ships["tug"])),
    ('( destroyed-or-departed-delay 3 "Tug" )', lambda w: w.depart(w.ships["tug"])),
    ('( has-arrived-delay 2 "Beta 2" )', lambda w: _entered(w, "ship-arrived", "Beta 2")),
    ('( has-departed-delay 1 "Tug" )', lambda w: w.depart(w.ships["tug"])),
    ('( is-disabled-delay 4 "Tug" )', lambda w: _entered(w, "disabled", "Tug")),
    ('( has-docked-delay "Tug" "Cruiser" 1 2 )', lambda w: w.dock(w.ships["tug"], w.ships["cruiser"])),
    (
        '( is-subsystem-destroyed-delay "Tug" "engine" 2 )',
        lambda w: _entered(w, "subsystem-destroyed", "Tug", "engine"),
    ),
    ('( are-waypoints-done-delay "Tug" "Path" 2 )', lambda w: w.finish_waypoints(w.ships["tug"], "Path")),
    ('( depart-node-delay 2 "Node" "Tug" )', lambda w: w.depart(w.ships["tug"], "Node")),
    ('( was-destroyed-by-delay 2 "Cruiser" "Tug" )', lambda w: w.destroy(w.ships["tug"], "Cruiser")),
    ('( is-cargo-known-delay 2 "Tug" )', lambda w: w.reveal_cargo(w.ships["tug"])),
    ('( cap-subsys-cargo-known-delay 30 "Tug" "nosuch" )', lambda w: None),
    ('( has-been-tagged-delay 2 "Tug" )', lambda w: w.tag(w.ships["tug"])),
    ('( key-pressed "t" 2 )', lambda w: w.press_key("T")),
    ('( targeted "Tug" 2 )', lambda w: (w.set_player("target", "tug"), w.set_player("target_fix", w.clock.fix))),
    ('( node-targeted "Node" 2 )', lambda w: (w.set_player("node", "Node"), w.set_player("node_fix", w.clock.fix))),
    (
        "( missile-locked 2 )",
        lambda w: (w.set_player("target", "tug"), w.set_player("locked", True), w.set_player("lock_fix", w.clock.fix)),
    ),
    ('( query-orders "Tug" "Depart" 2 )', lambda w: w.give_order("Tug", "Depart")),
    ('( time-elapsed-last-order 2 "Tug" )', lambda w: w.set_ship(w.ships["tug"], "goals", (("ai-chase", "X", 1),))),
    (
        '( primary-fired-since "Tug" 0 250 )',
        lambda w: w.set_game("primary-fired-since", ["Tug", 0], w.clock.us // 1000),
    ),
    ('( turret-fired-since "Tug" "turret01" 99 )',
     lambda w: w.set_game("turret-fired-since", ["Tug", "turret01"], w.clock.us // 1000)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "happens"), DUES, ids=[text.split()[1] for text, _ in DUES])
@pytest.mark.parametrize("moment", [20_000_000, 20_123_457, 21_999_999])
def test_time_changes_a_result_exactly_when_it_is_due(
    text: str, happens: Callable[[World], object], moment: int
) -> None:
    world = battle()
    world.clock.advance_to(moment)
    happens(world)
    before, context = evaluate_text(world, text)
    due = context.due
    world.clock.advance_to(due - 1)
    assert result_of(world, text) == before
    world.clock.advance_to(due)
    assert result_of(world, text) != before


def test_delays_count_from_the_latest_entry_and_strictly_where_the_original_does() -> None:
    world = battle()
    world.destroy(world.ships["tug"])
    world.clock.advance_to(23_000_000)
    assert result_of(world, '( is-destroyed-delay 3 "Alpha 1" "Tug" )') is KNOWN_TRUE
    assert result_of(world, '( is-destroyed-delay 4 "Alpha 1" "Tug" )') == F
    assert result_of(world, '( destroyed-or-departed-delay 3 "Tug" "Alpha 2" )') == F
    world.clock.advance_to(23_000_016)
    assert result_of(world, '( destroyed-or-departed-delay 3 "Tug" "Alpha 2" )') is KNOWN_TRUE


def test_percentages_count_wings_by_counters_and_know_when_all_is_lost() -> None:
    world = battle()
    assert result_of(world, '( percent-ships-destroyed 50 "Alpha" )') == F  # dying, so not counted by the wing yet
    world.finish_death(world.ships["alpha 1"])
    assert result_of(world, '( percent-ships-destroyed 50 "Alpha" )') is KNOWN_TRUE
    assert result_of(world, '( percent-ships-destroyed 51 "Alpha" )') is KNOWN_FALSE
    assert result_of(world, '( percent-ships-destroyed 80 "Alpha" "Beta" "Tug" )') is KNOWN_FALSE
    assert result_of(world, '( ship-type-destroyed 100 "fighter" )') == F
    assert result_of(world, '( ship-type-destroyed 1 "nothing" )') == F


def test_numbers_of_live_state_are_rounded_as_the_original_does() -> None:
    world = battle()
    tug = world.ships["tug"]
    world.set_ship(tug, "hull", tug.max_hull * 0.125)
    world.set_ship(tug, "shields", tug.max_shields * 0.994)
    assert result_of(world, '( hits-left "Tug" )') == 13
    assert result_of(world, '( shields-left "Tug" )') == 99
    world.set_ship(tug, "hull", -5.0)
    assert result_of(world, '( hits-left "Tug" )') == 0
    world.set_ship(tug, "max_shields", 0.0)
    assert result_of(world, '( shields-left "Tug" )') == 0
    assert result_of(world, '( get-object-speed-z "Cruiser" )') == -4
    assert result_of(world, '( current-speed "Cruiser" )') == 5


def test_subsystems_are_read_by_type_or_one_by_one() -> None:
    world = battle()
    ship = world.ships["cruiser"]
    turret = ship.subsystems["turret01"]
    world.set_subsystem(ship, turret, "hull", 0.0)
    assert result_of(world, '( hits-left-subsystem "Cruiser" "turret01" )') == 50
    assert result_of(world, '( hits-left-subsystem "Cruiser" "turret01" ( true ) )') == 0
    assert result_of(world, '( hits-left-subsystem-specific "Cruiser" "TURRET02" )') == 100
    assert result_of(world, '( hits-left-subsystem-generic "Cruiser" "turrets" )') == 50
    assert result_of(world, '( hits-left-subsystem-generic "Cruiser" "Solar Panels" )') == 100
    assert result_of(world, '( hits-left-subsystem-generic "Cruiser" "nonsense" )') is NAN_FOREVER
    assert result_of(world, '( hits-left-subsystem-specific "Cruiser" "nosuch" )') is NAN


def test_distances_and_places() -> None:
    world = battle()
    world.set_ship(world.ships["cruiser"], "radius", 100.0)
    assert result_of(world, '( distance-to-center "Tug" "Cruiser" )') == 1000
    assert result_of(world, '( distance "Tug" "Cruiser" )') == 900
    assert result_of(world, '( distance "Cruiser" "<any friendly>" )') == 0  # itself is on that side
    assert result_of(world, '( distance "Tug" "Path:1" )') == 100
    assert result_of(world, '( distance "Path:1" "Path:2" )') == 137  # approximate: 100 + 3/8 of 100
    assert result_of(world, '( distance "Tug" "Path:3" )') is NAN
    assert result_of(world, '( get-object-z "Cruiser" )') == 1000
    assert result_of(world, '( get-object-z "Cruiser" "<none>" 0 0 -7 )') == 993
    world.move_ship(world.ships["cruiser"], (0.0, 0.0, 1000.0), orientation=(0.0, 0, -1.0, 0, 1.0, 0, 1.0, 0, 0.0))
    assert result_of(world, '( get-object-x "Cruiser" "<none>" 0 0 5 )') == 5
    assert result_of(world, '( get-object-heading "Cruiser" )') == 90
    assert result_of(world, '( get-object-pitch "Tug" )') == 0
    assert result_of(world, '( angle-facing-object "Cruiser" "Tug" )') == 90
    assert result_of(world, '( is-facing "Cruiser" "Tug" 90 )') == T
    assert result_of(world, '( is-facing "Cruiser" "Tug" 89 )') == F
    assert result_of(world, '( facing "Cruiser" 1 )') == T
    assert result_of(world, '( facing-waypoint "path" 1 )') == T
    assert result_of(world, '( facing-waypoint "nosuch" 1 )') is KNOWN_FALSE
    assert result_of(world, '( num-within-box 0 0 500 10 10 500 "Tug" "Cruiser" "Alpha" )') == 3
    assert result_of(world, '( is-in-box "Tug" -1 1 -1 1 -1001 -999 "Cruiser" )') == F
    assert result_of(world, '( is-in-box "Tug" 999 1001 -1 1 -1 1 "Cruiser" )') == T


def test_docked_ships_share_the_fastest_speed() -> None:
    world = battle()
    world.dock(world.ships["tug"], world.ships["cruiser"])
    assert result_of(world, '( current-speed "Tug" )') == 5
    assert result_of(world, '( is-docked "Tug" )') == result_of(world, '( is-docked "Tug" "Cruiser" )') == T
    assert result_of(world, '( is-docked "Tug" "Alpha 1" )') == F
    assert result_of(world, '( time-docked "Cruiser" "Tug" 1 )') == 20


def test_the_games_word_counts_where_only_it_knows() -> None:
    world = battle()
    for text, op, args, value in (
        ('( primary-ammo-pct "Tug" 1 )', "primary-ammo-pct", ["tug", 1], 40),
        ('( get-secondary-ammo "Tug" ( + 1 1 ) )', "get-secondary-ammo", ["Tug", 2], 8),
        ('( get-ets-value "Engine" "Tug" )', "get-ets-value", ["engine", "TUG"], 12),
        ('( is-in-turret-fov "Tug" "Cruiser" "turret01" )', "is-in-turret-fov", ["Tug", "Cruiser", "turret01"], 1),
        ('( time-to-goal "Tug" )', "time-to-goal", ["Tug"], 33),
        ("( get-fov )", "get-fov", [], 90),
        (
            '( has-primary-weapon "Tug" "<all weapon banks>" "X" "Laser" )',
            "has-primary-weapon",
            ["Tug", -1, "laser"],
            1,
        ),
        ('( special-warp-dist "Tug" )', "special-warp-dist", ["Tug"], 70),
        ('( shield-quad-low "Tug" 10 )', "shield-quad-low", ["Tug"], 10),
    ):
        without = result_of(world, text)
        assert world.set_game(op, args, value)
        assert result_of(world, text) == value != without or (op == "shield-quad-low" and result_of(world, text) == T)
        assert world.set_game(op, args, None)
        assert result_of(world, text) == without


def test_players_and_their_records() -> None:
    world = battle()
    world.set_player("kills", 3)
    world.set_player("class_kills", {"gtc fenris": 2, "sf basilisk": 1})
    assert result_of(world, '( num_kills "Tug" )') == 3
    assert result_of(world, '( num_kills "Cruiser" )') == 0
    assert result_of(world, '( num_type_kills "Tug" "cruiser" )') == 2
    assert result_of(world, '( num_class_kills "Tug" "SF Basilisk" )') == 1
    assert result_of(world, '( used-cheat "www" )') is KNOWN_FALSE
    world.set_player("last_cheat", "freespace")
    assert result_of(world, '( not ( used-cheat "www" ) )') == T
    assert result_of(world, '( and ( used-cheat "freespace" ) ( true ) )') is KNOWN_TRUE
    assert result_of(world, '( skill-level-at-least "Medium" )') == T
    assert result_of(world, '( skill-level-at-least "Hard" )') == F
    assert result_of(world, '( is-player ( false ) "Tug" )') == T
    world.set_player("under_ai", True)
    assert result_of(world, '( is-player ( true ) "Tug" )') == F


def test_orders_in_the_history() -> None:
    world = battle()
    world.give_order("Tug", "Depart", "Cruiser")
    world.clock.advance_to(25_000_000)
    assert result_of(world, '( order "tug" "depart" )') == T
    assert result_of(world, '( order "tug" "depart" "Alpha 1" )') == F
    assert result_of(world, '( query-orders "tug" "depart" 5 "Cruiser" )') == F
    assert result_of(world, '( query-orders "tug" "depart" 0 "Cruiser" )') == T
    world.set_ship(world.ships["tug"], "goals", (("ai-warp-out", 1),))
    assert result_of(world, '( time-elapsed-last-order 9 "Tug" )') == T  # warp orders do not count
    assert result_of(world, '( time-elapsed-last-order 9 "Nobody" "Tug" )') == F


def test_earlier_missions() -> None:
    world = battle()
    goal = '( is-previous-goal-{} "M1" "G" {})'
    assert [result_of(world, goal.format(word, "")) for word in ("true", "false", "incomplete")] == [
        KNOWN_TRUE, KNOWN_FALSE, KNOWN_FALSE,
    ]  # fmt: skip
    assert result_of(world, goal.format("true", "( false ) ")) is KNOWN_FALSE
    world.set_campaign(Campaign("c", {"m1": MissionRecord({"g": FAILED}, {"e": SATISFIED})}))
    assert [result_of(world, goal.format(word, "")) for word in ("true", "false", "incomplete")] == [
        KNOWN_FALSE, KNOWN_TRUE, KNOWN_FALSE,
    ]  # fmt: skip
    assert result_of(world, '( is-previous-event-true "m1.fs2" "E" )') is KNOWN_TRUE
    assert result_of(world, '( is-previous-event-false "M9" "E" )') is KNOWN_TRUE


def test_the_older_dialect_asks_the_log_by_name() -> None:
    world = battle(Dialect.WCS)
    for ship in ("Cruiser",):
        world.log.add("subsystem-destroyed", ship, "engine")
        world.depart(world.ships[ship.lower()])
    assert result_of(world, '( is-subsystem-destroyed "Cruiser" "engine" )') is KNOWN_FALSE
    assert result_of(world, '( time-ship-destroyed "Alpha 2" )') is NAN
    assert result_of(world, '( has-arrived-delay 0 "Beta 2" )') is CANT_EVAL
    assert result_of(world, '( was-destroyed-by "Cruiser" "Alpha 1" )') is KNOWN_TRUE
    world.log.add("ship-departed", "Nobody")
    assert result_of(world, '( is-destroyed "Nobody" )') is KNOWN_FALSE
    world.finish_death(world.ships["alpha 1"])
    assert result_of(world, '( percent-ships-destroyed 51 "Alpha" )') == F


def test_special_results_that_the_older_dialect_lacks_are_plain_false() -> None:
    world = battle(Dialect.WCS)
    assert result_of(world, '( is_tagged "Alpha 2" )') == F
    assert result_of(world, '( is-iff "Friendly" "Nobody" )') == F
    assert result_of(world, '( weapon-energy-pct "Alpha 2" )') is NAN
    assert result_of(world, '( hits-left "Alpha 2" )') is NAN_FOREVER
    assert result_of(world, '( destroyed-or-departed-delay 0 "Beta 2" )') == F
    assert result_of(world, '( is-ship-class "GTF Ulysses" "Beta 2" )') is CANT_EVAL


def test_states_set_from_outside_read_as_such() -> None:
    world = small_world()
    tug = world.ships["tug"]
    world.set_ship(tug, "exit", ExitKind.VANISHED)
    world.set_ship(tug, "status", ShipStatus.EXITED)
    assert result_of(world, '( is-cargo-known "Tug" )') is NAN_FOREVER
