"""The waves of wings: their entries, and the names and number of their ships (M12)."""

from __future__ import annotations

from sexp_runtime.world.quotas import Quotas
from sexp_runtime.world.waves import count_ship_types, file_entries, free_name, pending_entries
from sexp_runtime.world.wings import wave_ship_name
from sexp_runtime.world.world import World
from support.worlds import small_world


def test_later_waves_are_new_ships_named_in_order_of_arrival() -> None:
    world = small_world()
    beta = world.wings["beta"]
    assert [ship.name for ship in world.arrive_wave(beta)] == ["Beta 1", "Beta 2"]
    assert world.ship("Beta 3") is None
    for key in list(beta.members):
        world.depart(world.ships[key])
    assert not beta.gone
    second = world.arrive_wave(beta)
    assert [ship.name for ship in second] == ["Beta 3", "Beta 4"]
    assert [ship.team for ship in second] == ["Hostile", "Hostile"]
    assert (beta.arrived, beta.wave, world.arrive_wave(beta)) == (4, 2, [])
    assert wave_ship_name("Beta#hidden", 3) == "Beta#hidden 3"


def test_entries_are_pending_while_a_further_wave_can_come() -> None:  # M1.16
    world = small_world()
    beta = world.wings["beta"]
    names = [ship.name for ship in file_entries(world, beta)]
    assert [ship.name for ship in pending_entries(world, beta)] == names
    world.arrive_wave(beta)
    assert [ship.name for ship in pending_entries(world, beta)] == names
    world.arrive_wave(beta)
    assert pending_entries(world, beta) == []


def test_an_entry_that_shares_its_name_with_a_ship_of_a_wave_becomes_an_object_of_its_own() -> None:  # M12.1
    world = small_world()
    beta = world.wings["beta"]
    before = list(file_entries(world, beta))
    first, _second = world.arrive_wave(beta)
    assert first in before
    assert first.entry is not None and first.entry is not first
    assert file_entries(world, beta)[0] is first.entry


def test_a_wave_has_no_more_ships_than_the_quota_allows() -> None:
    world = World(quotas=Quotas(ships=3))
    wing = world.add_wing("Beta", waves=2, size=2)
    wing.ships = ("Beta 1", "Beta 2")
    for name in wing.ships:
        world.add_ship(name, wing="beta")
    assert len(world.arrive_wave(wing)) == 2
    assert [ship.name for ship in world.arrive_wave(wing)] == ["Beta 3"]


def test_generated_names_are_free() -> None:  # M11.3
    world = World()
    assert free_name(world, "Crate#big") == "Crate 0"
    world.add_ship("Crate 1")
    assert free_name(world, "Crate#big") == "Crate 2"


def test_types_count_later_waves_but_not_the_first_nor_ships_to_ignore() -> None:  # M12.15
    world = World()
    world.add_ship("A", class_name="GTF Ulysses")
    world.add_ship("B", class_name="GTF Ulysses", flags={"ignore-count"})
    wing = world.add_wing("Beta", waves=3, size=1)
    wing.ships = ("Beta 1",)
    world.add_ship("Beta 1", class_name="GTF Ulysses", wing="beta")
    count_ship_types(world)
    assert world.type_totals == {"fighter": 3}
