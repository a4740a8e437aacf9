"""The fact board: a change marks the same readers with and without an observer."""

from __future__ import annotations

import pytest

from sexp_runtime.world.facts import FactKey
from support.worlds import small_world


@pytest.mark.parametrize("observed", [False, True])
@pytest.mark.parametrize("fact", ["arrival", "departing", "departure", "guardian", "hull", "status"])
def test_a_ship_in_another_wing_marks_every_fact_about_it(fact: str, observed: bool) -> None:
    world = small_world()
    seen: list[FactKey] = []
    if observed:
        world.facts.observer = seen.append
    marks = bytearray(2)
    ship = world.ships["cruiser"]
    world.facts.subscribe(("ship", ship.key, fact), marks, 0)
    world.facts.subscribe(("ship", "nobody", fact), marks, 1)
    world.set_ship(ship, "wing", "beta")
    assert marks == b"\x01\x00"
    assert not observed or ("ship", ship.key, fact) in seen


@pytest.mark.parametrize("field", ["hull", "position"])
def test_a_ship_put_into_a_wing_by_the_mission_file_marks_the_facts_of_the_wing(field: str) -> None:
    world = small_world()
    ship = world.ships["cruiser"]
    ship.wing = "beta"
    ship.refresh_facts()  # as loading does
    marks = bytearray(1)
    world.facts.subscribe(("wing", "beta", field), marks, 0)
    if field == "hull":
        world.set_ship(ship, "hull", ship.hull - 1.0)
    else:
        world.move_ship(ship, (ship.position[0] + 1.0, 0.0, 0.0))
    assert marks == b"\x01"
