"""Operators on the player: records, cheats, orders in the history (H.2, H.3)."""

from __future__ import annotations

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE
from support.worlds import F, T, battle, result_of


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
