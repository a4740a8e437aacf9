"""The missions of the demos, tested with the project's own words for tests of missions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.testing import MissionTest

Load = Callable[..., MissionTest]
PATROL = "addons/sexp_runtime/demo/patrol/patrol.fs2"
LANTERN_RUN = "addons/sexp_runtime/demo/lantern_run.fs2"


def test_the_patrol_is_won(mission: Load) -> None:
    test = mission(PATROL)
    test.expect.said("Welcome", within=2)
    test.expect.event("Raiders", at=4)
    test.ship("Raider 1").destroy(by="Alpha 1")
    test.run_until("First kill", timeout=1)
    test.expect.variable("Kills", 1)
    test.advance(3)
    test.ship("Raider 2").destroy(by="Alpha 2")
    test.expect.event("Second kill", within=1)
    assert test["Kills"] == 2
    test.ship("Hauler 1").depart()
    test.ship("Hauler 2").depart()
    test.expect.never("Hauler hurt")
    test.expect.event("Home", within=2)
    test.expect.goal("Bring the haulers home")
    test.expect.goal("Destroy the raiders")
    test.expect.acted("end-mission")
    assert test.ended


def test_a_hauler_lost_fails_the_primary_goal(mission: Load) -> None:
    test = mission(PATROL)
    test.advance(5)
    test.ship("Hauler 1").destroy(by="Raider 1")
    test.expect.goal("Bring the haulers home", "failed", within=2)


@pytest.mark.parametrize("seed", range(1, 4))
def test_the_lantern_run_begins_alike_in_every_battle(mission: Load, seed: int) -> None:
    test = mission(LANTERN_RUN, seed=seed, simulated=True)
    test.advance(30)
    assert test.ship("Lantern 2").status != "not-yet"
    assert test.ship("Sable 1").status != "not-yet"


def test_the_tests_beside_the_demos_pass(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(__file__).resolve().parents[2] / "addons/sexp_runtime/demo"
    code = main(["test", str(folder), "--kind", "plain", "--kind", "python", "--sexp-check", "--quiet"])
    told = capsys.readouterr().out
    assert code == 0, told
    assert told.startswith("20 passed")
