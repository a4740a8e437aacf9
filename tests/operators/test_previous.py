"""Operators on earlier missions of a campaign (H.1)."""

from __future__ import annotations

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE
from sexp_runtime.world.campaign import FAILED, SATISFIED, Campaign, MissionRecord
from support.worlds import battle, result_of


def test_earlier_missions() -> None:
    world = battle()
    goal = '( is-previous-goal-{} "M1" "G" {})'
    assert [result_of(world, goal.format(word, "")) for word in ("true", "false", "incomplete")] == [
        KNOWN_TRUE, KNOWN_FALSE, KNOWN_FALSE,
    ]  # fmt: skip
    assert result_of(world, goal.format("true", "( false ) ")) is KNOWN_FALSE
    world.set_campaign(Campaign("c", {"m1": MissionRecord({"g": FAILED}, {"e": SATISFIED})}))
    assert [result_of(world, goal.format(word, "")) for word in ("true", "false", "incomplete")] == [
        KNOWN_FALSE, KNOWN_TRUE, KNOWN_FALSE,
    ]  # fmt: skip
    assert result_of(world, '( is-previous-event-true "m1.fs2" "E" )') is KNOWN_TRUE
    assert result_of(world, '( is-previous-event-false "M9" "E" )') is KNOWN_TRUE
