"""Operators on the state of subsystems (H.3)."""

from __future__ import annotations

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.values import NAN, NAN_FOREVER
from support.worlds import battle, result_of


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
