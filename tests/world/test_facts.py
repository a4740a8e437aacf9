"""The fact board: a change marks the same readers whether or not somebody observes it."""

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
