"""Actions on wings and their waves, on created ships, and on damage, energy and weapons."""

from __future__ import annotations

import pytest

from sexp_runtime.mission.model import ArrivalDef, DepartureDef
from sexp_runtime.world.ships import ShipStatus
from support.action_bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_wings_mean_their_present_ships_or_else_those_to_come(bench: Bench) -> None:
    world = bench.world
    world.add_wing("Gold", waves=2, size=2, ships=["Ace", "Gold 2"])
    for name in ("Ace", "Gold 2"):
        world.add_ship(name, wing="gold", team="Friendly")
    bench.run('( change-iff "Neutral" "Gold" )')
    assert [bench.ship(name).team for name in ("Ace", "Gold 2")] == ["Neutral", "Neutral"]
    world.arrive_wave(world.wings["gold"])
    bench.run('( change-iff "Hostile" "gold" )')
    # the entries of the file that the second wave is made from are changed as well
    assert [bench.ship(name).team for name in ("Ace", "Gold 1", "Gold 2")] == ["Hostile", "Hostile", "Hostile"]
    bench.run('( change-iff "Friendly" "Gold 1" )')
    assert [ship.team for ship in world.arrive_wave(world.wings["gold"])] == ["Hostile", "Hostile"]


def test_waves_are_made_from_the_file_and_not_from_the_wave_before(bench: Bench) -> None:
    world = bench.world
    wing = world.add_wing("Gold", waves=3, size=1, ships=["Gold 1"])
    entry = world.add_ship("Gold 1", wing="gold", class_name="Box", cargo="Ore", guardian=7)
    entry.hull = entry.max_hull * 0.6
    entry.subsystems["engine"].hull = 5.0
    (first,) = world.arrive_wave(wing)
    assert first is bench.ship("Gold 1")
    for text in (
        '( set-subsystem-strength "Gold 1" "hull" 10 )', '( set-subsystem-strength "Gold 1" "engine" 100 )',
        '( set-cargo "Tea" "Gold 1" )', '( protect-ship "Gold 1" )', '( ship-no-guardian "Gold 1" )',
        '( alter-ship-flag "escort" ( true ) ( true ) "Gold 1" )',
        '( alter-ship-flag "stealth" ( true ) ( false ) "Gold" )', '( set-scanned "Gold 1" )',
    ):  # fmt: skip
        bench.run(text)
    world.self_destruct(first)
    world.finish_death(first)
    (second,) = world.arrive_wave(wing)
    assert (second.name, second.hull_percent, second.subsystems["engine"].hull) == ("Gold 2", pytest.approx(60.0), 5.0)
    assert (second.cargo, second.guardian, second.flags, second.cargo_known) == ("Ore", 7, {"escort"}, False)
    bench.run('( alter-ship-flag "stealth" ( true ) ( true ) "Gold" )')
    world.self_destruct(second)
    world.finish_death(second)
    (third,) = world.arrive_wave(wing)
    assert (third.name, third.flags) == ("Gold 3", {"escort", "stealth"})
    bench.run('( alter-ship-flag "escort" ( false ) ( true ) )')
    assert third.flags == {"stealth"}


def test_waves_can_be_cancelled(bench: Bench) -> None:
    world = bench.world
    for name in ("Gold", "Blue"):
        world.add_wing(name, waves=3, size=1, ships=[f"{name} 9"])
        world.add_ship(f"{name} 9", wing=name.lower())
    world.arrive_wave(world.wings["gold"])
    bench.run('( cancel-future-waves "Gold" "Blue" "Nobody" )')
    assert (world.wings["gold"].gone, world.wings["blue"].gone) == (False, False)
    assert world.arrive_wave(world.wings["blue"]) == []  # yet to arrive for ever (M12.10)
    assert bench.run('( percent-ships-destroyed 1 "Blue" )') == 0
    assert world.arrive_wave(world.wings["gold"]) == []
    world.destroy(bench.ship("Gold 1"))
    world.finish_death(bench.ship("Gold 1"))
    assert world.wings["gold"].gone


def test_arrival_and_departure_terms_can_be_changed(bench: Bench) -> None:
    late = bench.ship("Late")
    late.arrival, late.departure = ArrivalDef(delay=7), DepartureDef()
    bench.run('( set-arrival-info "Late" "near ship" "Red 1" 0 500 )')
    bench.run('( set-departure-info "Late" "Docking Bay" "Red 2" 0 9 )')
    assert late.arrival == ArrivalDef("Near Ship", 500, "Red 1", 0, at_once=True)
    assert late.departure == DepartureDef("Docking Bay", "Red 2", 0)
    bench.run('( set-departure-info "Late" "Hyperspace" "<no anchor>" 0 -9 )')
    assert late.departure == DepartureDef("Hyperspace", "", 9)
    bench.run('( set-arrival-info "Late" "Docking Bay" )')
    assert late.arrival == ArrivalDef("Hyperspace", at_once=True)
    bench.run('( set-arrival-info "Late" "Behind the moon" "Red 1" )')
    assert late.arrival == ArrivalDef("Hyperspace", at_once=True)


def test_ships_created_under_names_in_use(bench: Bench) -> None:
    world = bench.world
    bench.run('( ship-create "Red 1" "Crate#x" 1 2 3 )')
    bench.run('( ship-create "<none>" "Crate" 1 2 3 )')
    made = list(world.ships)[4:]
    assert [name.rstrip("0123456789") for name in made] == ["crate ", "crate "] and len(set(made)) == 2
    world.depart(bench.ship("Red 2"))
    red = bench.ship("Red 2")
    bench.run('( ship-create "Red 2" "Crate" 0 0 9 0 0 0 "Hostile" )')
    assert bench.ship("Red 2") is red and red.status is ShipStatus.PRESENT
    assert (bench.run('( is-iff "Hostile" "Red 2" )'), bench.run('( is-ship-class "Crate" "Red 2" )')) == (1, 0)
    bench.run('( set-cargo "Tea" "Red 2" )')
    assert red.cargo == ""
    bench.run('( ship-create "Late" "Crate" 0 0 9 )')
    late = bench.ship("Late")
    assert (late.class_name, late.status) == ("Crate", ShipStatus.PRESENT)
    comer = world.arrive_displaced(late)
    assert comer is not None and (comer.class_name, comer.status) == ("Box", ShipStatus.NOT_YET)
    assert world.arrive_displaced(late) is None


def test_the_player_orders_targets_and_ai(bench: Bench) -> None:
    world = bench.world
    world.give_order("red 1", "attack")
    bench.run("( reset-orders )")
    assert world.orders == []
    bench.run('( set-player-target "Red 2" "engine" )')
    assert (world.player.target, world.player.subsystem) == ("red 2", "engine")
    bench.run("( clear-player-target )")
    bench.run("( player-use-ai )")
    assert (world.player.target, world.player.under_ai) == ("", True)
    bench.run("( player-not-use-ai )")
    assert not world.player.under_ai


def test_random_strengths_come_from_the_one_generator(bench: Bench) -> None:
    ship = bench.ship("Red 1")
    bench.run('( subsys-set-random "Red 1" 20 60 "engine" )')
    shares = {key: part.hull / part.max_hull for key, part in ship.subsystems.items()}
    assert shares.pop("engine") == 1.0
    assert all(0.2 <= share <= 0.6 for share in shares.values())
    assert bench.world.rng.draws == len(shares)


def test_damage_is_copied_with_the_maxima(bench: Bench) -> None:
    first, second, late = bench.ship("Red 1"), bench.ship("Red 2"), bench.ship("Late")
    bench.world.set_ship(first, "hull", first.max_hull / 3)
    bench.world.set_ship(first, "max_shields", 0.0)
    bench.world.set_strength(first, first.subsystems["engine"], 5.0)
    bench.world.set_ship(second, "max_hull", 1000.0)
    bench.run('( ship-copy-damage "Red 1" "Red 2" "Late" "Red 1" )')
    assert (second.hull, second.max_hull, second.max_shields) == (first.hull, first.max_hull, 0.0)
    assert second.subsystems["engine"].hull == 5.0
    assert bench.run('( hits-left-subsystem "Red 2" "engine" )') == 100  # the sum of the kind is the old one (M2.10)
    bench.run('( repair-subsystem "Red 2" "sensors" 1 )')
    assert bench.run('( hits-left-subsystem "Red 2" "engine" )') == 20
    assert late.hull_percent == pytest.approx(33.0)  # whole percent of the file


def test_armor_and_ai_class(bench: Bench) -> None:
    bench.run('( set-armor-type "Red 1" ( true ) "Thick" "hull" "engine" )')
    bench.run('( change-ai-class "Captain" "Red 1" )')
    ship = bench.ship("Red 1")
    assert (ship.armor, ship.subsystems["engine"].armor, ship.ai_class) == ("Thick", "Thick", "Captain")
    bench.run('( set-armor-type "Red 1" ( true ) "Thin" "Shields" )')
    assert bench.run('( has-armor-type "Red 1" "Thin" "shields" )') == 1
    bench.run('( set-armor-type "Red 1" ( false ) "Thick" "hull" )')
    assert ship.armor == ""


@pytest.mark.parametrize(
    ("given", "balanced"),
    [("3 3 5", "4 3 5"), ("5 5 3", "4 5 3"), ("0 0 0", "4 4 4"), ("2000000000 0 0", "12 0 0"), ("9 9 9", "4 4 4")],
)
def test_energy_settings_are_made_to_add_up(bench: Bench, given: str, balanced: str) -> None:
    bench.world.set_ship(bench.ship("Red 2"), "max_shields", 0.0)
    bench.world.set_flag(bench.ship("Blue 1"), "no-ets")
    bench.run(f'( set-ets-values {given} "Red 1" "Blue 1" "Late" "Red 2" )')

    def settings(name: str) -> list[int]:
        return [bench.run(f'( get-ets-value "{kind}" "{name}" )') for kind in ("engine", "shield", "weapon")]

    assert settings("Red 1") == [int(number) for number in balanced.split()]
    assert settings("Blue 1") == settings("Red 2") == [4, 4, 4]  # left alone; after the first that is not there
    bench.run('( set-ets-values 4 4 4 "Red 2" "Red 1" )')
    assert settings("Red 2") == settings("Red 1") == [6, 0, 6]  # what was moved stays moved


def test_weapons_of_banks_are_exchanged(bench: Bench) -> None:
    bench.run('( set-primary-weapon "Red 1" 0 "Gun" )')
    bench.run('( set-primary-weapon "Red 1" 1 "Gun" )')
    bench.run('( set-primary-weapon "Red 1" 0 "Laser" 40 80 )')
    held = [
        bench.run(f'( has-primary-weapon "Red 1" {bank} "{name}" )') for bank in (0, 1) for name in ("gun", "Laser")
    ]
    assert held == [0, 1, 1, 0]
    assert bench.run('( has-primary-weapon "Red 1" "<all weapon banks>" "Gun" )') == 1
    bench.run('( set-primary-weapon "Red 1" 1 "Laser" )')
    assert bench.run('( has-primary-weapon "Red 1" "<all weapon banks>" "Gun" )') == 0
    assert (bench.run('( get-primary-ammo "Red 1" 0 )'), bench.run('( primary-ammo-pct "Red 1" 0 )')) == (40, 50)
    bench.run('( set-primary-ammo "Red 1" 0 -3 )')
    assert bench.run('( get-primary-ammo "Red 1" 0 )') == 40
