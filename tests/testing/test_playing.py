"""The acts and questions of a mission test: time, ships, keys, variables, messages, actions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sexp_runtime.testing import MissionTest, MissionTestFailure
from sexp_runtime.testing.failures import UnknownNameError
from support.small_missions import mission as text_of
from support.words_mission import words_mission

Load = Callable[..., MissionTest]
PYTHON = Path(__file__).resolve().parents[2] / "python"
TEXT = words_mission()


@pytest.fixture
def played(mission: Load) -> MissionTest:
    return mission(TEXT)


@pytest.mark.parametrize(
    "act, event",
    [
        (lambda test: setattr(test.ship("Barge"), "hull", 40), "Hurt"),
        (lambda test: test.press("1"), "Pressed"),
        (lambda test: test.ship("barge").scan(), "Scanned"),
        (lambda test: test.ship("Barge").destroy(by="Heron"), "Killed"),
        (lambda test: test.ship("Barge").depart(), "Gone"),
        (lambda test: test.ship("Late").arrive(), "Arrived"),
        (lambda test: test.ship("Barge").move_to("Lane:2"), "There"),
        (lambda test: test.ship("Barge").move_to(200, 0, 0), "There"),
        (lambda test: test.ship("Barge").dock("Heron"), "Docked"),
        (lambda test: test.ship("Barge").subsystem("Engine").destroy(), "Crippled"),
        (lambda test: test.ship("Barge").subsystem("engine").scan(), "Engine scanned"),
    ],
)
def test_what_a_test_does_is_seen_by_formulas(
    played: MissionTest, act: Callable[[MissionTest], object], event: str
) -> None:
    played.advance(1)
    played.expect.never(event)
    act(played)
    played.expect.event(event, within=0.5)


def test_a_destroyed_ship_is_gone_in_the_next_frame(played: MissionTest) -> None:
    barge = played.ship("Barge")
    played.advance(0.1)
    barge.destroy()
    assert barge.status == "death-roll"
    played.advance(0.1)
    assert barge.status == "exited"
    with pytest.raises(ValueError, match="Barge cannot depart: it is exited"):
        barge.depart()


def test_variables_messages_and_actions(played: MissionTest) -> None:
    assert played["Count"] == 0
    played["Count"] = 5
    played.press("1")
    played.expect.variable("Count", 6, within=0.5)
    assert not played.said("Hail")
    played.ship("Barge").hull = 10
    played.expect.said("hail", within=0.5)
    assert played.acted("send-message", "#Command")
    assert not played.acted("send-message", "Heron")


def test_variables_are_attributes_too(played: MissionTest) -> None:
    played.variables.Count = 7
    assert (played.variables.Count, played.variables["Count"], played["Count"]) == (7, 7, 7)
    assert dir(played.variables) == ["Count"]
    with pytest.raises(UnknownNameError, match="no variable 'Cound'; did you mean 'Count'"):
        _ = played.variables.Cound
    with pytest.raises(ValueError, match="32 bits"):
        played.variables.Count = 2**31


def test_docking_is_undone_and_impossible_docking_refused(played: MissionTest) -> None:
    barge = played.ship("Barge")
    played.advance(0.1)
    with pytest.raises(ValueError, match="Barge is not docked to any ship"):
        barge.undock()
    barge.dock("Heron")
    assert (barge.docked_to, played.ship("Heron").docked_to) == (["Heron"], ["Barge"])
    with pytest.raises(ValueError, match="Barge cannot dock to Heron"):
        barge.dock("Heron")
    with pytest.raises(ValueError, match="Late cannot dock: it is not-yet"):
        barge.dock("Late")
    barge.undock("Heron")
    assert barge.docked_to == []


def test_a_subsystem_has_a_strength_in_percent(played: MissionTest) -> None:
    played.advance(0.1)
    engine = played.ship("Barge").subsystem("engine")
    engine.hull = 30
    assert engine.hull == pytest.approx(30)
    with pytest.raises(ValueError, match="0 to 100 percent"):
        engine.hull = 101
    with pytest.raises(UnknownNameError, match="Barge has no subsystem 'engin'; did you mean 'engine'"):
        played.ship("Barge").subsystem("engin")
    with pytest.raises(ValueError, match="engine of Late cannot be hurt: the ship is not-yet"):
        played.ship("Late").subsystem("engine").hull = 4


def test_time_is_played_to_the_microsecond_and_stops_where_an_event_comes(played: MissionTest) -> None:
    played.advance(0.5)
    played.advance(0.25)
    assert played.time == 0.75
    assert played.run_until("Three") == pytest.approx(3, abs=0.02)
    assert played.time == pytest.approx(3, abs=0.02)
    assert played.run_until("Three") == pytest.approx(3, abs=0.02)
    played.expect.event("Three", at=3)


def test_an_event_at_the_wrong_time_fails(played: MissionTest) -> None:
    with pytest.raises(MissionTestFailure, match=r'event "Three" came true at 3\.0\d\d s, not at 4 s'):
        played.expect.event("Three", at=4)
    with pytest.raises(MissionTestFailure, match=r'"Three" came true at 3\.0'):
        played.expect.never("Three")


def test_unknown_names_are_mistakes_with_the_nearest_names(played: MissionTest) -> None:
    with pytest.raises(UnknownNameError, match="no event 'Hurd'; did you mean 'Hurt'"):
        played.expect.never("Hurd")
    with pytest.raises(UnknownNameError, match="no ship 'Barg'; did you mean 'Barge'"):
        played.ship("Barg")
    with pytest.raises(UnknownNameError, match="no variable 'count'; did you mean 'Count'"):
        played["count"] = 1
    with pytest.raises(UnknownNameError, match="no message 'Hale'"):
        played.said("Hale")
    with pytest.raises(UnknownNameError, match="no goal"):
        played.expect.goal("Win")


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_hull_out_of_range_is_refused(played: MissionTest, percent: float) -> None:
    played.advance(0.1)
    with pytest.raises(ValueError, match="hull must be above 0, to 100 percent"):
        played.ship("Barge").hull = percent


def test_a_failure_explains_itself_and_changes_nothing(played: MissionTest) -> None:
    played.advance(1)
    played.ship("Barge").hull = 60
    before = played.session.digest()
    with pytest.raises(MissionTestFailure) as caught:
        played.expect.event("Hurt")
    assert played.session.digest() == before
    lines = [" ".join(line.split()) for line in str(caught.value).splitlines()]
    assert lines[0] == 'event "Hurt" has not come true by 1.000 s'
    assert lines[2:7] == [
        "> when",
        "> < = 0 misses by 11",
        '> hits-left "Barge" = 60 [status of ship Barge present, hull of ship Barge 150.00]',
        "> 50",
        '( send-message "#Command" "High" "Hail" )',
    ]
    assert "status of ship Barge = present" in lines
    assert lines[-1] == "1.000 s the test: Barge has 60 % hull"


def test_asking_why_draws_no_random_number(mission: Load) -> None:
    formula = "( when ( and ( < ( rand 1 9 ) 0 ) ( = @Count[0] 1 ) ) ( do-nothing ) )"
    test = mission(text_of([(formula, "Luck")], variables=['\t0\t"Count"\t"0"\t"number"']))
    test.advance(1)
    before = test.session.world.rng.state_hash()
    with pytest.raises(MissionTestFailure, match="draws at random"):
        test.expect.event("Luck")
    assert test.session.world.rng.state_hash() == before


def test_a_part_that_is_known_for_ever_says_so(mission: Load) -> None:
    test = mission(TEXT)
    test.advance(0.1)
    test.ship("Barge").destroy()
    test.advance(0.5)
    with pytest.raises(MissionTestFailure, match=r'has-departed-delay 0 "Barge" += 0 \(for good\)'):
        test.expect.event("Gone")


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1])
def test_a_number_beyond_32_bits_is_refused(played: MissionTest, value: int) -> None:
    with pytest.raises(ValueError, match="32 bits"):
        played["Count"] = value


def test_a_place_is_finite(played: MissionTest) -> None:
    played.advance(0.1)
    with pytest.raises(ValueError, match="a place is three numbers"):
        played.ship("Barge").move_to(float("nan"), 0, 0)


def test_asking_why_of_every_formula_leaves_a_battle_as_it_was(mission: Load) -> None:
    ends = []
    for asks in (False, True):
        test = mission("addons/sexp_runtime/demo/lantern_run.fs2", seed=5, simulated=True)
        for second in range(1, 61):
            test.advance_to(second)
            if asks:
                for kind, rows in (("event", test.session.world.events), ("goal", test.session.world.goals)):
                    for row in rows:
                        assert test.session.explain_tree(kind, row.index).lines()
        session = test.session
        ends.append((session.digest(), session.world.rng.state_hash(), session.counters()["evaluations"]))
    assert ends[0] == ends[1]


def test_the_plugin_alone_loads_no_engine() -> None:
    code = "import sys, sexp_runtime.testing.plugin; print('sexp_runtime.session' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=PYTHON, capture_output=True, text=True, timeout=60)
    assert run.stdout.strip() == "False", run.stderr


def test_what_happens_in_every_frame_does_not_fill_the_timeline(mission: Load) -> None:
    text = text_of(
        [
            ("( every-time ( true ) ( modify-variable @Ticks[0] ( + @Ticks[0] 1 ) ) )", "Ticks"),
            ("( when ( has-time-elapsed 2 ) ( do-nothing ) )", "Two"),
            ('( when ( is-destroyed-delay 0 "Heron" ) ( do-nothing ) )', "Never"),
        ],
        variables=['0 "Ticks" "0" "number"'],
    )
    test = mission(text)
    test.advance(3)
    with pytest.raises(MissionTestFailure) as failure:
        test.expect.event("Never")
    shown = str(failure.value).partition("the last minute")[2]
    assert 'event "Two" came true' in shown and "lines before" not in shown
    assert [line.split("  ")[-1] for line in shown.splitlines() if "variable Ticks" in line] == [
        "variable Ticks = 1", "variable Ticks = 180 (180 times since 0.017 s)",
    ]  # fmt: skip
