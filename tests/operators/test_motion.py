"""Operators on positions, motion and facing (H.3)."""

from __future__ import annotations

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.values import KNOWN_FALSE, NAN
from support.worlds import F, T, battle, result_of


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
