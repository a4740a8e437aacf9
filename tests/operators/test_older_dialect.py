"""Status operators of the older dialect: they read the log by name, and special results are plain false (K)."""

from __future__ import annotations

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER
from support.worlds import F, battle, result_of


def test_the_older_dialect_reads_the_log_by_name() -> None:
    world = battle(Dialect.WCS)
    for ship in ("Cruiser",):
        world.log.add("subsystem-destroyed", ship, "engine")
        world.depart(world.ships[ship.lower()])
    assert result_of(world, '( is-subsystem-destroyed "Cruiser" "engine" )') is KNOWN_FALSE
    assert result_of(world, '( time-ship-destroyed "Alpha 2" )') is NAN
    assert result_of(world, '( has-arrived-delay 0 "Beta 2" )') is CANT_EVAL
    assert result_of(world, '( was-destroyed-by "Cruiser" "Alpha 1" )') is KNOWN_TRUE
    world.log.add("ship-departed", "Nobody")
    assert result_of(world, '( is-destroyed "Nobody" )') is KNOWN_FALSE
    world.finish_death(world.ships["alpha 1"])
    assert result_of(world, '( percent-ships-destroyed 51 "Alpha" )') == F


def test_special_results_that_the_older_dialect_lacks_are_plain_false() -> None:
    world = battle(Dialect.WCS)
    assert result_of(world, '( is_tagged "Alpha 2" )') == F
    assert result_of(world, '( is-iff "Friendly" "Nobody" )') == F
    assert result_of(world, '( weapon-energy-pct "Alpha 2" )') is NAN
    assert result_of(world, '( hits-left "Alpha 2" )') is NAN_FOREVER
    assert result_of(world, '( destroyed-or-departed-delay 0 "Beta 2" )') == F
    assert result_of(world, '( is-ship-class "GTF Ulysses" "Beta 2" )') is CANT_EVAL
