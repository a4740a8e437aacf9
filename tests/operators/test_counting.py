"""Counting operators (H.1, H.2)."""

from __future__ import annotations

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE
from support.worlds import F, battle, result_of


def test_percentages_count_wings_by_counters_and_know_when_all_is_lost() -> None:
    world = battle()
    assert result_of(world, '( percent-ships-destroyed 50 "Alpha" )') == F  # dying, so not counted by the wing yet
    world.finish_death(world.ships["alpha 1"])
    assert result_of(world, '( percent-ships-destroyed 50 "Alpha" )') is KNOWN_TRUE
    assert result_of(world, '( percent-ships-destroyed 51 "Alpha" )') is KNOWN_FALSE
    assert result_of(world, '( percent-ships-destroyed 80 "Alpha" "Beta" "Tug" )') is KNOWN_FALSE
    assert result_of(world, '( ship-type-destroyed 100 "fighter" )') == F
    assert result_of(world, '( ship-type-destroyed 1 "nothing" )') == F
