"""Wrong answers that comparable caches have given; each case runs on every engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from sexp_runtime.engines import ENGINES
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.operators.registry import MEANINGS, operator
from sexp_runtime.session import MissionSession
from sexp_runtime.world.ships import ShipStatus

HEAD = """#Mission Info
$Version: 24.2
$Name: Wrong answers
#Sexp_variables
$Variables:
(
	0	"a"	"0"	"number"
	1	"b"	"0"	"number"
	2	"text"	"calm"	"string"
)
#Objects
$Name: Alpha 1
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Arrival Cue: ( true )
$Departure Cue: ( false )
+Flags: ( "player-start" )
#Events
"""


def mission(*events: str) -> str:
    """Return a mission with these events: a formula each, with further fields on lines of their own."""
    return HEAD + "\n".join(f"$Formula: {event}" for event in events) + "\n#Goals\n#End\n"


Play = Callable[..., MissionSession]


@pytest.fixture(params=ENGINES)
def play(request: pytest.FixtureRequest) -> Play:
    def start(*events: str) -> MissionSession:
        return MissionSession.load(mission(*events), engine=request.param, seed=3, freeze_gc=False)

    return start


def run(session: MissionSession, seconds: float, fps: int = 10) -> None:
    for _ in range(round(seconds * fps)):
        session.step(1 / fps)


def event(session: MissionSession, name: str) -> Any:
    found = session.world.event(name)
    assert found is not None
    return found


# --- ad-hoc text ---


def test_a_variable_changed_after_a_cached_read(play: Play) -> None:
    session = play()
    assert session.evaluate("( + @a[0] 1 )") == session.evaluate("( + @a[0] 1 )") == 1
    session.set_variable("a", 41)
    assert session.evaluate("( + @a[0] 1 )") == 42
    session.set_variable("text", "angry")
    assert session.evaluate('( string-equals "@text[calm]" "angry" )') == 1


def test_two_contexts_with_one_name(play: Play) -> None:
    one, two = play(), play()
    one.set_variable("a", 1)
    two.set_variable("a", 2)
    assert [one.evaluate("( + @a[0] 0 )"), two.evaluate("( + @a[0] 0 )")] == [1, 2]


def test_what_an_inner_scope_reads_of_the_outer_one(play: Play) -> None:
    session = play()
    text = '( and ( string-equals "<argument>" "x" ) ( = @a[0] 5 ) )'
    assert session.evaluate(text, argument="x") == 0
    session.set_variable("a", 5)
    assert session.evaluate(text, argument="x") == 1
    assert session.evaluate(text, argument="y") == 0


def test_the_state_of_a_ship(play: Play) -> None:
    session = play()
    session.step(0.1)
    ship = session.world.ship("Alpha 1")
    assert ship is not None
    assert session.evaluate('( hits-left "Alpha 1" )') == 100
    session.world.set_ship(ship, "hull", ship.max_hull / 4)
    assert session.evaluate('( hits-left "Alpha 1" )') == 25
    assert session.evaluate('( is-destroyed-delay 0 "Alpha 1" )') == 0
    session.world.destroy(ship)
    assert ship.status is ShipStatus.DEATH_ROLL
    assert session.evaluate('( is-destroyed-delay 0 "Alpha 1" )') == 1


def test_an_operator_cannot_be_registered_again_behind_the_cache() -> None:
    with pytest.raises(ValueError, match="twice"):
        operator("+")(lambda ctx, node: 7)
    assert MEANINGS["+"].function.__name__ != "<lambda>"


def test_a_value_that_a_game_supplies_anew(play: Play) -> None:
    session = play()
    text = '( primary-ammo-pct "Alpha 1" 0 )'
    session.step(0.1)
    before = session.evaluate(text)
    session.world.set_game("primary-ammo-pct", ("Alpha 1", 0), 37)
    assert session.evaluate(text) == 37 != before


def test_the_clock_inside_a_larger_expression(play: Play) -> None:
    session = play()
    seen = []
    for _ in range(30):
        session.step(0.1)
        seen.append(session.evaluate("( + ( mission-time ) 0 )"))
    assert seen == [int(round(0.1 * frame, 1) * 65536) // 65536 for frame in range(1, 31)]


def test_a_random_draw_inside_a_larger_expression(play: Play) -> None:
    session = play()
    assert len({session.evaluate("( + ( rand-multiple 1 1000000 ) 0 )") for _ in range(20)}) > 15


def test_an_action_skipped_because_its_result_was_cached(play: Play) -> None:
    session = play()
    told: list[str] = []
    session.on_action.append(lambda name, _args: told.append(name))
    for _ in range(3):
        session.evaluate("( when ( true ) ( modify-variable @a[0] ( + @a[0] 1 ) ) ( play-sound-from-table 1 2 3 4 ) )")
    assert session.get_variable("a") == 3
    assert len(told) >= 3


def test_both_branches_of_a_conditional(play: Play) -> None:
    session = play()
    session.evaluate("( if-then-else ( true ) ( modify-variable @a[0] 1 ) ( modify-variable @b[0] 1 ) )")
    assert (session.get_variable("a"), session.get_variable("b")) == (1, 0)


def test_one_transient_error_is_not_kept(play: Play) -> None:
    session = play()
    with pytest.raises(ValueError):
        session.evaluate("( + 1")
    with pytest.raises(ValueError):
        session.evaluate("")
    assert session.evaluate("( + 1 1 )") == 2


# --- events ---


def test_no_action_runs_before_the_first_frame(play: Play) -> None:
    session = play("( when ( true ) ( modify-variable @a[0] ( + @a[0] 1 ) ) )\n+Name: E")
    assert session.get_variable("a") == 0
    session.step(0.1)
    assert session.get_variable("a") == 1


def test_a_repeat_is_counted_once(play: Play) -> None:
    counting = "( when ( true ) ( modify-variable @a[0] ( + @a[0] 1 ) ) )"
    session = play(f"{counting}\n+Name: E\n+Repeat Count: 3\n+Interval: 1")
    run(session, 10)
    assert session.get_variable("a") == 3
    assert (event(session, "E").done, event(session, "E").repeat) == (True, 0)


def test_an_interval_is_kept(play: Play) -> None:
    session = play(
        "( when ( true ) ( modify-variable @a[0] ( mission-time-msecs ) ) )\n+Name: E\n+Repeat Count: -1\n+Interval: 2"
    )
    seen = []
    for _ in range(80):
        session.step(0.1)
        seen.append(session.get_variable("a"))
    moments = list(dict.fromkeys(seen))
    assert [round(int(moment) / 1000, 1) for moment in moments] == [0.1, 2.1, 4.1, 6.1]


def test_later_events_are_not_starved(play: Play) -> None:
    endless = "( every-time ( true ) ( modify-variable @a[0] ( + @a[0] 1 ) ) )\n+Name: Endless {}"
    last = "( when ( > @a[0] 30 ) ( do-nothing ) )\n+Name: Last"
    session = play(*(endless.format(number) for number in range(20)), last)
    run(session, 1)
    assert event(session, "Last").done
    assert session.get_variable("a") == 200


def test_one_transient_error_does_not_remove_an_event(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    session = play(
        '( when ( < ( hits-left "Alpha 1" ) 50 ) ( modify-variable @a[0] 1 ) )\n+Name: Fragile',
        "( when ( = @b[0] 1 ) ( modify-variable @b[0] 2 ) )\n+Name: Other",
    )
    run(session, 1)
    ship = session.world.ship("Alpha 1")
    assert ship is not None
    sound = ship.max_hull
    session.world.set_ship(ship, "hull", math.nan)  # what a careless game might do
    session.set_variable("b", 1)
    session.step(0.1)
    assert session.counters()["errors"] >= 1
    assert any("Fragile" in warning for warning in session.context.warnings)
    assert session.get_variable("b") == 2
    session.world.set_ship(ship, "hull", sound / 4)
    run(session, 0.2)
    assert event(session, "Fragile").result == 1
    assert session.get_variable("a") == 1


@pytest.mark.parametrize("mode", list(Mode))
def test_a_check_finds_nothing_wrong_however_closely_the_monitor_looks(mode: Mode) -> None:
    mission = (
        "#Mission Info\n$Name: checked\n#Events\n"
        '$Formula: ( when ( is-event-true-delay "E9" 0 ) ( do-nothing ) )\n+Name: E1\n'
        "$Formula: ( when ( has-time-elapsed 100 ) ( do-nothing ) )\n+Name: E9\n"
        "$Formula: ( when ( and ( not ( false ) ) ( > ( rand-multiple 1 6 ) 9 ) ) ( do-nothing ) )\n+Name: E2\n"
        '$Formula: ( every-time-argument ( random-multiple-of "a" "b" "c" ) ( has-time-elapsed 90 ) ( do-nothing ) )\n'
        "+Name: E3\n#End\n"
    )
    session = MissionSession.load(mission, verify_every=1, monitor=mode, freeze_gc=False)
    for frame in range(120):
        session.step(0.1)
        if frame == 50:
            session.monitor.mode = Mode.FULL
    assert session.counters()["stale_results"] == 0, session.manager.stale
    session.close()
