"""Operators on the live state of ships (H.3)."""

from __future__ import annotations

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from support.worlds import battle, result_of


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
