"""Tests of the Lantern Run in Python; `tools/sexp test addons/sexp_runtime/demo` runs them."""

import pytest


def test_the_convoy_assembles_without_a_battle(mission):
    test = mission("lantern_run.fs2")
    test.expect.event("Lane open", at=1)
    test.expect.event("Convoy under way", at=11)
    test.expect.event("All four counted", at=19)
    test.expect.never("Call for help", within=10)


@pytest.mark.parametrize("hauler", ["Lantern 1", "Lantern 2", "Lantern 3", "Lantern 4"])
def test_each_hauler_lost_is_counted_and_costs_pay(mission, hauler):
    test = mission("lantern_run.fs2")
    test.advance(20)
    losses, pay = test.variables.Losses, test.variables.Pay
    test.ship(hauler).destroy(by="Ashmark")
    test.expect.event(f"{hauler} lost", within=2)
    assert (test.variables.Losses, test.variables.Pay) == (losses + 1, pay - 150)
    test.expect.said("Lost One")
    test.expect.goal("Lose nobody", "failed", within=2)
