"""A mission's file changed while it is played: what is replaced, what stays, and what is said."""

from __future__ import annotations

import pytest

from sexp_runtime.analysis.trial import check_live
from sexp_runtime.monitor.hints import Hint
from support.hosted_game import MISSION, Bench, event, ship

SHIPS = ship("Alpha 1") + ship("Beta 1", "( has-time-elapsed 100 )")
EVENTS = [
    event("limit", '( when ( > @Fuel[10] 50 ) ( modify-variable @Mood[calm] "high" ) )'),
    event(
        "counted", "( when ( true ) ( modify-variable @Fuel[10] ( + @Fuel[10] 1 ) ) )", "+Trigger Count: 50\n"
    ).replace("Count: 1\n", "Count: 50\n", 1),
    event("sequence", "( when ( and-in-sequence ( > @Fuel[10] 5 ) ( > @Fuel[10] 99 ) ) ( do-nothing ) )"),
]


def text(events: list[str], ships: str = SHIPS, wings: str = "") -> str:
    return MISSION.format(ships=ships, wings=wings, events="\n".join(events))


def start() -> Bench:
    bench = Bench([ship("Alpha 1"), ship("Beta 1", "( has-time-elapsed 100 )")], EVENTS)
    for _frame in range(30):
        bench.step(0.1)
    return bench


def test_a_changed_formula_takes_effect_and_everything_else_stays() -> None:
    bench = start()
    session = bench.host.session
    assert session is not None
    fuel, time, before = bench.host.get_variable("Fuel"), session.mission_time, session.world.events[1].count
    assert bench.host.get_variable("Mood") == "calm"
    changed = [EVENTS[0].replace("50", "11", 1), *EVENTS[1:]]
    assert bench.host.reload("bench.fs2", text(changed))
    assert (bench.host.get_variable("Fuel"), session.mission_time, session.world.events[1].count) == (
        fuel,
        time,
        before,
    )
    bench.step(0.1)
    assert bench.host.get_variable("Mood") == "high"
    assert bench.lines[-1] == ("info", 'reload_mission: 1 change applied: event "limit": formula')
    assert not bench.errors()


def test_the_same_file_changes_nothing() -> None:
    bench = start()
    session = bench.host.session
    assert session is not None
    evaluations, digest = session.counters()["evaluations"], session.digest()
    assert bench.host.reload("bench.fs2", text(EVENTS).replace("\n", "\r\n"))
    assert bench.lines[-1] == ("info", "reload_mission: the file has not changed")
    assert (session.counters()["evaluations"], session.digest()) == (evaluations, digest)


def test_texts_of_messages_are_replaced() -> None:
    bench = start()
    assert bench.host.reload("bench.fs2", text(EVENTS).replace("Fuel is $Fuel.", "Now $Fuel."))
    assert str(bench.host.message_text("Hello")).startswith("Now 1")


def test_the_rest_of_the_file_is_applied_and_what_must_wait_is_reported() -> None:
    bench = start()
    bench.take()
    new = [
        EVENTS[0].replace("+Interval: 1", "+Interval: 7"),
        EVENTS[2],
        event("extra", "( when ( true ) ( do-nothing ) )"),
    ]
    assert bench.host.reload("bench.fs2", text(new, SHIPS + ship("Gamma 1")).replace('"10"', '"11"'))
    said = "\n".join(line for level, line in bench.lines if level == "warning")
    assert "variable Fuel keeps its value" in said
    done = bench.lines[-2][1]
    for part in ('new ship "Gamma 1"', 'event "limit": interval', 'new event "extra"', "removed event counted"):
        assert part in done
    bench.step()
    assert [one for one in bench.take() if one[0].startswith(("object", "event"))] == [
        ("object_arrived", "Gamma 1"),
        ("event_satisfied", "extra"),
    ]


def test_a_file_with_errors_leaves_the_running_mission() -> None:
    bench = start()
    session = bench.host.session
    assert session is not None
    digest = session.digest()
    assert not bench.host.reload(
        "bench.fs2", text([EVENTS[0].replace("modify-variable", "modfy-variable"), *EVENTS[1:]])
    )
    assert "modfy-variable" in bench.errors()[-1]
    assert session.digest() == digest
    bench.step()


def test_the_naive_engine_reloads_as_well() -> None:
    bench = Bench([ship("Alpha 1")], EVENTS, engine="naive")
    assert bench.host.reload("bench.fs2", text([EVENTS[0].replace("50", "9", 1), *EVENTS[1:]], ship("Alpha 1")))
    bench.step(0.1)
    assert bench.host.get_variable("Mood") == "high"


def test_hints_are_not_tried_on_a_run_whose_formulas_changed() -> None:
    bench = start()
    assert bench.host.reload("bench.fs2", text([EVENTS[0].replace("50", "51", 1), *EVENTS[1:]]))
    session = bench.host.session
    assert session is not None
    hint = Hint("kind", 'event "limit"', "", "", {})
    with pytest.raises(ValueError, match="was reloaded"):
        check_live(session, hint)


def test_a_reload_inside_a_frame_is_refused() -> None:
    bench = start()
    refused = []
    session = bench.host.session
    assert session is not None
    session.on_action.append(lambda name, arguments: refused.append(bench.host.reload("bench.fs2", text(EVENTS))))
    bench.step(1.0)
    assert refused and not any(refused)
    assert "between two frames" in bench.errors()[0]
