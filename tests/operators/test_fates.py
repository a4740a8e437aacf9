"""Fate operators (H.1)."""

from __future__ import annotations

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.values import KNOWN_TRUE
from support.worlds import F, battle, result_of


def test_delays_count_from_the_latest_entry_and_strictly_where_the_original_does() -> None:
    world = battle()
    world.destroy(world.ships["tug"])
    world.clock.advance_to(23_000_000)
    assert result_of(world, '( is-destroyed-delay 3 "Alpha 1" "Tug" )') is KNOWN_TRUE
    assert result_of(world, '( is-destroyed-delay 4 "Alpha 1" "Tug" )') == F
    assert result_of(world, '( destroyed-or-departed-delay 3 "Tug" "Alpha 2" )') == F
    world.clock.advance_to(23_000_016)
    assert result_of(world, '( destroyed-or-departed-delay 3 "Tug" "Alpha 2" )') is KNOWN_TRUE
